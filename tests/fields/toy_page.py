"""Toy cheques drawn with OpenCV's own lettering: nothing of the project's generator in them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from chequereader.box import Box

Image = npt.NDArray[np.uint8]
FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True)
class ToyPage:
    image: Image
    amount: Box
    frame: Box


def put(image: Image, text: str, x: int, baseline: int, height: int, pen: int) -> Box:
    """Write a text of capitals ``height`` pixels high and return the box of its ink."""
    before = image.copy()
    cv2.putText(image, text, (x, baseline), FONT, height / 21.0, 30, pen, cv2.LINE_AA)
    rows, columns = np.nonzero(image != before)
    return Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)


def toy_page(
    amount: str = "1,234.56",
    left: float = 0.72,
    top: float = 0.36,
    scale: float = 1.0,
    boxed: bool = True,
) -> ToyPage:
    """Return a page of 1450 x 650 pixels times ``scale`` with payee, words, date, signature and MICR line."""
    width, height = round(1450 * scale), round(650 * scale)
    image = np.full((height, width), 235, np.uint8)

    def at(x: float, y: float) -> tuple[int, int]:
        return round(x * width), round(y * height)

    put(image, "TOY BANK", *at(0.04, 0.1), round(28 * scale), 3)
    put(image, "5 Road Street, Town", *at(0.04, 0.15), round(13 * scale), 1)
    put(image, "12/11/2026", *at(0.76, 0.14), round(26 * scale), 3)
    for name, text, y in (("PAY", "Anna Example", 0.3), ("SUM", "One thousand two hundred", 0.45)):
        put(image, name, *at(0.03, y), round(12 * scale), 1)
        put(image, text, *at(0.1, y - 0.01), round(26 * scale), 3)
        cv2.line(image, at(0.08, y + 0.01), at(0.66, y + 0.01), 60, max(round(2 * scale), 1))
    put(image, "Signed", *at(0.7, 0.78), round(30 * scale), 3)
    cv2.line(image, at(0.65, 0.81), at(0.95, 0.81), 60, max(round(2 * scale), 1))
    put(image, "123456  000123  7890123456", *at(0.1, 0.95), round(22 * scale), 3)
    x, y = at(left, top)
    frame = Box(x, y, x + round(330 * scale), y + round(66 * scale))
    if boxed:
        cv2.rectangle(image, (frame.x0, frame.y0), (frame.x1 - 1, frame.y1 - 1), 60, max(round(2 * scale), 1))
    ink = put(image, amount, x + round(60 * scale), y + round(48 * scale), round(30 * scale), 3)
    put(image, "$", x + round(12 * scale), y + round(48 * scale), round(28 * scale), 3)
    return ToyPage(image, ink, frame)


def turned(image: Image, degrees: float, grey: int = 235, margin: int = 80) -> Image:
    """Return the image on a larger sheet, its lines falling to the right by ``degrees``."""
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    matrix[:, 2] += margin
    size = (width + 2 * margin, height + 2 * margin)
    return cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=grey)
