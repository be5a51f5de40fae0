"""Strips: one size, level, and the way back to the picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from toy_lines import clean_line

from chequereader.micr.line import HEIGHT, ROWS, straighten

TEXT = "A021000021A 1234567890C 0101"


def rows_of(ink: np.ndarray) -> tuple[int, int]:
    rows = np.flatnonzero((ink > 127).sum(axis=1) > 3)
    return int(rows[0]), int(rows[-1]) + 1


@pytest.mark.parametrize("height", [12, 18, 24, 37, 80])
def test_digits_come_out_in_one_size_in_the_middle(height: float) -> None:
    strip = straighten(clean_line(TEXT, height))
    assert strip is not None and strip.ink.shape[0] == ROWS
    top, end = rows_of(strip.ink)
    assert end - top == pytest.approx(HEIGHT, abs=2.5)
    assert (top + end) / 2 == pytest.approx(ROWS / 2, abs=1.0)


@pytest.mark.parametrize("degrees", [-2.0, 1.0, 2.0])
def test_skew_is_taken_out(degrees: float) -> None:
    strip = straighten(clean_line(TEXT, 24, degrees))
    assert strip is not None
    columns = np.flatnonzero((strip.ink > 127).any(axis=0))
    ends = [strip.ink[:, columns[0] : columns[0] + 60], strip.ink[:, columns[-1] - 60 : columns[-1]]]
    tops = [rows_of(end)[0] for end in ends]
    assert abs(tops[0] - tops[1]) <= 1


@pytest.mark.parametrize("at_right", [False, True])
def test_the_edge_of_a_page_is_no_ink(at_right: bool) -> None:
    image = clean_line("A021000021A 1234567890C", 24, pad=30)
    plain = straighten(image, of_page=True)
    cv2.line(image, (4, 0), (7, image.shape[0]), 0, 3)  # a little aslant, as scans lie
    image = image[:, ::-1].copy() if at_right else image
    kept, gone = straighten(image), straighten(image, of_page=True)
    assert plain is not None and kept is not None and gone is not None
    ends = np.s_[:, -26:] if at_right else np.s_[:, :32]
    assert (kept.ink[ends] > 127).any(), "on the picture of a line it may be one"
    assert not (gone.ink[ends] > 127).any()
    assert abs(int((gone.ink > 127).sum()) - int((plain.ink > 127).sum())) < 40, "nothing else is lost"


def test_characters_of_a_bent_line_stand_upright() -> None:
    # bars 24 pixels tall on an arc of 900 pixels' radius, each upright on it: 18 degrees aslant at the ends
    image = np.full((110, 620), 255, np.uint8)
    centre = np.array([310.0, 50.0 + 900.0])
    for angle in np.linspace(-0.31, 0.31, 21):
        out = np.array([np.sin(angle), -np.cos(angle)])
        ends = np.round(centre + out * np.array([[888.0], [912.0]])).astype(int)
        cv2.line(image, ends[0].tolist(), ends[1].tolist(), 0, 5, cv2.LINE_AA)
    strip = straighten(image)
    assert strip is not None
    count, labels = cv2.connectedComponents((strip.ink > 127).astype(np.uint8))
    assert count == 22
    for bar in range(1, count):
        rows, columns = np.nonzero(labels == bar)
        upper, lower = rows < rows.min() + 5, rows > rows.max() - 5
        # what is left of up to 5 pixels: a course is smoothed over several characters
        assert abs(columns[upper].mean() - columns[lower].mean()) < 3.0


@pytest.mark.parametrize("height", [15, 24, 70])
def test_the_way_back_leads_to_the_ink(height: float) -> None:
    image = clean_line(TEXT, height, 1.0)
    strip = straighten(image)
    assert strip is not None
    y, x = np.nonzero(strip.ink > 200)
    down = (y - (ROWS - 1) / 2) * strip.height[x] / HEIGHT
    at_x, at_y = np.round(strip.x[x]).astype(int), np.round(strip.middle[x] + down).astype(int)
    assert (image[at_y, at_x] < 128).mean() > 0.97


def test_grey_paper_and_shade_do_not_matter() -> None:
    image = clean_line(TEXT, 24).astype(np.float32)
    shade = np.linspace(0.5, 0.95, image.shape[1])
    strip, plain = straighten((image * 0.6 * shade + 30).astype(np.uint8)), straighten(image.astype(np.uint8))
    assert strip is not None and plain is not None
    assert np.median(strip.height) == pytest.approx(np.median(plain.height), abs=1.5)
    assert np.median(strip.middle) == pytest.approx(np.median(plain.middle), abs=1.0)
    assert rows_of(strip.ink) == pytest.approx(rows_of(plain.ink), abs=1)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 120), st.integers(0, 2**32 - 1))
@example(28, 100, 659)
def test_any_picture_gives_a_strip_or_none(rows: int, columns: int, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (rows, columns)).astype(np.uint8)
    strip = straighten(image)
    assert strip is None or (
        strip.ink.shape[0] == ROWS and np.isfinite([strip.x, strip.middle, strip.height]).all()
    )


def test_blank_paper_has_no_line() -> None:
    assert straighten(np.full((50, 400), 220, np.uint8)) is None
