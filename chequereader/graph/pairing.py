"""How the arcs of a grammar meet the arcs of a segmentation graph: the layouts behind ``fused``.

At every level of the segmentation graph each of its arcs is paired with each grammar arc. One grammar for all
members lies state-major, so that whole rows of lattice arcs are copied and reduced at once; one grammar a
member is padded to the largest. Both answer the same few questions and take and give [lattice arcs, states].
Not for the recursion itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from chequereader.graph.errors import GraphError, LabelError
from chequereader.graph.graph import EPSILON, Graph


class Pairing(ABC):
    """The arcs of the grammar, sorted by target state, against the arcs of one level of the lattice.

    ``states``: most states of one grammar. ``source``, ``label``, ``penalty`` [grammar arcs]: state inside
    the member, label and penalty of the sorted arcs; ``by_source``, ``by_target``, ``by_label``: the same in
    the layout of the pairs. ``order``: their ids in the grammar. ``first`` [grammar
    nodes + 1]: where the arcs into each node begin. ``start``, ``final``: bool [grammars, states].
    """

    by_source: Tensor
    by_target: Tensor
    by_label: Tensor

    def __init__(self, grammar: Graph, penalty: Tensor) -> None:
        group = grammar.incoming
        self.grammars = grammar.members
        self.order = group.order
        self.penalty = penalty
        member = grammar.node_member
        sizes = grammar.node_offset.diff()
        self.states = int(sizes.max())
        self.degree = group.degree
        state = torch.arange(grammar.nodes, device=grammar.device) - grammar.node_offset[member]
        self.source = state[grammar.source[group.order]]
        self.target = state[grammar.target[group.order]]
        self.label = grammar.label[group.order]
        row = member * self.states + state
        flags = torch.zeros((2, self.grammars * self.states), dtype=torch.bool, device=grammar.device)
        flags[0, row] = grammar.start
        flags[1, row] = grammar.final
        self.start, self.final = flags.view(2, self.grammars, self.states)
        self.first = group.first

    @abstractmethod
    def costs(self, emission: Tensor, member: Tensor) -> Tensor:
        """Penalty of every pair by itself: emission [arcs, labels] and the grammar arc's."""

    @abstractmethod
    def part(self, pairs: Tensor, begin: int, end: int) -> Tensor:
        """The pairs of lattice arcs begin:end."""

    @abstractmethod
    def spread(self, values: Tensor, by: Tensor, member: Tensor) -> Tensor:
        """Give every pair the value [arcs, width] at its source, target or label."""

    @abstractmethod
    def smallest(self, pairs: Tensor, by: Tensor, member: Tensor) -> Tensor:
        """Least of the pairs out of or into each state, [arcs, states]."""

    @abstractmethod
    def total(self, pairs: Tensor, by: Tensor, member: Tensor, width: int) -> Tensor:
        """Sum of the pairs at each source, target or label, [arcs, width]."""

    @abstractmethod
    def add_grammar_arcs(self, total: Tensor, pairs: Tensor, member: Tensor) -> None:
        """Add to total [grammar arcs] the sum over the lattice arcs of each sorted grammar arc."""

    @abstractmethod
    def within(self, pairs: Tensor, bound: Tensor, member: Tensor) -> tuple[Tensor, Tensor]:
        """Lattice arc and sorted grammar arc, int64 [kept] each, of finite pairs up to bound [arcs]."""


class SharedPairing(Pairing):
    """One grammar for all members; pairs are [grammar arcs, lattice arcs]."""

    def __init__(self, grammar: Graph, penalty: Tensor) -> None:
        super().__init__(grammar, penalty)
        self.by_source, self.by_target, self.by_label = self.source, self.target, self.label

    def costs(self, emission: Tensor, member: Tensor) -> Tensor:
        """Rows are grammar arcs."""
        return self.spread(emission, self.by_label, member).add_(self.penalty[:, None])

    def part(self, pairs: Tensor, begin: int, end: int) -> Tensor:
        """Columns."""
        return pairs[:, begin:end]

    def spread(self, values: Tensor, by: Tensor, member: Tensor) -> Tensor:
        """Copies whole rows."""
        return values.t().contiguous().index_select(0, by)

    def smallest(self, pairs: Tensor, by: Tensor, member: Tensor) -> Tensor:
        """Reduces whole rows."""
        least = pairs.new_full((self.states, pairs.shape[1]), torch.inf)
        return least.scatter_reduce_(0, by[:, None].expand(pairs.shape), pairs, "amin").t()

    def total(self, pairs: Tensor, by: Tensor, member: Tensor, width: int) -> Tensor:
        """Adds whole rows."""
        return pairs.new_zeros((width, pairs.shape[1])).index_add_(0, by, pairs).t()

    def add_grammar_arcs(self, total: Tensor, pairs: Tensor, member: Tensor) -> None:
        """Sums each row."""
        total += pairs.sum(1)

    def within(self, pairs: Tensor, bound: Tensor, member: Tensor) -> tuple[Tensor, Tensor]:
        """Pairs by grammar arc."""
        grammar_arc, arc = ((pairs <= bound) & (pairs < torch.inf)).nonzero(as_tuple=True)
        return arc, grammar_arc


