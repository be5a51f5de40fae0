"""CMC-7: its fifteen characters, each of seven bars with two wide gaps among six (ISO 1004-2).

The gaps are the code, and are the standard's. How high the bars stand gives a character its look; the looks
here are drawn anew after printed lines, those of 6 and of the signs SII and SIV without any. Not for lines of
them (``magnetic_line``) or for what a line says (``micr``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np

from chequereader.synthetic.e13b import COLUMNS, FINE, SQUARE
from chequereader.synthetic.pixels import Floats, floats

WIDE_GAPS = {
    "0": (3, 4), "1": (1, 5), "2": (2, 3), "3": (1, 3), "4": (1, 4), "5": (4, 5), "6": (3, 5), "7": (1, 2),
    "8": (2, 5), "9": (2, 4), "A": (1, 6), "B": (2, 6), "C": (3, 6), "D": (4, 6), "E": (5, 6),
}  # fmt: skip
"""Which of a character's gaps are wide, from 1 at the left; A to E are the signs SI to SV."""

HEIGHT = 0.112
"""Inches of a digit."""

_BAR, _NARROW, _WIDE = 0.15, 0.3, 0.5  # millimetres: a bar, and from a bar to the next
_ROWS = 12
_BARS = {
    "0": "0-11 0-11 0-3,9-11 0-3,9-11 0-3,9-11 0-11 0-11",
    "1": "3-5,9-11 1-3,9-11 1-3,9-11 0-11 0-11 7-11 7-11",
    "2": "1-3,9-11 0-3,8-11 0-1,7-8,10-11 0-2,6-7,10-11 0-2,5-7,10-11 0-6,10-11 1-5,10-11",
    "3": "1-2,9-11 0-2,9-11 0-2,9-11 0-2,5-6,10-11 0-2,5-6,9-11 0-11 1-5,6-10",
    "4": "4-10 3-10 2-5,8-10 2-4,8-10 0-3,8-11 0-3,8-11 0-3,8-11",
    "5": "0-7,10-11 0-2,5-7,10-11 0-2,5-6,10-11 0-2,5-7,10-11 0-2,5-6,10-11 1-2,6-11 0-2,6-11",
    "6": "1-10 0-11 0-2,5-6,9-11 0-2,5-6,10-11 0-2,5-6,9-11 0-2,5-11 1-2,6-10",
    "7": "0-4,10-11 0-2,8-11 0-2,7-11 0-2,6-10 0-2,5-8 0-7 0-6",
    "8": "1-4,7-10 0-4,7-11 0-1,5-6,10-11 0-1,5-6,10-11 0-1,5-6,10-11 0-4,7-11 1-4,7-10",
    "9": "0-5,9-11 0-6,10-11 0-1,5-6,10-11 0-1,5-6,10-11 0-1,5-6,10-11 0-11 1-10",
    "A": "4-11 4-11 3-11 3-10 2-10 1-9 0-8",
    "B": "0-5 0-5 0-5,9-11 3-8 3-8 6-11 6-11",
    "C": "2-7,10-11 2-7,10-11 2-7,10-11 2-7,10-11 2-7,10-11 2-7,10-11 2-7,10-11",
    "D": "0-1,4-9 0-1,4-9 0-1,4-9 0-1,4-9 0-1,4-9 0-1,4-9 0-1,4-9",
    "E": "5-7,9-11 3-11 2-10 1-9 0-8 3-11 4-6,10-11",
}
"""Rows of ink of each bar, of 12 from the top."""

CHARACTERS = "".join(_BARS)
"""Digits, then the signs SI to SV as A to E."""


@cache
def fine_shape(character: str, cut: int = 0) -> Floats:
    """Return a character's ink in 0..1, ``FINE`` pixels a square of E-13B, one blank square around it.

    Its right edge is that of an E-13B character. Each ``cut`` above 0 has bars of somewhat other heights.
    """
    rng = np.random.default_rng(cut) if cut else None
    fine = FINE / SQUARE / 25.4  # pixels a millimetre
    wide = WIDE_GAPS[character]
    steps = [_WIDE if gap in wide else _NARROW for gap in range(1, 7)]
    left = COLUMNS * FINE - (sum(steps) + _BAR) * fine + np.cumsum([0.0, *steps]) * fine + FINE
    over = 4  # drawn larger and made smaller, as bars begin and end between pixels
    height = HEIGHT / SQUARE * FINE
    canvas = np.zeros((over * round(height + 2 * FINE), over * (COLUMNS + 2) * FINE), np.float32)
    for x, spans in zip(left, _BARS[character].split(), strict=True):
        columns = slice(round(over * x), round(over * (x + _BAR * fine)))
        for span in spans.split(","):
            first, last = map(int, span.split("-"))
            ends = np.array([first, last + 1], float)
            if rng is not None:
                ends += rng.uniform(-0.5, 0.5, 2) * ((ends > 0) & (ends < _ROWS))
            top, bottom = np.round(over * (FINE + ends / _ROWS * height)).astype(int)
            canvas[top:bottom, columns] = 1
    return floats(cv2.resize(canvas, None, fx=1 / over, fy=1 / over, interpolation=cv2.INTER_AREA))


def some_cut(rng: np.random.Generator) -> Callable[[str], Floats]:
    """Return the shapes of one printer's characters."""
    cut = int(rng.integers(0, 64))
    return lambda character: fine_shape(character, cut)
