"""E-13B: the shapes of its fourteen characters, on a grid of 7 x 9 squares of 0.013 inch.

Not for lines of them (``magnetic_line``) or for what a line says (``micr``).
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from chequereader.synthetic.pixels import Floats, floats

PITCH = 0.125
"""Inches between right edges."""
SQUARE = 0.013
"""Inches of one square of the grid."""
COLUMNS, ROWS = 7, 9

_SHAPES = {
    "0": ".XXXXX. XX...XX X.....X X.....X X.....X X.....X X.....X XX...XX .XXXXX.",
    "1": "...XX.. ....X.. ....X.. ....X.. ....X.. ...XXXX ...XXXX ...XXXX ...XXXX",
    "2": "...XXXX ......X ......X ......X ...XXXX ...X... ...X... ...X... ...XXXX",
    "3": "..XXXX. .....X. .....X. .....X. ..XXXXX .....XX .....XX .....XX ..XXXXX",
    "4": "XX..... XX..... XX..... XX..... XX..... XX...XX XXXXXXX .....XX .....XX",
    "5": "..XXXXX ..X.... ..X.... ..X.... ..XXXXX ......X ......X ......X ..XXXXX",
    "6": ".XXXX.. .X..X.. .X..... .X..... .XXXXXX .X....X .X....X .X....X .XXXXXX",
    "7": "..XXXXX ..X...X ......X ......X ....XXX ....X.. ....X.. ....X.. ....X..",
    "8": ".XXXXX. .X...X. .X...X. .X...X. XXXXXXX XX...XX XX...XX XX...XX XXXXXXX",
    "9": ".XXXXXX .X...XX .X...XX .X...XX .XXXXXX .....XX .....XX .....XX .....XX",
    "A": "....XXX ....XXX XX..XXX XX..... XX..... XX..... XX..XXX ....XXX ....XXX",
    "B": ".....XX .....XX .....XX ...X.XX ...X... ...X... XX.X... XX..... XX.....",
    "C": "....... ....XXX X.X.XXX X.X.XXX X.X.XXX X.X.... X.X.... ....... .......",
    "D": "....... ....... ....... XX.XX.X XX.XX.X XX.XX.X XX.XX.X ....... .......",
}
CHARACTERS = "".join(_SHAPES)
"""Digits, then transit A, amount B, on-us C, dash D."""

FINE = 8
"""Pixels a square that shapes are drawn with."""


@cache
def fine_shape(character: str) -> Floats:
    """Return a character's ink, float32 [72 + 16, 56 + 16] in 0..1, one blank square around it."""
    squares = np.array([[s == "X" for s in row] for row in _SHAPES[character].split()], np.float32)
    fine = np.pad(np.kron(squares, np.ones((FINE, FINE), np.float32)), FINE)
    # blurred and sharpened again, the corners are round like those of the real characters
    return floats(np.clip(2 * cv2.GaussianBlur(fine, (0, 0), 0.35 * FINE) - 0.5, 0, 1))
