"""All amounts of a language: what words say is proposed, whatever the figures say."""

import pytest
import torch
from accepting import as_read
from hypothesis import given
from hypothesis import strategies as st
from looks import look_at_text

from chequereader.legal.agreement import said
from chequereader.legal.numbers import numbers
from chequereader.legal.slots import LABELS
from chequereader.legal.spelling import LANGUAGES, UNSPELLED
from chequereader.synthetic.words import legal_amount

UNITS = st.one_of(st.integers(1, 999), st.integers(1, 10**6), st.integers(1, 99_999_999))


@given(UNITS, st.sampled_from([0, 5, 40, 99]), st.sampled_from(LANGUAGES))
def test_the_amount_that_words_say_is_proposed_first(units: int, cents: int, language: str) -> None:
    minor_units = 100 * units + cents
    look = look_at_text(as_read(legal_amount(minor_units, language)))
    assert said(look, language)[0] == minor_units


@pytest.mark.parametrize(
    ("words", "minor_units"),
    [
        ("fourty two thousand & twenty only", 4_202_000),
        ("two lakhs ten thousand and five hundred", 21_050_000),
        ("thirtytwo lack fourty thousand", 324_000_000),
        ("rupees ninty nine thousand", 9_900_000),
        ("five crores", 5_000_000_000),
    ],
)
def test_what_people_write(words: str, minor_units: int) -> None:
    assert said(look_at_text(words), "in")[0] == minor_units


def test_printed_words_beside_the_amount_are_passed_over() -> None:
    assert said(look_at_text("pay to john smith seventy five and 20/100 dollars"), "en")[0] == 7520


def test_nothing_and_what_is_not_spelled_are_no_amounts() -> None:
    told = said(look_at_text("nine hundred ninety nine crore"), "in")
    assert all(amount < 100 * UNSPELLED for amount in told)
    assert 0 not in said(look_at_text("dollars only"), "en")


def test_noise_proposes_something_or_nothing_but_does_not_fail() -> None:
    look = look_at_text("qqwxzz", doubt=0.9)
    assert all(amount >= 0 for amount in said(look, "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_has_its_worth(language: str) -> None:
    grammar = numbers(language)
    grammar.graph.validate(labels=2 * len(LABELS.labels))
    begins = grammar.choice >= 0
    assert grammar.choice.max() < len(grammar.worth)
    assert torch.equal(torch.from_numpy(begins), grammar.graph.arc_map >= 0)
