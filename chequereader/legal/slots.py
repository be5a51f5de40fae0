"""Texts as slots to fill one after the other, and the graph of all of them.

A slot is a choice of texts, of which the empty one may be left out; a part is slots of which at least one is
filled, and what stands behind them then. Not for what is written in words: see ``phrases`` and ``numbers``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from chequereader.alphabet import RUBBISH, Alphabet
from chequereader.graph import Graph

_WRITTEN = "abcdefghijklmnopqrstuvwxyz0123456789/& "
LETTERS = Alphabet(_WRITTEN + RUBBISH)
"""What the network tells apart: capitals are read as small letters, hyphens as spaces."""
ANYTHING = "*"
"""Stands for whatever is seen beside a text: printed words, the payee, a signature."""
LABELS = Alphabet(_WRITTEN + ANYTHING + RUBBISH)
"""Labels of the graphs of texts; those of ``LETTERS`` but rubbish come first."""
BESIDE = ("", ANYTHING)
"""The slot before and behind a text on its line."""

Slot: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """Slots of which one is filled at least, and then those of ``behind``; the whole may be missing."""

    slots: tuple[Slot, ...]
    behind: tuple[Slot, ...]


Slots: TypeAlias = Sequence[Slot | Part]


def graph_of(slots: Slots) -> Graph:
    """Return the acceptor over ``LABELS`` of all texts of some slots, one member.

    ``origin`` int64 [arcs]: the choice that an arc's letter belongs to; choices count through all slots.
    """
    building = _Building()
    ends = building.fill(slots, np.zeros(1, np.int64))
    arcs = np.concatenate([np.empty((0, 4), np.int64), *building.arcs])
    source, target, label, choice = torch.from_numpy(np.ascontiguousarray(arcs.T))
    start, final = torch.zeros((2, building.nodes), dtype=torch.bool)
    start[0], final[torch.from_numpy(ends)] = True, True
    member = torch.zeros(building.nodes, dtype=torch.int64)
    return Graph(source, target, label, torch.zeros(len(arcs)), member, start, final, 1, choice)


def texts(slots: Slots) -> Iterator[str]:
    """Yield every text of some slots, several times where choices say the same."""
    if not slots:
        yield ""
        return
    first = slots[0]
    if isinstance(first, Part):
        filled = (text for text in texts(first.slots) if text)
        choices: list[str] = ["", *(text + rest for text in filled for rest in texts(first.behind))]
    else:
        choices = list(first)
    for rest in texts(slots[1:]):
        for choice in choices:
            yield choice + rest


class _Building:
    """A graph as it is built: arcs [arcs, 4] of source, target, label and choice, nodes, choices so far."""

    def __init__(self) -> None:
        self.arcs: list[NDArray[np.int64]] = []
        self.nodes = 1
        self.choices = 0

    def fill(self, slots: Slots, entries: NDArray[np.int64]) -> NDArray[np.int64]:
        """Add slots that are entered from some nodes; return the nodes that they are left from."""
        for slot in slots:
            if isinstance(slot, Part):
                left = self.fill(slot.slots, entries)
                filled = left[~np.isin(left, entries)]
                entries = np.append(entries, self.fill(slot.behind, filled))
            else:
                entries = self._fill(slot, entries)
        return entries

    def _fill(self, slot: Slot, entries: NDArray[np.int64]) -> NDArray[np.int64]:
        piece = _piece(slot)
        # a piece's first node stands for all nodes that it may be entered from, its second one is its end
        arcs = np.add(piece.arcs, (self.nodes - 1, self.nodes - 1, 0, self.choices))
        enters = piece.arcs[:, 0] == 0
        first = np.repeat(arcs[enters], len(entries), axis=0)
        first[:, 0] = np.tile(entries, int(enters.sum()))
        self.arcs += [first, arcs[~enters]]
        end = np.array([self.nodes])
        self.nodes += piece.nodes - 1
        self.choices += len(slot)
        return np.append(entries, end) if piece.may_lack else end


@dataclass(frozen=True)
class _Piece:
    """The graph of a slot: ``arcs`` int64 [arcs, 4] of source, target, label and choice, from node 0 to 1."""

    arcs: NDArray[np.int64]
    nodes: int
    may_lack: bool


@cache
def _piece(slot: Slot) -> _Piece:
    arcs: list[tuple[int, int, int, int]] = []
    nodes = 2
    for choice, text in enumerate(slot):
        at = 0
        for place, label in enumerate(LABELS.encode(text)):
            last = place == len(text) - 1
            target, nodes = (1, nodes) if last else (nodes, nodes + 1)
            arcs.append((at, target, label, choice))
            at = target
    return _Piece(np.array(arcs, np.int64).reshape(-1, 4), nodes, "" in slot)
