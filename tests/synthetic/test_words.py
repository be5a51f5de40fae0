"""Legal amounts: known spellings, and English spelled back into numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.synthetic.words import legal_amount, spell

WORTH = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
SCALES = {"thousand": 10**3, "lakh": 10**5, "million": 10**6, "crore": 10**7}


def value_of(words: str) -> int:
    total = current = 0
    for word in words.split():
        if word == "hundred":
            current *= 100
        elif word in SCALES:
            total, current = total + current * SCALES[word], 0
        else:
            current += WORTH[word]
    return total + current


@given(st.integers(0, 999_999_999), st.sampled_from(["en", "in"]))
def test_english_words_say_the_number(number, language):
    assert value_of(spell(number, language)) == number


@pytest.mark.parametrize(
    ("number", "language", "words"),
    [
        (21_400_000, "in", "two crore fourteen lakh"),
        (100_000, "en", "one hundred thousand"),
        (71, "fr", "soixante-onze"),
        (80, "fr", "quatre-vingts"),
        (1_999, "fr", "mille neuf cent quatre-vingt-dix-neuf"),
        (2_000_000, "fr", "deux millions"),
        (100, "es", "cien"),
        (16_554, "es", "dieciseis mil quinientos cincuenta y cuatro"),
        (1_000_001, "es", "un millon uno"),
        (134, "pt", "cento e trinta e quatro"),
        (1_000, "pt", "mil"),
    ],
)
def test_known_spellings(number, language, words):
    assert spell(number, language) == words


def test_hundredths_follow_as_a_fraction():
    assert legal_amount(20_045, "en") == "two hundred and 45/100"
    assert legal_amount(20_000, "en") == "two hundred"
    assert legal_amount(150, "es") == "uno pesos con 50/100"


@pytest.mark.parametrize("number", [-1, 10**9])
def test_numbers_out_of_range_are_refused(number):
    with pytest.raises(ValueError):
        spell(number, "en")
