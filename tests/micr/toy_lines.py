"""Clean lines of E-13B drawn straight from the shapes, with what is known of them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.micr.line import HEIGHT, ROWS, Strip
from chequereader.micr.segmenter import GEOMETRY, MicrSegmentation
from chequereader.synthetic.e13b import PITCH, SQUARE, fine_shape

TEXT = "C001974C A122016066A 001464159C"


def clean_line(text: str, height: float = 24.0, degrees: float = 0.0, pad: int = 12) -> NDArray[np.uint8]:
    """Return a line in black on white, digits ``height`` pixels tall, turned clockwise by ``degrees``."""
    pitch = PITCH / SQUARE * 8
    ink = np.zeros((11 * 8, int(pitch * len(text)) + 40), np.float32)
    for place, character in enumerate(text):
        if character != " ":
            shape = fine_shape(character)
            x = round(place * pitch)
            part = ink[: shape.shape[0], x : x + shape.shape[1]]
            np.maximum(part, shape, out=part)
    scale = height / 72
    small = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    room = pad + int(abs(np.tan(np.deg2rad(degrees))) * small.shape[1] / 2)
    small = cv2.copyMakeBorder(small, room, room, pad, pad, cv2.BORDER_CONSTANT, value=0.0)
    if degrees:
        middle = small.shape[1] / 2, small.shape[0] / 2
        turn = cv2.getRotationMatrix2D(middle, -degrees, 1.0)
        small = cv2.warpAffine(small, turn, (small.shape[1], small.shape[0]))
    return np.round(255 * (1 - np.clip(small, 0, 1))).astype(np.uint8)


def bare_strip(ink: NDArray[np.uint8]) -> Strip:
    """Return a strip of its own picture."""
    columns = np.arange(ink.shape[1], dtype=np.float64)
    return Strip(ink, columns, np.full(len(columns), (ROWS - 1) / 2), np.full(len(columns), HEIGHT))


def line_of(arcs: list[tuple[int, int]]) -> MicrSegmentation:
    """Return a segmentation with these arcs and no pictures."""
    source, target = np.array(sorted(arcs), np.int64).T
    count = len(arcs)
    return MicrSegmentation(
        bare_strip(np.zeros((32, 8), np.uint8)),
        int(target.max()) + 1,
        source,
        target,
        np.zeros((count, 32, 32), np.uint8),
        np.zeros((count, len(GEOMETRY)), np.float32),
        np.zeros((count, 2), np.int32),
    )


def page(height: float = 23.0) -> tuple[NDArray[np.uint8], Box]:
    """A cheque of sorts: print, a signature, and the line near its foot; and where the line's ink is."""
    image = np.full((640, 1400), 235, np.uint8)
    for k, words in enumerate(("PAY TO THE ORDER OF  Some Payee", "One hundred and no/100", "MEMO", "12345")):
        cv2.putText(image, words, (60 + 30 * k, 120 + 90 * k), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 60, 2)
    cv2.polylines(
        image, [np.array([[900, 440], [960, 380], [990, 470], [1100, 400]], np.int32)], False, 40, 3
    )
    cv2.line(image, (60, 330), (1300, 330), 90, 2)
    line = clean_line(TEXT, height)
    rows, columns = line.shape
    y, x = 640 - rows - 20, 130
    image[y : y + rows, x : x + columns] = np.minimum(image[y : y + rows, x : x + columns], line)
    ink_y, ink_x = np.nonzero(line < 128)
    return image, Box(x + ink_x.min(), y + ink_y.min(), x + ink_x.max() + 1, y + ink_y.max() + 1)
