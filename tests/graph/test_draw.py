"""Pictures: well formed, complete and escaped."""

from __future__ import annotations

from xml.etree import ElementTree

from graph_oracle import acyclic, quick
from hypothesis import given
from hypothesis import strategies as st

from chequereader.graph import EPSILON, Graph, pack, to_dot, to_svg

SVG = "{http://www.w3.org/2000/svg}"


@quick
@given(st.lists(acyclic(), min_size=1, max_size=3).map(pack))
def test_svg_shows_every_node_and_every_arc_label(graph: Graph) -> None:
    root = ElementTree.fromstring(to_svg(graph))
    assert len(root.findall(f"{SVG}circle")) == graph.nodes + int(graph.final.sum())
    assert len(root.findall(f"{SVG}text/{SVG}tspan")) == graph.arcs
    ends = {(s, t) for s, t in zip(graph.source.tolist(), graph.target.tolist(), strict=True)}
    assert len(root.findall(f"{SVG}path")) == len(ends)


def test_loops_and_odd_symbols_survive() -> None:
    graph = Graph.from_arcs([(0, 0, 0, 1.0), (0, 1, 1, 0.5), (0, 1, EPSILON, 0.0)])
    svg = to_svg(graph, symbols=["<", '"'], highlight=[1])
    labels = ["".join(text.itertext()) for text in ElementTree.fromstring(svg).findall(f"{SVG}text")]
    assert "</1" in labels
    assert 'ε/0"/0.5' in labels
    assert svg.count("crimson") == 1
    dot = to_dot(graph, symbols=["<", '"'], highlight=[1])
    assert '0 -> 1 [label="\\"/0.5" penwidth="2.5" color="crimson"];' in dot
    assert dot.count("doublecircle") == 1


def test_members_stand_below_each_other() -> None:
    root = ElementTree.fromstring(to_svg(pack([Graph.from_arcs([(0, 1, 0, 0.0)])] * 2)))
    heights = [float(circle.get("cy", "")) for circle in root.findall(f"{SVG}circle")]
    assert max(heights[:3]) < min(heights[3:])
