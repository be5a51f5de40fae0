"""Strips with their truth, packed: what the sliding network learns from.

Not for making them: see ``composing`` for new ones and ``lattices`` for those that come with candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chequereader.segmentation.strip import STANDARD, Scale, rescaled


@dataclass(frozen=True)
class Strips:
    """Packed strips.

    ``truths`` str [members], as the module ``truths`` tells them. ``columns``
    uint8 [columns, 32]: those of member m from ``column`` [m] up to [m + 1]; ``column`` int64 [members + 1].
    """

    truths: NDArray[np.str_]
    column: NDArray[np.int64]
    columns: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.truths)

    @classmethod
    def pack(cls, items: Iterable[tuple[NDArray[np.uint8], str]]) -> Strips:
        """Pack strips uint8 [32, width], each with its truth; at least one."""
        strips, truths = zip(*items, strict=True)
        column = np.concatenate([[0], np.cumsum([strip.shape[1] for strip in strips])]).astype(np.int64)
        return cls(np.array(truths), column, np.concatenate([strip.T for strip in strips]))

    @classmethod
    def join(cls, parts: Sequence[Strips]) -> Strips:
        """Put packs one after the other."""
        widths = np.concatenate([np.diff(part.column) for part in parts])
        return cls(
            np.concatenate([part.truths for part in parts]),
            np.concatenate([[0], np.cumsum(widths)]).astype(np.int64),
            np.concatenate([part.columns for part in parts]),
        )

    def select(self, members: NDArray[np.int64]) -> Strips:
        """Return some members' strips, in the order asked for."""
        return Strips(
            self.truths[members],
            np.concatenate([[0], np.cumsum(np.diff(self.column)[members])]).astype(np.int64),
            np.concatenate(
                [self.columns[:0], *(self.columns[self.column[m] : self.column[m + 1]] for m in members)]
            ),
        )

    def rescaled(self, scale: Scale) -> Strips:
        """Return the strips as a network of that scale sees them."""
        if scale == STANDARD:
            return self
        return Strips.pack((rescaled(self.strip(m), scale), str(self.truths[m])) for m in range(len(self)))

    def strip(self, member: int) -> NDArray[np.uint8]:
        """Return a member's strip, uint8 [32, width]."""
        return self.columns[self.column[member] : self.column[member + 1]].T
