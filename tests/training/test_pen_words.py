"""Lines set of words and letters from a tablet."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from toy_pens import write_pens

from chequereader.legal.line import words_strip
from chequereader.legal.slots import LETTERS
from chequereader.training.letters import as_taught
from chequereader.training.pen_words import PenWords


@pytest.fixture(scope="module")
def pens(tmp_path_factory: pytest.TempPathFactory) -> PenWords:
    folder = tmp_path_factory.mktemp("pens")
    write_pens(folder)
    return PenWords.read(folder)


def test_what_is_known_of_whom(pens: PenWords) -> None:
    assert pens.hands == (0, 1)
    assert pens.of_word == {"thousand": [0], "Two": [1]}
    assert len(pens.of_letter["a"]) == 2 and len(pens.of_hand[1, "a"]) == 1


def test_lines_hold_ink_and_texts_of_amounts(pens: PenWords) -> None:
    for picture, text in pens.lines(30, seed=1):
        assert picture.dtype == np.uint8 and picture.ndim == 2
        assert set(as_taught(text)) <= set(LETTERS.classes)
        strip = words_strip(picture)
        assert strip is not None and (strip > 128).any()


def test_the_seed_decides(pens: PenWords) -> None:
    one, again, other = (list(pens.lines(4, seed)) for seed in (5, 5, 6))
    assert all(np.array_equal(a, b) and s == t for (a, s), (b, t) in zip(one, again, strict=True))
    assert [text for _, text in one] != [text for _, text in other]


def test_longer_texts_make_longer_lines(pens: PenWords) -> None:
    made = [(len(text), words_strip(picture)) for picture, text in pens.lines(60, seed=2)]
    lengths, widths = zip(*((length, s.shape[1]) for length, s in made if s is not None), strict=True)
    assert np.corrcoef(lengths, widths)[0, 1] > 0.7


def test_real_pens_write(shared_data: Path) -> None:
    pens = PenWords.read(shared_data / "pen")
    assert len(pens.hands) > 100
    assert all(words_strip(picture) is not None for picture, _ in islice(pens.lines(5, 0), 5))
