"""Lines, boxes and letters on pictures: what all pictures for people are drawn with.

Pictures are RGB, uint8 [height, width, 3]; what draws does so in place. Not for choosing what to show.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from chequereader.alphabet import LOWERED
from chequereader.box import Box
from chequereader.segmentation.cuts import Cuts

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

RED, GREEN, BLUE, GREY = (200, 30, 30), (0, 130, 50), (30, 80, 200), (150, 150, 150)

_SPELT = str.maketrans(
    {"£": "GBP", "€": "EUR", "₹": "INR", **{chr(raised): f"^{chr(low)}" for raised, low in LOWERED.items()}}
)
"""What Pillow's own font, the only one that is always there, has no letters for."""


def coloured(grey: NDArray[np.uint8]) -> Picture:
    """Return a picture of its own to draw on; ``grey`` is uint8 [height, width]."""
    return np.repeat(grey[..., None], 3, axis=2)


def resized(grey: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """Return a grey picture made smaller or larger; one of the same size may be the one that came in."""
    if scale == 1.0:
        return grey
    size = max(round(grey.shape[1] * scale), 1), max(round(grey.shape[0] * scale), 1)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=how), np.uint8)


def draw_box(canvas: Picture, box: Box, colour: Colour, thickness: int = 2) -> None:
    """Draw the outline of a box along the pixels that are its edge."""
    cv2.rectangle(canvas, (box.x0, box.y0), (box.x1 - 1, box.y1 - 1), colour, thickness)


def draw_cuts(canvas: Picture, cuts: Cuts, to_canvas: NDArray[np.float64], colour: Colour) -> None:
    """Draw every cut of a field; ``to_canvas`` [2, 3] takes the field's pixels to the canvas."""
    for line in cuts.x:
        points = np.stack([line, np.arange(len(line)), np.ones(len(line))], axis=1) @ to_canvas.T
        cv2.polylines(canvas, [points.astype(np.int32)[:, None]], False, colour, 1, cv2.LINE_AA)


def draw_text(
    canvas: Picture, x: int, y: int, text: str, colour: Colour, size: int, centred: bool = False
) -> None:
    """Draw text from its top left corner, or from the middle of its top; raised digits stand as ``^5``."""
    image = Image.fromarray(canvas)
    ImageDraw.Draw(image).text(
        (max(x, 0), max(y, 0)),
        text.translate(_SPELT),
        fill=colour,
        font=ImageFont.load_default(size),
        anchor="ma" if centred else "la",
    )
    canvas[:] = np.asarray(image)
