"""The empty form of a bank: paper, lines, labels and names, drawn once from the bank's own choices.

A bank takes a layout, shifts its zones, picks a style for each part and prints it all. What a person or machine
fills in later is ``cheque``'s business.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.synthetic import names
from chequereader.synthetic.backgrounds import security_paper
from chequereader.synthetic.config import SyntheticConfig
from chequereader.synthetic.layouts import BY_NAME, LAYOUTS, Layout, Line, Zone
from chequereader.synthetic.micr import routing_number
from chequereader.synthetic.press import Press
from chequereader.synthetic.printing import Face

Floats = NDArray[np.float32]

DPI = 200.0
"""Resolution at which cheques are drawn."""


@dataclass(frozen=True, eq=False)
class Form:
    """An empty cheque. Boxes and lines in pixels of ``page`` (float32 [h, w], light 0..255).

    ``amount`` is where the amount goes; ``zone`` the box printed there, or None; ``style`` how it is marked;
    ``sign_box`` the printed currency sign's box and ``sign`` its text (both empty if there is none).
    """

    layout: Layout
    page: Floats
    face: Face
    amount: Box
    zone: Box | None
    style: str
    sign: str
    sign_box: Box | None
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

    def form(self) -> Form:
        """Print everything and return where things are."""
        layout, rng = self.layout, self.rng
        self._frame()
        self._bank()
        date = self._zone(layout.date)
        combs = self._date(date)
        payee = self._payee()
        legal = self._legal()
        amount, zone, style, sign, sign_box = self._amount()
        memo = self._memo()
        signature = self._signature()
        self._account()
        self._extras()
        clear = round(0.62 * DPI) if rng.random() < 0.6 else 0
        if clear:  # many banks keep the band of magnetic ink white
            self.press.page[self.height - clear :] = np.maximum(self.press.page[self.height - clear :], 225)
        number = (round(layout.number[0] * self.width), round(layout.number[1] * self.height))
        return Form(
            layout, self.press.page, self.face, amount, zone, style, sign, sign_box, date, combs, payee, legal, memo,
            signature, number, routing_number(rng), self.press.darkness,
        )  # fmt: skip

    def _zone(self, zone: Zone, spread: float = 0.008) -> Box:
        dx, dy = self.shift + self.rng.uniform(-spread, spread, 2)
        x0, x1 = ((v + dx) * self.width for v in (zone[0], zone[2]))
        y0, y1 = ((v + dy) * self.height for v in (zone[1], zone[3]))
        return Box(round(x0), round(y0), min(round(x1), self.width - 4), round(y1))

    def _line(self, line: Line) -> tuple[int, int, int]:
        dx, dy = self.shift + self.rng.uniform(-0.008, 0.008, 2)
        y = round((line[2] + dy) * self.height)
        return round((line[0] + dx) * self.width), round((line[1] + dx) * self.width), y

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

    def _frame(self) -> None:
        if self.rng.random() < self.layout.frame:
            inset = int(self.rng.integers(8, 30))
            box = Box(inset, inset, self.width - inset, self.height - inset)
            self.press.frame(box, float(self.rng.integers(1, 5)))
            if self.rng.random() < 0.6:
                inner = int(self.rng.integers(6, 16))
                band = Box(box.x0 + inner, box.y0 + inner, box.x1 - inner, box.y1 - inner)
                self.press.frame(band, 1)

    def _bank(self) -> None:
        rng, press = self.rng, self.press
        box = self._zone(self.layout.bank)
        name = names.bank(rng)
        height = press.px(float(rng.uniform(2.2, 4.0)))
        x = box.x0
        if rng.random() < 0.6:
            size = int(height * rng.uniform(1.2, 2.2))
            corners = int(rng.choice([3, 4, 5, 6, 24]))
            angles = np.linspace(0, 2 * np.pi, corners, endpoint=False) + float(rng.uniform(0, 6.3))
            points = np.stack([x + size / 2 + size / 2 * np.cos(angles), box.y0 + size / 2 + size / 2 * np.sin(angles)], 1)
            press.outline(np.rint(points).astype(np.int32), max(size // 8, 1), fill=bool(rng.random() < 0.5))
            x += round(1.25 * size)
        bold = Face(self.face.font, self.face.stretch, self.face.slant, 1.0)
        press.text(name, x, box.y0 + height * 1.2, height, bold)
        small = press.px(float(rng.uniform(1.1, 1.7)))
        for k, line in enumerate(names.address(rng)):
            press.text(line, x, box.y0 + 1.2 * height + (1.8 * k + 1.9) * small, small, self.face)
        if self.layout.holder is not None:
            left, top = self.layout.holder[0] * self.width, self.layout.holder[1] * self.height
            bigger = press.px(float(rng.uniform(1.5, 2.4)))
            lines = [names.payee(rng).upper(), *names.address(rng)][: int(rng.integers(1, 4))]
            for k, line in enumerate(lines):
                press.text(line, left, top + 1.5 * bigger * (k + 1), bigger * (1 if k == 0 else 0.8), self.face)

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
                    self.press.text(letter, x, box.y1 + 1.5 * height, 0.75 * height, self.face, "middle")
            self.press.text(label, box.x0 - 0.5 * height, (box.y0 + box.y1) / 2, height, self.face, "right")
            return cells
        self.press.text(label, box.x0 - 0.5 * height, box.y1, height, self.face, "right")
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
                    box = self.press.text(unit, x1, y, height, self.face, "right") if "~" not in unit else None
                    x1 = (box.x0 if box else x1) - round(height)
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
        self.press.text(self._pick("sign"), (box.x0 + box.x1) / 2, box.y1 + 1.7 * height, height * 0.8, self.face, "middle")
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
        number = "".join(str(d) for d in self.rng.integers(0, 10, int(self.rng.integers(8, 16))))
        self.press.text(number, label.x1 + 1.4 * height, baseline, height, self.face)

    def _extras(self) -> None:
        """Print what some banks add: a bar code at the edge, small print, a tinted panel, a watermark box."""
        rng, press = self.rng, self.press
        small = press.px(float(rng.uniform(0.9, 1.4)))
        if rng.random() < 0.25:
            x = self.width - int(rng.integers(24, 40))
            y0, y1 = 0.3 * self.height, 0.7 * self.height
            stripes = np.repeat(rng.random(int((y1 - y0) / 3)) < 0.5, 3).astype(np.float32)
            part = press.page[round(y0) : round(y0) + len(stripes), x : x + 18]
            part *= 1 - 0.85 * stripes[:, None]
        if rng.random() < 0.5:
            press.text(
                str(rng.choice(["Payable at par at all branches", "Valid for three months only", "Void after 90 days",
                                "Security features. Details on back", "Not negotiable"])),
                float(rng.uniform(0.2, 0.5)) * self.width, float(rng.choice([0.14, 0.80])) * self.height, small * 1.3, self.face,
            )  # fmt: skip
        if rng.random() < 0.3:
            x, y = round(0.05 * self.width), round(0.63 * self.height)
            press.tint(Box(x, y, x + round(0.26 * self.width), y + round(0.15 * self.height)), float(rng.uniform(0.03, 0.15)))
        if rng.random() < 0.3:
            words = f"{names.bank(rng)} printed form {int(rng.integers(100, 999))}"
            canvas = np.full((round(0.6 * self.height), round(2 * small)), 255, np.float32)
            sideways = Press(np.ascontiguousarray(np.rot90(canvas)), DPI, rng, press.darkness)
            sideways.text(words, 2, 1.5 * small, small * 0.8, self.face)
            strip = np.rot90(sideways.page, -1) / 255
            x = int(rng.integers(4, 12))
            press.page[-strip.shape[0] - 60 : -60, x : x + strip.shape[1]] *= strip
        if rng.random() < 0.12:  # two slanted lines: to the payee's account only
            x, y = float(rng.uniform(0.02, 0.3)) * self.width, float(rng.uniform(0.0, 0.1)) * self.height
            reach, apart = 0.2 * self.height, 0.07 * self.height
            for k in (0, 1):
                line = np.array([[x, y + reach + k * apart], [x + reach + k * apart, y]]).astype(np.int32)
                press.outline(line, 2)

    def _amount(self) -> tuple[Box, Box | None, str, str, Box | None]:
        """Print the place of the amount; return the space to write in, the printed zone, its style, and the sign."""
        rng, press, layout = self.rng, self.press, self.layout
        box = self._zone(layout.amount, 0.015)
        grow = rng.uniform(-0.1, 0.25)
        box = Box(box.x0 - round(0.3 * grow * box.width), box.y0, box.x1, box.y1 + round(0.4 * grow * box.height))
        style = layout.boxes[int(rng.integers(len(layout.boxes)))]
        if style in ("shaded", "hatched"):
            if style == "shaded":
                press.page[box.y0 : box.y1, box.x0 : box.x1] = (
                    press.page[box.y0 : box.y1, box.x0 : box.x1] * 0.3 + 0.7 * float(rng.choice([180, 215, 250]))
                )
            else:
                press.hatch(box, float(rng.uniform(0.1, 0.35)))
            if rng.random() < 0.5:
                press.frame(box, self.weight)
        elif style == "box":
            press.frame(box, self.weight)
        elif style == "double":
            press.frame(box, self.weight)
            press.frame(Box(box.x0 + 5, box.y0 + 5, box.x1 - 5, box.y1 - 5), 1)
        elif style == "rounded":
            press.outline(_rounded(box), round(self.weight))
        elif style == "corners":
            for x, y, sx, sy in ((box.x0, box.y0, 1, 1), (box.x1, box.y0, -1, 1), (box.x0, box.y1, 1, -1), (box.x1, box.y1, -1, -1)):
                reach = 0.3 * box.height
                press.rule(min(x, x + sx * reach), max(x, x + sx * reach), y, self.weight)
                press.upright(x, min(y, y + sy * reach), max(y, y + sy * reach), self.weight)
        elif style == "underline":
            press.rule(box.x0, box.x1, box.y1, self.weight, self.dotted)
        sign = layout.signs[int(rng.integers(len(layout.signs)))].strip()
        place = str(rng.choice(["inside", "before", "none"], p=[0.5, 0.42, 0.08]))
        height = box.height * float(rng.uniform(0.3, 0.6))
        baseline = box.y0 + 0.5 * (box.height + height) + float(rng.uniform(-0.08, 0.08)) * box.height
        bold = Face(self.face.font, self.face.stretch, 0.0, float(rng.choice([0.0, 1.0])))
        sign_box, writing = None, box
        if place == "inside":
            sign_box = press.text(sign, box.x0 + float(rng.uniform(0.15, 0.5)) * height, baseline, height, bold)
            if rng.random() < 0.15:
                press.upright(sign_box.x1 + 0.3 * height, box.y0, box.y1, 1)
            writing = Box(sign_box.x1 + round(0.2 * height), box.y0, box.x1, box.y1)
        elif place == "before":
            gap = float(rng.uniform(0.15, 0.7)) * height
            sign_box = press.text(sign, box.x0 - gap, baseline, height, bold, "right")
        if rng.random() < 0.08:
            small = press.px(self.label) * 0.8
            press.text("AMOUNT", (box.x0 + box.x1) / 2, box.y0 - 0.4 * small, small, self.face, "middle")
        zone = None if style in ("none", "underline") else box
        return writing, zone, style, "" if sign_box is None else sign, sign_box


def _rounded(box: Box) -> NDArray[np.int32]:
    """Return the outline of a box with round corners, [n, 2]."""
    radius = 0.3 * box.height
    centres = ((box.x1, box.y1, -1, -1), (box.x0, box.y1, 1, -1), (box.x0, box.y0, 1, 1), (box.x1, box.y0, -1, 1))
    points = []
    for quarter, (x, y, sx, sy) in enumerate(centres):
        angle = np.linspace(quarter, quarter + 1, 6) * np.pi / 2
        points.append(np.stack([x + sx * radius + radius * np.cos(angle), y + sy * radius + radius * np.sin(angle)], 1))
    return np.rint(np.concatenate(points)).astype(np.int32)
