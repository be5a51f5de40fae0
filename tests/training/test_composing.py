"""Composed strips say what their truth tells, never the same twice, the same from a seed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from toy_glyphs import image_glyphs, pens

from chequereader.grammar import amounts
from chequereader.segmentation.strip import STRIP
from chequereader.training.aligned import AlignedStrip
from chequereader.training.composing import Composer
from chequereader.training.truths import constrained, is_written

GRAMMAR = amounts("auto")
_PITCH = 24


def marked(text: str, written: bool = True) -> AlignedStrip:
    """A strip whose characters are blocks of as many rows as the digit's value and two; signs are dots."""
    strip = np.zeros((STRIP, 32 + _PITCH * len(text)), np.uint8)
    for i, character in enumerate(text):
        x, rows = 16 + _PITCH * i, int(character) + 2 if character in "0123456789" else 1
        strip[28 - 2 * rows : 28, x + 6 : x + 18] = 255
    edges = 16 + _PITCH * np.arange(len(text) + 1)
    return AlignedStrip(strip, text, edges.astype(np.int64), np.ones(len(edges), bool), written)


def blocks(strip: NDArray[np.uint8]) -> list[int]:
    """Digits of a strip of blocks, from their heights, left to right; sides of a printed box left out."""
    high = (strip > 128).sum(axis=0)
    inside = np.flatnonzero(high >= 3)
    runs = np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1) if len(inside) else []
    return [round(np.median(high[run]) / 2) - 2 for run in runs if 3 < np.median(high[run]) < 24]


@pytest.mark.parametrize("way", ["_reordered", "_mixed"])
def test_the_digits_shown_are_those_told(way: str) -> None:
    composer = Composer([marked("307.-"), marked("5.192")])
    rng = np.random.default_rng(3)
    checked = 0
    for _ in range(60):
        drawn = getattr(composer, way)(rng)
        if drawn is None:
            continue
        strip, truth = drawn
        told = [int(c) for c in truth if c.isdigit()]
        shown = blocks(strip)
        # neighbours may touch and become one run: compare where they don't
        if len(shown) == len(told):
            checked += 1
            assert np.abs(np.array(shown) - told).max(initial=0) <= 1
    assert checked >= 15


def test_raised_cents_stay_behind_the_units() -> None:
    composer = Composer([marked("307⁴⁵")])
    rng = np.random.default_rng(2)
    truths = [truth for _, truth in filter(None, (composer._reordered(rng) for _ in range(40)))]
    assert len(truths) == 40, "every one is an amount"
    for truth in truths:
        assert set(truth.removesuffix("⁴⁵")) <= set("307")
    assert any(truth.endswith("⁴⁵") for truth in truths)


def test_of_fields_known_by_their_digits_the_digits_alone_are_told() -> None:
    composer = Composer([marked("5.192", written=False)])
    rng = np.random.default_rng(0)
    truths = {composer._reordered(rng)[1] for _ in range(20)}  # type: ignore[index]
    assert not any(is_written(truth) for truth in truths) and len(truths) > 10
    assert set("".join(truths)) == set("?5192")


@pytest.mark.parametrize(
    "composer",
    [
        Composer([]),
        Composer([], [image_glyphs()], pens()),
        Composer([marked("307.-"), marked("5.192", False)], [image_glyphs()], pens()),
    ],
    ids=["nothing given", "glyphs", "lines and glyphs"],
)
def test_every_strip_can_be_learned_from(composer: Composer) -> None:
    rng = np.random.default_rng(1)
    drawn = [composer.draw(rng) for _ in range(60)]
    for strip, truth in drawn:
        assert strip.dtype == np.uint8 and strip.shape[0] == STRIP
        assert strip.max() > 100, "there is ink"
        constrained(GRAMMAR, truth)  # an amount of the grammar
    assert len({strip.tobytes() for strip, _ in drawn}) == len(drawn)


def test_a_seed_gives_the_same_strips() -> None:
    def ten(seed: int) -> list[tuple[bytes, str]]:
        composer = Composer([marked("307.-")], [image_glyphs()], pens())
        rng = np.random.default_rng(seed)
        return [(strip.tobytes(), truth) for strip, truth in (composer.draw(rng) for _ in range(10))]

    assert ten(5) == ten(5)
    assert ten(5) != ten(6)
