"""Pen strokes: from the control points of a skeleton to the path of a pen.

A path is linear in its control points (Catmull-Rom splines between corners), so every stroke keeps one matrix
that turns control points, however a writer bent them, into path points. Not for ink: that is in ``pens``.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np

from chequereader.synthetic.glyph_shapes import DIGITS, SIGNS
from chequereader.synthetic.letter_shapes import LOWER, PUNCTUATION, UPPER
from chequereader.synthetic.pixels import Floats, floats

SHAPES = DIGITS | SIGNS | UPPER | (LOWER | {"x": SIGNS["x"]}) | PUNCTUATION
"""Every character that the pen model can write, with its weighted skeletons."""

_STEPS_PER_SPAN = 6


@dataclass(frozen=True, eq=False)
class Stroke:
    """``controls`` float32 [n, 2] (x right, y up, digit height 1); ``spread`` [points, n]: their path."""

    controls: Floats
    spread: Floats


@dataclass(frozen=True, eq=False)
class Skeleton:
    """One way to draw one character: its strokes in writing order."""

    strokes: tuple[Stroke, ...]


def _run(count: int) -> Floats:
    """Return [points, count], the Catmull-Rom spline through ``count`` >= 2 points, end points included."""
    if count == 2:
        t = np.linspace(0, 1, 5, dtype=np.float32)[:, None]
        return np.hstack([1 - t, t])
    t = np.linspace(0, 1, _STEPS_PER_SPAN, endpoint=False, dtype=np.float32)
    basis = 0.5 * np.stack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3], axis=1
    )
    spans = []
    for span in range(count - 1):
        rows = np.zeros((_STEPS_PER_SPAN, count), dtype=np.float32)
        for column, tap in enumerate(range(span - 1, span + 3)):
            if tap < 0:  # the curve is continued by reflection beyond its ends
                rows[:, 0] += 2 * basis[:, column]
                rows[:, 1] -= basis[:, column]
            elif tap >= count:
                rows[:, count - 1] += 2 * basis[:, column]
                rows[:, count - 2] -= basis[:, column]
            else:
                rows[:, tap] += basis[:, column]
        spans.append(rows)
    last = np.zeros((1, count), dtype=np.float32)
    last[0, -1] = 1
    return np.vstack([*spans, last])


def parse(notation: str) -> Skeleton:
    """Return the skeleton that the notation of ``glyph_shapes`` describes.

    ``ValueError`` for a stroke with fewer than two points or a point that is no pair of numbers.
    """
    strokes = []
    for part in notation.split(";"):
        words = part.split()
        if len(words) < 2:
            raise ValueError(f"a stroke needs two points or more: {part!r}")
        points = [[float(number) for number in word.rstrip("!").split(",")] for word in words]
        controls = floats(points) / np.float32(100)
        if controls.shape[1:] != (2,):
            raise ValueError(f"points are pairs x,y: {part!r}")
        breaks = [0, *(i for i, word in enumerate(words) if word.endswith("!")), len(words) - 1]
        rows = []
        for first, last in itertools.pairwise(breaks):
            if last == first:
                continue
            spread = np.zeros((len(_run(last - first + 1)), len(words)), dtype=np.float32)
            spread[:, first : last + 1] = _run(last - first + 1)
            rows.append(spread)
        strokes.append(Stroke(floats(controls), np.concatenate(rows)))
    return Skeleton(tuple(strokes))


@cache
def skeletons(character: str) -> tuple[tuple[Skeleton, ...], Floats]:
    """Return a character's skeletons and how usual each is (sums to one); ``KeyError`` if it has none."""
    shapes = SHAPES[character]
    weights = np.array([weight for weight, _ in shapes], dtype=np.float32)
    return tuple(parse(notation) for _, notation in shapes), weights / weights.sum()
