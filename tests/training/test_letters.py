"""Training of the network of letters on a few lines that are easy to learn."""

import numpy as np
import pytest
import torch

from chequereader.legal.reader import LegalLook
from chequereader.legal.slots import LETTERS
from chequereader.training.letters import LetterOptions, as_taught, lines_of, train_letters


def drawn(text: str) -> np.ndarray:
    """Return a strip uint8 [32, width] in which each letter is a bar of its own height and place."""
    strip = np.zeros((32, 32 + 16 * len(text)), np.uint8)
    for place, letter in enumerate(text):
        left = 20 + 16 * place
        if letter == "a":
            strip[4:28, left : left + 3] = 255
        elif letter == "b":
            strip[13:19, left : left + 10] = 255
    return strip


TEXTS = ["ab", "ba", "aba", "bab", "abab", "abba", "a", "b"]


def test_words_as_they_are_taught() -> None:
    assert as_taught("  Fourty-Four LAKH, & 5/100 ") == "fourty four lakh & 5/100"


def test_lines_too_short_for_their_words_are_left_out() -> None:
    lines = lines_of([(drawn("ab"), "ab"), (drawn("a")[:, :36], "abab"), (drawn("b"), "...")])
    assert lines.truths.tolist() == ["ab"]


def test_a_network_learns_lines_and_goes_on_from_what_it_learnt() -> None:
    lines = lines_of((drawn(text), text) for text in TEXTS * 16)
    told: list[dict[str, float]] = []
    options = LetterOptions(passes=5, batch=8, averaging=0.9, distortion=0.3)
    network = train_letters(lines, options, report=told.append)
    assert [figures["pass"] for figures in told] == [1, 2, 3, 4, 5]
    assert told[-1]["loss"] < 0.3 * told[0]["loss"]
    for text in TEXTS:
        with torch.no_grad():
            look = LegalLook((), network(torch.from_numpy(drawn(text))[None])[0])
        assert look.text == text
    again: list[dict[str, float]] = []
    gently = LetterOptions(passes=1, batch=8, rate=1e-3, distortion=0.3)
    train_letters(lines, gently, network, again.append)
    assert again[0]["loss"] < 0.5 * told[0]["loss"]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_seed_decides(seed: int) -> None:
    lines = lines_of((drawn(text), text) for text in TEXTS)
    one, again, other = (
        train_letters(lines, LetterOptions(passes=1, seed=number)).state_dict()
        for number in (seed, seed, seed + 1)
    )
    assert all(torch.equal(one[key], again[key]) for key in one)
    assert any(not torch.equal(one[key], other[key]) for key in one)
    assert len(LETTERS.labels) == one["prior"].shape[1]
