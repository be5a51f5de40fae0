"""Languages by letters three at a time."""

import pytest
from accepting import as_read
from hypothesis import given
from hypothesis import strategies as st

from chequereader.legal.languages import languages_of
from chequereader.legal.spelling import LANGUAGES
from chequereader.synthetic.words import legal_amount


@given(st.integers(1, 10**9 - 1), st.sampled_from(LANGUAGES))
def test_the_language_of_an_amount_is_among_them(units: int, language: str) -> None:
    assert language in languages_of(as_read(legal_amount(100 * units, language)))


@pytest.mark.parametrize("text", ["", "q", "three", "xyzzy"])
def test_too_little_tells_none(text: str) -> None:
    assert languages_of(text) == list(LANGUAGES)


def test_misread_letters_do_not_matter_much() -> None:
    assert languages_of("tvo hundned thirfy thrce") == ["en", "in"]
    told = languages_of("quahentae sete mil duzentos")
    assert "pt" in told and "en" not in told
