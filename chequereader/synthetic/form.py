"""The empty form of a bank: paper, lines, labels and names, drawn once from the bank's own choices.

A bank takes a layout, shifts its zones, picks a style for each part and prints it all. What a person or
machine fills in later is ``cheque``'s business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chequereader.box import Box
from chequereader.synthetic.amount_place import AmountPlace, print_amount_place
from chequereader.synthetic.backgrounds import security_paper
from chequereader.synthetic.config import SyntheticConfig
from chequereader.synthetic.layouts import BY_NAME, LAYOUTS, Layout, Line, Zone
from chequereader.synthetic.micr import routing_number
from chequereader.synthetic.ornaments import print_extras, print_frame, print_names
from chequereader.synthetic.pixels import Floats
from chequereader.synthetic.press import FILLER, Anchor, Press
from chequereader.synthetic.printing import Face

DPI = 200.0
"""Resolution at which cheques are drawn."""


@dataclass(frozen=True, eq=False)
class Form:
    """An empty cheque. Boxes and lines in pixels of ``page`` (float32 [h, w], light 0..255).

    Lines are (x0, x1, y); ``date_combs`` is the number of boxes for the digits of the date, 0 if there is a
    line.
    """

    layout: Layout
    page: Floats
    face: Face
    place: AmountPlace
    date: Box
    date_combs: int
    payee: tuple[int, int, int]
    legal: tuple[tuple[int, int, int], ...]
    memo: tuple[int, int, int] | None
    signature: Box
    number: tuple[int, int]
    routing: str
    darkness: float


def draw_form(seed: int, bank: int, config: SyntheticConfig) -> Form:
    """Return the empty form of bank number ``bank`` of a seed."""
    rng = np.random.default_rng((seed, 1, bank))
    choices = [BY_NAME[name] for name in config.layouts] or list(LAYOUTS)
    layout = choices[int(rng.integers(len(choices)))]
    width, height = (round(side * float(rng.uniform(0.97, 1.04)) * DPI / 25.4) for side in layout.size)
    page = security_paper(height, width, rng, config.difficulty.paper * float(rng.uniform(0.3, 1.3)))
    press = Press(page, DPI, rng, float(rng.uniform(0.55, 0.95)))
    face = Face.choose(rng, config.font_files)
    return _Printer(layout, press, face, rng, config).form()


class _Printer:
    """Prints one form, part by part; all choices come from ``rng``, in the order of the calls."""

    def __init__(
        self, layout: Layout, press: Press, face: Face, rng: np.random.Generator, config: SyntheticConfig
    ) -> None:
        self.layout, self.press, self.face, self.rng, self.config = layout, press, face, rng, config
        self.height, self.width = press.page.shape
        self.label = float(rng.uniform(1.3, 2.1))  # millimetres of capitals in labels
        self.shift = rng.uniform(-0.012, 0.012, 2)
        self.weight = float(rng.choice([1, 2, 3], p=[0.45, 0.4, 0.15]))
        self.dotted = bool(rng.random() < 0.15)
        self.taken = Box(0, 0, 0, 0)  # where the amount and its sign stand: lines end before them

    def form(self) -> Form:
        """Print everything and return where things are."""
        layout, rng = self.layout, self.rng
        if rng.random() < 0.6:  # many banks keep the band of magnetic ink white
            band = self.press.page[self.height - round(0.62 * DPI) :]
            np.maximum(band, 225, out=band)
        print_extras(self.press, self.face)
        if rng.random() < layout.frame:
            print_frame(self.press)
        holder = layout.holder and (layout.holder[0] * self.width, layout.holder[1] * self.height)
        print_names(self.press, self._zone(layout.bank), holder, self.face)
        date = self._zone(layout.date)
        combs = self._date(date)
        place = self._amount()
        self.taken = place.taken
        payee = self._payee()
        legal = self._legal()
        memo = self._memo()
        signature = self._signature()
        self._account()
        number = (round(layout.number[0] * self.width), round(layout.number[1] * self.height))
        return Form(
            layout=layout,
            page=self.press.page,
            face=self.face,
            place=place,
            date=date,
            date_combs=combs,
            payee=payee,
            legal=legal,
            memo=memo,
            signature=signature,
            number=number,
            routing=routing_number(rng),
            darkness=self.press.darkness,
        )

    def _zone(self, zone: Zone, spread: float = 0.008) -> Box:
        dx, dy = self.shift + self.rng.uniform(-spread, spread, 2)
        x0, x1 = ((v + dx) * self.width for v in (zone[0], zone[2]))
        y0, y1 = ((v + dy) * self.height for v in (zone[1], zone[3]))
        return Box(round(x0), round(y0), min(round(x1), self.width - 4), round(y1))

    def _line(self, line: Line) -> tuple[int, int, int]:
        dx, dy = self.shift + self.rng.uniform(-0.008, 0.008, 2)
        x0, x1, y = (
            round((line[0] + dx) * self.width),
            round((line[1] + dx) * self.width),
            (line[2] + dy) * self.height,
        )
        room = self.press.px(3)
        if self.taken.y0 - room < y < self.taken.y1 + 2 * room and x0 < self.taken.x0:
            x1 = min(x1, self.taken.x0 - round(room))
        return x0, x1, round(y)

    def _pick(self, label: str) -> str:
        choices = self.layout.labels.get(label, ("",))
        return choices[int(self.rng.integers(len(choices)))]

    def _labelled(self, text: str, x: float, baseline: float) -> int:
        """Print a label of one line or two (parted by |) and return where it ends."""
        lines = text.split("|")
        height = self.press.px(self.label) * (0.75 if len(lines) > 1 else 1)
        right = round(x)
        for k, line in enumerate(reversed(lines)):
            box = self.press.text(line, x, baseline - k * 1.45 * height, height, self.face)
            right = max(right, box.x1)
        return right

    def _date(self, box: Box) -> int:
        """Print the date's label and its line or combs; return how many combs there are."""
        label = self._pick("date")
        height = self.press.px(self.label)
        if self.rng.random() < self.layout.comb:
            cells = int(self.rng.choice([6, 8], p=[0.2, 0.8]))
            self.press.frame(box, self.weight)
            for k in range(1, cells):
                self.press.upright(box.x0 + k * box.width / cells, box.y0, box.y1, 1)
            if self.rng.random() < 0.7:
                for k, letter in enumerate("DDMMYYYY"[:cells]):
                    x = box.x0 + (k + 0.5) * box.width / cells
                    self.press.text(
                        letter, x, box.y1 + 1.5 * height, 0.75 * height, self.face, anchor="middle"
                    )
            self.press.text(
                label, box.x0 - 0.5 * height, (box.y0 + box.y1) / 2, height, self.face, anchor="right"
            )
            return cells
        self.press.text(label, box.x0 - 0.5 * height, box.y1, height, self.face, anchor="right")
        if self.rng.random() < 0.85:
            self.press.rule(box.x0, box.x1, box.y1, self.weight, self.dotted)
        return 0

    def _payee(self) -> tuple[int, int, int]:
        x0, x1, y = self._line(self.layout.payee)
        start = self._labelled(self._pick("payee"), x0, y)
        right = x1
        bearer = self._pick("bearer")
        if bearer:
            height = self.press.px(self.label)
            right = round(x1 - 0.16 * self.width)
            self.press.text(bearer, right + height, y, height, self.face)
        self.press.rule(start + 4, right, y + 2, self.weight, self.dotted)
        return start + 8, right, y

    def _legal(self) -> tuple[tuple[int, int, int], ...]:
        lines = []
        for k, line in enumerate(self.layout.legal):
            x0, x1, y = self._line(line)
            start = self._labelled(self._pick("legal"), x0, y) if k == 0 else x0
            if k == 0:
                unit = self._pick("unit")
                height = self.press.px(self.label)
                if unit:
                    width = len(unit) * 0.9 * height if FILLER in unit else 0
                    anchor: Anchor = "left" if FILLER in unit else "right"
                    x1 = self.press.text(unit, x1 - width, y, height, self.face, anchor=anchor).x0 - round(
                        height
                    )
            self.press.rule(start + 4, x1, y + 2, self.weight, self.dotted)
            lines.append((start + 8, x1, y))
        return tuple(lines)

    def _memo(self) -> tuple[int, int, int] | None:
        if self.layout.memo is None:
            return None
        x0, x1, y = self._line(self.layout.memo)
        start = self._labelled(self._pick("memo"), x0, y)
        self.press.rule(start + 4, x1, y + 2, self.weight, self.dotted)
        return start + 8, x1, y

    def _signature(self) -> Box:
        box = self._zone(self.layout.signature)
        height = self.press.px(self.label)
        if self.rng.random() < 0.75:
            self.press.rule(box.x0, box.x1, box.y1, self.weight, self.dotted)
        self.press.text(
            self._pick("sign"),
            (box.x0 + box.x1) / 2,
            box.y1 + 1.7 * height,
            height * 0.8,
            self.face,
            anchor="middle",
        )
        return box

    def _account(self) -> None:
        if self.layout.account is None:
            return
        box = self._zone(self.layout.account)
        if self.rng.random() < 0.75:
            self.press.frame(box, self.weight)
        height = 0.38 * box.height
        baseline = box.y0 + 0.7 * box.height
        label = self.press.text("A/C No.", box.x0 + height * 0.5, baseline, 0.8 * height, self.face)
        if self.rng.random() < 0.5:
            self.press.upright(label.x1 + 0.6 * height, box.y0, box.y1, 1)
        room = int((box.x1 - label.x1 - 1.4 * height) / (1.1 * height))
        number = "".join(str(d) for d in self.rng.integers(0, 10, min(int(self.rng.integers(8, 16)), room)))
        self.press.text(number, label.x1 + 1.4 * height, baseline, height, self.face)

    def _amount(self) -> AmountPlace:
        rng, layout = self.rng, self.layout
        box = self._zone(layout.amount, 0.015)
        grow = rng.uniform(-0.1, 0.25)
        x0, y1 = box.x0 - round(0.3 * grow * box.width), box.y1 + round(0.4 * grow * box.height)
        box = Box(x0, box.y0, box.x1, y1)
        style = layout.boxes[int(rng.integers(len(layout.boxes)))]
        sign = layout.signs[int(rng.integers(len(layout.signs)))].strip()
        if rng.random() < 0.08:
            small = self.press.px(self.label) * 0.8
            self.press.text(
                "AMOUNT", (box.x0 + box.x1) / 2, box.y0 - 0.4 * small, small, self.face, anchor="middle"
            )
        return print_amount_place(
            self.press, box, style, sign, self.face, weight=self.weight, dotted=self.dotted
        )
