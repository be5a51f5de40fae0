"""The segmentation graph: its arcs, its paths, and where candidates lie."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from drawn_fields import PAPER, Drawn, bounds, draw, overlap, paint
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.segmentation.normalise import HEIGHT
from chequereader.segmentation.segmenter import CROP, GEOMETRY, Segmentation, segment

texts = st.text("0123456789-/,.$", min_size=1, max_size=6)
fields = st.builds(draw, texts, height=st.integers(20, 60), gap=st.floats(-4, 25), shear=st.floats(-0.1, 0.5))


def random_path(segmentation: Segmentation, rng: np.random.Generator) -> list[int]:
    """Arcs from the first cut to the last, drawn at random; a dead end fails."""
    at, path = 0, []
    while at != segmentation.cuts - 1:
        arc = int(rng.choice(np.flatnonzero(segmentation.source == at)))
        path.append(arc)
        at = int(segmentation.target[arc])
    return path


def longest_run(empty: NDArray[np.bool_]) -> int:
    longest = run = 0
    for one in empty:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest


@settings(max_examples=25, deadline=None)
@given(fields, st.integers(0, 1 << 30))
def test_a_path_tells_every_piece_of_ink_once(drawn: Drawn, seed: int) -> None:
    segmentation = segment(drawn.image)
    assert (segmentation.source < segmentation.target).all()
    assert (np.diff(segmentation.source) >= 0).all(), "arcs are in topological order"
    arcs = set(zip(segmentation.source.tolist(), segmentation.target.tolist(), strict=True))
    assert len(arcs) == len(segmentation.source)
    assert set(pairwise(range(segmentation.cuts))) <= arcs
    rng = np.random.default_rng(seed)
    for _ in range(3):
        told = sum(segmentation.mask(arc).astype(int) for arc in random_path(segmentation, rng))
        assert (told == segmentation.field.ink.mask).all()


@settings(max_examples=25, deadline=None)
@given(fields)
def test_candidates_are_what_their_mask_is(drawn: Drawn) -> None:
    segmentation = segment(drawn.image)
    count = len(segmentation.source)
    assert segmentation.crops.shape == (count, CROP, CROP)
    assert segmentation.crops.dtype == np.uint8
    assert segmentation.geometry.shape == (count, len(GEOMETRY))
    assert segmentation.geometry.dtype == np.float32
    assert np.isfinite(segmentation.geometry).all()
    runs = segmentation.target - segmentation.source
    for arc in range(count):
        mask = segmentation.mask(arc)
        assert tuple(segmentation.boxes[arc]) == bounds(mask)
        if runs[arc] > 1:
            x0, _, x1, _ = segmentation.boxes[arc]
            assert x1 - x0 <= 1.75 * HEIGHT
            assert longest_run(~mask.any(axis=0)[x0:x1]) <= 0.5 * HEIGHT, "a wide gap is inside a character"


@settings(max_examples=25, deadline=None)
@given(fields)
def test_pictures_fill_their_box_and_stand_in_the_middle(drawn: Drawn) -> None:
    segmentation = segment(drawn.image)
    rows, columns = np.mgrid[:CROP, :CROP]
    for arc, crop in enumerate(segmentation.crops):
        assert crop.any()
        high, wide = np.ptp(np.flatnonzero(crop.any(1))) + 1, np.ptp(np.flatnonzero(crop.any(0))) + 1
        assert max(high, wide) <= 20
        x0, y0, x1, y1 = segmentation.boxes[arc]
        large = max(y1 - y0, x1 - x0) >= 0.4 * HEIGHT
        assert (max(high, wide) >= 15) or not large
        assert large == (segmentation.geometry[arc, GEOMETRY.index("size_limited")] == 0)
        weight = crop.astype(float) / crop.sum()
        middle = (weight * columns).sum(), (weight * rows).sum()
        assert np.abs(np.array(middle) - (CROP - 1) / 2).max() <= 0.6


def candidate_on(segmentation: Segmentation, true: Box) -> int:
    """The candidate that lies best on a character."""
    count = len(segmentation.source)
    return max(range(count), key=lambda arc: overlap(segmentation.image_box(arc), true))


def rings(apart: int, neck: int = 0) -> list[NDArray[np.bool_]]:
    """Two rings 40 pixels tall, and between them a neck, which belongs to the first."""
    parts = []
    for x in (60, 92 + apart):
        canvas = np.zeros((90, 220), np.uint8)
        cv2.ellipse(canvas, (x, 45), (14, 20), 0, 0, 360, 1, 4)
        parts.append(canvas.astype(bool))
    parts[0][45 : 45 + neck, 74 : 79 + apart] = True
    return parts


@pytest.mark.parametrize("width", [2, 3, 4, 6, 12])
def test_a_thin_bar_stands_in_the_middle_too(width: int) -> None:
    mask = np.zeros((200, 120), bool)
    mask[50:150, 60 : 60 + width] = True
    (crop,) = segment(paint(mask)).crops
    weight = crop.astype(float) / crop.sum()
    assert (weight.sum(axis=1) * np.arange(CROP)).sum() == pytest.approx(15.5, abs=0.6)
    assert (weight.sum(axis=0) * np.arange(CROP)).sum() == pytest.approx(15.5, abs=0.6)


def test_a_picture_shows_its_character() -> None:
    """Ink bright on black, in the shape of what was drawn: a row of a bar has one stroke, a ring's two."""
    ring, _ = rings(0)
    bar = np.zeros_like(ring)
    bar[25:65, 120:124] = True
    segmentation = segment(paint(ring | bar))
    for part, strokes in ((ring, 2), (bar, 1)):
        row = segmentation.crops[candidate_on(segmentation, bounds(part))][16] > 128
        assert np.count_nonzero(np.diff(row.astype(int)) == 1) == strokes


