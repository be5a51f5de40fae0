"""Strings over paper: the seed decides, and every pixel of ink has its owner."""

from __future__ import annotations

import numpy as np
import pytest
from toy_glyphs import image_glyphs, pens

from chequereader.training.strings import NOBODY, Written, write

TEXT = "1,234/50-"


def written(seed: int, text: str = TEXT, papers: list[np.ndarray] | None = None) -> Written:
    return write(text, [image_glyphs(), pens()], papers or [], np.random.default_rng(seed))


def test_the_seed_decides() -> None:
    first, again, other = written(1), written(1), written(2)
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.owner, again.owner)
    assert first.image.shape != other.image.shape or not np.array_equal(first.image, other.image)


@pytest.mark.parametrize("seed", range(12))
def test_every_character_owns_its_ink(seed: int) -> None:
    made = written(seed)
    assert made.image.dtype == np.uint8
    assert made.image.shape == made.owner.shape
    assert made.text == TEXT
    assert set(np.unique(made.owner)) == {NOBODY, *range(len(TEXT))}
    nobody = np.median(made.image[made.owner == NOBODY])
    for index in range(len(TEXT)):
        assert np.median(made.image[made.owner == index]) < nobody - 8
    middles = [np.flatnonzero((made.owner == i).any(axis=0)).mean() for i in range(len(TEXT))]
    assert middles == sorted(middles), "characters stand in the order of the text"


@pytest.mark.parametrize("seed", range(6))
def test_raised_digits_stand_small_and_high(seed: int) -> None:
    owner = written(seed, "88⁵⁵").owner
    rows = [np.flatnonzero((owner == i).any(axis=1)) for i in range(4)]
    for small in rows[2:]:
        assert np.ptp(small) < 0.85 * np.ptp(rows[1])
        assert small.mean() < rows[1].mean()


def test_paper_shows_through() -> None:
    """On a paper of stripes the background keeps them."""
    stripes = np.tile(np.repeat([150, 230], 20), (300, 10)).astype(np.uint8)
    contrasts = [
        made.image[made.owner == NOBODY].std()
        for made in (written(seed, papers=[stripes]) for seed in range(6))
    ]
    plain = [made.image[made.owner == NOBODY].std() for made in (written(seed) for seed in range(6))]
    assert np.median(contrasts) > 2 * np.median(plain)


def test_a_character_that_nobody_can_write_is_an_error() -> None:
    with pytest.raises(KeyError, match="€"):
        written(0, "5€")
