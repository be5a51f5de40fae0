"""The line of magnetic ink at the foot of a cheque: its text and its glyphs, drawn from their geometry.

E-13B has its shapes from ``e13b``; CMC-7 characters are seven bars with two wide gaps among six, and
simplified. Not for reading MICR lines.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from chequereader.synthetic.e13b import COLUMNS, PITCH, ROWS, SQUARE, fine_shape
from chequereader.synthetic.pixels import Floats, floats

TRANSIT, AMOUNT, ON_US, DASH = "ABCD"
"""The four signs of E-13B in transcriptions."""

_CMC7_GAPS = dict(zip("0123456789ABCDE", itertools.combinations(range(6), 2), strict=True))


@dataclass(frozen=True)
class MicrLine:
    """``text`` as transcribed, with spaces; ``kind`` the type it is printed in."""

    text: str
    kind: str


def aba_check_digit(eight: str) -> str:
    """Return the ninth digit of a routing number of the American Bankers Association."""
    total = sum(weight * int(digit) for weight, digit in zip((3, 7, 1, 3, 7, 1, 3, 7), eight, strict=True))
    return str(-total % 10)


def _digits(count: int, rng: np.random.Generator) -> str:
    return "".join(str(d) for d in rng.integers(0, 10, count))


def routing_number(rng: np.random.Generator) -> str:
    """Return a valid routing number: a Federal Reserve district 01..12, six digits, the check digit."""
    eight = f"{int(rng.integers(1, 13)):02d}{_digits(6, rng)}"
    return eight + aba_check_digit(eight)


def micr_line(order: str, routing: str, account: str, number: str) -> MicrLine:
    """Return the MICR line of a cheque in the ``order`` of a layout: us, us-business, uk, in, cmc7."""
    if order == "us":
        return MicrLine(f"A{routing}A {account}C {number}", "e13b")
    if order == "us-business":
        return MicrLine(f"C{number.zfill(6)}C A{routing}A {account}C", "e13b")
    if order == "uk":
        return MicrLine(f"C{number.zfill(6)}C {routing[:2]}D{routing[2:6]}A {account[:8].zfill(8)}C", "e13b")
    if order == "in":
        return MicrLine(f"C{number.zfill(6)}C {routing}A {account[:6].zfill(6)}C 31", "e13b")
    if order == "cmc7":
        return MicrLine(f"{number.zfill(7)} {routing}{account[:3]} {account[:12].zfill(12)}", "cmc7")
    raise ValueError(f"no MICR line has the order {order!r}")


def draw_micr(line: MicrLine, dpi: float) -> Floats:
    """Return the ink of a MICR line, float32 [h, w] in 0..1, 0.117 inch high."""
    pitch = PITCH * dpi
    height, width = round((ROWS + 1) * SQUARE * dpi) + 2, int(pitch * len(line.text)) + 8
    canvas = np.zeros((height, width), np.float32)
    for place, character in enumerate(line.text):
        if character == " ":
            continue
        glyph = _e13b(character, dpi) if line.kind == "e13b" else _cmc7(character, dpi)
        x = int(place * pitch)
        part = canvas[1 : 1 + glyph.shape[0], x : x + glyph.shape[1]]
        np.maximum(part, glyph[: part.shape[0], : part.shape[1]], out=part)
    return canvas


def _e13b(character: str, dpi: float) -> Floats:
    size = (round((COLUMNS + 1) * SQUARE * dpi), round((ROWS + 1) * SQUARE * dpi))
    shape = fine_shape(character)[4:-4, 4:-4]  # half a square around it is enough
    return floats(cv2.resize(shape, size, interpolation=cv2.INTER_AREA))


def _cmc7(character: str, dpi: float) -> Floats:
    bars = np.zeros((36, 56), np.float32)
    x = 2
    for bar in range(7):
        bars[:, x : x + 3] = 1
        x += 3 + (8 if bar in _CMC7_GAPS[character] else 4)
    rows = np.zeros((36, 1), np.float32)
    rows[2:16] = rows[20:34] = 1  # the notch that gives the figures their look to the eye
    size = (round(0.1 * dpi), round(0.117 * dpi))
    return floats(cv2.resize(bars * rows, size, interpolation=cv2.INTER_AREA))
