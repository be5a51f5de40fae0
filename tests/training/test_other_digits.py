"""Digits of other sets in MNIST's form: size, place, no ink; MNIST's own digits stay what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chequereader.training.glyphs import mnist
from chequereader.training.other_digits import as_mnist, other_sets


def centre(picture: np.ndarray) -> tuple[float, float]:
    weight = picture.astype(float)
    rows, columns = np.indices(picture.shape)
    return float((rows * weight).sum() / weight.sum()), float((columns * weight).sum() / weight.sum())


@pytest.mark.parametrize(("height", "width"), [(8, 4), (16, 16), (10, 60), (90, 33)])
def test_ink_fits_twenty_pixels_about_the_middle(height: int, width: int) -> None:
    picture = np.zeros((height + 9, width + 5), np.uint8)
    picture[2 : height + 2, 4 : width + 4] = 255
    found = as_mnist(picture)
    assert found.shape == (28, 28)
    inked = found > 128
    high, wide = inked.any(axis=1).sum(), inked.any(axis=0).sum()
    assert max(high, wide) == 20
    assert min(high, wide) == pytest.approx(20 * min(height, width) / max(height, width), abs=1)
    assert centre(found) == pytest.approx((14, 14), abs=0.51)


def test_the_centre_of_mass_counts() -> None:
    picture = np.zeros((40, 40), np.uint8)
    picture[:, :12] = picture[:16] = 255
    assert centre(as_mnist(picture)) == pytest.approx((14, 14), abs=0.51)


@pytest.mark.parametrize("ink", [0, 255])
def test_a_single_pixel_or_none(ink: int) -> None:
    picture = np.zeros((5, 5), np.uint8)
    picture[2, 2] = ink
    assert int(as_mnist(picture).max()) == ink


def test_mnist_is_in_that_form_already(shared_data: Path) -> None:
    pictures = mnist(shared_data / "digits", "t10k").images[:200]
    apart = np.array([np.abs(as_mnist(p).astype(int) - p).mean() for p in pictures])
    assert np.median(apart) < 1.0


def test_other_sets(shared_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="h5py is in the train extra")
    found = other_sets(shared_data / "digits")
    assert {name: len(digits) for name, digits in found.items()} == {"USPS, test part": 2007, "Semeion": 1593}
    assert other_sets(tmp_path) == {}
