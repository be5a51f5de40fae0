"""Type: faces, marks, and signs that fonts lack."""

import numpy as np
import pytest

from chequereader.alphabet import AMOUNTS
from chequereader.errors import UnreadableInputError
from chequereader.synthetic.printing import Face, find_fonts, printable, set_type


@pytest.mark.parametrize("seed", range(12))
def test_every_face_prints_all_characters_of_amounts_inside_their_boxes(seed):
    rng = np.random.default_rng(seed)
    text = AMOUNTS.classes[:-1] + "⁴⁵"
    ink = set_type(text, 24, Face.choose(rng, machine=True), rng)
    assert [m.character for m in ink.marks] == list(text)
    rest = ink.coverage.copy()
    for mark in ink.marks:
        box = mark.box
        part = ink.coverage[max(box.y0, 0) : box.y1, max(box.x0, 0) : box.x1]
        assert part.max() > 0.2, mark.character
        rest[max(box.y0, 0) : box.y1, max(box.x0, 0) : box.x1] = 0
    assert rest.max() == 0


def test_capitals_are_as_high_as_asked_and_stand_on_the_baseline():
    ink = set_type("H", 30, Face(""), np.random.default_rng(0))
    assert abs(ink.coverage.shape[0] - 30) <= 2
    assert abs(ink.baseline - ink.coverage.shape[0]) <= 2


def test_raised_digits_are_smaller_and_higher():
    ink = set_type("8⁸", 30, Face(""), np.random.default_rng(0))
    full, raised = (mark.box for mark in ink.marks)
    assert raised.height < 0.75 * full.height and raised.y1 < full.y1 - 8


def test_typewriters_give_every_character_the_same_room():
    ink = set_type("1.1.1", 30, Face("", mono=True), np.random.default_rng(0))
    centres = [(m.outline[0, 0] + m.outline[1, 0]) / 2 for m in ink.marks]
    assert np.ptp(np.diff(centres)) < 3


def test_a_folder_without_fonts_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="no font"):
        find_fonts(tmp_path)
    (tmp_path / "a.ttf").write_bytes(b"no font at all")
    with pytest.raises(UnreadableInputError, match=r"a\.ttf"):
        find_fonts(tmp_path)


def test_blank_text_is_refused():
    with pytest.raises(ValueError, match="nothing"):
        set_type("  ", 20, Face(""), np.random.default_rng(0))
    assert printable("A") and printable("₹") and not printable("ж")
