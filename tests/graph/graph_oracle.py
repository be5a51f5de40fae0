"""Oracles for tests of graphs: every path by plain recursion, and random small graphs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import torch
from hypothesis import settings
from hypothesis import strategies as st

from chequereader.graph import EPSILON, Graph, unpack

quick = settings(deadline=None, max_examples=25)
"""Few examples, since each takes milliseconds, and no limit of time for one."""


class Path(NamedTuple):
    penalty: float
    arcs: tuple[int, ...]
    string: tuple[int, ...]


def paths(graph: Graph) -> list[list[Path]]:
    """All paths of each acyclic member; arcs are numbered through the whole graph."""
    order = torch.argsort(graph.arc_member, stable=True).tolist()
    result = []
    for member in unpack(graph):
        ids, order = order[: member.arcs], order[member.arcs :]
        rows = list(
            zip(
                member.source.tolist(),
                member.target.tolist(),
                member.label.tolist(),
                member.penalty.tolist(),
                strict=True,
            )
        )

        def walk(
            node: int, path: Path, member: Graph = member, rows: list = rows, ids: list = ids
        ) -> Iterator[Path]:
            if member.final[node]:
                yield path
            for arc, (source, target, label, penalty) in enumerate(rows):
                if source == node:
                    string = path.string if label == EPSILON else (*path.string, label)
                    yield from walk(target, Path(path.penalty + penalty, (*path.arcs, ids[arc]), string))

        starts = member.start.nonzero()[:, 0].tolist()
        result.append([path for node in starts for path in walk(node, Path(0.0, (), ()))])
    return result


def logadd(penalties: list[float]) -> float:
    """Eq. 13's sum, +inf for none."""
    if not penalties or min(penalties) == math.inf:
        return math.inf
    least = min(penalties)
    return least - math.log(sum(math.exp(least - penalty) for penalty in penalties))


def strings(found: list[Path]) -> dict[tuple[int, ...], list[float]]:
    """Penalties of the paths of each string."""
    result: dict[tuple[int, ...], list[float]] = defaultdict(list)
    for path in found:
        if path.penalty < math.inf:
            result[path.string].append(path.penalty)
    return result


def language(graph: Graph) -> list[dict[tuple[int, ...], float]]:
    """Forward penalty of each string of each member, rounded."""
    return [{s: round(logadd(p), 6) for s, p in strings(found).items()} for found in paths(graph)]


def penalty_numbers() -> st.SearchStrategy[float]:
    """Penalties in eighths, so that sums are exact."""
    return st.integers(-8, 40).map(lambda n: n / 8)


@st.composite
def acyclic(draw: st.DrawFn, labels: int = 3, nodes: int = 5, epsilon: bool = True) -> Graph:
    """A one-member acyclic graph in float64 with up to 9 arcs, often with dead ends."""
    count = draw(st.integers(1, nodes))
    node = st.integers(0, count - 1)
    arc = st.tuples(node, node, st.integers(EPSILON if epsilon else 0, labels - 1), penalty_numbers())
    rows = draw(st.lists(arc, max_size=9))
    arcs = [(min(s, t), max(s, t), label, penalty) for s, t, label, penalty in rows if s != t]
    return Graph.from_arcs(
        arcs,
        start=draw(st.lists(node, min_size=1, max_size=2)),
        final=draw(st.lists(node, min_size=1, max_size=2)),
        dtype=torch.float64,
    )


@st.composite
def cyclic(draw: st.DrawFn, labels: int = 3, states: int = 3) -> Graph:
    """A one-member acceptor in float64 without epsilon, loops and cycles welcome."""
    state = st.integers(0, states - 1)
    arc = st.tuples(state, state, st.integers(0, labels - 1), penalty_numbers())
    return Graph.from_arcs(
        draw(st.lists(arc, max_size=8)),
        start=draw(st.lists(state, min_size=1, max_size=2)),
        final=draw(st.lists(state, min_size=1, max_size=2)),
        dtype=torch.float64,
    )


def lattice(cuts: int, run: int, dtype: torch.dtype = torch.float64) -> Graph:
    """A segmentation graph: runs of up to ``run`` pieces between ``cuts`` cuts, no penalties."""
    arcs = [(i, j, 0, 0.0) for i in range(cuts) for j in range(i + 1, min(i + run, cuts - 1) + 1)]
    return Graph.from_arcs(arcs, final=(cuts - 1,), dtype=dtype)
