"""Boxes and areas of components, against SciPy's labelling."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from chequereader.segmentation.components import component_stats


@pytest.mark.parametrize(
    ("shape", "share"),
    [((40, 70), 0.0), ((40, 70), 0.2), ((40, 70), 1.0), ((700, 700), 0.12), ((700, 700), 0.15)],
    ids=["blank", "noise", "full", "labels of 16 bits", "more ink than they can tell apart"],
)
def test_boxes_and_areas(shape: tuple[int, int], share: float) -> None:
    mask = (np.random.default_rng(0).random(shape) < share).astype(np.uint8)
    label, count = ndimage.label(mask, np.ones((3, 3)))
    slices = ndimage.find_objects(label)
    areas = np.bincount(label.ravel(), minlength=count + 1)[1:]
    expected = sorted(
        (x.start, y.start, x.stop - x.start, y.stop - y.start, int(area))
        for (y, x), area in zip(slices, areas, strict=True)
    )
    assert sorted(map(tuple, component_stats(mask).tolist())) == expected


def test_more_components_than_16_bits_tell_apart() -> None:
    mask = np.zeros((600, 600), np.uint8)
    mask[::2, ::2] = 1
    assert len(component_stats(mask)) == 300 * 300
