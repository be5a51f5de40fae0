"""Cuts: where they run, and that they come apart."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from drawn_fields import draw
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import find_peaks

from chequereader.segmentation.cuts import Cuts, dips, find_cuts
from chequereader.segmentation.ink import Ink
from chequereader.segmentation.normalise import Field, normalise, stroke_width


def field_of(mask: NDArray[np.bool_]) -> Field:
    """A field whose ink is given, not sheared or scaled."""
    height = float(mask.shape[0])
    ink = Ink(mask.astype(np.float32), mask)
    return Field(ink, np.eye(2, 3), (0.0, height), (0.0, 0.0), stroke_width(mask), np.zeros((0, 5)))


def left_of(cuts: Cuts, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Bool [cuts, height, width]: what lies left of each cut, pixel by pixel."""
    return np.arange(shape[1])[None, None, :] < cuts.x[:, :, None]


def check_apart(field: Field, cuts: Cuts) -> None:
    mask = field.ink.mask
    height, width = mask.shape
    assert (cuts.x[0] == 0).all()
    assert (cuts.x[-1] == width).all()
    left = left_of(cuts, mask.shape) & mask[None]
    for before, after in pairwise(left):
        assert not (before & ~after).any(), "two cuts cross in ink"
        # a field that is not cut may have less
        assert len(cuts.x) == 2 or (after & ~before).sum() >= 8, "next to no ink between two cuts"
    inner = cuts.x[1:-1]
    assert (np.abs(np.diff(inner, axis=1)) <= 1).all(), "a cut jumps"
    for x, crossed in zip(inner, cuts.crossed[1:-1], strict=True):
        assert crossed == pytest.approx(sum(mask[y, x[y]] for y in range(height)) / field.stroke, rel=1e-5)


@settings(max_examples=25, deadline=None)
@given(
    text=st.text("0123456789-/,.$", min_size=1, max_size=7),
    gap=st.floats(-8, 12),
    shear=st.floats(-0.1, 0.5),
)
def test_cuts_go_from_left_to_right_without_crossing(text: str, gap: float, shear: float) -> None:
    field = normalise(draw(text, height=36, gap=gap, shear=shear).image)
    cuts = find_cuts(field)
    assert len(cuts.x) >= 2
    check_apart(field, cuts)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1 << 30), share=st.floats(0.02, 0.6))
def test_cuts_of_noise_do_not_cross_either(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    mask = cv2.resize(rng.random((12, 40)).astype(np.float32), (120, 36)) < share
    if mask.any():
        field = field_of(mask)
        check_apart(field, find_cuts(field))


def discs(neck: int) -> NDArray[np.bool_]:
    """Two discs that touch at column 45 by a neck of some pixels."""
    canvas = np.zeros((44, 90), np.uint8)
    cv2.circle(canvas, (28, 22), 14, 1, 4)
    cv2.circle(canvas, (62, 22), 14, 1, 4)
    top = 22 - neck // 2
    canvas[top : top + neck, 40:50] = 1
    return canvas.astype(bool)


@pytest.mark.parametrize("neck", [2, 3, 5])
def test_touching_discs_come_apart_at_the_neck(neck: int) -> None:
    field = field_of(discs(neck))
    cuts = find_cuts(field)
    at_neck = [i for i, x in enumerate(cuts.x) if abs(x[22] - 45) <= 4]
    assert at_neck
    assert min(cuts.crossed[i] for i in at_neck) == pytest.approx(neck / field.stroke, rel=1e-5)
    check_apart(field, cuts)


def test_characters_apart_come_apart_without_crossing_ink() -> None:
    drawn = draw("8306", height=36, gap=10)
    field = normalise(drawn.image)
    cuts = find_cuts(field)
    clean = left_of(cuts, field.ink.mask.shape)[cuts.crossed == 0]
    _, label = cv2.connectedComponents(field.ink.mask.astype(np.uint8))
    parts = {frozenset(np.unique(label[side & field.ink.mask])) for side in clean}
    assert {len(part) for part in parts} == {0, 1, 2, 3, 4}


def test_leaning_strokes_are_parted_by_a_leaning_cut() -> None:
    """No upright line runs between them: each overhangs the next."""
    mask = np.zeros((50, 80), np.uint8)
    for x in (15, 30):
        cv2.line(mask, (x, 45), (x + 25, 5), 1, 4)
    upright = mask[:, 20:50].sum(axis=0)
    assert upright.min() > 0
    cuts = find_cuts(field_of(mask.astype(bool)))
    between = [x for x, crossed in zip(cuts.x[1:-1], cuts.crossed[1:-1], strict=True) if crossed == 0]
    assert any(x[8] - x[42] > 10 for x in between)


def test_a_limit_keeps_dear_cuts_out() -> None:
    field = field_of(discs(5))
    assert find_cuts(field, limit=0.5).crossed.max() == 0.0
    assert find_cuts(field, limit=3.0).crossed.max() > 0.5


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.sampled_from([0.0, 1.0, 2.5, 4.0]))
def test_dips_are_the_peaks_of_scipy_upside_down(levels: list[int], depth: float) -> None:
    values = np.array(levels, np.float32)
    peaks, _ = find_peaks(-values, plateau_size=1, prominence=depth)
    assert dips(values, depth).tolist() == peaks.tolist()


def test_no_ink_no_cuts() -> None:
    cuts = find_cuts(field_of(np.zeros((30, 40), bool)))
    assert cuts.x.shape == (0, 30)
    assert cuts.crossed.shape == (0,)
