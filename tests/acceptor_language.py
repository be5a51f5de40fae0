"""Oracles: the texts of acceptors and graphs by plain enumeration, for small ones."""

from __future__ import annotations

from collections.abc import Sequence

from chequereader.grammar.acceptor import EPSILON, Acceptor
from chequereader.graph.graph import Graph

Word = tuple[tuple[str, int], ...]
"""Characters with their roles."""


def language(acceptor: Acceptor, longest: int) -> dict[Word, float]:
    """Every word up to a length with its best penalty, by walking along all paths."""
    words: dict[Word, float] = {}
    seen: dict[tuple[int, Word], float] = {}
    waiting: list[tuple[int, Word, float]] = [(state, (), 0.0) for state in acceptor.starts]
    while waiting:
        state, word, penalty = waiting.pop()
        if seen.get((state, word), float("inf")) <= penalty:
            continue
        seen[state, word] = penalty
        if state in acceptor.finals:
            words[word] = min(words.get(word, float("inf")), round(penalty, 6))
        for arc in acceptor.arcs:
            if arc.source != state:
                continue
            if arc.label == EPSILON:
                waiting.append((arc.target, word, penalty + arc.penalty))
            elif len(word) < longest:
                waiting.append((arc.target, (*word, (arc.label, arc.role)), penalty + arc.penalty))
    return words


def texts(acceptor: Acceptor, longest: int) -> set[str]:
    """Every text up to a length."""
    return {"".join(character for character, _ in word) for word in language(acceptor, longest)}


def accepts(acceptor: Acceptor, text: str) -> bool:
    """Whether an epsilon-free acceptor has a path for the text."""
    states = set(acceptor.starts)
    for character in text:
        states = {arc.target for arc in acceptor.arcs if arc.label == character and arc.source in states}
    return bool(states & acceptor.finals)


def text_penalty(graph: Graph, labels: Sequence[int]) -> float | None:
    """Best penalty of the one-member graph for exactly these labels, None if it refuses them."""
    best = {node: 0.0 for node in graph.start.nonzero().flatten().tolist()}
    columns = (graph.source, graph.target, graph.label, graph.penalty)
    arcs = list(zip(*(column.tolist() for column in columns), strict=True))
    for wanted in labels:
        further: dict[int, float] = {}
        for source, target, label, penalty in arcs:
            if label == wanted and source in best:
                further[target] = min(further.get(target, float("inf")), best[source] + penalty)
        best = further
    final = graph.final.tolist()
    return min((penalty for node, penalty in best.items() if final[node]), default=None)
