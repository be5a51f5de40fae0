"""Printed currency signs among the components of a page, by their likeness to a few rendered shapes.

A hint for the field penalty only: the sign that counts is the one the recogniser reads in the zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from chequereader.box import Box
from chequereader.fields.groups import Components, FloatArray
from chequereader.fields.page_ink import INCH

SIDE = 16
CURRENCIES = {"$": "USD", "£": "GBP", "€": "EUR", "₹": "INR"}
OTHERS = "0123456789ABCDEFGHKMPRSTUYacdeghnopqrsuy"
"""Shapes that a sign must not be taken for."""
HEIGHTS = 0.09 * INCH, 0.36 * INCH
ASPECTS = 0.35, 1.25
LIKE_A_SIGN = 0.75

STROKES = {
    "₹": (
        ((0.05, 0.02), (0.95, 0.02)),
        ((0.05, 0.26), (0.95, 0.26)),
        ((0.05, 0.02), (0.4, 0.02), (0.62, 0.1), (0.68, 0.26), (0.62, 0.42), (0.4, 0.5), (0.05, 0.5)),
        ((0.05, 0.5), (0.66, 1.0)),
    ),
    "£": (
        ((0.9, 0.2), (0.78, 0.06), (0.6, 0.0), (0.42, 0.06), (0.32, 0.24), (0.38, 0.55), (0.34, 0.82),
         (0.1, 1.0)),
        ((0.1, 1.0), (0.95, 1.0)),
        ((0.1, 0.52), (0.75, 0.52)),
    ),
    "€": (
        ((1.0, 0.1), (0.8, 0.0), (0.55, 0.04), (0.34, 0.22), (0.26, 0.5), (0.34, 0.78), (0.55, 0.96),
         (0.8, 1.0), (1.0, 0.9)),
        ((0.05, 0.4), (0.8, 0.4)),
        ((0.05, 0.6), (0.76, 0.6)),
    ),
}  # fmt: skip
"""Signs that few fonts have, as strokes in a unit square."""


def sign_likeness(components: Components) -> tuple[FloatArray, list[str]]:
    """Return for each component its likeness to the nearest sign, float32 [n] in 0..1, and that sign.

    The likeness is the correlation of the component's shape, brought to one size, with the sign's; nought
    where a digit or a letter is more like it.
    """
    boxes = components.boxes
    likeness = np.zeros(len(boxes), np.float32)
    signs = [""] * len(boxes)
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    plausible = (height >= HEIGHTS[0]) & (height <= HEIGHTS[1])
    plausible &= (width >= ASPECTS[0] * height) & (width <= ASPECTS[1] * height)
    rows = np.flatnonzero(plausible)
    if len(rows) == 0:
        return likeness, signs
    names, shapes = _templates()
    own = [
        (components.label[y0:y1, x0:x1] == row).astype(np.float32)
        for row, (x0, y0, x1, y1) in zip(rows.tolist(), boxes[rows].tolist(), strict=True)
    ]
    scores = _normalised(own) @ shapes.T
    best = scores.argmax(axis=1)
    for row, template, score in zip(rows, best, scores.max(axis=1), strict=True):
        if names[template] in CURRENCIES and score > 0:
            likeness[row], signs[row] = score, names[template]
    return likeness, signs


def currency_at(box: Box, components: Components, likeness: FloatArray, signs: Sequence[str]) -> str | None:
    """Return the ISO code of the likeliest sign printed at a zone's start or just left of it, if any.

    None, too, for a sign with a letter close on its left: the dollars of ``R$`` and ``S$`` are others.
    """
    x0, y0, x1, y1 = components.boxes.T
    middle = (y0 + y1) / 2
    level = (middle >= box.y0 - 0.1 * INCH) & (middle < box.y1 + 0.1 * INCH)
    beside = (x1 > box.x0 - 0.6 * INCH) & (x0 < box.x0 + 0.3 * INCH)
    scores = np.where(level & beside, likeness, 0.0)
    if len(scores) == 0 or scores.max() < LIKE_A_SIGN:
        return None
    best = int(scores.argmax())
    height = y1[best] - y0[best]
    space = x0[best] - x1
    joined = (
        level
        & (space >= 0)
        & (space <= 0.35 * height)
        & (y1 - y0 >= 0.6 * height)
        & (x1 - x0 >= 0.3 * height)
    )
    return None if joined.any() else CURRENCIES[signs[best]]


def _normalised(shapes: Sequence[FloatArray]) -> FloatArray:
    """Return shapes in centred squares of ``SIDE``, blurred a little, [shapes, SIDE * SIDE].

    Each is of mean nought and length one.
    """
    # blurred all at once, each with a margin that mirrors it about its outermost pixels
    squares = np.zeros((len(shapes), SIDE + 2, SIDE + 2), np.float32)
    inner = SIDE - 2
    for square, shape in zip(squares, shapes, strict=True):
        height, width = shape.shape
        larger = max(width, height)
        across, down = max(round(inner * width / larger), 1), max(round(inner * height / larger), 1)
        x, y = (SIDE - across) // 2 + 1, (SIDE - down) // 2 + 1
        square[y : y + down, x : x + across] = cv2.resize(shape, (across, down), interpolation=cv2.INTER_AREA)
    squares[:, 0], squares[:, -1] = squares[:, 2], squares[:, -3]
    squares[..., 0], squares[..., -1] = squares[..., 2], squares[..., -3]
    rows = squares[:, :-2] + 2 * squares[:, 1:-1] + squares[:, 2:]
    flat = (rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]).reshape(len(shapes), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)


@cache
def _templates() -> tuple[tuple[str, ...], FloatArray]:
    """Return the names of the templates, signs and others, and their shapes, [templates, SIDE * SIDE]."""
    names: list[str] = []
    shapes: list[npt.NDArray[np.float32]] = []
    font = ImageFont.load_default(size=64)
    for sign in "$" + OTHERS:
        for weight in (0, 2, 5):
            canvas = Image.new("L", (128, 128))
            ImageDraw.Draw(canvas).text((32, 16), sign, fill=255, font=font, stroke_width=weight)
            names.append(sign)
            shapes.append(_trimmed(np.asarray(canvas, np.float32) / np.float32(255)))
    for sign, strokes in STROKES.items():
        for aspect in (0.55, 0.7):
            for weight in (5, 9, 14):
                drawn = np.zeros((128, 128), np.uint8)
                for stroke in strokes:
                    points = np.array([(16 + 90 * aspect * x, 16 + 90 * y) for x, y in stroke])
                    cv2.polylines(drawn, [points.round().astype(np.int32)], False, 255, weight, cv2.LINE_AA)
                names.append(sign)
                shapes.append(_trimmed(drawn.astype(np.float32) / np.float32(255)))
    return tuple(names), _normalised(shapes)


def _trimmed(image: FloatArray) -> FloatArray:
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
