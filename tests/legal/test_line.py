"""Lines of words brought to one size: what doesn't matter goes, what does stays."""

import cv2
import numpy as np
import pytest

from chequereader.legal.line import SPREAD, words_strip
from chequereader.segmentation.strip import REACH, STRIP


def written(text: str = "Twenty five thousand", scale: float = 1.0, angle: float = 0.0) -> np.ndarray:
    """Return a line in print, larger or turned by so many degrees, in the middle of grey paper."""
    image = np.full((90, 700), 220, np.uint8)
    cv2.putText(image, text, (60, 55), cv2.FONT_HERSHEY_DUPLEX, 1.0, 40, 2, cv2.LINE_AA)
    matrix = cv2.getRotationMatrix2D((350, 45), angle, scale)
    return cv2.warpAffine(image, matrix, (700, 90), flags=cv2.INTER_AREA, borderValue=220)


def spread_and_middle(strip: np.ndarray) -> tuple[float, float]:
    """Return standard deviation and mean of the ink's rows."""
    y, _ = np.nonzero(strip > 128)
    return float(y.std()), float(y.mean())


@pytest.mark.parametrize("scale", [0.6, 0.8, 1.0])
@pytest.mark.parametrize("angle", [-2.0, 0.0, 2.0])
def test_lines_come_out_level_and_of_one_size(scale: float, angle: float) -> None:
    strip = words_strip(written(scale=scale, angle=angle))
    assert strip is not None and strip.shape[0] == STRIP
    spread, middle = spread_and_middle(strip)
    assert spread == pytest.approx(SPREAD, rel=0.15)
    assert middle == pytest.approx(STRIP / 2, abs=1.5)
    straight = words_strip(written())
    assert straight is not None
    assert strip.shape[1] == pytest.approx(straight.shape[1], rel=0.12)


def test_the_line_begins_half_a_reach_from_the_left() -> None:
    strip = words_strip(written())
    assert strip is not None
    first = int(np.flatnonzero((strip > 128).any(axis=0))[0])
    assert abs(first - REACH // 2) <= 4


def test_rules_below_the_words_vanish_and_the_words_stay() -> None:
    plain, ruled = written(), written()
    cv2.line(ruled, (10, 62), (690, 62), 60, 2)
    before, after = words_strip(plain), words_strip(ruled)
    assert before is not None and after is not None
    assert (after > 128).sum() == pytest.approx((before > 128).sum(), rel=0.12)
    assert after.shape[1] == pytest.approx(before.shape[1], rel=0.1)


@pytest.mark.parametrize("image", [np.full((60, 300), 200, np.uint8), np.zeros((9, 9), np.uint8)])
def test_nothing_to_see(image: np.ndarray) -> None:
    assert words_strip(image) is None


def test_any_picture_gives_a_strip_or_none() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        size = rng.integers(8, 400, 2)
        strip = words_strip(rng.integers(0, 256, size, dtype=np.uint8))
        assert strip is None or (strip.shape[0] == STRIP and strip.dtype == np.uint8)
