"""Ways to write an amount in words: the graph of the slots, and what people write."""

import csv
from decimal import Decimal

import numpy as np
import pytest
from accepting import accepts, as_read
from hypothesis import given
from hypothesis import strategies as st

from chequereader.legal.phrases import phrases
from chequereader.legal.slots import graph_of
from chequereader.legal.spelling import LANGUAGES
from chequereader.synthetic.words import legal_amount

AMOUNTS = st.one_of(st.integers(1, 99_999_999), st.integers(1, 999_999).map(lambda units: 100 * units))


@given(AMOUNTS, st.sampled_from(LANGUAGES))
def test_what_the_generator_writes_is_among_the_ways_to_write_it(minor_units, language):
    words = as_read(legal_amount(minor_units, language))
    assert accepts(graph_of(phrases(minor_units, language)), words)


@given(AMOUNTS, AMOUNTS, st.sampled_from(LANGUAGES), st.randoms())
def test_no_text_says_two_amounts_of_a_language(one, other, language, random):
    text = "".join(random.choice(choices) for choices in phrases(one, language))
    assert accepts(graph_of(phrases(other, language)), text) == (one == other)


@pytest.mark.parametrize(
    ("words", "units", "language"),
    [
        ("Fourty Four lakh twenty thousand", "4420000", "in"),
        ("Five Lakh Seventy thousand four hundred", "570400", "in"),
        ("Two lakh Ten thousand & Five hundred", "210500", "in"),
        ("Ten Thousands only", "10000", "en"),
        ("Two Hundred Thirty Three", "233.00", "en"),
        ("Three Hundred and 0/100", "300", "en"),
        ("TWELVE DOLLARS AND 05/100", "12.05", "en"),
        ("Seventy-one & 5/100 only", "71.05", "en"),
        ("Deux cent trente-quatre euros et 50/100", "234.50", "fr"),
    ],
)
def test_spellings_found_on_cheques(words, units, language):
    assert accepts(graph_of(phrases(int(Decimal(units) * 100), language)), as_read(words))


def test_hundredths_that_are_written_are_not_left_out():
    graph = graph_of(phrases(1245, "en"))
    assert accepts(graph, "twelve and 45/100")
    assert not accepts(graph, "twelve")
    assert not accepts(graph, "twelve and 00/100")


def test_the_order_of_a_cheque_set_is_understood(shared_data):
    for name, language in (("india", "in"), ("usa", "en")):
        with (shared_data / f"cheques-{name}" / "truth.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        said = []
        for row in rows:
            minor_units = int(Decimal(row["amount"]) * 100)
            agrees = "disagree" not in row["notes"] and minor_units > 0
            if row["words"] and agrees:
                said.append(accepts(graph_of(phrases(minor_units, language)), as_read(row["words"])))
        assert len(said) > 50
        assert np.mean(said) == 1.0


def test_amounts_that_cannot_be_spelled():
    with pytest.raises(ValueError, match="999999999"):
        phrases(100 * 10**9, "en")
