"""Which texts are correct for what is known of a field: as written, by its amount, by its digits alone."""

import pytest
from acceptor_language import text_penalty

from chequereader.alphabet import AMOUNTS
from chequereader.errors import UsageError
from chequereader.grammar import amounts
from chequereader.training.truths import (
    constrained,
    constrained_to_amount,
    digits_alone,
    is_written,
    ways_to_write,
)

GRAMMAR = amounts()


def said(truth: str, text: str) -> tuple[bool, bool]:
    """Whether a text is among those of a truth, as written and by what it is worth."""
    labels = AMOUNTS.encode(text)
    graphs = constrained(GRAMMAR, truth), constrained_to_amount(GRAMMAR, truth)
    as_written, worth = (text_penalty(graph, labels) is not None for graph in graphs)
    return as_written, worth


@pytest.mark.parametrize(
    ("truth", "text", "expected"),
    [
        ("200", "200", (True, True)),
        ("200", "$200", (True, True)),
        ("200", "200/-", (False, True)),
        ("200", "2.00", (False, False)),
        ("1,234.50", "1,234.50", (True, True)),
        ("1,234.50", "1234⁵⁰", (False, True)),
        ("1,234.50", "1.234,50", (False, True)),
        ("1,234.50", "123,450", (False, False)),
        ("5.00", "5", (False, False)),
        ("?200", "200", (True, True)),
        ("?200", "2.00", (True, True)),
        ("?200", "2⁰⁰", (False, False)),
        ("?200", "201", (False, False)),
    ],
)
def test_what_is_correct_for_a_truth(truth: str, text: str, expected: tuple[bool, bool]) -> None:
    assert said(truth, text) == expected


def test_digits_alone_are_not_the_text() -> None:
    assert is_written("200") and not is_written(digits_alone("200"))


@pytest.mark.parametrize("truth", ["", "1.2.3", "?", "?12a", "9" * 40, "?" + "9" * 40])
def test_what_is_no_amount(truth: str) -> None:
    with pytest.raises(UsageError):
        constrained_to_amount(GRAMMAR, truth)


def test_cents_over_a_hundred_may_stand_one_above_the_other() -> None:
    assert ways_to_write("12⁴⁵/100") == ["12⁴⁵/100", "12⁴⁵"]
    for text in ("1245/100", "12.45", "45/100", "12⁴⁵", "12xx/100", "?1245100"):
        assert ways_to_write(text) == [text]