class MemberPairing(Pairing):
    """One grammar a member, padded to the one with most arcs; pairs are [lattice arcs, grammar arcs]."""

    def __init__(self, grammar: Graph, penalty: Tensor) -> None:
        super().__init__(grammar, penalty)
        begin, end = self.first[grammar.node_offset].unfold(0, 2, 1).unbind(1)
        counts = end - begin
        width = torch.arange(int(counts.max()), device=grammar.device)
        inside = width < counts[:, None]
        self.position = torch.where(inside, begin[:, None] + width, 0)
        self.by_source, self.by_target, self.by_label = (
            of_arc[self.position] for of_arc in (self.source, self.target, self.label)
        )
        self.penalties = torch.where(inside, penalty[self.position], torch.inf)

    def costs(self, emission: Tensor, member: Tensor) -> Tensor:
        """Rows take their member's padded penalties; padding is +inf."""
        pairs = self.spread(emission, self.by_label, member)
        return pairs.add_(self.penalties.index_select(0, member))

    def part(self, pairs: Tensor, begin: int, end: int) -> Tensor:
        """Rows."""
        return pairs[begin:end]

    def spread(self, values: Tensor, by: Tensor, member: Tensor) -> Tensor:
        """Gathers within each row."""
        return values.gather(1, by.index_select(0, member))

    def smallest(self, pairs: Tensor, by: Tensor, member: Tensor) -> Tensor:
        """Scatters within each row."""
        least = pairs.new_full((pairs.shape[0], self.states), torch.inf)
        return least.scatter_reduce_(1, by.index_select(0, member), pairs, "amin")

    def total(self, pairs: Tensor, by: Tensor, member: Tensor, width: int) -> Tensor:
        """Scatters within each row."""
        return pairs.new_zeros((pairs.shape[0], width)).scatter_add_(1, by.index_select(0, member), pairs)

    def add_grammar_arcs(self, total: Tensor, pairs: Tensor, member: Tensor) -> None:
        """Sums the rows of each member."""
        rows = pairs.new_zeros(self.position.shape).index_add_(0, member, pairs)
        total.index_add_(0, self.position.view(-1), rows.view(-1))

    def within(self, pairs: Tensor, bound: Tensor, member: Tensor) -> tuple[Tensor, Tensor]:
        """Pairs by lattice arc."""
        arc, column = ((pairs <= bound[:, None]) & (pairs < torch.inf)).nonzero(as_tuple=True)
        return arc, self.position[member[arc], column]


def pairing(grammar: Graph, penalty: Tensor, members: int, labels: int) -> Pairing:
    """Return the layout for a grammar of one member, or of exactly ``members``.

    ``penalty`` are the grammar's penalties in the order of ``grammar.incoming``. Raises :class:`LabelError`
    for epsilon arcs and labels without a column, :class:`GraphError` for another number of members.
    """
    check_labels(grammar, labels)
    if grammar.members == 1:
        return SharedPairing(grammar, penalty)
    if grammar.members == members:
        return MemberPairing(grammar, penalty)
    raise GraphError(f"a grammar of {grammar.members} members for {members}: give one, or one a member")


def check_labels(grammar: Graph, labels: int) -> None:
    """Raise :class:`LabelError` for epsilon arcs and for labels without a column of penalties."""
    low, high = grammar.label_range
    if low <= EPSILON or high >= labels:
        wrong = ((grammar.label <= EPSILON) | (grammar.label >= labels)).nonzero()
        arc = int(wrong[0, 0])
        remedy = "remove epsilon arcs first, or compose()" if low <= EPSILON else "give it a column"
        raise LabelError(
            f"grammar {grammar.arc_name(arc)} has label {int(grammar.label[arc])}, outside the "
            f"{labels} columns of penalties: {remedy}"
        )
