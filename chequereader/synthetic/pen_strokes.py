"""Characters as a tablet recorded them: UNIPEN's isolated ones, in one npz.

Nothing of this ships with the project: the file is the user's. Only reads; what a character is drawn with is
for ``glyph_sources`` and for the training's ``glyphs``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chequereader.errors import reading_whole
from chequereader.synthetic.pixels import Floats


@dataclass(frozen=True, eq=False)
class PenStrokes:
    """Characters by number: ``labels`` [n], what each says, and ``hands`` int64 [n], who wrote it, from 0.

    ``points`` float32 [m, 2] of all of them, in the tablet's units, y upwards; ``strokes`` where each stroke
    starts among the points, ``characters`` where each character starts among the strokes, both with the end.
    """

    labels: NDArray[np.str_]
    hands: NDArray[np.int64]
    points: Floats
    strokes: NDArray[np.int64]
    characters: NDArray[np.int64]

    @classmethod
    def read(cls, path: Path) -> PenStrokes:
        """Read an npz of ``points``, ``stroke_start``, ``segment_start``, ``label`` and ``writer``.

        ``UnreadableInputError`` for any other file.
        """
        with reading_whole(path, "npz of pen strokes", "unipen_isolated.npz"), np.load(path) as data:
            hands = np.unique(data["writer"], return_inverse=True)[1].astype(np.int64)
            points = data["points"].astype(np.float32)
            return cls(data["label"], hands, points, data["stroke_start"], data["segment_start"])

    def of(self, character: int) -> list[Floats]:
        """Return the strokes of a character, [points, 2] each, none without a point."""
        starts = self.strokes[self.characters[character] : self.characters[character + 1] + 1]
        return [self.points[a:b] for a, b in pairwise(starts) if b > a]
