"""Pages with the lines of their legal amounts."""

from pathlib import Path

import numpy as np

from chequereader.box import Box
from chequereader.cheque_set import ChequeSet, read_cheque_set
from chequereader.legal.reader import LegalReader
from chequereader.synthetic.cheque_set import write_set
from chequereader.synthetic.config import SyntheticConfig
from chequereader.training.legal_pages import drawn_pages, real_pages, strips_of


def test_drawn_lines_have_ink_where_they_are() -> None:
    for page in drawn_pages(5, 6):
        height, width = page.image.shape
        assert page.lines
        for words, box in page.lines:
            assert words
            part = page.image[max(box.y0, 0) : box.y1, max(box.x0, 0) : box.x1]
            assert box.intersection(Box(0, 0, width, height)).area > 0.8 * box.area
            assert np.ptp(part.astype(int)) > 10


def test_strips_come_with_their_words_in_several_views() -> None:
    (page,) = drawn_pages(5, 1)
    made = list(strips_of([page], np.random.default_rng(0), views=3))
    assert [words for _, words in made] == [words for words, _ in page.lines for _ in range(3)]
    assert len({strip.shape[1] for strip, _ in made}) > 1


def test_lines_of_real_cheques_are_found_by_their_words(tmp_path: Path) -> None:
    """Of drawn ones whose truth is known: what is found covers the ink of the words."""
    write_set(tmp_path / "set", 6, 4, SyntheticConfig(preset="easy", layouts=("us-business", "us-personal")))
    cheques = read_cheque_set(tmp_path / "set")
    found = list(real_pages(cheques, LegalReader()))
    assert len(found) == 6
    covered = []
    for truth, page in zip(cheques.truths, found, strict=True):
        ((words, box),) = page.lines
        assert words == truth.words
        x0, y0, x1, y1 = (float(truth.more[f"words_{side}"]) for side in ("x0", "y0", "x1", "y1"))
        scale = page.image.shape[1] / x1 if x1 > page.image.shape[1] else 1.0
        middle = scale * (x0 + x1) / 2, scale * (y0 + y1) / 2
        covered.append(box.x0 - 40 < middle[0] < box.x1 + 40 and box.y0 - 40 < middle[1] < box.y1 + 40)
    assert np.mean(covered) > 0.6


def test_cheques_whose_words_are_unknown_are_passed_over(tmp_path: Path) -> None:
    assert list(real_pages(ChequeSet(tmp_path, ()), LegalReader())) == []
