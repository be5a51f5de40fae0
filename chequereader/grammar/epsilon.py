"""Epsilon removal that adds as few arcs as it can. Not for merging states (``optimise.py``)."""

from __future__ import annotations

from chequereader.grammar.acceptor import EPSILON, Acceptor, Arc

_Key = tuple[int, int, str, int]


def without_epsilon(acceptor: Acceptor) -> Acceptor:
    """Replace every epsilon arc p -> q by arcs that consume something.

    Either p takes over the arcs that leave q, or q the arcs that enter p; each time the way that adds fewer
    arcs is taken, over all epsilon arcs left. A state that only served the epsilon arc dies with it, so that
    most replacements merge two states and add nothing. The epsilon arcs must make no cycle; no
    operator of ``Acceptor`` makes one. ``ValueError`` if the empty text is accepted at a penalty: final
    states carry none.
    """
    net = _Net(acceptor)
    while net.epsilons:
        net.replace(net.cheapest())
    arcs = tuple(Arc(*key, penalty) for key, penalty in net.arcs.items())
    return Acceptor(arcs, acceptor.states, frozenset(net.starts), frozenset(net.finals))


class _Net:
    """Arcs under change, with the arcs at each state at hand; of equal arcs the best is kept."""

    def __init__(self, acceptor: Acceptor) -> None:
        self.arcs: dict[_Key, float] = {}
        # Dictionaries serve as ordered sets, so that the result doesn't hang on hash seeds.
        self.epsilons: dict[_Key, None] = {}
        self.leaving: list[dict[_Key, None]] = [{} for _ in range(acceptor.states)]
        self.entering: list[dict[_Key, None]] = [{} for _ in range(acceptor.states)]
        self.starts, self.finals = set(acceptor.starts), set(acceptor.finals)
        for source, target, label, role, penalty in acceptor.arcs:
            self.add((source, target, label, role), penalty)

    def add(self, key: _Key, penalty: float) -> None:
        if penalty < self.arcs.get(key, float("inf")):
            self.arcs[key] = penalty
            self.leaving[key[0]][key] = None
            self.entering[key[1]][key] = None
            if key[2] == EPSILON:
                self.epsilons[key] = None

    def remove(self, key: _Key) -> float:
        del self.leaving[key[0]][key], self.entering[key[1]][key]
        self.epsilons.pop(key, None)
        return self.arcs.pop(key)

    def cheapest(self) -> _Key:
        """Return the epsilon arc whose replacement adds the fewest arcs, the first that adds none."""
        best, fewest = None, None
        for key in self.epsilons:
            added, _ = self.cost(key)
            if added == 0:
                return key
            if fewest is None or added < fewest:
                best, fewest = key, added
        assert best is not None
        return best

    def cost(self, key: _Key) -> tuple[int, bool]:
        """Return how many arcs the better way to replace an epsilon arc adds, and whether it is backwards."""
        source, target = key[:2]
        free = self.arcs[key] == 0
        ways = []
        if free or target not in self.finals:
            dies = len(self.entering[target]) == 1 and target not in self.starts
            ways.append((0 if dies else len(self.leaving[target]), False))
        if free or source not in self.starts:
            dies = len(self.leaving[source]) == 1 and source not in self.finals
            ways.append((0 if dies else len(self.entering[source]), True))
        if not ways:
            raise ValueError("the empty text is accepted at a penalty")
        return min(ways)

    def replace(self, key: _Key) -> None:
        """Replace one epsilon arc in the better way."""
        _, backwards = self.cost(key)
        source, target = key[:2]
        penalty = self.remove(key)
        if backwards:
            for before, _, label, role in list(self.entering[source]):
                self.add((before, target, label, role), self.arcs[before, source, label, role] + penalty)
            if source in self.starts:
                self.starts.add(target)
        else:
            for _, after, label, role in list(self.leaving[target]):
                self.add((source, after, label, role), self.arcs[target, after, label, role] + penalty)
            if target in self.finals:
                self.finals.add(source)
        self.bury(source, target)

    def bury(self, source: int, target: int) -> None:
        """Cut off a source that leads nowhere any more and a target that nothing leads to."""
        if not self.leaving[source] and source not in self.finals:
            for key in list(self.entering[source]):
                self.remove(key)
        if not self.entering[target] and target not in self.starts:
            for key in list(self.leaving[target]):
                self.remove(key)
