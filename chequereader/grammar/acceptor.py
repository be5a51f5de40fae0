"""Weighted acceptors with operators, to write a grammar down as an expression.

``+`` concatenates, ``|`` unites, ``**`` repeats, as in pynini. For building a grammar once: a few thousand
arcs of plain Python objects. Not for running one (``chequereader.graph`` does), and not for making one small
(``optimise.py``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add, or_
from typing import NamedTuple

EPSILON = ""
"""Label of an arc that consumes nothing."""


class Arc(NamedTuple):
    """One transition: a single character or ``EPSILON``, what the character means there, and a penalty."""

    source: int
    target: int
    label: str
    role: int
    penalty: float


@dataclass(frozen=True)
class Acceptor:
    """A set of texts, each with a penalty and a role for every character.

    States are ``0 .. states - 1``; a text is accepted along any path from a start to a final state. Of
    several paths that differ in nothing but their penalty the best counts.
    """

    arcs: tuple[Arc, ...]
    states: int
    starts: frozenset[int]
    finals: frozenset[int]

    def __add__(self, other: Acceptor) -> Acceptor:
        """Concatenate: a text of this, then a text of the other."""
        shift, joint = self.states, self.states + other.states
        arcs = [*self.arcs, *_shifted(other.arcs, shift)]
        arcs += [Arc(final, joint, EPSILON, 0, 0.0) for final in sorted(self.finals)]
        arcs += [Arc(joint, start + shift, EPSILON, 0, 0.0) for start in sorted(other.starts)]
        return Acceptor(tuple(arcs), joint + 1, self.starts, frozenset(f + shift for f in other.finals))

    def __or__(self, other: Acceptor) -> Acceptor:
        """Unite: a text of this or of the other."""
        shift = self.states
        return Acceptor(
            (*self.arcs, *_shifted(other.arcs, shift)),
            shift + other.states,
            self.starts | {start + shift for start in other.starts},
            self.finals | {final + shift for final in other.finals},
        )

    def __pow__(self, count: int) -> Acceptor:
        """Repeat ``count`` times; nought times is the empty text."""
        return reduce(add, [self] * count, EMPTY) if count != 1 else self

    def weighted(self, penalty: float) -> Acceptor:
        """Return the same texts, each ``penalty`` worse."""
        enter = [Arc(self.states, start, EPSILON, 0, penalty) for start in sorted(self.starts)]
        return Acceptor((*self.arcs, *enter), self.states + 1, frozenset({self.states}), self.finals)

    @property
    def optional(self) -> Acceptor:
        """The same texts and the empty one."""
        return self | EMPTY

    @property
    def star(self) -> Acceptor:
        """Any number of texts of this, none included; ``ValueError`` if this accepts the empty text.

        Repeating the empty text would make the number of paths of a text infinite.
        """
        if self.accepts_empty():
            raise ValueError("the acceptor to repeat accepts the empty text")
        hub = self.states
        arcs = [*self.arcs, *(Arc(hub, start, EPSILON, 0, 0.0) for start in sorted(self.starts))]
        arcs += [Arc(final, hub, EPSILON, 0, 0.0) for final in sorted(self.finals)]
        return Acceptor(tuple(arcs), hub + 1, frozenset({hub}), frozenset({hub}))

    def accepts_empty(self) -> bool:
        """Tell whether a final state can be reached without consuming anything."""
        reached, waiting = set(self.starts), list(self.starts)
        while waiting:
            state = waiting.pop()
            for arc in self.arcs:
                if arc.source == state and arc.label == EPSILON and arc.target not in reached:
                    reached.add(arc.target)
                    waiting.append(arc.target)
        return bool(reached & self.finals)


EMPTY = Acceptor((), 1, frozenset({0}), frozenset({0}))
"""Accepts the empty text alone, at no penalty."""


def one_of(labels: Iterable[str], role: int, penalty: float = 0.0) -> Acceptor:
    """Accept any one of the characters, each in the same role at the same penalty."""
    arcs = tuple(Arc(0, 1, label, role, penalty) for label in labels)
    return Acceptor(arcs, 2, frozenset({0}), frozenset({1}))


def union(parts: Iterable[Acceptor]) -> Acceptor:
    """Unite several acceptors; none at all accept nothing."""
    return reduce(or_, parts, Acceptor((), 0, frozenset(), frozenset()))


def _shifted(arcs: Iterable[Arc], shift: int) -> list[Arc]:
    return [Arc(arc.source + shift, arc.target + shift, *arc[2:]) for arc in arcs]
