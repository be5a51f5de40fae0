"""Distorted strips: strips still, of the same text, as other hands, pens and scans have them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chequereader.recognition.sliding import chain, padded
from chequereader.segmentation.strip import REACH, STRIP
from chequereader.training import strip_distortion
from chequereader.training.strip_distortion import distort


def striped(width: int) -> NDArray[np.uint8]:
    picture = np.zeros((STRIP, width), np.uint8)
    picture[7:26, 20 : width - 16 : 18] = 255
    picture[7:26, 21 : width - 16 : 18] = 255
    return picture


@settings(max_examples=40, deadline=None)
@given(width=st.integers(45, 400), strength=st.floats(0, 1.5), seed=st.integers(0, 999))
def test_a_distorted_strip_is_a_strip(width: int, strength: float, seed: int) -> None:
    picture = striped(width)
    kept = picture.copy()
    found = distort(picture, strength, np.random.default_rng(seed))
    assert np.array_equal(picture, kept), "what it came from stays as it was"
    assert (found.dtype, found.shape[0]) == (np.uint8, STRIP)
    assert 0.65 * width <= found.shape[1] <= 1.5 * width + 4
    assert np.array_equal(found, distort(picture, strength, np.random.default_rng(seed)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strip_distortion, "_BLOTTED", 0.0)
        paper = distort(np.zeros_like(picture), strength, np.random.default_rng(seed))
    assert not paper.any()


@settings(max_examples=60, deadline=None)
@given(width=st.integers(REACH + 4, 60), seed=st.integers(0, 9999))
def test_narrow_strips_stay_in_their_batch(width: int, seed: int) -> None:
    """As of a 1 without paper around it: made narrower it may have no position, and that is all."""
    narrow = distort(striped(width), 1.0, np.random.default_rng(seed))
    strips, counts = padded([striped(200), narrow])
    assert (chain(counts).members, counts[1]) == (2, max(counts[1], 0))
    assert np.array_equal(strips[1, :, : narrow.shape[1]].numpy(), narrow)


def test_without_strength_a_strip_only_gets_paper_at_its_end() -> None:
    for seed in range(8):
        found = distort(striped(120), 0.0, np.random.default_rng(seed))
        assert 0 <= found.shape[1] - 120 < 4
        assert np.array_equal(found[:, :120], striped(120))
        assert not found[:, 120:].any()


def test_distortion_changes_place_width_and_pen() -> None:
    """All of it is used: strips of other widths, ink higher and lower, strokes wider and narrower."""
    drawn = [distort(striped(200), 1.0, np.random.default_rng(seed)) for seed in range(60)]
    widths = np.array([found.shape[1] for found in drawn])
    rows = np.arange(STRIP)
    heights = np.array([(found.sum(axis=1) * rows).sum() / found.sum() for found in drawn])
    area = np.array([(found > 100).mean() for found in drawn]) / (striped(200) > 100).mean()
    darkest = np.array([found.max() for found in drawn])
    assert widths.std() > 8 and abs(widths.mean() - 202) < 8
    assert heights.std() > 0.5 and abs(heights.mean() - 16) < 0.8
    assert area.min() < 0.5 and area.max() > 1.65
    assert darkest.min() < 200 and np.mean(darkest == 255) > 0.2


def test_a_strip_of_a_stain_stays_as_wide_as_the_network_reaches() -> None:
    """Seed 92 draws a stretch that would leave less than 28 pixels of 33."""
    found = distort(np.zeros((STRIP, 33), np.uint8), 1.0, np.random.default_rng(92))
    assert found.shape[1] >= REACH


def test_now_and_then_something_is_blotted_or_lost() -> None:
    picture = striped(200)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strip_distortion, "_BLOTTED", 0.0)
        whole = [distort(picture, 1.0, np.random.default_rng(seed)) for seed in range(100)]
    changed = [
        (distort(picture, 1.0, np.random.default_rng(seed)) != whole[seed]).mean() for seed in range(100)
    ]
    assert 3 <= np.count_nonzero(changed) <= 25
    assert max(changed) < 0.1
