"""Dates against a regular expression written down by itself, and beside the amounts they are taken for."""

from __future__ import annotations

import re

import pytest
from acceptor_language import text_penalty
from hypothesis import given
from hypothesis import strategies as st

from chequereader.alphabet import AMOUNTS
from chequereader.grammar.dates import SHORT_PENALTY, dates

DAY2, MONTH2, YEAR4 = "(0[1-9]|[12][0-9]|3[01])", "(0[1-9]|1[0-2])", "((19|20)[0-9]{2})"
DAY, MONTH, YEAR = f"({DAY2}|[1-9])", f"({MONTH2}|[1-9])", f"({YEAR4}|[0-9]{{2}})"
APART = [
    f"({DAY}{mark}{MONTH}|{MONTH}{mark}{DAY}){mark}{YEAR}|{YEAR4}{mark}{MONTH}{mark}{DAY}"
    for mark in (r"\.", "/", "-", ",")
]
ANY = "[./,-]?"
FULL = f"({DAY2}{ANY}{MONTH2}|{MONTH2}{ANY}{DAY2}){ANY}{YEAR4}|{YEAR4}{ANY}{MONTH2}{ANY}{DAY2}"
LONG = re.compile("|".join(f"({way})" for way in [*APART, FULL]))
SHORT = re.compile(f"({DAY2}{MONTH2}|{MONTH2}{DAY2})[0-9]{{2}}")


def penalty(labels: list[int]) -> float:
    """The least penalty of a path that says the labels, +inf without one."""
    found = text_penalty(dates(), labels)
    return float("inf") if found is None else found


def expected(text: str) -> float:
    if LONG.fullmatch(text):
        return 0.0
    return SHORT_PENALTY if SHORT.fullmatch(text) else float("inf")


dated = st.one_of(*(st.from_regex(way, fullmatch=True, alphabet="0123456789./-,") for way in (LONG, SHORT)))
like_dates = st.text("0123456789./-,", min_size=4, max_size=10)


@given(dated | like_dates)
def test_accepts_what_the_expression_accepts(text: str) -> None:
    assert penalty([AMOUNTS.index(c) for c in text]) == pytest.approx(expected(text))


@given(dated, st.data())
def test_one_character_changed(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    text = text[:place] + data.draw(st.sampled_from("0123456789./-,$*")) + text[place + 1 :]
    assert penalty([AMOUNTS.index(c) for c in text]) == pytest.approx(expected(text))


@pytest.mark.parametrize("text", ["11.10.2024", "9/7/13", "22022019", "2024-10-11", "11.102024"])
def test_dates_that_cheques_show(text: str) -> None:
    assert penalty([AMOUNTS.index(c) for c in text]) == 0.0


@pytest.mark.parametrize("text", ["1,234.00", "300.000", "12.50", "5,000/-", "32.13.2024"])
def test_no_dates(text: str) -> None:
    assert penalty([AMOUNTS.index(c) for c in text]) == float("inf")


def test_rubbish_may_stand_anywhere() -> None:
    rubbish = AMOUNTS.rubbish
    labels = [label for c in "11/10/24" for label in (rubbish, AMOUNTS.index(c))] + [rubbish]
    assert 0.0 < penalty(labels) < float("inf")
