"""Glyph sources made up on the spot: digits of OpenCV's font as pictures, bars as pen strokes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.training.glyphs import ImageGlyphs, StrokeGlyphs


def digit_images() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Two pictures of each digit, bright on black, uint8 [20, 28, 28], and their labels."""
    images = np.zeros((20, 28, 28), np.uint8)
    for i, image in enumerate(images):
        cv2.putText(image, str(i % 10), (6, 23), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2 + i // 10, cv2.LINE_AA)
    return images, np.arange(20) % 10


def image_glyphs() -> ImageGlyphs:
    return ImageGlyphs(*digit_images())


def pens() -> StrokeGlyphs:
    """A writer who makes a Z of every digit, and signs as they are."""
    z = [np.array([[0, 0], [6, 0], [0, 10], [6, 10]], np.float32)]
    bar = [np.array([[0, 0], [1, 0]], np.float32)]
    samples = {digit: [[z]] for digit in "0123456789"}
    samples |= {"-": [[bar]], ".": [[bar]], ",": [[[np.array([[1, 0], [0, 3]], np.float32)]]]}
    samples |= {"/": [[[np.array([[4, 0], [0, 9]], np.float32)]]], "=": [[[*bar, bar[0] + [0, 0.5]]]]}
    return StrokeGlyphs({char: list(by_writer) for char, by_writer in samples.items()})
