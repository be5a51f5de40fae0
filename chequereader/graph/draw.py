"""Pictures of small graphs: Graphviz DOT text, and SVG laid out here without other programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from html import escape

import numpy as np

from chequereader.graph.graph import EPSILON, Graph

COLUMN, ROW, RADIUS, MARGIN = 110, 64, 14, 40
"""Pixels from layer to layer and from node to node, of a node, and around the picture."""


def to_dot(graph: Graph, symbols: Sequence[str] | None = None, highlight: Collection[int] = ()) -> str:
    """Return a digraph in the DOT language: an arc says ``label/penalty``, finals are double circles.

    ``symbols`` [labels] in place of label numbers; ``highlight``: arcs drawn bold, such as a best path's.
    """
    lines = ["digraph {", "  rankdir=LR;", "  node [shape=circle];"]
    for node in range(graph.nodes):
        shape = ' shape="doublecircle"' if graph.final[node] else ""
        style = ' style="bold"' if graph.start[node] else ""
        lines.append(f'  {node} [label="{_local(graph, node)}"{shape}{style}];')
    texts = _texts(graph, symbols)
    for arc, (source, target) in enumerate(_ends(graph)):
        text = texts[arc].replace("\\", "\\\\").replace('"', '\\"')
        bold = ' penwidth="2.5" color="crimson"' if arc in highlight else ""
        lines.append(f'  {source} -> {target} [label="{text}"{bold}];')
    return "\n".join([*lines, "}", ""])


def to_svg(graph: Graph, symbols: Sequence[str] | None = None, highlight: Collection[int] = ()) -> str:
    """Return an SVG picture, members one below the other, layers by the fewest arcs from a start.

    Arcs between the same nodes share a line, their labels one below the other, best first. Arguments as of
    :func:`to_dot`.
    """
    place = _places(graph)
    bundles: dict[tuple[int, int], list[int]] = defaultdict(list)
    for arc, ends in enumerate(_ends(graph)):
        bundles[ends].append(arc)
    texts, penalty = _texts(graph, symbols), graph.penalty.detach().cpu()
    body = []
    for (source, target), arcs in bundles.items():
        best_first = sorted(arcs, key=lambda arc: float(penalty[arc]))
        chosen = any(arc in highlight for arc in arcs)
        body.append(_line(place[source], place[target], [texts[arc] for arc in best_first], chosen))
    for node in range(graph.nodes):
        body.append(_circle(graph, node, *place[node]))
    width, height = place.max(0).tolist() if graph.nodes else (0, 0)
    size = f'width="{width + 2 * MARGIN:.0f}" height="{height + 2 * MARGIN:.0f}"'
    style = "text{font:11px sans-serif;text-anchor:middle}"
    style += "path{fill:none;stroke:#555}circle{fill:#fff;stroke:#222}"
    marker = (
        '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" style="fill:#555"/></marker>'
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{style}</style><defs>{marker}</defs>'
    return "\n".join([head, *body, "</svg>", ""])


def _ends(graph: Graph) -> list[tuple[int, int]]:
    return list(zip(graph.source.tolist(), graph.target.tolist(), strict=True))


def _local(graph: Graph, node: int) -> int:
    return node - int(graph.node_offset[graph.node_member[node]])


def _texts(graph: Graph, symbols: Sequence[str] | None) -> list[str]:
    names = ["ε" if i == EPSILON else str(i) if symbols is None else symbols[i] for i in graph.label.tolist()]
    return [f"{name}/{penalty:.4g}" for name, penalty in zip(names, graph.penalty.tolist(), strict=True)]


def _places(graph: Graph) -> np.ndarray:
    """Centre x, y of each node: its layer, and its turn among the nodes of that layer."""
    source, target = graph.source.cpu().numpy(), graph.target.cpu().numpy()
    layer = np.where(graph.start.cpu().numpy(), 0, graph.nodes)
    for _ in range(graph.nodes):
        nearer = layer.copy()
        np.minimum.at(nearer, target, layer[source] + 1)
        if (nearer == layer).all():
            break
        layer = nearer
    layer = np.where(layer >= graph.nodes, 0, layer)
    member = graph.node_member.cpu().numpy()
    place = np.empty((graph.nodes, 2))
    top = MARGIN
    for index in range(graph.members):
        nodes = np.nonzero(member == index)[0]
        turn: dict[int, int] = defaultdict(int)
        for node in nodes:
            place[node] = MARGIN + COLUMN * layer[node], top + ROW * turn[int(layer[node])]
            turn[int(layer[node])] += 1
        top += ROW * (max(turn.values(), default=0) + 1)
    return place


def _circle(graph: Graph, node: int, x: float, y: float) -> str:
    width = 2.5 if graph.start[node] else 1
    ring = f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{RADIUS - 3}"/>' if graph.final[node] else ""
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{RADIUS}" stroke-width="{width}"/>{ring}'
        f'<text x="{x:.0f}" y="{y + 4:.0f}">{_local(graph, node)}</text>'
    )


def _line(begin: np.ndarray, end: np.ndarray, texts: list[str], chosen: bool) -> str:
    """A curve with its labels at the top; the further it leads the higher it bends, backward ones below."""
    step = end - begin
    length = float(np.hypot(*step))
    if length == 0.0:
        x, y = begin
        curve = f"M{x - 6:.0f} {y - RADIUS + 1:.0f} C{x - 26:.0f} {y - 48:.0f} {x + 26:.0f} {y - 48:.0f} "
        curve += f"{x + 6:.0f} {y - RADIUS:.0f}"
        middle = np.array([x, y - 42.0])
    else:
        along = step / length
        bend = np.array([along[1], -along[0]]) * (12.0 + 0.22 * max(0.0, length - COLUMN))
        (x, y), (u, v) = begin + RADIUS * along, end - RADIUS * along
        control = (begin + end) / 2 + 2 * bend
        curve = f"M{x:.0f} {y:.0f} Q{control[0]:.0f} {control[1]:.0f} {u:.0f} {v:.0f}"
        middle = (begin + end) / 2 + bend
    style = ' style="stroke:crimson;stroke-width:2.5"' if chosen else ""
    spans = "".join(
        f'<tspan x="{middle[0]:.0f}" dy="{"0" if i == 0 else "1.1em"}">{escape(text)}</tspan>'
        for i, text in enumerate(texts)
    )
    return (
        f'<path d="{curve}" marker-end="url(#tip)"{style}/>'
        f'<text x="{middle[0]:.0f}" y="{middle[1] - 3:.0f}">{spans}</text>'
    )
