"""Text form of graphs: five columns an arc, several members; for tests, papers and exchange.

A member is a line of start nodes, a line of final nodes and a line an arc: ``source target input output
penalty``. An empty line stands between members; ``#`` begins a comment. Acceptors have the same label in both
columns. The layout is gtn's, with penalties in place of scores. Not for large graphs: pickle the tensors.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from chequereader.graph.errors import GraphError
from chequereader.graph.graph import EPSILON, Arc, Graph, pack, unpack
from chequereader.graph.transducer import pair_label, read_label, written_label

EPSILON_TEXT = "<eps>"
"""How epsilon is written."""


def to_text(graph: Graph, symbols: Sequence[str] | None = None, *, outputs: int | None = None) -> str:
    """Return the text of a graph, nodes numbered inside each member.

    ``symbols`` [labels] are written in place of label numbers; ``outputs`` is the number of output labels of
    a transducer's coded labels. Penalties are written with the digits that bring them back exactly.
    """
    if symbols is not None:
        _check_symbols(symbols)
    return "\n".join(_member_text(member, symbols, outputs) for member in unpack(graph))


def from_text(
    text: str,
    symbols: Sequence[str] | None = None,
    *,
    outputs: int | None = None,
    dtype: torch.dtype = torch.float32,
) -> Graph:
    """Return the graph that a text describes, the inverse of :func:`to_text`.

    Nodes are as many as the largest number named. Raises :class:`GraphError` with the line's number for what
    can't be read, and for different labels in both columns unless ``outputs`` says that it is a transducer.
    """
    numbers = None if symbols is None else {symbol: i for i, symbol in enumerate(_check_symbols(symbols))}
    members: list[Graph] = []
    block: list[tuple[int, list[str]]] = []
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        if line.lstrip().startswith("#"):
            continue
        if line.strip() or len(block) == 1:
            block.append((number, line.split()))
        elif block:
            members.append(_member(block, numbers, outputs, dtype))
            block = []
    return pack(members)


def _check_symbols(symbols: Sequence[str]) -> Sequence[str]:
    for symbol in symbols:
        if not symbol or symbol.split() != [symbol] or symbol == EPSILON_TEXT:
            raise GraphError(f"{symbol!r} can't be a symbol: it is empty, has a blank or stands for epsilon")
    if len(set(symbols)) != len(symbols):
        raise GraphError("a symbol stands twice: give each label one of its own")
    return symbols


def _member_text(graph: Graph, symbols: Sequence[str] | None, outputs: int | None) -> str:
    def name(label: int) -> str:
        if label == EPSILON:
            return EPSILON_TEXT
        return str(label) if symbols is None else symbols[label]

    read, written = graph.label, graph.label
    if outputs is not None:
        read, written = read_label(graph.label, outputs), written_label(graph.label, outputs)
    lines = [" ".join(map(str, flags.nonzero()[:, 0].tolist())) for flags in (graph.start, graph.final)]
    columns = (graph.source, graph.target, read, written)
    rows = zip(*(column.tolist() for column in columns), graph.penalty.detach().cpu().numpy(), strict=True)
    lines += [f"{s} {t} {name(i)} {name(o)} {penalty!s}" for s, t, i, o, penalty in rows]
    return "\n".join(lines) + "\n"


def _member(
    block: list[tuple[int, list[str]]],
    numbers: dict[str, int] | None,
    outputs: int | None,
    dtype: torch.dtype,
) -> Graph:
    start, final = (_nodes(*row) for row in [*block, (block[0][0], [])][:2])
    arcs = [_arc(number, fields, numbers, outputs) for number, fields in block[2:]]
    return Graph.from_arcs(arcs, start=start, final=final, dtype=dtype)


def _nodes(number: int, fields: list[str]) -> list[int]:
    try:
        return [int(field) for field in fields]
    except ValueError:
        raise GraphError(f"line {number}: {' '.join(fields)!r} must be node numbers") from None


def _arc(number: int, fields: list[str], numbers: dict[str, int] | None, outputs: int | None) -> Arc:
    try:
        source, target, *labels, penalty = fields
        read, written = (
            EPSILON if label == EPSILON_TEXT else int(label) if numbers is None else numbers[label]
            for label in labels
        )
        arc = (int(source), int(target), float(penalty))
    except (ValueError, KeyError):
        raise GraphError(
            f"line {number}: {' '.join(fields)!r} must be: source target input output penalty"
        ) from None
    if outputs is not None:
        return (*arc[:2], pair_label(read, written, outputs), arc[2])
    if read != written:
        raise GraphError(f"line {number}: labels {read} and {written} differ: a transducer needs outputs=")
    return (*arc[:2], read, arc[2])