@pytest.mark.parametrize("height", [18, 36, 90])
@pytest.mark.parametrize("shear", [-0.1, 0.0, 0.35])
def test_every_character_is_a_candidate_where_it_stands_in_the_image(height: int, shear: float) -> None:
    drawn = draw("$4,710-", height=height, gap=0.3 * height, shear=shear, pen=max(2, height // 10))
    segmentation = segment(drawn.image)
    boxes = [segmentation.image_box(arc) for arc in range(len(segmentation.source))]
    rows, columns = drawn.image.shape
    assert all(0 <= b.x0 < b.x1 <= columns and 0 <= b.y0 < b.y1 <= rows for b in boxes)
    for true in drawn.boxes:
        off = min(max(abs(a - b) for a, b in zip(box, true, strict=True)) for box in boxes)
        assert off <= 1 + height / 18


@pytest.mark.parametrize(("gap", "bridged"), [(6, True), (22, False)])
def test_a_wide_gap_is_never_bridged(gap: int, bridged: bool) -> None:
    """Two narrow strokes may be one character, such as ``=`` on its side, unless they stand far apart."""
    mask = np.zeros((80, 160), bool)
    mask[20:56, 60:64] = mask[20:56, 64 + gap : 68 + gap] = True
    segmentation = segment(paint(mask))
    whole = [a for a in range(len(segmentation.source)) if segmentation.image_box(a).width >= 8 + gap]
    assert bool(whole) == bridged


def test_geometry_tells_where_a_candidate_stands() -> None:
    drawn = draw("1,1", height=36, gap=14, pen=4)
    segmentation = segment(drawn.image)
    feature = {name: segmentation.geometry[:, i] for i, name in enumerate(GEOMETRY)}
    arc = [candidate_on(segmentation, box) for box in drawn.boxes]
    assert feature["height"][arc[0]] == pytest.approx(1, abs=0.15)
    assert feature["height"][arc[1]] < 0.6
    assert feature["top"][arc[0]] == pytest.approx(0, abs=0.1)
    assert feature["top"][arc[1]] > 0.5
    assert feature["bottom"][arc[0]] == pytest.approx(0, abs=0.1)
    assert feature["bottom"][arc[1]] > 0.05
    gap = (drawn.boxes[1].x0 - drawn.boxes[0].x1) / drawn.boxes[0].height
    assert feature["gap_right"][arc[0]] == pytest.approx(gap, abs=0.12)
    assert feature["gap_left"][arc[1]] == pytest.approx(gap, abs=0.12)
    assert feature["gap_left"][arc[0]] > 1.2
    assert feature["crossed_left"][arc[1]] == feature["crossed_right"][arc[0]] == 0


@pytest.mark.parametrize("neck", [3, 6])
def test_touching_rings_are_cut_and_the_cut_is_told(neck: int) -> None:
    parts = rings(apart=1, neck=neck)
    segmentation = segment(paint(parts[0] | parts[1]))
    crossed = segmentation.geometry[:, GEOMETRY.index("crossed_right")]
    boxes = [segmentation.image_box(arc) for arc in range(len(segmentation.source))]
    left, right = ([overlap(box, bounds(part)) > 0.75 for box in boxes] for part in parts)
    cuts = set(segmentation.target[left].tolist()) & set(segmentation.source[right].tolist())
    assert cuts, "no path holds both rings"
    assert (crossed[np.isin(segmentation.target, list(cuts))] > 0).all()


def test_segmenting_again_gives_the_same() -> None:
    image = draw("12,345.67", shear=0.2).image
    first, second = segment(image), segment(image.copy())
    for name in ("source", "target", "crops", "geometry", "boxes"):
        assert np.array_equal(getattr(first, name), getattr(second, name))


def test_a_field_without_ink_has_no_cuts_and_no_arcs() -> None:
    segmentation = segment(np.full((60, 200), PAPER, np.uint8))
    assert segmentation.cuts == 0
    assert segmentation.source.shape == segmentation.target.shape == (0,)
    assert segmentation.crops.shape == (0, CROP, CROP)
    assert segmentation.geometry.shape == (0, len(GEOMETRY))
    assert segmentation.boxes.shape == (0, 4)


def test_a_page_of_noise_stays_of_bounded_size() -> None:
    rng = np.random.default_rng(2)
    noise = rng.random((60, 1600)) < 0.12
    segmentation = segment(paint(noise))
    assert 2 <= segmentation.cuts <= 160
    random_path(segmentation, rng)


@pytest.mark.parametrize("shape", [(1, 1), (1, 200), (200, 1), (2, 3), (3, 2), (60, 3), (5, 5), (1, 3000)])
@pytest.mark.parametrize("fill", ["black", "white", "noise"])
def test_images_too_small_to_hold_anything(shape: tuple[int, int], fill: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, shape)
    image = {"black": np.zeros(shape), "white": np.full(shape, 255), "noise": noise}[fill].astype(np.uint8)
    segmentation = segment(image)
    assert len(segmentation.crops) == len(segmentation.source)
