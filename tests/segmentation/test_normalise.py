"""One size and one slant, and the way back to the image."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_fields import PAPER, draw, paint
from hypothesis import given, settings
from hypothesis import strategies as st

from chequereader.segmentation.components import component_stats
from chequereader.segmentation.normalise import (
    HEIGHT,
    character_height,
    moved,
    normalise,
    slant,
    stroke_width,
    writing_lines,
)


def components_of(mask: np.ndarray) -> np.ndarray:
    return component_stats(mask.astype(np.uint8)).astype(np.float64)


def leaning_strokes(shear: float) -> np.ndarray:
    canvas = np.zeros((60, 300), np.uint8)
    for x in range(60, 240, 30):
        cv2.line(canvas, (x, 50), (round(x + 40 * shear), 10), 1, 3)
    return canvas.astype(bool)


@pytest.mark.parametrize("shear", [-0.15, 0.0, 0.1, 0.3, 0.5, 0.75])
def test_the_lean_of_strokes_is_found(shear: float) -> None:
    assert slant(leaning_strokes(shear)) == pytest.approx(shear, abs=0.051)


def test_no_ink_does_not_lean() -> None:
    assert slant(np.zeros((20, 30), bool)) == 0.0


@pytest.mark.parametrize("shear", [-0.1, 0.25, 0.6])
def test_strokes_stand_upright_afterwards(shear: float) -> None:
    field = normalise(paint(leaning_strokes(shear)))
    assert abs(slant(field.ink.mask)) <= 0.11


@pytest.mark.parametrize("height", [14, 20, 36, 60, 110])
def test_digits_come_out_one_size(height: int) -> None:
    field = normalise(draw("2480", height=height, gap=0.35 * height, pen=max(2, height // 9)).image)
    heights = cv2.connectedComponentsWithStats(field.ink.mask.astype(np.uint8))[2][1:, cv2.CC_STAT_HEIGHT]
    tall = heights[heights > 10]
    assert len(tall) == 4
    assert tall == pytest.approx(HEIGHT, rel=0.15)


def test_the_height_of_characters_is_that_of_the_tall_ones() -> None:
    mask = np.zeros((80, 200), bool)
    mask[20:60, 10:14] = mask[20:60, 50:54] = mask[24:60, 90:94] = True
    mask[57:61, 120:124] = True  # a point
    assert character_height(components_of(mask)) == pytest.approx(38.7, abs=1.5)


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(16, 90),
    shear=st.floats(-0.1, 0.5),
    across=st.floats(0.1, 0.9),
    down=st.floats(0.1, 0.15),
)
def test_a_dot_maps_back_to_its_place(height: int, shear: float, across: float, down: float) -> None:
    drawn = draw("317", height=height, gap=0.4 * height, shear=shear, pen=max(2, height // 9))
    image = drawn.image.copy()
    place = np.array([round(across * image.shape[1]), round(down * image.shape[0])])
    radius = max(2, height // 10)
    cv2.circle(image, place.tolist(), radius, 20, -1)
    field = normalise(image)
    middles = cv2.connectedComponentsWithStats(field.ink.mask.astype(np.uint8))[3]
    back = [field.to_image @ [*(middle + 0.5), 1] - 0.5 for middle in middles[1:]]
    assert min(np.hypot(*(b - place)) for b in back) < 1.5


@pytest.mark.parametrize("slope", [-0.12, 0.0, 0.08])
def test_the_base_line_follows_the_writing(slope: float) -> None:
    drawn = draw("2483652", height=40, slope=slope)
    field = normalise(drawn.image)
    assert field.baseline[0] == pytest.approx(slope, abs=0.03)
    assert field.topline[0] == field.baseline[0]
    to_field = cv2.invertAffineTransform(field.to_image)
    for box in drawn.boxes:
        x, bottom = to_field @ [(box.x0 + box.x1) / 2, box.y1, 1]
        _, top = to_field @ [(box.x0 + box.x1) / 2, box.y0, 1]
        assert field.baseline[0] * x + field.baseline[1] == pytest.approx(bottom, abs=4)
        assert field.topline[0] * x + field.topline[1] == pytest.approx(top, abs=4)


def test_a_comma_below_does_not_pull_the_base_line_down() -> None:
    mask = np.zeros((90, 240), bool)
    for x in (20, 60, 140, 180):
        mask[20:56, x : x + 5] = True
    mask[52:66, 110:114] = True
    (slope, at), (_, top) = writing_lines(components_of(mask), 90)
    assert slope == pytest.approx(0, abs=0.01)
    assert at == pytest.approx(56, abs=1)
    assert top == pytest.approx(20, abs=1)


def standing(*boxes: tuple[int, int, int]) -> np.ndarray:
    """Return the components of bars at x, from a top to a bottom."""
    return np.array([[x, top, 20, bottom - top, 20 * (bottom - top)] for x, top, bottom in boxes], float)


def test_raised_cents_do_not_tilt_the_writing() -> None:
    (slope, _), _ = writing_lines(standing((20, 40, 76), (64, 37, 58), (92, 36, 57)), 120)
    assert -0.1 < slope <= 0.0


def test_small_noughts_in_the_middle_do_not_tilt_the_writing() -> None:
    (slope, _), _ = writing_lines(standing((20, 36, 90), (70, 42, 66), (98, 42, 66)), 120)
    assert slope == 0.0


def test_a_field_is_brought_to_the_size_of_its_digits_where_they_are_known() -> None:
    """Whatever stands around them: a thick frame, and a sign as high as it."""
    drawn = draw("2480", height=20, gap=8, pen=2)
    image = cv2.copyMakeBorder(drawn.image, 30, 30, 90, 30, cv2.BORDER_CONSTANT, value=PAPER)
    cv2.rectangle(image, (4, 4), (image.shape[1] - 5, image.shape[0] - 5), 40, 4)
    cv2.rectangle(image, (30, 14), (60, image.shape[0] - 15), 40, 6)
    ink = (image < 0.5 * PAPER).astype(np.uint8)
    known = np.array([b for b in components_of(ink) if b[0] > 80 and b[3] < 30])
    assert len(known) == 4
    alone, framed, told = normalise(drawn.image), normalise(image), normalise(image, known)
    height, right = (field.baseline[1] - field.topline[1] for field in (alone, told))
    assert right == pytest.approx(HEIGHT, abs=3)
    assert right == pytest.approx(height, abs=2)
    assert framed.to_image[1, 1] > 2 * told.to_image[1, 1], "pixels of the image that one of the field shows"
    back = moved(told.components, told.to_image)
    assert back == pytest.approx(known)


@pytest.mark.parametrize("width", [2, 4, 7])
def test_stroke_width_of_a_bar(width: int) -> None:
    mask = np.zeros((100, 40), bool)
    mask[5:95, 10 : 10 + width] = True
    assert stroke_width(mask) == pytest.approx(width, rel=0.12)


def test_blank_paper_is_a_field_without_ink() -> None:
    field = normalise(np.full((50, 170), PAPER, np.uint8))
    assert not field.ink.mask.any()
    assert field.baseline[1] > field.topline[1]


@settings(max_examples=25, deadline=None)
@given(
    text=st.sampled_from(["2480", "317", "19650", "66", "5,000/-"]),
    shear=st.floats(-0.6, 0.6),
    height=st.integers(30, 60),
)
def test_digits_that_are_sheared_lean_so_much_more(text: str, shear: float, height: int) -> None:
    """Either way; what digits lean by themselves, like a 7, is what they lean more."""
    pen = max(3, height // 10)
    upright = slant(draw(text, height=height, pen=pen).ink)
    leaning = slant(draw(text, height=height, pen=pen, shear=shear).ink)
    assert leaning - upright == pytest.approx(shear, abs=0.2)


@pytest.mark.parametrize("shear", [-0.7, -0.4, 0.4, 0.7])
def test_round_digits_lean_as_far_as_they_are_sheared(shear: float) -> None:
    """Few parts of a slanted nought are steep at first: a second look finds the rest of the slant."""
    assert slant(draw("00", shear=shear).ink) - slant(draw("00").ink) == pytest.approx(shear, abs=0.06)


@pytest.mark.parametrize("shear", [-0.5, -0.2, 0.0, 0.2, 0.5])
def test_the_mirror_image_leans_the_other_way(shear: float) -> None:
    mask = draw("24/80", shear=shear).ink
    assert slant(mask[:, ::-1]) == pytest.approx(-slant(mask), abs=0.03)


@pytest.mark.parametrize("shear", [-0.4, 0.0, 0.4])
def test_a_line_along_the_writing_tells_no_slant(shear: float) -> None:
    """The lines that fields are ruled with, level or rising a little, however long."""
    alone = leaning_strokes(shear)
    for rise in (0, 12, -12):
        ruled = alone.astype(np.uint8)
        cv2.line(ruled, (2, 57), (297, 57 - max(rise, 0)), 1, 2)
        cv2.line(ruled, (2, 3), (297, 3 + max(-rise, 0)), 1, 2)
        assert slant(ruled.astype(bool)) == pytest.approx(slant(alone), abs=0.05)


def test_one_long_stroke_counts_by_its_length() -> None:
    """Eight upright strokes of 40 pixels and one slash of 58 leaning 0.8: a seventh of the outlines lean."""
    canvas = np.zeros((64, 420), np.uint8)
    for x in range(20, 300, 36):
        cv2.line(canvas, (x, 51), (x, 12), 1, 3)
    assert slant(canvas.astype(bool)) == pytest.approx(0.0, abs=0.01)
    cv2.line(canvas, (340, 60), (386, 3), 1, 3)
    expected = 46 / (8 * 40 + 58)
    assert slant(canvas.astype(bool)) == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("lean", [1.6, -1.6])
def test_no_slant_beyond_what_hands_do(lean: float) -> None:
    found = slant(leaning_strokes(lean))
    assert abs(found) <= 0.9
    assert found * lean >= 0
