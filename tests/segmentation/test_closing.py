"""The grey closing over a disc is OpenCV's."""

import cv2
import numpy as np
import pytest

from chequereader.segmentation.closing import closed


@pytest.mark.parametrize("size", [1, 5, 9, 27, 55])
@pytest.mark.parametrize("shape", [(64, 90), (10, 7), (1, 50), (40, 1), (27, 27)])
def test_it_is_the_closing_of_opencv(shape: tuple[int, int], size: int) -> None:
    image = np.random.default_rng(size).random(shape, np.float32)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    expected = cv2.morphologyEx(image, cv2.MORPH_CLOSE, disc, borderType=cv2.BORDER_REPLICATE)
    assert np.array_equal(closed(image, size), expected)
