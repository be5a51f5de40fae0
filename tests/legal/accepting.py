"""Whether an acceptor over letters has a text: a walk by hand, for the tests."""

import re

from chequereader.graph import Graph
from chequereader.legal.slots import LABELS


def accepts(graph: Graph, text: str) -> bool:
    """Tell whether some path of a one-member graph spells a text."""
    arcs: dict[tuple[int, int], set[int]] = {}
    for source, target, label in zip(
        graph.source.tolist(), graph.target.tolist(), graph.label.tolist(), strict=True
    ):
        arcs.setdefault((source, label), set()).add(target)
    at = set(graph.start.nonzero()[:, 0].tolist())
    for label in LABELS.encode(text):
        at = {target for node in at for target in arcs.get((node, label), ())}
    return any(bool(graph.final[node]) for node in at)


def as_read(words: str) -> str:
    """Return words as the network is taught to read them: small letters, one space between them."""
    return re.sub(r"[^a-z0-9/&]+", " ", words.lower()).strip()
