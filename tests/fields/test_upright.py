"""Border, skew, resolution, and the way back to the scan."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_page import toy_page, turned

from chequereader.box import Box
from chequereader.fields.upright import PAGE_DPI, paper, skew, upright


@pytest.mark.parametrize("angle", [-9.0, -3.3, -0.7, 0.0, 0.4, 2.0, 8.5])
def test_skew_is_measured_to_a_tenth_of_a_degree(angle: float) -> None:
    assert skew(turned(toy_page().image, angle)) == pytest.approx(angle, abs=0.1)


@pytest.mark.parametrize("angle", [-4.0, 0.0, 5.0])
@pytest.mark.parametrize("scale", [0.7, 1.0, 1.6])
def test_matrix_leads_back_to_the_scan(angle: float, scale: float) -> None:
    page = toy_page(scale=scale)
    marked = page.image.copy()
    cv2.circle(marked, (page.frame.x0 - 60, page.frame.y0), 9, 0, -1)
    scan = turned(marked, angle)
    result = upright(scan)
    rotation = cv2.getRotationMatrix2D(((marked.shape[1] - 1) / 2, (marked.shape[0] - 1) / 2), -angle, 1.0)
    expected = rotation @ (page.frame.x0 - 60, page.frame.y0, 1) + 80
    on_page = cv2.invertAffineTransform(result.matrix) @ (*expected, 1)
    x, y = (round(float(v)) for v in on_page)
    around = result.image[y - 2 : y + 3, x - 2 : x + 3]
    assert around.max() < 60, "the dot is not where the matrix says"
    box = result.to_scan(Box(x - 2, y - 2, x + 3, y + 3))
    assert box.x0 - 3 <= expected[0] <= box.x1 + 3
    assert box.y0 - 3 <= expected[1] <= box.y1 + 3


def test_an_upright_page_of_the_right_resolution_keeps_its_pixels() -> None:
    image = toy_page().image
    result = upright(image, dpi=200)
    assert np.array_equal(result.image, image)
    assert result.to_scan(Box(3, 4, 10, 12)) == Box(3, 4, 10, 12)


def test_resolution_is_believed_only_if_a_cheque_can_have_it() -> None:
    image = toy_page(scale=1.5).image
    assert upright(image, dpi=300).image.shape[1] == pytest.approx(1450, abs=2)
    assert upright(image, dpi=72).scale == upright(image, dpi=None).scale
    assert upright(image, dpi=240).dpi == pytest.approx(PAGE_DPI)


@pytest.mark.parametrize("angle", [0.0, 4.0])
def test_dark_bed_is_cut_off(angle: float) -> None:
    page = toy_page()
    result = upright(turned(page.image, angle, grey=15, margin=150))
    assert result.image.shape[1] == pytest.approx(1450, abs=60)
    assert result.image.shape[0] == pytest.approx(650, abs=60)


def test_soft_shadow_is_no_bed() -> None:
    image = toy_page().image
    shade = np.linspace(1.0, 0.15, image.shape[1])[None, :] ** 1.5
    shadowed = (image * shade).astype(np.uint8)
    assert paper(shadowed) == Box(0, 0, image.shape[1], image.shape[0])


def test_wide_empty_margins_are_cut_off() -> None:
    image = toy_page().image
    sheet = np.full((2200, 1700), 235, np.uint8)
    sheet[60 : 60 + image.shape[0], 100 : 100 + image.shape[1]] = image
    assert upright(sheet).image.shape[0] < 800


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (7, 5), (650, 1450)])
def test_blank_pages_stay_whole(shape: tuple[int, int]) -> None:
    result = upright(np.full(shape, 255, np.uint8))
    assert result.angle == 0.0
    assert result.image.size > 0


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 90), st.integers(1, 220), st.integers(0, 2**32 - 1))
def test_noise_of_any_size_gives_a_page(height: int, width: int, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    result = upright(noise, dpi=200)
    assert result.image.dtype == np.uint8
    assert result.image.ndim == 2
    assert np.isfinite(result.matrix).all()
