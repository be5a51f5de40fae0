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
import torch
from numpy.typing import NDArray

from chequereader.errors import UsageError
from chequereader.graph import Graph
from chequereader.segmentation.packing import pack_arcs
from chequereader.segmentation.segmenter import Segmentation
from chequereader.segmentation.strip import strip


@dataclass(frozen=True)
class Lattices:
    """Packed lattices: arcs of all members one after the other.

    ``offset`` int64 [members + 1]: where each member's arcs begin. ``nodes`` int64 [members]. ``source``,
    ``target`` int64 [arcs] within the member. ``crops`` uint8 [arcs, 32, 32]; ``geometry`` float32 [arcs,
    features]; ``labels`` int64 [arcs], -1 unknown. ``truths`` str [members], as the
    module ``truths`` tells them. ``strips`` uint8 [columns, 32]: the columns of the
    members' strips, those of member m from ``column`` [m] up to [m + 1].
    """

    offset: NDArray[np.int64]
    nodes: NDArray[np.int64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    crops: NDArray[np.uint8]
    geometry: NDArray[np.float32]
    labels: NDArray[np.int64]
    truths: NDArray[np.str_]
    column: NDArray[np.int64]
    strips: NDArray[np.uint8]

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
        strips = [strip(s.field) for s, _, _ in kept]
        return cls(
            offset=_offsets(sizes),
            nodes=np.array([s.cuts for s, _, _ in kept], np.int64),
            source=np.concatenate([s.source for s, _, _ in kept]),
            target=np.concatenate([s.target for s, _, _ in kept]),
            crops=np.concatenate([s.crops for s, _, _ in kept]),
            geometry=np.concatenate([s.geometry for s, _, _ in kept]),
            labels=np.concatenate([labels for _, labels, _ in kept]),
            truths=np.array([truth for _, _, truth in kept]),
            column=_offsets([one.shape[1] for one in strips]),
            strips=np.concatenate([one.T for one in strips]),
        )

    @classmethod
    def join(cls, parts: Sequence[Lattices]) -> Lattices:
        """Put packs one after the other."""
        joined = {f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(cls)}
        for name in ("offset", "column"):
            joined[name] = _offsets(np.concatenate([np.diff(getattr(p, name)) for p in parts]))
        return cls(**joined)

    def select(self, members: NDArray[np.int64]) -> Lattices:
        """Return the lattices of some members, in the order asked for."""
        arcs, columns = _ranges(self.offset, members), _ranges(self.column, members)
        return Lattices(
            offset=_offsets(np.diff(self.offset)[members]),
            column=_offsets(np.diff(self.column)[members]),
            nodes=self.nodes[members],
            truths=self.truths[members],
            strips=self.strips[columns],
            **{n: getattr(self, n)[arcs] for n in ("source", "target", "crops", "geometry", "labels")},
        )

    def strip(self, member: int) -> NDArray[np.uint8]:
        """Return a member's strip, uint8 [32, width]."""
        return self.strips[self.column[member] : self.column[member + 1]].T

    def graph(self, device: torch.device | None = None) -> Graph:
        """Return the segmentation graphs, packed, with penalties of nought."""
        return pack_arcs(self.nodes, np.diff(self.offset), self.source, self.target, device)

    def save(self, path: Path) -> None:
        """Write all arrays to one uncompressed npz."""
        np.savez(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Lattices:
        """Read what ``save`` wrote."""
        with np.load(path, allow_pickle=False) as data:
            return cls(**{f.name: data[f.name] for f in fields(cls)})


def _offsets(sizes: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _ranges(offset: NDArray[np.int64], members: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.arange(offset[m], offset[m + 1]) for m in members])
