"""The line of magnetic ink at the foot of a cheque: its text and its glyphs, drawn from their geometry.

E-13B characters stand on a grid of 7 x 9 squares of 0.013 inch, one every 0.125 inch; CMC-7 characters are
seven bars with two wide gaps among six. The drawings are simplified. Not for reading MICR lines.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from chequereader.synthetic.pixels import Floats, floats

TRANSIT, AMOUNT, ON_US, DASH = "ABCD"
"""The four signs of E-13B in transcriptions."""

_PITCH = 0.125  # inch
_SQUARE = 0.013  # inch

_E13B = {
    "0": ".XXXXX. .X...X. .X...X. .X...X. .X...X. .X...X. .X...X. .X...X. .XXXXX.",
    "1": "..XX... ...X... ...X... ...X... ...X... ..XXXX. ..XXXX. ..XXXX. ..XXXX.",
    "2": "..XXX.. ....X.. ....X.. ....X.. ..XXX.. ..X.... ..X.... ..X.... ..XXX..",
    "3": "..XXX.. ....X.. ....X.. ....X.. ..XXX.. ....XX. ....XX. ....XX. ..XXXX.",
    "4": ".XX.... .XX.... .XX.... .XX.... .XX.... .XX..XX .XXXXXX .....XX .....XX",
    "5": "..XXXX. ..X.... ..X.... ..X.... ..XXXX. .....X. .....X. .....X. ..XXXX.",
    "6": ".XXX... .X.X... .X..... .X..... .XXXXX. .X...X. .X...X. .X...X. .XXXXX.",
    "7": "..XXXX. ..X..X. .....X. .....X. ...XXX. ...X... ...X... ...X... ...X...",
    "8": "..XXXX. ..X..X. ..X..X. ..X..X. .XXXXXX .XX..XX .XX..XX .XX..XX .XXXXXX",
    "9": ".XXXXX. .X...X. .X...X. .X...X. .XXXXX. ....XX. ....XX. ....XX. ....XX.",
    TRANSIT: "....XXX ....XXX .X..XXX .X..... .X..... .X..... .X..XXX ....XXX ....XXX",
    AMOUNT: ".....XX .....XX .....XX ...X.XX ...X... ...X... XX.X... XX..... XX.....",
    ON_US: "....XXX ....XXX X.X.XXX X.X.XXX X.X.... X.X.... X.X.... ....... .......",
    DASH: "XX.XX.X XX.XX.X XX.XX.X XX.XX.X XX.XX.X ....... ....... ....... .......",
}
_BITMAPS = {
    c: np.array([[s == "X" for s in row] for row in rows.split()], np.float32) for c, rows in _E13B.items()
}
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
    pitch = _PITCH * dpi
    height, width = round(10 * _SQUARE * dpi) + 2, int(pitch * len(line.text)) + 8
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
    squares = _BITMAPS[character]
    fine = np.pad(np.kron(squares, np.ones((8, 8), np.float32)), 4)
    # Blurred and sharpened again, the corners are round like those of the real characters.
    fine = np.clip(2 * cv2.GaussianBlur(fine, (0, 0), 2) - 0.5, 0, 1)
    size = (round(8 * _SQUARE * dpi), round(10 * _SQUARE * dpi))
    return floats(cv2.resize(fine, size, interpolation=cv2.INTER_AREA))


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
