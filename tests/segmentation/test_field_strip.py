"""The strip of a field: where things come to stand in it, and how many positions the network has on it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from drawn_fields import PAPER, draw
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chequereader.alphabet import AMOUNTS
from chequereader.recognition.lenet import LeNet5
from chequereader.segmentation.components import component_stats
from chequereader.segmentation.ink import Ink
from chequereader.segmentation.normalise import HEIGHT, Field, normalise
from chequereader.segmentation.strip import (
    REACH,
    STANDARD,
    STRIDE,
    STRIP,
    Scale,
    positions,
    rescaled,
    strip,
    strip_transform,
)


def field_of(soft: NDArray[np.float32], slope: float, base: float, top: float) -> Field:
    upright = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    components = component_stats((soft > 0.5).astype(np.uint8)).astype(np.float64)
    return Field(Ink(soft, soft > 0.5), upright, (slope, base), (slope, top), 4.0, components)


def digit_boxes(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """x, top and bottom of each component, from left to right."""
    stats = cv2.connectedComponentsWithStats((picture > 90).astype(np.uint8))[2][1:]
    stats = stats[stats[:, cv2.CC_STAT_AREA] > 8]
    left, top, width, height = (stats[:, column].astype(float) for column in range(4))
    return np.stack([left + width / 2, top, top + height], axis=1)[np.argsort(left)]


@settings(max_examples=40, deadline=None)
@given(
    slope=st.floats(-0.2, 0.2),
    height=st.floats(24, 50),
    across=st.floats(0.05, 0.95),
    above=st.floats(-0.1, 1.1),
)
def test_a_dot_stands_where_the_transform_says(
    slope: float, height: float, across: float, above: float
) -> None:
    """A blot in the field, at a height between the lines of writing, and the same blot in the strip."""
    rows, columns = 170, 240
    base = 85 + height / 2 - slope * columns / 2
    x = across * columns
    y = slope * x + base - above * height
    grid_y, grid_x = np.mgrid[:rows, :columns]
    soft = np.exp(-((grid_x - x) ** 2 + (grid_y - y) ** 2) / 4).astype(np.float32)
    field = field_of(soft, slope, base, base - height)
    picture = strip(field).astype(float)
    picture[picture < 12] = 0
    strip_y, strip_x = np.mgrid[:STRIP, : picture.shape[1]]
    found = (picture * strip_x).sum() / picture.sum(), (picture * strip_y).sum() / picture.sum()
    assert found == pytest.approx(strip_transform(field) @ [x, y, 1.0], abs=0.35)


@settings(max_examples=40, deadline=None)
@given(slope=st.floats(-0.2, 0.2), height=st.floats(24, 50), x=st.floats(0, 500))
def test_the_line_of_writing_runs_along_the_middle(slope: float, height: float, x: float) -> None:
    field = field_of(np.zeros((90, 500), np.float32), slope, 60.0, 60.0 - height)
    to_strip = strip_transform(field)
    bottom = to_strip @ [x, slope * x + 60.0, 1.0]
    top = to_strip @ [x, slope * x + 60.0 - height, 1.0]
    assert bottom[0] == pytest.approx(top[0]), "strokes that stood upright still do"
    assert (bottom[1] + top[1]) / 2 == pytest.approx(STRIP / 2)
    assert bottom[1] - top[1] == pytest.approx(21.0), "as tall for any hand"


@pytest.mark.parametrize("height", [1.0, 200.0])
def test_lines_that_can_not_be_are_not_followed(height: float) -> None:
    """No field is blown up or shrunk without bounds because its base line was found in the wrong place."""
    field = field_of(np.zeros((300, 90), np.float32), 0.0, 250.0, 250.0 - height)
    to_strip = strip_transform(field)
    assert 21 / (1.5 * HEIGHT) <= to_strip[1, 1] <= 21 / (0.6 * HEIGHT)
    assert to_strip @ [0.0, 250.0 - height / 2, 1.0] == pytest.approx([REACH / 2, STRIP / 2])


@pytest.mark.parametrize("small", [0.55, 0.65, 0.8])
def test_large_digits_among_many_small_ones_stay_whole(small: float) -> None:
    """Small noughts are most of the components: the lines are theirs, the room is the others'."""
    tall = 50
    soft = np.zeros((120, 420), np.float32)
    for k, height in enumerate([tall, tall, *[round(small * tall)] * 6]):
        soft[90 - height : 90, 20 + 45 * k : 32 + 45 * k] = 1.0
    field = field_of(soft, 0.0, 90.0, 90.0 - small * tall)
    picture = strip(field)
    assert not picture[[0, 1, -2, -1]].any(), "nothing is cut off above or below"
    boxes = digit_boxes(picture)
    heights = boxes[:, 2] - boxes[:, 1]
    assert heights[:2] == pytest.approx([24.0, 24.0], abs=1.5)
    assert heights[2:] == pytest.approx(np.full(6, small * 24.0), abs=1.5)


def test_what_stands_out_alone_decides_nothing() -> None:
    """One slash or one flourish of twice the height among digits leaves the digits their size."""
    soft = np.zeros((160, 420), np.float32)
    for k, height in enumerate([36, 36, 36, 36, 36, 36, 36, 72]):
        soft[120 - height : 120, 20 + 45 * k : 32 + 45 * k] = 1.0
    boxes = digit_boxes(strip(field_of(soft, 0.0, 120.0, 84.0)))
    assert (boxes[:7, 2] - boxes[:7, 1]) == pytest.approx(np.full(7, 21.0), abs=1.5)


