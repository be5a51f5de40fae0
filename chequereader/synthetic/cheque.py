"""Whole synthetic cheques: a bank's form filled in by a writer or a machine, then scanned, with its truth.

Cheque ``index`` of ``seed`` is the same whatever else is generated. Not for sets on disk (``cheque_set``)
nor for amount zones alone (``strip``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.synthetic import names
from chequereader.synthetic.amounts_text import WrittenAmount, draw_amount, write_amount
from chequereader.synthetic.config import SyntheticConfig
from chequereader.synthetic.degrade import scan_geometry, warp, wear
from chequereader.synthetic.form import DPI, Form, draw_form
from chequereader.synthetic.handwriting import Writer
from chequereader.synthetic.ink import Ink, Mark, lay
from chequereader.synthetic.layouts import Layout
from chequereader.synthetic.micr import draw_micr, micr_line
from chequereader.synthetic.pixels import Floats
from chequereader.synthetic.printing import Face, set_type
from chequereader.synthetic.scribbles import lay_stamp, sign
from chequereader.synthetic.words import legal_amount

_SMALLEST_PRINT, _SMALLEST_HAND = 1.6, 2.0  # millimetres of digits' height
_PENS = 4.5  # widths of the pen in the height of the smallest digits: two loops and the paper in them


@dataclass(frozen=True, eq=False)
class SyntheticCheque:
    """A cheque and the truth about it; boxes in pixels of ``image`` (uint8 [h, w]).

    ``text`` is the amount as filled in, without the printed sign (``printed_sign``, empty if there is
    none); ``zone`` the box around the amount's ink and the box printed for it; ``ink`` the amount's ink
    alone; ``characters`` one (character, box) for each character of ``text`` but spaces; ``legal`` the lines
    of ``words``, each with the box of its ink; ``sign_box`` the printed sign's. ``style`` is how the place of
    the amount is marked; ``writer`` the number of the writer, -1 for a machine.
    """

    image: NDArray[np.uint8]
    dpi: float
    amount: str
    digits: str
    text: str
    words: str
    date: str
    micr: str
    zone: Box
    ink: Box
    characters: tuple[tuple[str, Box], ...]
    legal: tuple[tuple[str, Box], ...]
    printed_sign: str
    sign_box: Box | None
    layout: Layout
    bank: int
    writer: int
    printed: bool
    style: str


@dataclass
class _Hand:
    """Whoever fills in a cheque: a writer, or a machine if ``face`` is given."""

    writer: Writer
    face: Face | None
    darkness: float

    def put(self, text: str, height: float, rng: np.random.Generator) -> Ink:
        """Return the ink of a text, its capitals ``height`` pixels high."""
        if self.face is not None:
            return set_type(text, height, self.face, rng)
        return self.writer.write(text, height, rng, DPI)

    def smallest(self) -> float:
        """Return the least height in pixels of digits that people can read."""
        if self.face is not None:
            return _SMALLEST_PRINT * DPI / 25.4
        return max(_SMALLEST_HAND * DPI / 25.4, _PENS * self.writer.pen.width_px(DPI))


@lru_cache(maxsize=16)
def _form(seed: int, bank: int, config: SyntheticConfig) -> Form:
    return draw_form(seed, bank, config)


def generate(seed: int, index: int, config: SyntheticConfig | None = None) -> SyntheticCheque:
    """Return cheque ``index`` of ``seed``: the same bytes and truth whatever was generated before."""
    config = config or SyntheticConfig()
    rng = np.random.default_rng((seed, 0, index))
    bank = int(rng.integers(config.banks))
    form = _form(seed, bank, config)
    layout = form.layout
    page = form.page.copy()
    number = int(rng.integers(config.writers))
    writer = Writer.choose((seed, 2, number), config.glyph_source)
    printed = bool(rng.random() < config.printed)
    pen = _Hand(writer, None, writer.pen.darkness)
    machine = _Hand(writer, Face.choose(rng, config.font_files, machine=True), float(rng.uniform(0.6, 0.97)))
    hand = machine if printed else pen

    minor = draw_amount(*config.amounts, rng, 0.95 if layout.locale in ("in", "uy") else config.whole)
    has_sign = layout.sign and not form.place.sign and rng.random() < 0.5
    amount = write_amount(layout.locale, layout.sign, minor, rng, printed=printed, with_sign=bool(has_sign))
    words = _cased(legal_amount(minor, layout.language), layout, rng)
    date_text, date = _date(layout, form.date_combs, rng)
    _fill_line(page, names.payee(rng), form.payee, hand, rng)
    legal = _fill_words(page, words, form, hand, rng)
    _fill_date(page, date_text, form, hand, rng)
    if form.memo is not None and rng.random() < 0.6:
        _fill_line(page, names.memo(rng), form.memo, hand, rng)
    sign(page, form.signature, writer, rng)
    serial = str(int(rng.integers(100, 999999)))
    _print_number(page, serial, form, rng)
    micr = _print_micr(page, serial, form, rng)
    if rng.random() < config.difficulty.stamp:
        lay_stamp(page, rng)
    marks, strays = _fill_amount(page, amount, form, hand, rng)
    scan = _scan(page, config, rng)
    characters = tuple((mark.character, scan.box(mark)) for mark in marks)
    ink = _around(scan, marks + strays)
    lines = tuple((line.text, _around(scan, line.marks)) for line in legal)
    place = form.place
    return SyntheticCheque(
        image=scan.image,
        dpi=scan.dpi,
        amount=amount.value,
        digits=amount.digits,
        text=amount.text,
        words=words,
        date=date,
        micr=micr,
        zone=ink if place.zone is None else ink.union(scan.follow(place.zone)),
        ink=ink,
        characters=characters,
        legal=lines,
        printed_sign=place.sign,
        sign_box=None if place.sign_box is None else scan.follow(place.sign_box),
        layout=layout,
        bank=bank,
        writer=-1 if printed else number,
        printed=printed,
        style=place.style,
    )


def _cased(words: str, layout: Layout, rng: np.random.Generator) -> str:
    style = rng.choice(["title", "lower", "upper", "first"], p=[0.5, 0.2, 0.1, 0.2])
    ending = " only" if layout.language in ("in", "en") and rng.random() < 0.4 else ""
    words += ending
    if style == "title":
        return words.title()
    return {"lower": words, "upper": words.upper(), "first": words.capitalize()}[str(style)]


def _date(layout: Layout, combs: int, rng: np.random.Generator) -> tuple[str, str]:
    """Return the date as written and as day, month and year in ISO form."""
    year, month, day = int(rng.integers(1996, 2030)), int(rng.integers(1, 13)), int(rng.integers(1, 29))
    iso = f"{year}-{month:02d}-{day:02d}"
    if combs:
        return f"{day:02d}{month:02d}{year}" if combs == 8 else f"{day:02d}{month:02d}{year % 100:02d}", iso
    first, second = (month, day) if layout.country == "US" else (day, month)
    separator = str(rng.choice(["/", "-", "."]))
    shown = year if rng.random() < 0.6 else f"{year % 100:02d}"
    return f"{first}{separator}{second}{separator}{shown}", iso


def _height(hand: _Hand, rng: np.random.Generator) -> float:
    millimetres = rng.uniform(2.2, 3.2) if hand.face is not None else rng.uniform(3.0, 5.2)
    return float(millimetres) * DPI / 25.4


def _fit(
    text: str, height: float, room: float, hand: _Hand, rng: np.random.Generator, smallest: float = 9.0
) -> Ink:
    """Return the ink of a text no wider than ``room`` pixels, if need be ``smallest`` pixels high."""
    ink = hand.put(text, height, rng)
    while ink.coverage.shape[1] > room and height > smallest:
        height = max(height * min(0.95, room / ink.coverage.shape[1]), smallest)
        ink = hand.put(text, height, rng)
    return ink


def _fill_line(
    page: Floats, text: str, line: tuple[int, int, int], hand: _Hand, rng: np.random.Generator
) -> Ink:
    """Write a text on a line and return its ink, moved to where it stands on the page."""
    x0, x1, y = line
    room = max(x1 - x0, 60)
    ink = _fit(text, _height(hand, rng), room, hand, rng)
    x = x0 + float(rng.uniform(0, 0.5)) * max(room - ink.coverage.shape[1], 0)
    lift = float(rng.normal(1.5, 2.5))
    left, top = round(x), round(y - ink.baseline - lift)
    lay(page, ink.coverage, left, top, hand.darkness)
    return ink.moved(left, top)


def _fill_words(page: Floats, words: str, form: Form, hand: _Hand, rng: np.random.Generator) -> list[Ink]:
    """Write the legal amount over its lines and return their ink; the last one takes what is left over."""
    height = _height(hand, rng) * 0.9
    rest = words.split()
    written = []
    for number, line in enumerate(form.legal):
        if not rest:
            break
        last = number == len(form.legal) - 1
        # On average a character is about 0.62 as wide as capitals are high.
        room = len(rest) if last else max(int((line[1] - line[0]) / (0.62 * height) / 7), 1)
        written.append(_fill_line(page, " ".join(rest[:room]), line, hand, rng))
        rest = rest[room:]
    return written


def _fill_date(page: Floats, text: str, form: Form, hand: _Hand, rng: np.random.Generator) -> None:
    box = form.date
    if not form.date_combs:
        _fill_line(page, text, (box.x0, box.x1, box.y1), hand, rng)
        return
    cell = box.width / form.date_combs
    height = min(_height(hand, rng), 0.85 * box.height)
    for k, digit in enumerate(text):
        ink = hand.put(digit, height, rng)
        x = box.x0 + (k + 0.5) * cell - ink.coverage.shape[1] / 2 + float(rng.normal(0, 0.08)) * cell
        y = (box.y0 + box.y1 + height) / 2 - ink.baseline + float(rng.normal(0, 0.06)) * height
        lay(page, ink.coverage, round(x), round(y), hand.darkness)


def _fill_amount(
    page: Floats, amount: WrittenAmount, form: Form, hand: _Hand, rng: np.random.Generator
) -> tuple[list[Mark], list[Mark]]:
    """Write the amount into its place; return its characters' marks and its other ink's, on the page."""
    box = form.place.writing
    tallest = box.height * float(rng.uniform(0.5, 0.95))
    height = min(_height(hand, rng) * float(rng.uniform(0.95, 1.3)), tallest)
    room = box.width * float(rng.uniform(0.9, 1.0))
    # nobody writes an amount too small to be read: rather than that it runs over its place
    smallest = min(hand.smallest(), height)
    ink = _fit(amount.text, height, room, hand, rng, smallest)
    if ink.coverage.shape[1] > page.shape[1]:
        ink = _fit(amount.text, smallest, page.shape[1], hand, rng)
    spare = max(box.width - ink.coverage.shape[1], 0)
    x = round(box.x0 + float(rng.choice([rng.uniform(0.05, 0.3), rng.uniform(0, 1)])) * spare)
    stands = (
        box.y1
        - (box.height - height) * float(rng.uniform(0.15, 0.7))
        + float(rng.normal(0, 0.04)) * box.height
    )
    y = round(stands - ink.baseline)
    x = min(max(x, 0), page.shape[1] - ink.coverage.shape[1])
    lay(page, ink.coverage, x, y, hand.darkness)
    return [mark.moved(x, y) for mark in ink.marks], [stray.moved(x, y) for stray in ink.strays]


def _print_number(page: Floats, serial: str, form: Form, rng: np.random.Generator) -> None:
    ink = set_type(serial.zfill(6) if form.layout.country == "IN" else serial, 0.11 * DPI, form.face, rng)
    x = min(form.number[0], page.shape[1] - ink.coverage.shape[1] - 12)
    lay(page, ink.coverage, x, round(form.number[1]), form.darkness)


def _print_micr(page: Floats, serial: str, form: Form, rng: np.random.Generator) -> str:
    account = "".join(str(d) for d in rng.integers(0, 10, int(rng.integers(8, 13))))
    line = micr_line(form.layout.micr, form.routing, account, serial)
    ink = draw_micr(line, DPI)
    x = round(float(rng.uniform(0.03, 0.2)) * page.shape[1])
    x = min(x, max(page.shape[1] - ink.shape[1] - 8, 4))
    y = page.shape[0] - round(float(rng.uniform(0.3, 0.36)) * DPI)
    lay(page, ink, x, y, float(rng.uniform(0.85, 0.97)))
    return line.text


@dataclass(frozen=True, eq=False)
class _Scan:
    """A page as scanned, and how to follow what was on it."""

    image: NDArray[np.uint8]
    dpi: float
    matrix: NDArray[np.float64]

    def box(self, mark: Mark) -> Box:
        """Return where a mark's ink went, cut to the image."""
        height, width = self.image.shape
        return mark.warped(self.matrix).box.padded(0, 0, width, height)

    def follow(self, box: Box) -> Box:
        """Return the upright box around where a box went."""
        corners = [[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]]
        return self.box(Mark("", np.array(corners, np.float32), 0.0))


def _around(scan: _Scan, marks: Sequence[Mark]) -> Box:
    """Return the box around where some marks' ink went."""
    return reduce(Box.union, [scan.box(mark) for mark in marks])


def _scan(page: Floats, config: SyntheticConfig, rng: np.random.Generator) -> _Scan:
    height, width = page.shape
    matrix, size, dpi = scan_geometry(height, width, config.difficulty, rng, DPI)
    seen = warp(page, matrix, size, float(rng.choice([20, 120, 254])))
    return _Scan(wear(seen, config.difficulty, rng, dpi), dpi, matrix)
