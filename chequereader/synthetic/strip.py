"""Amount zones cut out of cheques: what the amount reader sees, drawn alone and fast for training.

Not whole cheques: those are in ``cheque``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.alphabet import AMOUNTS
from chequereader.box import Box
from chequereader.synthetic.amounts_text import draw_amount, write_amount
from chequereader.synthetic.backgrounds import security_paper
from chequereader.synthetic.config import SyntheticConfig
from chequereader.synthetic.degrade import wear
from chequereader.synthetic.handwriting import Writer
from chequereader.synthetic.ink import Ink, Mark, lay
from chequereader.synthetic.pixels import Floats, floats
from chequereader.synthetic.printing import Face, set_type

_SIGNS = {"us": ("$",), "uk": ("£",), "in": ("₹", "Rs."), "eu": ("€", "F"), "uy": ("$", "$U", "S/")}


class AmountStrip(NamedTuple):
    """``image`` uint8 [h, w], dark ink; ``text`` as it stands there, no spaces; ``boxes`` one a character."""

    image: NDArray[np.uint8]
    text: str
    boxes: tuple[Box, ...]


def amount_strip(rng: np.random.Generator, config: SyntheticConfig, text: str | None = None) -> AmountStrip:
    """Draw an amount zone with its paper, lines, box borders and neighbours.

    ``text`` is what to write, drawn from all countries if None. A currency sign printed in the zone counts
    as a character of the text if it is in the alphabet. Boxes are in pixels of the image and may reach its
    edge, since zones are cut tightly at times. ``KeyError`` if ``text`` has a character that nobody can
    write.
    """
    locale = str(rng.choice(["us", "uk", "in", "eu", "uy"], p=[0.25, 0.1, 0.25, 0.15, 0.25]))
    printed = bool(rng.random() < config.printed)
    sign = str(rng.choice(_SIGNS[locale]))
    beside = text is None and rng.random() < 0.35  # the sign is printed on the paper beforehand
    if text is None:
        minor = draw_amount(*config.amounts, rng, 0.95 if locale in ("in", "uy") else config.whole)
        with_sign = not beside and len(sign) == 1 and sign in AMOUNTS.classes and rng.random() < 0.35
        text = write_amount(locale, sign, minor, rng, printed=printed, with_sign=bool(with_sign)).text
    height = float(rng.uniform(17, 46))
    dpi = 200.0 * height / float(rng.uniform(22, 48))
    if printed:
        ink = set_type(text, height, Face.choose(rng, config.font_files, machine=True), rng)
        darkness = float(rng.uniform(0.6, 0.98))
    else:
        writer = Writer.choose((11, int(rng.integers(config.writers * 50))), config.glyph_source)
        ink = writer.write(text, height, rng, dpi)
        darkness = writer.pen.darkness
    sign_ink = None
    if beside:
        sign_ink = set_type(
            sign, height * float(rng.uniform(0.5, 1.0)), Face.choose(rng, config.font_files), rng
        )
        ink, text = _beside(sign_ink, ink, height, rng)
        if not all(c in AMOUNTS.classes for c in sign):
            ink = replace(ink, marks=ink.marks[len(sign) :])
        else:
            text = sign + text
    page, marks = _place(ink, darkness, height, config, rng)
    return _seen(page, marks, text, dpi, config, rng)


def _beside(sign: Ink, amount: Ink, height: float, rng: np.random.Generator) -> tuple[Ink, str]:
    """Return the ink of both with the sign to the left, on about one baseline, and the text of the amount."""
    gap = int(height * rng.uniform(0.15, 1.0))
    drop = round(height * float(rng.uniform(-0.12, 0.12)))
    sign_top, amount_top = round(amount.baseline - sign.baseline) + drop, 0
    top = min(sign_top, amount_top)
    x = sign.coverage.shape[1] + gap
    rows = max(sign_top + sign.coverage.shape[0], amount.coverage.shape[0]) - top
    coverage = np.zeros((rows, x + amount.coverage.shape[1]), np.float32)
    coverage[sign_top - top : sign_top - top + sign.coverage.shape[0], : sign.coverage.shape[1]] = (
        sign.coverage
    )
    coverage[-top : -top + amount.coverage.shape[0], x:] = amount.coverage
    marks = [m.moved(0, sign_top - top) for m in sign.marks] + [m.moved(x, -top) for m in amount.marks]
    return Ink(coverage, tuple(marks), amount.baseline - top, amount.text), amount.text


def _place(
    ink: Ink, darkness: float, height: float, config: SyntheticConfig, rng: np.random.Generator
) -> tuple[Floats, list[Mark]]:
    """Return paper with the ink, printed lines and neighbours on it, and the marks in its frame."""
    tight = rng.random() < 0.4
    left, right = (height * rng.uniform(0.05 if tight else 0.2, 0.4 if tight else 2.0, 2)).astype(int)
    above, below = (height * rng.uniform(0.08, 0.3 if tight else 0.7, 2)).astype(int)
    rows, columns = ink.coverage.shape[0] + above + below, ink.coverage.shape[1] + left + right
    page = security_paper(
        int(rows), int(columns), rng, config.difficulty.paper * float(rng.uniform(0.4, 1.6))
    )
    _rules(page, int(above + ink.baseline), height, rng)
    if rng.random() < 0.35:
        _neighbour(page, height, rng)
    lay(page, ink.coverage, int(left), int(above), darkness)
    return page, [mark.moved(float(left), float(above)) for mark in ink.marks]


def _rules(page: Floats, baseline: int, height: float, rng: np.random.Generator) -> None:
    """Print the lines of the zone: one to write on, or borders of its box; a share of zones has none."""
    rows, columns = page.shape
    tone = float(rng.uniform(0.3, 0.95))
    thickness = max(int(height * rng.uniform(0.03, 0.09)), 1)
    mask = np.zeros(page.shape, np.uint8)
    tilt = int(rng.normal(0, 0.006) * columns)
    kind = rng.choice(["none", "below", "box", "sides", "dotted"], p=[0.35, 0.25, 0.25, 0.08, 0.07])
    low = min(baseline + int(height * rng.uniform(0.02, 0.35)), rows - 1)
    if kind == "below":
        cv2.line(mask, (0, low), (columns, low + tilt), 255, thickness, cv2.LINE_AA)
    elif kind == "dotted":
        mask[low : low + thickness, :: int(rng.integers(2, 5))] = 255
    elif kind == "box":
        inset = int(rng.integers(0, max(int(0.2 * height), 2)))
        cv2.rectangle(mask, (inset, inset), (columns - 1 - inset, rows - 1 - inset + tilt), 255, thickness)
    elif kind == "sides":
        x = int(rng.integers(0, max(int(0.2 * height), 2)))
        cv2.line(mask, (x, 0), (x, rows), 255, thickness)
        if rng.random() < 0.5:
            cv2.line(mask, (columns - x - 1, 0), (columns - x - 1, rows), 255, thickness)
    page *= 1 - tone * mask.astype(np.float32) / 255


def _neighbour(page: Floats, height: float, rng: np.random.Generator) -> None:
    """Let something of the line above, the line below or a printed label reach into the zone's edge."""
    rows, columns = page.shape
    words = "".join(rng.choice(list("abdefghklmnoprstuy"), int(rng.integers(3, 9))))
    if rng.random() < 0.6:
        writer = Writer.choose((12, int(rng.integers(1_000_000))))
        ink = writer.write(words, height * float(rng.uniform(0.7, 1.2)), rng)
        darkness = writer.pen.darkness
    else:
        ink = set_type(words.title(), height * float(rng.uniform(0.25, 0.5)), Face.choose(rng), rng)
        darkness = 0.8
    reach = int(rng.integers(1, max(int(0.18 * height), 2)))
    x = int(rng.integers(-ink.coverage.shape[1] // 2, columns))
    y = reach - ink.coverage.shape[0] if rng.random() < 0.7 else rows - reach
    lay(page, ink.coverage, x, y, darkness)


def _seen(
    page: Floats, marks: list[Mark], text: str, dpi: float, config: SyntheticConfig, rng: np.random.Generator
) -> AmountStrip:
    """Turn the page a little, wear it and cut the boxes to the image."""
    rows, columns = page.shape
    limit = config.difficulty.skew
    angle = float(np.clip(rng.normal(0, limit / 2), -limit, limit))
    matrix = np.vstack([cv2.getRotationMatrix2D((columns / 2, rows / 2), angle, 1), [0, 0, 1]])
    turned = cv2.warpAffine(page, matrix[:2], (columns, rows), borderMode=cv2.BORDER_REPLICATE)
    image = wear(floats(turned), replace(config.difficulty, fold=0.0), rng, dpi)
    boxes = tuple(mark.warped(matrix).box.padded(0, 0, columns, rows) for mark in marks)
    return AmountStrip(image, text.replace(" ", ""), boxes)
