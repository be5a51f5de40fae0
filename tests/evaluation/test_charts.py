"""Curves as SVG: their points are found again in the pictures, by nothing but the labels of the axes."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

from chequereader.evaluation.charts import error_reject_chart, reliability_chart
from chequereader.evaluation.metrics import CurvePoint, ReliabilityBin, error_reject_curve, reliability

CONFIDENCE = np.array([0.99, 0.97, 0.9, 0.9, 0.8, 0.75, 0.6, 0.6, 0.4, 0.2])
RIGHT = np.array([1, 1, 1, 0, 1, 1, 0, 1, 0, 1], bool)


def of(svg: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [element for element in svg.iter() if element.get("class") == kind]


def scale(svg: ElementTree.Element, side: str, root: bool = False) -> np.poly1d:
    """From pixels to values, by a line through the labels of an axis; through their roots if asked for."""
    labels = of(svg, side)
    shift = 4 if side == "up" else 0  # a label stands that much lower than its value
    pixels = [float(label.get("x" if side == "across" else "y", "")) - shift for label in labels]
    values = [float((label.text or "").rstrip("%")) / 100 for label in labels]
    fit = np.polyfit(pixels, np.sqrt(values) if root else values, 1)
    assert np.allclose(np.polyval(fit, pixels), np.sqrt(values) if root else values, atol=2e-3)
    return np.poly1d(fit)


def points(element: ElementTree.Element) -> np.ndarray:
    return np.array([[float(c) for c in pair.split(",")] for pair in (element.get("points") or "").split()])


@pytest.mark.parametrize("total", [10, 25])
def test_the_error_reject_curve_has_the_points_of_the_evaluation(total: int) -> None:
    curve = error_reject_curve(CONFIDENCE, RIGHT, total)
    here = curve[4]
    svg = ElementTree.fromstring(error_reject_chart(curve, here.rejected, here.error, [0.1, 0.01]))
    across, up = scale(svg, "across"), scale(svg, "up", root=True)
    (line,) = of(svg, "curve")
    drawn = points(line)
    assert across(drawn[:, 0]) == pytest.approx([p.rejected for p in curve], abs=2e-3)
    assert up(drawn[:, 1]) ** 2 == pytest.approx([p.error for p in curve], abs=2e-3)
    (dot,) = of(svg, "here")
    assert across(float(dot.get("cx", ""))) == pytest.approx(here.rejected, abs=2e-3)
    assert up(float(dot.get("cy", ""))) ** 2 == pytest.approx(here.error, abs=2e-3)
    (note,) = of(svg, "note")
    assert note.text == f"here: {here.rejected:.1%} rejected, {here.error:.1%} error"
    best = [max((p for p in curve if p.error <= limit), key=lambda p: p.correct) for limit in (0.1, 0.01)]
    circles = of(svg, "limit")
    assert [across(float(c.get("cx", ""))) for c in circles] == pytest.approx(
        [p.rejected for p in best], abs=2e-3
    )
    assert "at most 10% error" in "".join(circles[0].itertext())
    names = [name.text for name in of(svg, "name")]
    assert names == ["rejected, of all cheques", "error, of all cheques (square root scale)"]


def test_the_reliability_curve_has_the_bins_of_the_evaluation() -> None:
    bins = reliability(CONFIDENCE, RIGHT, 4)
    svg = ElementTree.fromstring(reliability_chart(bins, 0.8))
    across, up = scale(svg, "across"), scale(svg, "up")
    (line,) = of(svg, "curve")
    dots = np.array([[float(d.get("cx", "")), float(d.get("cy", ""))] for d in of(svg, "bin")])
    assert np.array_equal(points(line), dots)
    assert across(dots[:, 0]) == pytest.approx([b.confidence for b in bins], abs=2e-3)
    assert up(dots[:, 1]) == pytest.approx([b.right for b in bins], abs=2e-3)
    (ideal,) = of(svg, "ideal")
    assert across(points(ideal)[:, 0]) == pytest.approx(up(points(ideal)[:, 1]), abs=4e-3)
    (threshold,) = of(svg, "threshold")
    assert across(points(threshold)[:, 0]) == pytest.approx([0.8, 0.8], abs=2e-3)


@pytest.mark.parametrize("threshold", [None, 1.1])
def test_no_line_where_nothing_is_accepted_or_the_threshold_is_not_known(threshold: float | None) -> None:
    svg = ElementTree.fromstring(reliability_chart([ReliabilityBin(0.5, 1.0, 3)], threshold))
    assert not of(svg, "threshold") and not of(svg, "note")


def test_curves_of_nothing_and_of_no_error() -> None:
    nothing = [CurvePoint(float("inf"), 0.0, 0.0, 1.0)]
    perfect = [*nothing, CurvePoint(0.9, 1.0, 0.0, 0.0)]
    for curve in (nothing, perfect):
        last = curve[-1]
        svg = ElementTree.fromstring(error_reject_chart(curve, last.rejected, last.error, [0.01]))
        assert [label.text for label in of(svg, "up")] == ["0%", "0.1%", "0.5%", "1%"]
        assert len(points(of(svg, "curve")[0])) == len(curve)
    assert not of(ElementTree.fromstring(reliability_chart([], 0.5)), "bin")


@pytest.mark.parametrize(("error", "rejected"), [(1.0, 0.0), (0.5, 0.5), (0.013, 0.93), (0.0, 1.0)])
def test_labels_keep_apart_and_inside(error: float, rejected: float) -> None:
    curve = [CurvePoint(float("inf"), 0.0, 0.0, 1.0), CurvePoint(0.5, 1 - error - rejected, error, rejected)]
    svg = ElementTree.fromstring(error_reject_chart(curve, rejected, error, [0.01]))
    places = [float(label.get("y", "")) for label in of(svg, "up")]
    assert all(above - below >= 12 for above, below in pairwise(places))
    width = float((svg.get("viewBox") or "").split()[2])
    (note,) = of(svg, "note")
    left = float(note.get("x", ""))
    assert left > 40 and left + 6 * len(note.text or "") < width
