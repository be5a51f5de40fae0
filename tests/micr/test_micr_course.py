"""The course of a line: fields of several sizes, lines that bend, what lies beside the characters."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from toy_lines import clean_line

from chequereader.micr.course import course_of


def mask_of(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return (image < 128).astype(np.uint8)


def beside(left: NDArray[np.uint8], right: NDArray[np.uint8], lower: int) -> NDArray[np.uint8]:
    """Two pictures side by side, the right one so many pixels lower."""
    rows = max(left.shape[0], right.shape[0] + lower)
    out = np.full((rows, left.shape[1] + right.shape[1]), 255, np.uint8)
    out[: left.shape[0], : left.shape[1]] = left
    out[lower : lower + right.shape[0], left.shape[1] :] = right
    return out


@pytest.mark.parametrize(("height", "lower"), [(24.0, 8), (16.0, 0), (30.0, 2)])
def test_a_field_of_another_size_and_place_is_followed(height: float, lower: int) -> None:
    first, second = clean_line("A021000021A 123456C", 24), clean_line("B0000012345B", height)
    course = course_of(mask_of(beside(first, second, lower)))
    alone = course_of(mask_of(first)), course_of(mask_of(second))
    assert course is not None and alone[0] is not None and alone[1] is not None
    mine = course.x >= first.shape[1]
    assert np.abs(course.height[mine] - height).max() < 1.5
    assert np.abs(course.middle[mine] - np.median(alone[1].middle) - lower).max() < 1.5
    assert np.abs(course.height[~mine] - 24).max() < 1.5
    assert np.abs(course.middle[~mine] - np.median(alone[0].middle)).max() < 1.5


def test_a_photo_nearer_to_one_end_is_followed() -> None:
    image = clean_line("A021000021A 123456789C 0101", 30)
    rows, columns = image.shape
    before = np.array([[0, 0], [0, rows], [columns, 0], [columns, rows]], np.float32)
    after = np.array([[0, 0], [0, rows], [columns, 10], [columns, rows - 10]], np.float32)
    seen = cv2.warpPerspective(
        image, cv2.getPerspectiveTransform(before, after), (columns, rows), borderValue=255
    )
    course = course_of(mask_of(np.asarray(seen, np.uint8)))
    assert course is not None
    expected = 30 * (1 - 20 / rows * course.x / columns)
    assert np.abs(course.height - expected).max() < 2


def test_a_squeezed_end_is_told_from_a_smaller_one() -> None:
    image = clean_line("123456789 123456789 123456789 123456789", 24)
    flat = int(image.shape[1] * 0.72)
    squeezed = cv2.resize(image[:, flat:], None, fx=0.7, fy=1.0, interpolation=cv2.INTER_AREA)
    course = course_of(mask_of(np.hstack([image[:, :flat], squeezed])))
    assert course is not None
    left, right = course.x < flat - 60, course.x > flat + 60
    assert np.median(course.pace[left]) == pytest.approx(1.0, abs=0.03)
    # more than the 0.7 that it is: a tenth is as uneven as characters are
    assert 0.75 < np.median(course.pace[right]) < 0.9
    assert np.abs(course.height - 24).max() < 1.5
    even = course_of(mask_of(image))
    assert even is not None
    assert np.abs(even.pace - 1).max() < 0.05


def test_rules_and_dirt_do_not_count() -> None:
    image = clean_line("A021000021A 123456789C 0101", 24, pad=24)
    plain = course_of(mask_of(image))
    image[-10:-8, 20:-20] = 0
    for x in range(30, image.shape[1] - 30, 37):
        image[-20:-18, x : x + 2] = 0
        image[8:10, x + 9 : x + 11] = 0
    dirty = course_of(mask_of(image))
    assert plain is not None and dirty is not None
    assert np.abs(np.interp(dirty.x, plain.x, plain.height) - dirty.height).max() < 1.5
    assert np.abs(np.interp(dirty.x, plain.x, plain.middle) - dirty.middle).max() < 1.5


def test_broken_digits_are_measured_as_a_whole() -> None:
    whole, broken = clean_line("A021000021A", 24), clean_line("B0000000000B", 24)
    middle = broken.shape[0] // 2
    broken[middle - 2 : middle + 2] = 255  # no digit of this field is in one piece
    course = course_of(mask_of(beside(whole, broken, 0)))
    assert course is not None
    assert np.abs(course.height - 24).max() < 1.5


def test_no_ink_has_no_course() -> None:
    assert course_of(np.zeros((30, 200), np.uint8)) is None
