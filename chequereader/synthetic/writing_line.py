"""A line of handwriting as it grows: glyphs set one behind the other, in digit heights, y upwards.

Where each glyph goes and what else is drawn beside it. Not for the shapes of glyphs (``handwriting``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chequereader.synthetic.glyph_sources import Picture
from chequereader.synthetic.pixels import Floats

_DEEPEST = 0.15
"""Share of the narrower one's width by which neighbours overlap at most."""

_SLIM, _APART = 0.25, 0.05
"""Up to which width, digit heights, a glyph is a mere stroke, and how far it keeps from a neighbour: a 1 that
runs into a 2 is no 1 any more."""


@dataclass(frozen=True)
class Slot:
    """Where one character goes: its scale and how far it stands above the baseline, in digit heights."""

    character: str
    shape: str
    scale: float
    rise: float
    raised: bool = False
    bar: bool = False


class WritingLine:
    """A line being written: glyphs placed so far, from left to right, in digit heights."""

    def __init__(self, pen_width: float) -> None:
        self.placed: list[tuple[str, list[Floats] | Picture]] = []
        self.strays: list[Floats] = []
        self.cursor = 0.0
        self.last: Slot | None = None
        self._pen_width = pen_width  # gaps are between edges of ink, not between paths
        self._raised_from = 0.0
        self._last_width = 0.0

    def space(self, width: float) -> None:
        """Leave a gap between words."""
        self.cursor += width
        self.last = None

    def put(self, slot: Slot, glyph: list[Floats] | Picture, gap: float, rise: float, joined: bool) -> None:
        """Place a glyph ``gap`` behind the last one, the pen kept on the paper if ``joined``.

        A negative gap is an overlap, and never so deep that the narrower of the two would be lost in it.
        """
        extent = glyph.box if isinstance(glyph, Picture) else np.concatenate(glyph)
        left, right = float(extent[:, 0].min()), float(extent[:, 0].max())
        narrower = min(right - left, self._last_width)
        gap = max(gap, _APART * slot.scale if narrower < _SLIM and not joined else -_DEEPEST * narrower)
        self._last_width = right - left
        start = self.cursor if self.last is None else self.cursor + gap + self._pen_width
        if slot.raised and (self.last is None or not self.last.raised):
            self._raised_from = start
        offset = np.array([start - left, rise], np.float32)
        self.cursor = start + right - left
        if isinstance(glyph, Picture):
            self.placed.append((slot.character, glyph.moved(offset)))
        else:
            paths = [path + offset for path in glyph]
            if joined and self.placed and isinstance(self.placed[-1][1], list):
                self.placed[-1][1].append(_bridge(self.placed[-1][1][0][-1], paths[0][0]))
            self.placed.append((slot.character, paths))
        self.last = slot

    def _below_raised(self, height: float, rng: np.random.Generator) -> Floats:
        ends = [self._raised_from - 0.05, self.cursor + 0.08]
        return np.array([[x, height + rng.normal(0, 0.02)] for x in ends], np.float32)

    def underline(self, height: float, rng: np.random.Generator) -> None:
        """Draw a line below raised digits; it belongs to no character."""
        self.strays.append(self._below_raised(height, rng))

    def bar(self, character: str, height: float, rng: np.random.Generator) -> None:
        """Draw the level bar of a fraction below raised digits and go back to its left end."""
        self.placed.append((character, [self._below_raised(height, rng)]))
        self.cursor = self._raised_from
        self.last = None


def _bridge(start: Floats, end: Floats) -> Floats:
    """Return the path of a pen that goes on from one character to the next in a shallow bow."""
    t = np.linspace(0, 1, 6, dtype=np.float32)[:, None]
    sag = np.array([0.0, -0.06], np.float32) if start[1] < 0.6 else np.array([0.0, 0.02], np.float32)
    return start * (1 - t) + end * t + 4 * t * (1 - t) * sag
