"""Zones of whole cheques to learn from, found on the page again."""

from __future__ import annotations

import cv2
import numpy as np

from chequereader.box import Box
from chequereader.fields.upright import upright
from chequereader.synthetic import generate
from chequereader.synthetic.config import SyntheticConfig
from chequereader.training.located import located, zone_images


def test_zones_of_whole_cheques_and_what_they_grow_to() -> None:
    found = []
    for index in range(6):
        cheque = generate(3, index, SyntheticConfig())
        images = zone_images(cheque.image, cheque.dpi, cheque.ink)
        page = upright(cheque.image, cheque.dpi)
        for image in images:
            x0, y0 = cv2.minMaxLoc(cv2.matchTemplate(page.image, image, cv2.TM_SQDIFF))[2]
            zone = page.to_scan(Box(x0, y0, x0 + image.shape[1], y0 + image.shape[0]))
            assert zone.intersection(cheque.ink).area >= 0.85 * cheque.ink.area
        found.append(len(images))
    assert set(found) <= {0, 1, 2}
    assert found.count(2) >= 2, "many zones have a frame around them, or go on"


def test_a_blank_page_has_no_zones_to_learn_from() -> None:
    assert zone_images(np.full((600, 1400), 240, np.uint8), 200.0, Box(900, 200, 1200, 260)) == []


def test_located_examples_are_decided_by_the_seed() -> None:
    first, again = (list(located(2, 5, SyntheticConfig())) for _ in range(2))
    assert [truth for *_, truth in first] == [truth for *_, truth in again]
    assert all(np.array_equal(a[0].crops, b[0].crops) for a, b in zip(first, again, strict=True))
    assert all(set(labels.tolist()) <= {-1} for _, labels, _ in first), "nothing is said of single candidates"
