"""Arrays of pixels and points: the two types that the package passes around, and casts to them.

OpenCV's results have no element type that a checker could follow; these casts give it back without a copy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
"""Light 0..255, ink 0..1 or points, as the docstring at hand says."""

Image = NDArray[np.uint8]
"""Grey pixels [height, width]."""


def floats(values: ArrayLike) -> Floats:
    """Return the values as float32, themselves if they are so already."""
    return np.asarray(values, np.float32)


def bytes_of(values: ArrayLike) -> Image:
    """Return whole values 0..255 as uint8, themselves if they are so already."""
    return np.asarray(values, np.uint8)


def unit(canvas: ArrayLike) -> Floats:
    """Return a canvas drawn with values 0..255 as ink 0..1."""
    return np.asarray(canvas, np.float32) / np.float32(255)
