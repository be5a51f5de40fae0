"""The alphabet: classes, labels, and which class has a label's shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.alphabet import AMOUNTS, DIGITS, RUBBISH, Alphabet


def test_the_labels_of_amounts() -> None:
    assert AMOUNTS.labels == "0123456789.,-/=*#$£€₹x" + RUBBISH + "⁰¹²³⁴⁵⁶⁷⁸⁹"
    assert AMOUNTS.classes[AMOUNTS.rubbish] == AMOUNTS.labels[AMOUNTS.rubbish] == RUBBISH
    assert DIGITS.labels == DIGITS.classes == "0123456789" + RUBBISH


def test_a_raised_digit_has_the_shape_of_the_digit_and_all_else_its_own() -> None:
    shapes = [AMOUNTS.classes[c] for c in AMOUNTS.class_of_label]
    assert "".join(shapes) == AMOUNTS.classes + "0123456789"


@given(st.text(AMOUNTS.labels.replace(RUBBISH, "")))
def test_encoding_and_back(text: str) -> None:
    indices = AMOUNTS.encode(text)
    assert [AMOUNTS.index(c) for c in text] == indices
    assert AMOUNTS.decode(indices) == text


def test_rubbish_is_left_out_of_a_text() -> None:
    assert AMOUNTS.decode([AMOUNTS.index("4"), AMOUNTS.rubbish, AMOUNTS.index("²")]) == "4²"


@pytest.mark.parametrize("text", ["a", "12 0", "½"])
def test_a_character_outside_is_an_error(text: str) -> None:
    with pytest.raises(KeyError):
        AMOUNTS.encode(text)


def test_rubbish_comes_last_among_the_classes() -> None:
    with pytest.raises(ValueError, match="rubbish"):
        Alphabet("0123")
    with pytest.raises(ValueError, match="twice"):
        Alphabet("011" + RUBBISH)
    with pytest.raises(ValueError, match="twice"):
        Alphabet("01" + RUBBISH, raised="0")
