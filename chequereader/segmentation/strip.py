"""The field as one picture for the sliding network: ``STRIP`` pixels high, the line of writing level in it.

The same ink and slant as the candidates' pictures, uncut (section VII). Not for cuts or for scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.segmentation.normalise import HEIGHT, Field

STRIP = 32
"""Height of a strip in pixels, as LeNet-5 takes it."""

STRIDE = 4
"""Pixels between two positions of the network (section VII)."""

REACH = 32
"""Pixels wide that one position of the network sees."""

DIGIT = 21.0  # height of a digit in the strip: room for raised cents above and commas below
TALLEST = 24.0  # height left to what is larger than the others: more would be cut off the strip
STRETCH = 1.8  # wider than tall, so that narrow neighbours lie more than two positions apart
_LARGE = 0.45  # of a digit's height: components from here on count
_OUTERMOST = 15  # percent of them that may stand out, above and below
_SMALLEST = 0.6  # how much smaller than by base line and top line a strip may be
_MOST = 2048  # pixels; a field of noise is not followed further


@dataclass(frozen=True)
class Scale:
    """How large a network sees strips: ``across`` times as wide as ``strip`` makes them.

    Networks that see them differently misread differently; the narrower the more of what stands around.
    """

    across: float = 1.0


STANDARD = Scale()
"""As strips are made and kept."""


def rescaled(made: NDArray[np.uint8], scale: Scale) -> NDArray[np.uint8]:
    """Return a strip, uint8 [32, width], as a network of that scale sees it, uint8 [32, other width]."""
    if scale.across == 1.0:
        return made
    width = max(round(made.shape[1] * scale.across), REACH)
    how = cv2.INTER_AREA if scale.across < 1.0 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.ascontiguousarray(made), (width, STRIP), interpolation=how), np.uint8)


def strip_transform(field: Field) -> NDArray[np.float64]:
    """Return the float64 [2, 3] matrix that takes the field's pixels (x, y) to those of its strip."""
    slope, base = field.baseline
    _, top = field.topline
    scale = DIGIT / float(np.clip(base - top, 0.6 * HEIGHT, 1.5 * HEIGHT))
    middle = (base + top) / 2
    # the lines are those of most components: small noughts, when there are many, would
    # leave no room for the larger digits
    boxes = field.components[field.components[:, 3] >= _LARGE * HEIGHT]
    if len(boxes) > 1:
        line = slope * (boxes[:, 0] + boxes[:, 2] / 2)
        highest = float(np.percentile(boxes[:, 1] - line, _OUTERMOST))
        lowest = float(np.percentile(boxes[:, 1] + boxes[:, 3] - line, 100 - _OUTERMOST))
        if (lowest - highest) * scale > TALLEST:
            scale = max(TALLEST / (lowest - highest), _SMALLEST * scale)
            middle = (lowest + highest) / 2
    # y = slope x + middle becomes the strip's middle; what lies left of the field is paper
    return np.array(
        [
            [scale * STRETCH, 0.0, REACH / 2],
            [-scale * slope, scale, STRIP / 2 - scale * middle],
        ]
    )


def strip(field: Field) -> NDArray[np.uint8]:
    """Return the strip of a field, uint8 [32, width], ink 255 on 0, half a reach of paper at either end."""
    matrix = strip_transform(field)
    width = min(int(np.ceil(matrix[0, 0] * field.ink.soft.shape[1])) + REACH, _MOST)
    soft = cv2.convertScaleAbs(field.ink.soft, alpha=255.0)
    # smaller than the field by less than half: linear interpolation of the blurred ink loses no stroke
    return np.asarray(cv2.warpAffine(soft, matrix, (width, STRIP), flags=cv2.INTER_LINEAR), np.uint8)


def positions(width: int) -> int:
    """Return how many positions the network has on a strip of that width."""
    return (width - REACH) // STRIDE + 1
