"""What is learned from a field is what the reader sees of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_fields import PAPER, draw

from chequereader.errors import WeightsError
from chequereader.options import ReadOptions
from chequereader.reader import Reader
from chequereader.recognition.store import load_weights, save_weights, weights_file
from chequereader.scan import Scan
from chequereader.segmentation.segmenter import segment
from chequereader.training.sight import ReadersSight


@pytest.fixture(scope="module")
def sight() -> ReadersSight:
    return ReadersSight.of(weights_file("standard"))


def framed() -> np.ndarray:
    """Small digits in a high frame."""
    drawn = draw("2480", height=20, gap=8, pen=2).image
    image = cv2.copyMakeBorder(drawn, 40, 40, 60, 30, cv2.BORDER_CONSTANT, value=PAPER)
    cv2.rectangle(image, (4, 4), (image.shape[1] - 5, image.shape[0] - 5), 40, 4)
    return image


def test_a_field_is_segmented_as_the_reader_does_it(sight: ReadersSight) -> None:
    image = framed()
    ((page, _),) = Reader(ReadOptions(field="whole")).follow([Scan(image, None, "framed.png")])
    seen = sight(image)
    assert np.array_equal(seen.crops, page.segmentations[0].crops)
    assert not np.array_equal(seen.field.to_image, segment(image).field.to_image), "not as it is at first"


def test_a_field_that_fits_its_digits_stays_as_it_is(sight: ReadersSight) -> None:
    image = draw("2480", height=30, gap=10, pen=3).image
    assert np.array_equal(sight(image).crops, segment(image).crops)


def test_a_field_without_ink_has_nothing_to_learn_from(sight: ReadersSight) -> None:
    assert len(sight(np.full((40, 90), PAPER, np.uint8)).source) == 0


def test_weights_that_do_not_slide_are_told(tmp_path: Path) -> None:
    loaded = load_weights(weights_file("standard"))
    assert loaded.recogniser is not None
    path = tmp_path / "cuts.safetensors"
    save_weights(path, "cuts", loaded.recogniser, loaded.grammar_penalty, ())
    with pytest.raises(WeightsError, match="no sliding recogniser"):
        ReadersSight.of(path)
