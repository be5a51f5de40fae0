"""The glyphs that are RBF targets: complete, distinct, and alike where characters look alike."""

from __future__ import annotations

import itertools

import pytest
import torch

from chequereader.alphabet import AMOUNTS, RAISED
from chequereader.recognition.codes import HEIGHT, WIDTH, place_codes, rbf_codes

LIKE = [("0", "6"), ("0", "9"), ("3", "8"), ("3", "5"), ("5", "6"), (".", ","), ("7", "/")]


def test_every_class_has_a_code_of_plus_and_minus_one() -> None:
    codes = rbf_codes(AMOUNTS.classes)
    assert codes.shape == (len(AMOUNTS.classes), WIDTH * HEIGHT) == (23, 84)
    assert set(codes.unique().tolist()) == {-1.0, 1.0}


def test_codes_are_distinct() -> None:
    codes = rbf_codes(AMOUNTS.classes)
    for (i, a), (j, b) in itertools.combinations(enumerate(codes), 2):
        assert int((a != b).sum()) >= 5, (AMOUNTS.classes[i], AMOUNTS.classes[j])


@pytest.mark.parametrize(("one", "other"), LIKE)
def test_characters_that_look_alike_have_similar_codes(one: str, other: str) -> None:
    digits = [c for c in AMOUNTS.classes if c != AMOUNTS.classes[AMOUNTS.rubbish]]
    codes = dict(zip(digits, rbf_codes("".join(digits)), strict=True))
    alike = int((codes[one] != codes[other]).sum())
    pairs = itertools.combinations(digits, 2)
    typical = torch.tensor([int((codes[a] != codes[b]).sum()) for a, b in pairs]).float().median()
    assert alike < 0.75 * float(typical)


def test_labels_have_distinct_codes_too() -> None:
    """A network that slides has an output for each label, raised digits among them."""
    codes = rbf_codes(AMOUNTS.labels)
    assert codes.shape == (len(AMOUNTS.labels), 84)
    for (i, a), (j, b) in itertools.combinations(enumerate(codes), 2):
        assert int((a != b).sum()) >= 5, (AMOUNTS.labels[i], AMOUNTS.labels[j])


@pytest.mark.parametrize("digit", "0123456789")
def test_a_raised_digit_is_its_digit_at_half_the_height_over_paper(digit: str) -> None:
    level, raised = rbf_codes(digit + digit.translate(RAISED)).view(2, HEIGHT, WIDTH)
    assert (raised[HEIGHT // 2 :] == -1).all()
    assert torch.equal(raised[: HEIGHT // 2], level[1::2])
    assert (raised == 1).sum() >= 0.4 * (level == 1).sum()


def test_raised_digits_are_nearer_to_each_other_than_to_their_digits() -> None:
    """Whether a digit is raised is seen more easily than which one it is, and matters more to an amount."""
    level, raised = rbf_codes("0123456789").view(10, -1), rbf_codes(AMOUNTS.raised).view(10, -1)
    own = (level != raised).sum(dim=1).float().mean()
    others = [int((a != b).sum()) for a, b in itertools.combinations(raised, 2)]
    assert sum(others) / len(others) < 0.75 * float(own)


def test_a_class_without_a_glyph_is_named() -> None:
    with pytest.raises(ValueError, match="'Q'"):
        rbf_codes("0Q")


def test_distance_to_place_codes_is_the_squared_error_of_one_hot_targets() -> None:
    assert place_codes(3).tolist() == [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
