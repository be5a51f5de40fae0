"""Ink: thresholds, rules, specks, dark edges, and images too odd for anyone to scan."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_fields import PAPER, PEN, draw
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from chequereader.segmentation.ink import darkness, find_ink, otsu


def between_variance(values: NDArray[np.float64], threshold: float) -> float:
    low, high = values[values <= threshold], values[values > threshold]
    if not len(low) or not len(high):
        return 0.0
    return len(low) * len(high) / len(values) ** 2 * (low.mean() - high.mean()) ** 2


@pytest.mark.parametrize("seed", range(12))
def test_otsus_threshold_splits_as_well_as_the_best_of_all_splits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    low = rng.normal(10, rng.uniform(1, 8), rng.integers(50, 800))
    high = rng.normal(rng.uniform(25, 100), rng.uniform(1, 12), rng.integers(20, 500))
    values = np.concatenate([low, high]).clip(0).astype(np.float32)
    best = max(between_variance(values, t) for t in np.unique(values))
    assert between_variance(values, otsu(values)) >= 0.995 * best


def test_otsus_threshold_lies_in_the_middle_of_a_gap() -> None:
    values = np.array([2.0] * 30 + [100.0] * 10, np.float32)
    assert otsu(values) == pytest.approx(51, abs=1.5)


@pytest.mark.parametrize("values", [np.zeros(0), np.zeros(9)])
def test_nothing_dark_has_no_threshold(values: NDArray[np.float64]) -> None:
    assert otsu(values.astype(np.float32)) == 0.0


def test_darkness_is_the_contrast_to_the_paper_whatever_its_tone() -> None:
    image = np.full((40, 120), 150, np.uint8)
    image[:, 60:66] = 90
    dark = darkness(image, stroke=8)
    assert dark[20, 62:64] == pytest.approx(60, abs=2)
    assert dark[:, :54].max() == 0.0
    assert np.allclose(darkness(image + 80, stroke=8), dark, atol=1e-3)


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_blank_paper_has_no_ink(grey: int) -> None:
    image = np.full((60, 200), grey, np.uint8)
    ink = find_ink(image, height=30)
    assert not ink.mask.any()
    assert not ink.soft.any()


def test_a_shadow_over_blank_paper_is_no_ink() -> None:
    image = np.tile(np.linspace(250, 120, 400), (80, 1)).astype(np.uint8)
    assert not find_ink(image, height=40).mask.any()


def test_strokes_are_ink_and_paper_is_not() -> None:
    drawn = draw("18270", height=36)
    found = find_ink(drawn.image, height=36)
    assert found.mask[drawn.ink].mean() > 0.93
    far = ~cv2.dilate(drawn.ink.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    assert not found.mask[far].any()
    assert found.soft[far].max() < 0.1
    assert np.median(found.soft[drawn.ink]) > 0.85
    assert found.soft.min() >= 0.0
    assert found.soft.max() <= 1.0


@pytest.mark.parametrize("tilt", [-0.015, 0.0, 0.015])
@pytest.mark.parametrize("thick", [1, 2])
def test_a_rule_goes_and_the_strokes_across_it_stay(tilt: float, thick: int) -> None:
    drawn = draw("714907", height=36)
    low = slice(0, 92)  # a rule to write on lies low in its field
    page, strokes = drawn.image[low], drawn.ink[low]
    _, width = page.shape
    rule = np.zeros(page.shape, np.uint8)
    row = 66  # through the feet of the digits, which stand on row 72
    ends = (0, round(row - tilt * width / 2)), (width - 1, round(row + tilt * width / 2))
    cv2.line(rule, *ends, 1, thick)
    image = page.copy()
    image[rule == 1] = np.minimum(image[rule == 1], PEN)
    found = find_ink(image, height=36).mask
    near = cv2.dilate(strokes.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    assert found[(rule == 1) & ~near].mean() < 0.02
    assert found[strokes].mean() > 0.9
    for index in (0, 1, 3, 5):  # strokes across the rule: 7, 1, 9, 7
        crossing = drawn.inks[index][low] & (rule == 1)
        assert found[crossing].mean() > 0.8


def test_the_sides_of_a_printed_box_go() -> None:
    drawn = draw("525", height=36)
    image = drawn.image.copy()
    height, width = image.shape
    cv2.rectangle(image, (2, 2), (width - 3, height - 3), PEN, 2)
    found = find_ink(image, height=36).mask
    frame = np.ones_like(found)
    frame[8:-8, 8:-8] = False
    assert found[frame].mean() < 0.02
    assert found[drawn.ink].mean() > 0.9


def test_a_one_is_no_side_of_a_box() -> None:
    """An upright stroke at the end of the image, but not as tall as it."""
    image = np.full((60, 150), PAPER, np.uint8)
    image[12:50, 4:8] = PEN
    image[12:50, 60:64] = PEN
    found = find_ink(image, height=38).mask
    assert found[14:48, 5:7].all()


def test_specks_go_and_points_stay() -> None:
    drawn = draw("43", height=36)
    image = drawn.image.copy()
    rng = np.random.default_rng(4)
    specks = np.stack([rng.integers(2, 14, 30), rng.integers(2, image.shape[1] - 2, 30)])
    image[tuple(specks)] = 60
    image[68:73, 20:25] = PEN
    found = find_ink(image, height=36).mask
    assert not found[tuple(specks)].any()
    assert found[69:72, 21:24].all()


def test_a_dark_edge_beside_the_paper_is_no_ink() -> None:
    drawn = draw("60", height=36)
    image = np.concatenate([np.full((drawn.image.shape[0], 60), 25, np.uint8), drawn.image], axis=1)
    found = find_ink(image, height=36).mask
    assert found[:, :60].mean() < 0.02
    assert found[:, 60:][drawn.ink].mean() > 0.9


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(1, 80), st.integers(1, 200)).flatmap(lambda shape: arrays(np.uint8, shape)),
    st.floats(4, 60),
)
def test_any_image_has_ink_of_its_own_shape(image: NDArray[np.uint8], height: float) -> None:
    ink = find_ink(image, height)
    assert ink.mask.shape == ink.soft.shape == image.shape
    assert ink.mask.dtype == bool
    assert np.isfinite(ink.soft).all()
    assert (ink.soft[ink.mask] > 0).all()