@pytest.mark.parametrize("slope", [-0.12, 0.0, 0.1])
@pytest.mark.parametrize("height", [18, 40])
def test_a_slanted_line_of_writing_comes_out_level(height: int, slope: float) -> None:
    drawn = draw("2483652", height=height, gap=0.3 * height, slope=slope, pen=max(2, height // 10))
    middle, top, bottom = digit_boxes(strip(normalise(drawn.image))).T
    assert len(middle) == 7
    for edge in (top, bottom):
        assert np.polyfit(middle, edge, 1)[0] == pytest.approx(0.0, abs=0.025)
    assert bottom - top == pytest.approx(21, abs=4)
    assert (bottom + top) / 2 == pytest.approx(STRIP / 2, abs=2.5)


def test_neighbours_keep_their_order_and_stand_wider_than_tall() -> None:
    """Signs are stretched, all alike: squares come out wider than they are tall."""
    soft = np.zeros((80, 200), np.float32)
    for left in (20, 90, 160):
        soft[30:60, left : left + 30] = 1.0
    field = field_of(soft, 0.0, 64.0, 28.0)
    stats = cv2.connectedComponentsWithStats((strip(field) > 128).astype(np.uint8))[2][1:]
    to_strip = strip_transform(field)
    assert len(stats) == 3
    assert stats[:, cv2.CC_STAT_WIDTH] == pytest.approx(30 * to_strip[0, 0], abs=1.1)
    assert stats[:, cv2.CC_STAT_HEIGHT] == pytest.approx(30 * to_strip[1, 1], abs=1.1)
    assert to_strip[0, 0] > 1.2 * to_strip[1, 1]


def test_narrow_neighbours_are_several_positions_apart() -> None:
    """Room for a position of none between two characters that are as close as type sets a point."""
    drawn = draw("1.1", height=40, gap=6, pen=4)
    field = normalise(drawn.image)
    to_field, to_strip = cv2.invertAffineTransform(field.to_image), strip_transform(field)
    middles = [(box.x0 + box.x1) / 2 for box in drawn.boxes]
    at = [(to_strip @ [*(to_field @ [x, 60.0, 1.0]), 1.0])[0] for x in middles]
    assert np.diff(at).min() >= 2 * STRIDE


def test_half_a_reach_of_paper_at_either_end() -> None:
    """So that the first and the last character stand in the middle of some position's window."""
    picture = strip(field_of(np.ones((60, 100), np.float32), 0.0, 54.0, 18.0))
    assert picture.dtype == np.uint8
    assert picture.shape[0] == STRIP
    inked = np.flatnonzero(picture.max(axis=0) > 128)
    assert inked[0] == pytest.approx(REACH / 2, abs=1)
    assert picture.shape[1] - 1 - inked[-1] == pytest.approx(REACH / 2, abs=2)
    assert picture.max() == 255


def test_blank_paper_is_a_strip_of_paper() -> None:
    picture = strip(normalise(np.full((50, 170), PAPER, np.uint8)))
    assert picture.shape[0] == STRIP
    assert picture.shape[1] >= REACH
    assert not picture.any()


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (40, 2)])
def test_scraps_have_a_position_at_least(size: tuple[int, int]) -> None:
    assert positions(strip(normalise(np.full(size, PAPER, np.uint8))).shape[1]) >= 1


def test_a_field_without_end_is_cut_off() -> None:
    field = field_of(np.ones((60, 5000), np.float32), 0.0, 54.0, 18.0)
    widest = strip(field).shape[1]
    assert 1000 < widest < strip_transform(field)[0, 0] * 5000
    assert strip(field_of(np.ones((60, 9000), np.float32), 0.0, 54.0, 18.0)).shape == (STRIP, widest)


def test_positions_are_those_that_the_network_has() -> None:
    network = LeNet5(AMOUNTS.labels)
    for width in range(REACH, REACH + 3 * STRIDE + 1):
        with torch.no_grad():
            features = network.features(torch.zeros(1, 1, STRIP, width))
        assert features.shape[2:] == (1, positions(width)), width
    assert positions(REACH) == 1
    assert positions(REACH - 1) == 0


@given(st.integers(60, 400), st.sampled_from([0.5, 0.75, 1.25]), st.data())
def test_at_another_scale_things_stand_in_proportion(width: int, across: float, data: st.DataObject) -> None:
    at = data.draw(st.integers(10, width - 10))
    made = np.zeros((STRIP, width), np.uint8)
    made[8:20, at - 4 : at + 4] = 255
    seen = rescaled(made, Scale(across))
    assert seen.dtype == np.uint8
    assert seen.shape == (STRIP, max(round(width * across), REACH))
    rows, columns = np.nonzero(seen > 127)
    assert (rows.min(), rows.max()) == (8, 19), "heights stay as they are"
    assert columns.mean() + 0.5 == pytest.approx(at * seen.shape[1] / width, abs=1.0)


def test_the_standard_scale_changes_nothing() -> None:
    made = np.random.default_rng(0).integers(0, 256, (STRIP, 77)).astype(np.uint8)
    assert rescaled(made, STANDARD) is made
    assert positions(rescaled(made[:, :40], Scale(0.5)).shape[1]) == 1, "never less than one position"
