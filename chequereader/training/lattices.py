"""Segmentation graphs with their truth, packed: what both trainings feed on.

A lattice is a segmented field with its candidates' pictures, what is known of each candidate, and what the
whole field says. Packed into flat arrays, so that a hundred thousand fit in memory and in one file. Not the
place for making them: see ``strings`` and the recipes in ``pipelines``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chequereader.errors import UsageError
from chequereader.graph import Graph
from chequereader.segmentation.packing import pack_arcs
from chequereader.segmentation.segmenter import Segmentation


@dataclass(frozen=True)
class Lattices:
    """Packed lattices: arcs of all members one after the other.

    ``offset`` int64 [members + 1]: where each member's arcs begin. ``nodes`` int64 [members]. ``source``,
    ``target`` int64 [arcs] within the member. ``crops`` uint8 [arcs, 32, 32]; ``geometry`` float32 [arcs,
    features]; ``labels`` int64 [arcs], -1 unknown. ``truths`` str [members]: the amount as
    written where that is known, else its digits alone.
    """

    offset: NDArray[np.int64]
    nodes: NDArray[np.int64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    crops: NDArray[np.uint8]
    geometry: NDArray[np.float32]
    labels: NDArray[np.int64]
    truths: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.nodes)

    @classmethod
    def pack(cls, items: Iterable[tuple[Segmentation, NDArray[np.int64], str]]) -> Lattices:
        """Pack segmentations, each with the labels of its candidates and its truth.

        Fields without ink are left out; ``UsageError`` if that leaves none.
        """
        kept = [item for item in items if len(item[0].source)]
        if not kept:
            raise UsageError(
                "nothing to learn from: no field says an amount; give cheque sets with text or digits"
            )
        sizes = [len(s.source) for s, _, _ in kept]
        return cls(
            offset=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            nodes=np.array([s.cuts for s, _, _ in kept], np.int64),
            source=np.concatenate([s.source for s, _, _ in kept]),
            target=np.concatenate([s.target for s, _, _ in kept]),
            crops=np.concatenate([s.crops for s, _, _ in kept]),
            geometry=np.concatenate([s.geometry for s, _, _ in kept]),
            labels=np.concatenate([labels for _, labels, _ in kept]),
            truths=np.array([truth for _, _, truth in kept]),
        )

    @classmethod
    def join(cls, parts: Sequence[Lattices]) -> Lattices:
        """Put packs one after the other."""
        joined = {f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)}
        starts = np.cumsum([0] + [len(p.source) for p in parts])
        shifted = [p.offset[:-1] + s for p, s in zip(parts, starts, strict=False)]
        joined["offset"] = np.concatenate([*shifted, starts[-1:]])
        return cls(**joined)

    def select(self, members: NDArray[np.int64]) -> Lattices:
        """Return the lattices of some members, in the order asked for."""
        arcs = np.concatenate([np.arange(self.offset[m], self.offset[m + 1]) for m in members])
        sizes = self.offset[members + 1] - self.offset[members]
        by_arc = {n: getattr(self, n)[arcs] for n in ("source", "target", "crops", "geometry", "labels")}
        offset = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return Lattices(offset=offset, nodes=self.nodes[members], truths=self.truths[members], **by_arc)

    def graph(self) -> Graph:
        """Return the segmentation graphs, packed, with penalties of nought."""
        return pack_arcs(self.nodes, np.diff(self.offset), self.source, self.target)

    def save(self, path: Path) -> None:
        """Write all arrays to one uncompressed npz."""
        np.savez(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Lattices:
        """Read what ``save`` wrote."""
        with np.load(path, allow_pickle=False) as data:
            return cls(**{f.name: data[f.name] for f in fields(cls)})
