"""Fields spliced from the digits of others: what they say, whose hand it is, and where their digits stand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from drawn_fields import draw

from chequereader.box import Box
from chequereader.segmentation.ink import find_ink
from chequereader.training.material import RealField
from chequereader.training.splicing import splice, spliced
from chequereader.training.truths import digits_alone


def real(text: str, height: float = 40) -> RealField:
    field = draw(text, height=height, gap=0.25 * height)
    return RealField(field.image, text, tuple(zip(text, field.boxes, strict=True)))


def inked(image: np.ndarray, box: Box) -> int:
    mask = find_ink(image, height=40).mask
    return int(mask[box.y0 : box.y1, max(box.x0, 0) : box.x1].sum())


@pytest.mark.parametrize("seed", range(6))
def test_a_spliced_field_says_digits_of_the_field_in_another_order(seed: int) -> None:
    field = real("4071")
    found = splice(field, np.random.default_rng(seed))
    assert found is not None
    digits = "".join(character for character, _ in found.boxes)
    assert set(digits) <= set(field.truth)
    assert 2 <= len(digits) <= 8
    assert digits[0] != "0", "amounts don't begin with a nought"
    assert found.truth == digits_alone(digits)


@pytest.mark.parametrize("seed", range(6))
def test_boxes_of_a_spliced_field_hold_its_digits(seed: int) -> None:
    field = real("4071")
    found = splice(field, np.random.default_rng(seed))
    assert found is not None
    whole = {character: inked(field.image, box) for character, box in field.boxes}
    for character, box in found.boxes:
        assert inked(found.image, box) == pytest.approx(whole[character], rel=0.2)
    assert all(a.x0 < b.x0 for (_, a), (_, b) in pairwise(found.boxes))
    assert all(box.x1 <= found.image.shape[1] + 1 for _, box in found.boxes)


def test_noughts_alone_give_nothing_and_no_endless_search() -> None:
    field = real("000")
    assert splice(field, np.random.default_rng(0)) is None
    assert list(spliced([field], 3, seed=1)) == []


def test_fields_without_enough_boxes_have_no_part() -> None:
    bare = RealField(draw("4071").image, "4071")
    assert list(spliced([bare, real("41")], 3, seed=1)) == []


def test_a_seed_gives_the_same_fields() -> None:
    first, again, other = (list(spliced([real("4071")], 3, seed)) for seed in (1, 1, 2))
    assert len(first) == 3
    assert [truth for _, _, truth in first] == [truth for _, _, truth in again]
    for (a, labels, _), (b, same, _) in zip(first, again, strict=True):
        assert np.array_equal(a.crops, b.crops)
        assert np.array_equal(labels, same)
    assert [truth for _, _, truth in first] != [truth for _, _, truth in other]
