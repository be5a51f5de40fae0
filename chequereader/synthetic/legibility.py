"""Which digit a drawn one would be taken for: the one whose skeletons lie nearest.

A truth is worth something only where people can read what was drawn. Not for recognition: it knows no ink,
no neighbours and no digits but the generator's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from chequereader.synthetic.glyph_shapes import DIGITS
from chequereader.synthetic.pixels import Floats, floats
from chequereader.synthetic.strokes import skeletons

_POINTS = 20


def taken_for(character: str, paths: Sequence[Floats]) -> str:
    """Return the digit that pen paths [points, 2] (digit heights, y up) look most like.

    What lies nearest is measured both ways, from every point of the one to the other's nearest point. What
    isn't meant as a digit is taken for itself.
    """
    if character not in DIGITS:
        return character
    digits, shapes = _known()
    drawn = _spaced(paths)
    products = drawn @ shapes.transpose(0, 2, 1)
    squared = (shapes**2).sum(axis=2)[:, None] + (drawn**2).sum(axis=1)[:, None] - 2.0 * products
    apart = np.sqrt(squared.clip(0.0))
    nearest = apart.min(axis=2).mean(axis=1) + apart.min(axis=1).mean(axis=1)
    return digits[int(nearest.argmin())]


@cache
def _known() -> tuple[str, Floats]:
    """Return the digit of each skeleton, and its points [skeletons, points, 2]."""
    digits, shapes = "", []
    for digit in DIGITS:
        for skeleton in skeletons(digit)[0]:
            digits += digit
            shapes.append(_spaced([stroke.spread @ stroke.controls for stroke in skeleton.strokes]))
    return digits, floats(np.stack(shapes))


def _spaced(paths: Sequence[Floats]) -> Floats:
    """Return points at even distances along all paths, their box's middle at x = 0, float32 [points, 2]."""
    steps = [np.linalg.norm(np.diff(path, axis=0), axis=1) for path in paths]
    whole = sum(float(step.sum()) for step in steps)
    parts = []
    for path, step in zip(paths, steps, strict=True):
        along = np.concatenate([[0.0], np.cumsum(step)])
        count = max(round(_POINTS * along[-1] / max(whole, 1e-6)), 2)
        at = np.linspace(0.0, along[-1], count)
        parts.append(np.stack([np.interp(at, along, path[:, 0]), np.interp(at, along, path[:, 1])], axis=1))
    points = np.concatenate(parts)
    points = points[np.linspace(0, len(points) - 1, _POINTS).round().astype(int)]
    points[:, 0] -= 0.5 * (points[:, 0].min() + points[:, 0].max())
    return floats(points)
