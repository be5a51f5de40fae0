"""The line of magnetic ink at the foot of a cheque: its text and its glyphs, drawn from their geometry.

Their shapes are those of ``e13b`` and ``cmc7``. Not for reading MICR lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from chequereader.micr.check_digits import mod10_digit
from chequereader.synthetic import cmc7, e13b
from chequereader.synthetic.e13b import FINE, PITCH, ROWS, SQUARE
from chequereader.synthetic.pixels import Floats, floats

TRANSIT, AMOUNT, ON_US, DASH = "ABCD"
"""The four signs of E-13B in transcriptions."""


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
    """Return the MICR line of a cheque in the ``order`` of a layout: us, us-business, uk, in, fr, br, ar.

    ``routing``: nine digits; ``account``: eight to twelve. The signs of the last one are a guess.
    """
    if order == "us":
        return MicrLine(f"A{routing}A {account}C {number}", "e13b")
    if order == "us-business":
        return MicrLine(f"C{number.zfill(6)}C A{routing}A {account}C", "e13b")
    if order == "uk":
        return MicrLine(f"C{number.zfill(6)}C {routing[:2]}D{routing[2:6]}A {account[:8].zfill(8)}C", "e13b")
    if order == "in":
        return MicrLine(f"C{number.zfill(6)}C {routing}A {account[:6].zfill(6)}C 31", "e13b")
    if order == "fr":
        return MicrLine(f"C{number.zfill(7)} C{routing}{account[:3]}E {account.zfill(12)}A", "cmc7")
    if order == "br":
        branch, cheque = routing[:7], f"{routing[6:]}{number.zfill(6)[-6:]}5"
        holder = account[:10].zfill(10)
        ends = mod10_digit(branch), holder, mod10_digit(holder)
        return MicrLine(f"C{branch}{mod10_digit(cheque)} C{cheque}E {''.join(ends)}A", "cmc7")
    if order == "ar":
        return MicrLine(f"C{routing}{account[:1]} C{number.zfill(8)}E {account[1:].zfill(11)}A", "cmc7")
    raise ValueError(f"no MICR line has the order {order!r}")


def draw_micr(line: MicrLine, dpi: float) -> Floats:
    """Return the ink of a MICR line, float32 [h, w] in 0..1, 0.117 inch high."""
    pitch = PITCH * dpi
    height, width = round((ROWS + 1) * SQUARE * dpi) + 2, int(pitch * len(line.text)) + 8
    canvas = np.zeros((height, width), np.float32)
    shape = e13b.fine_shape if line.kind == "e13b" else cmc7.fine_shape
    for place, character in enumerate(line.text):
        if character == " ":
            continue
        glyph = _scaled(shape(character), dpi)
        x = int(place * pitch)
        part = canvas[1 : 1 + glyph.shape[0], x : x + glyph.shape[1]]
        np.maximum(part, glyph[: part.shape[0], : part.shape[1]], out=part)
    return canvas


def _scaled(shape: Floats, dpi: float) -> Floats:
    shape = shape[FINE // 2 : -(FINE // 2), FINE // 2 : -(FINE // 2)]  # half a square around it is enough
    scale = SQUARE * dpi / FINE
    size = round(shape.shape[1] * scale), round(shape.shape[0] * scale)
    return floats(cv2.resize(shape, size, interpolation=cv2.INTER_AREA))
