"""Grammars as sparse matrices between their states and what may be read into them.

The layout behind ``probabilities``; ``pairing`` has those behind ``fused``.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from chequereader.graph.graph import Graph
from chequereader.graph.order import on_host

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class First(NamedTuple):
    """The first so many grammars: how many states and groups they have, and their matrices.

    ``out`` takes values of states to groups, ``into`` sums groups in their states.
    """

    grammars: int
    states: int
    groups: int
    out: csr_array
    into: csr_array


class Moves:
    """Arcs of grammars in groups of one label into one state; states and groups count through all grammars.

    ``source`` int64 [arcs], ``weight`` [arcs] and ``order`` int64 [arcs], their ids, are sorted by group,
    ``first`` int64 [groups + 1]. ``target``, ``label``, ``block`` int64 [groups]: of each group its state,
    label and grammar. ``start``, ``final`` [states]: one or nought.
    """

    def __init__(self, grammar: Graph, copies: int) -> None:
        source, target, label = on_host(grammar.source, grammar.target, grammar.label)
        penalty, member = on_host(grammar.penalty.double(), grammar.node_member)
        order = np.lexsort((label, target))
        fresh = np.ones(len(order), bool)
        fresh[1:] = (np.diff(target[order]) != 0) | (np.diff(label[order]) != 0)
        first = np.flatnonzero(fresh)
        states, groups, arcs = grammar.nodes, len(first), len(order)
        self.states, self.groups = copies * states, copies * groups

        def copied(of_one: Ints, step: int) -> Ints:
            return (np.arange(copies)[:, None] * step + of_one).ravel()

        self.order = copied(order, 0)
        self.source = copied(source[order], states)
        self.weight = np.tile(np.exp(-penalty[order]), copies)
        self.first = np.append(copied(first, arcs), copies * arcs)
        self.target = copied(target[order][first], states)
        self.label = copied(label[order][first], 0)
        self.state_block = copied(member, grammar.members)
        self.block = self.state_block[self.target]
        self.first_state = copied(on_host(grammar.node_offset)[0][:-1], states)
        self.start, self.final = (
            np.tile(flags.astype(np.float64), copies) for flags in on_host(grammar.start, grammar.final)
        )
        self.into = np.searchsorted(self.target, np.arange(self.states + 1))
        self._of_first: dict[int, First] = {}
        self._back_of_first: dict[int, csr_array] = {}

    def of_first(self, grammars: int) -> First:
        """Return the matrices of the first so many grammars."""
        if grammars not in self._of_first:
            self._of_first[grammars] = self._made_first(grammars)
        return self._of_first[grammars]

    def back_of_first(self, grammars: int) -> csr_array:
        """Return the matrix that takes groups of the first so many grammars to the states they come from."""
        if grammars not in self._back_of_first:
            some, back = self.of_first(grammars), self._back
            arcs = self.first[some.groups]
            parts = back.data[:arcs], back.indices[:arcs], back.indptr[: some.states + 1]
            self._back_of_first[grammars] = csr_array(parts, shape=(some.states, some.groups))
        return self._back_of_first[grammars]

    @cached_property
    def _back(self) -> csr_array:
        moves = csr_array((self.weight, self.source, self.first), shape=(self.groups, self.states))
        return moves.T.tocsr()

    def _made_first(self, grammars: int) -> First:
        states = np.searchsorted(self.state_block, grammars)
        groups = np.searchsorted(self.block, grammars)
        arcs = self.first[groups]
        out = self.weight[:arcs], self.source[:arcs], self.first[: groups + 1]
        into = np.ones(groups), np.arange(groups), self.into[: states + 1]
        return First(
            grammars,
            int(states),
            int(groups),
            csr_array(out, shape=(groups, states)),
            csr_array(into, shape=(states, groups)),
        )

    def key(self, level: int, state: Ints, levels: int) -> Ints:
        """Number nodes of the composed graph by grammar, level and state."""
        return (self.state_block[state] * levels + level) * self.states + state

    def node(self, key: Ints, levels: int) -> tuple[Ints, Ints, Ints]:
        """Grammar, level and state of such numbers."""
        rest, state = np.divmod(key, self.states)
        return *np.divmod(rest, levels), state
