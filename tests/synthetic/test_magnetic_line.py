"""Drawn lines of magnetic ink: the same from a seed, on flat and on bent pages."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from chequereader.synthetic import magnetic_line
from chequereader.synthetic.magnetic_line import draw_line

TEXT = "C001974C A122016066A 001464159C"


@pytest.mark.parametrize("bent", [0.0, 1.0])
def test_the_seed_decides(bent: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(magnetic_line, "BENT", bent)
    one, same, other = (draw_line(TEXT, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.text == TEXT.replace(" ", "")
    assert np.array_equal(one.image, same.image)
    assert one.image.shape != other.image.shape or not np.array_equal(one.image, other.image)


@pytest.mark.parametrize("seed", range(12))
def test_a_bent_page_keeps_every_character(seed: int) -> None:
    # twenty bars, upright on a level line
    ink = np.zeros((60, 1000), np.float32)
    for x in range(30, 1000, 50):
        ink[18:42, x - 4 : x + 4] = 1.0
    bent = magnetic_line._bent(ink, np.random.default_rng(seed))
    assert bent.shape[1] <= 1000
    assert bent.shape[0] >= 60
    count, _, stats, centres = cv2.connectedComponentsWithStats((bent > 0.5).astype(np.uint8))
    assert count == 21, "none lost at an edge or joined to the next"
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    assert heights.max() <= 28
    assert heights.min() >= 12
    order = np.argsort(centres[1:, 0])
    steps = np.diff(centres[1:, 0][order])
    # towards an end characters come closer, away from it they are as they were
    assert steps.max() <= 51.5
    assert steps.max() - steps.min() > 0.2
