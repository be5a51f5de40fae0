"""The MICR line on a page in any orientation: found, level, the right way up among the candidates."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from toy_lines import TEXT, clean_line, page

from chequereader.box import Box
from chequereader.micr.line import straighten
from chequereader.micr.locate import locate
from chequereader.micr.reading import MicrReading


def turned(box: Box, shape: tuple[int, int], turns: int) -> Box:
    """Where a box comes to lie after ``np.rot90`` as often."""
    for _ in range(turns):
        box = Box(box.y0, shape[1] - box.x1, box.y1, shape[1] - box.x0)
        shape = shape[1], shape[0]
    return box


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("height", [16.0, 23.0])
def test_the_line_is_found_whichever_way_the_page_lies(turns: int, height: float) -> None:
    image, box = page(height)
    scan = np.ascontiguousarray(np.rot90(image, turns))
    where = turned(box, image.shape, turns)
    pattern = straighten(clean_line(TEXT, height))
    assert pattern is not None
    best = 0.0
    for candidate in locate(scan):
        if candidate.turned != turns:  # np.rot90 turns the other way, so as many turns set it right
            continue
        strip = straighten(candidate.image)
        assert strip is not None
        width = min(strip.ink.shape[1], pattern.ink.shape[1]) - 60
        match = cv2.matchTemplate(strip.ink, pattern.ink[:, 20:width], cv2.TM_CCOEFF_NORMED).max()
        if match > best:
            best = float(match)
            rows, columns = candidate.image.shape
            reading = MicrReading("", {}, "free", 1.0, "none", (), Box(0, 0, columns, rows))
            found = candidate.on_page(reading).box
    assert best > 0.8
    assert found.intersection(where).area > 0.95 * where.area
    assert found.area < 6 * where.area


@pytest.mark.parametrize("degrees", [-3.0, 2.0])
def test_a_skewed_line_comes_out_level(degrees: float) -> None:
    image, _ = page()
    turn = cv2.getRotationMatrix2D((700, 320), degrees, 0.95)
    scan = cv2.warpAffine(image, turn, (1400, 640), borderValue=235)
    pattern = straighten(clean_line(TEXT, 22))
    assert pattern is not None
    matches = []
    for candidate in locate(np.asarray(scan, np.uint8)):
        strip = straighten(candidate.image)
        if candidate.turned == 0 and strip is not None and strip.ink.shape[1] > 400:
            piece = pattern.ink[:, 20:300]
            matches.append(cv2.matchTemplate(strip.ink, piece, cv2.TM_CCOEFF_NORMED).max())
    assert max(matches) > 0.75


def test_pages_without_rows_have_no_candidates() -> None:
    assert locate(np.full((600, 1200), 240, np.uint8)) == []
    assert locate(np.full((3, 2), 240, np.uint8)) == []
