"""Lines of bars on drawn pages, either way up, beside text and patterns that are none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from chequereader.fields.bars import bars_at_foot
from chequereader.fields.page_ink import GreyImage
from chequereader.synthetic.micr import draw_micr, micr_line

DPI = 200


def page(order: str | None, noise: float = 4.0) -> GreyImage:
    """A page of 175 x 80 mm with small print at its head and, with an ``order``, a MICR line at its foot."""
    rng = np.random.default_rng(3)
    text = np.full((630, 1378), 215, np.uint8)
    for y in (40, 64, 88):
        cv2.putText(text, "PAY THIS CHEQUE TO THE ORDER OF " * 2, (30, y), 0, 0.55, 40, 1, cv2.LINE_AA)
    made = text.astype(np.float32)
    if order is not None:
        coverage = draw_micr(micr_line(order, "012345678", "123456789012", "100200"), DPI)
        height, width = coverage.shape
        part = made[560 : 560 + height, 60 : 60 + width]
        part -= 170 * coverage[: part.shape[0], : part.shape[1]]
    return (made + rng.normal(0, noise, made.shape)).clip(0, 255).astype(np.uint8)


def on_its_head(image: GreyImage) -> GreyImage:
    return np.ascontiguousarray(image[::-1, ::-1])


@pytest.mark.parametrize("noise", [0.0, 4.0, 8.0])
def test_bars_tell_the_foot(noise: float) -> None:
    image = page("fr", noise)
    assert bars_at_foot(image) is True
    assert bars_at_foot(on_its_head(image)) is False


@pytest.mark.parametrize("order", ["us", "in", None])
def test_text_and_lines_in_e13b_are_no_bars(order: str | None) -> None:
    image = page(order)
    assert bars_at_foot(image) is None
    assert bars_at_foot(on_its_head(image)) is None


def test_a_pattern_of_strokes_all_over_tells_nothing() -> None:
    image = page("fr")
    image[:, ::4] = 60
    assert bars_at_foot(image) is None


def test_bars_that_run_together_tell_nothing() -> None:
    coarse = cv2.resize(page("fr"), None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    image = np.asarray(cv2.resize(coarse, (1378, 630)), np.uint8)
    assert bars_at_foot(image) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (200, 2)])
def test_pages_too_small_for_a_line(size: tuple[int, int]) -> None:
    assert bars_at_foot(np.zeros(size, np.uint8)) is None
