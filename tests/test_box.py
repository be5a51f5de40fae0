"""Boxes against sets of pixels."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chequereader.box import Box

corners = st.integers(-3, 12)
boxes = st.builds(Box, corners, corners, corners, corners)
starts, sides = st.integers(-3, 9), st.integers(1, 6)
full = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), starts, starts, sides, sides)


def pixels(box: Box) -> set[tuple[int, int]]:
    return {(x, y) for x in range(box.x0, box.x1) for y in range(box.y0, box.y1)}


@given(boxes)
def test_area_counts_the_pixels(box: Box) -> None:
    assert box.area == len(pixels(box))


@given(full, full)
def test_intersection_holds_the_pixels_of_both(a: Box, b: Box) -> None:
    assert pixels(a.intersection(b)) == pixels(a) & pixels(b)


@given(full, full)
def test_union_is_the_smallest_box_around_both(a: Box, b: Box) -> None:
    both = pixels(a) | pixels(b)
    union = a.union(b)
    assert both <= pixels(union)
    assert (union.x0, union.y0) == (min(x for x, _ in both), min(y for _, y in both))
    assert (union.x1, union.y1) == (max(x for x, _ in both) + 1, max(y for _, y in both) + 1)


@given(full, full)
def test_overlap_is_the_share_of_all_pixels_that_is_in_both(a: Box, b: Box) -> None:
    assert a.overlap(b) == len(pixels(a) & pixels(b)) / len(pixels(a) | pixels(b))


@given(full, st.integers(-5, 5), st.integers(-5, 5))
def test_moving_moves_every_pixel(box: Box, dx: int, dy: int) -> None:
    assert pixels(box.moved(dx, dy)) == {(x + dx, y + dy) for x, y in pixels(box)}


@given(full, st.integers(0, 4), st.integers(0, 4))
def test_padding_stays_in_the_image(box: Box, dx: int, dy: int) -> None:
    image = pixels(Box(0, 0, 10, 8))
    near = {(x + i, y + j) for x, y in pixels(box) for i in range(-dx, dx + 1) for j in range(-dy, dy + 1)}
    assert pixels(box.padded(dx, dy, 10, 8)) == near & image


def test_width_and_height() -> None:
    box = Box(2, 3, 7, 12)
    assert (box.width, box.height) == (5, 9)
