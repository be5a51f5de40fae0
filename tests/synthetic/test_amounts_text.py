"""How amounts are written, checked with a parser of the test's own."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.synthetic.amounts_text import draw_amount, group, group_indian, write_amount

LOCALES = {"us": "$", "uk": "£", "in": "₹", "eu": "€", "uy": "$"}
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def hundredths(text: str, locale: str) -> int:
    """Value of a written amount by regular expressions: what a careful person would make of it."""
    text = text.strip("$£€₹*#= ").replace("--", "-").strip("*# ")
    fraction = re.search(r"[.,]?\s*([⁰¹²³⁴⁵⁶⁷⁸⁹]{2})(/100)?$|\s(\d\d|xx)/100$", text)
    cents = 0
    if fraction:
        two = (fraction[1] or fraction[3]).translate(RAISED)
        cents = 0 if two == "xx" else int(two)
        text = text[: fraction.start()]
    text = re.sub(r"[-/=]+$", "", text)
    point = "." if locale in ("us", "uk", "in") else ","
    decimals = re.search(rf"\{point}(\d\d)$", text)
    if decimals:
        cents = int(decimals[1])
        text = text[: decimals.start()]
    return 100 * int(re.sub(r"[^\d]", "", text)) + cents


@given(
    locale=st.sampled_from(sorted(LOCALES)),
    minor=st.integers(1, 99_999_999_99),
    whole=st.booleans(),
    printed=st.booleans(),
    with_sign=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_the_text_says_the_value(locale, minor, whole, printed, with_sign, seed):
    minor = minor // 100 * 100 + 100 if whole else minor
    rng = np.random.default_rng(seed)
    amount = write_amount(locale, LOCALES[locale], minor, rng, printed=printed, with_sign=with_sign)
    assert amount.minor_units == minor
    assert hundredths(amount.text, locale) == minor, amount.text
    assert (LOCALES[locale] in amount.text) == with_sign
    assert amount.digits == re.sub(r"\D", "", amount.text.translate(RAISED))
    assert float(amount.value) * 100 == pytest.approx(minor)


def test_indian_grouping_has_lakhs_and_crores():
    assert group_indian(21400000, ",") == "2,14,00,000"
    assert group_indian(999, ",") == "999"
    assert group_indian(100000, ",") == "1,00,000"
    assert group(1234567, ".") == "1.234.567"


def test_amounts_are_log_uniform_within_their_range():
    rng = np.random.default_rng(0)
    drawn = np.array([draw_amount(10, 100_000, rng, whole=0.0) for _ in range(4000)]) / 100
    assert drawn.min() >= 10 and drawn.max() <= 100_000
    shares = np.histogram(np.log10(drawn), bins=[1, 2, 3, 4, 5])[0] / len(drawn)
    assert np.allclose(shares, 0.25, atol=0.04)
    assert all(draw_amount(10, 100_000, rng, whole=1.0) % 100 == 0 for _ in range(50))


def test_an_unknown_locale_is_refused():
    with pytest.raises(ValueError, match="klingon"):
        write_amount("klingon", "$", 100, np.random.default_rng(0), printed=False, with_sign=False)
