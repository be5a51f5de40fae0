"""The MICR line on a page in any orientation: found, level, the right way up among the candidates."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from toy_lines import TEXT, clean_line, page

from chequereader.box import Box
from chequereader.micr.line import straighten
from chequereader.micr.locate import at_foot, locate
from chequereader.micr.reading import MicrReading


def turned(box: Box, shape: tuple[int, int], turns: int) -> Box:
    """Where a box comes to lie after ``np.rot90`` as often."""
    for _ in range(turns):
        box = Box(box.y0, shape[1] - box.x1, box.y1, shape[1] - box.x0)
        shape = shape[1], shape[0]
    return box


def likeness(image: NDArray[np.uint8], height: float) -> float:
    """How well the first characters of the line match somewhere in a picture, at most 1."""
    strip, pattern = straighten(image), straighten(clean_line(TEXT, height))
    assert pattern is not None
    if strip is None or strip.ink.shape[1] < 150:
        return 0.0
    return float(cv2.matchTemplate(strip.ink, pattern.ink[:, 20:150], cv2.TM_CCOEFF_NORMED).max())


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("height", [16.0, 23.0])
def test_the_line_is_found_whichever_way_the_page_lies(turns: int, height: float) -> None:
    image, box = page(height)
    scan = np.ascontiguousarray(np.rot90(image, turns))
    where = turned(box, image.shape, turns)
    matches = [(likeness(candidate.image, height), k, candidate) for k, candidate in enumerate(locate(scan))]
    best, _, candidate = max(matches)
    assert best > 0.6
    assert candidate.turned == turns  # np.rot90 turns the other way, so as many turns set it right
    rows, columns = candidate.image.shape
    reading = MicrReading("", {}, "free", 1.0, "none", (), Box(0, 0, columns, rows))
    found = candidate.on_page(reading).box
    assert found.intersection(where).area > 0.95 * where.area
    assert found.area < 6 * where.area


@pytest.mark.parametrize("degrees", [-3.0, 2.0])
def test_a_skewed_line_comes_out_level(degrees: float) -> None:
    image, _ = page()
    turn = cv2.getRotationMatrix2D((700, 320), degrees, 0.95)
    scan = cv2.warpAffine(image, turn, (1400, 640), borderValue=235)
    candidates = locate(np.asarray(scan, np.uint8))
    best, _, candidate = max((likeness(c.image, 22), k, c) for k, c in enumerate(candidates))
    assert best > 0.6 and candidate.turned == 0
    strip = straighten(candidate.image[:, 60:-60])
    assert strip is not None and np.ptp(strip.middle) < 0.01 * len(strip.middle) + 1


def test_pages_without_rows_have_no_candidates() -> None:
    assert locate(np.full((600, 1200), 240, np.uint8)) == []
    assert locate(np.full((3, 2), 240, np.uint8)) == []


@pytest.mark.parametrize("over", [False, True])
def test_the_line_is_found_at_the_foot_of_a_level_page(over: bool) -> None:
    image, box = page()
    scan = np.ascontiguousarray(np.rot90(image, 2)) if over else image
    where = turned(box, image.shape, 2) if over else box
    first = at_foot(scan, over)[0]
    assert likeness(first.image, 23) > 0.6 and first.turned == 2 * over
    rows, columns = first.image.shape
    whole = MicrReading(
        "0", {}, "free", 1.0, "none", (), Box(0, 0, columns, rows), (Box(0, 0, columns, rows),)
    )
    reading = first.on_page(whole)
    assert reading.box.intersection(where).area > 0.95 * where.area
    assert reading.characters == (reading.box,)


def test_the_foot_of_a_cheque_is_all_that_is_searched() -> None:
    image, _ = page()
    for candidate in at_foot(image, over=True):
        whole = Box(0, 0, candidate.image.shape[1], candidate.image.shape[0])
        place = candidate.on_page(MicrReading("0", {}, "free", 1.0, "none", (), whole)).box
        assert candidate.turned == 2 and place.y0 < 0.35 * image.shape[0]
    under_a_voucher = np.concatenate([image, np.full((700, 1400), 235, np.uint8)])
    assert likeness(at_foot(under_a_voucher)[0].image, 23) > 0.6


@pytest.mark.parametrize("shape", [(1, 3000), (8, 10_000), (8, 19_999), (10_000, 8)])
def test_a_page_that_is_hardly_more_than_a_line_is_searched(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    at_foot(image)
    at_foot(image, over=True)
    locate(image)
