"""Make an acceptor small: trimming and merging of equivalent states, after epsilon removal.

The fused Viterbi costs linear in the grammar's arcs, so arcs are what is saved. The result stays
nondeterministic on purpose: in amounts a deterministic acceptor has to carry every possible end along with
every possible continuation, while one that guesses the last digit needs all endings only once. Texts,
roles and penalties of the best paths are kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

from chequereader.grammar.acceptor import Acceptor, Arc
from chequereader.grammar.epsilon import without_epsilon

_Key = tuple[int, int, str, int]


def optimised(acceptor: Acceptor) -> Acceptor:
    """Return an epsilon-free, trimmed acceptor of the same texts with few arcs, states in reading order.

    ``ValueError`` if the empty text is accepted at a penalty: final states carry none.
    """
    small = trimmed(without_epsilon(acceptor))
    while True:
        smaller = _merged(_merged(small, forwards=True), forwards=False)
        if smaller.states == small.states:
            return trimmed(smaller)
        small = smaller


def trimmed(acceptor: Acceptor) -> Acceptor:
    """Keep the states on some path from a start to a final state, numbered breadth first from the starts."""
    following = defaultdict(list)
    preceding = defaultdict(list)
    for arc in acceptor.arcs:
        following[arc.source].append(arc.target)
        preceding[arc.target].append(arc.source)
    ending = set(_reached(sorted(acceptor.finals), preceding))
    order = [state for state in _reached(sorted(acceptor.starts), following) if state in ending]
    number = {state: i for i, state in enumerate(order)}
    return _renumbered(acceptor, number, len(order))


def _merged(acceptor: Acceptor, *, forwards: bool) -> Acceptor:
    """Merge states with the same future (forwards) or the same past, by partition refinement."""
    near, far, marked = (
        ("source", "target", acceptor.finals) if forwards else ("target", "source", acceptor.starts)
    )
    by_state: list[list[Arc]] = [[] for _ in range(acceptor.states)]
    for arc in acceptor.arcs:
        by_state[getattr(arc, near)].append(arc)
    block = [int(state in marked) for state in range(acceptor.states)]
    while True:

        def signature(state: int, block: list[int] = block) -> Hashable:
            arcs = by_state[state]
            return block[state], frozenset((block[getattr(a, far)], a.label, a.role, a.penalty) for a in arcs)

        refined = _numbered(acceptor.states, signature)
        if len(set(refined)) == len(set(block)):
            return _renumbered(acceptor, dict(enumerate(refined)), len(set(refined)))
        block = refined


def _numbered(states: int, signature: Callable[[int], Hashable]) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(signature(state), len(numbers)) for state in range(states)]


def _renumbered(acceptor: Acceptor, number: dict[int, int], states: int) -> Acceptor:
    """Map states; those without a number vanish with their arcs; equal arcs become one, the best."""
    arcs: dict[_Key, float] = {}
    known = (a for a in acceptor.arcs if a.source in number and a.target in number)
    _keep_best(arcs, (Arc(number[a.source], number[a.target], *a[2:]) for a in known))
    return Acceptor(
        tuple(sorted(Arc(*key, penalty) for key, penalty in arcs.items())),
        states,
        frozenset(number[state] for state in acceptor.starts if state in number),
        frozenset(number[state] for state in acceptor.finals if state in number),
    )


def _keep_best(arcs: dict[_Key, float], more: Iterable[Arc]) -> None:
    for source, target, label, role, penalty in more:
        key = (source, target, label, role)
        if penalty < arcs.get(key, float("inf")):
            arcs[key] = penalty


def _reached(first: list[int], following: dict[int, list[int]]) -> list[int]:
    order = list(first)
    seen = set(order)
    for state in order:
        for other in following[state]:
            if other not in seen:
                seen.add(other)
                order.append(other)
    return order
