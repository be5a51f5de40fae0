"""Digits as drawn: which digit they would be taken for, and that writers write no other one."""

from itertools import pairwise

import numpy as np
import pytest

from chequereader.synthetic.handwriting import Writer
from chequereader.synthetic.legibility import taken_for
from chequereader.synthetic.pixels import floats
from chequereader.synthetic.strokes import skeletons
from chequereader.synthetic.writing_line import Slot, WritingLine


@pytest.mark.parametrize("digit", "0123456789")
def test_every_skeleton_is_taken_for_its_own_digit(digit: str) -> None:
    for skeleton in skeletons(digit)[0]:
        assert taken_for(digit, [stroke.spread @ stroke.controls for stroke in skeleton.strokes]) == digit


def test_a_7_drawn_for_a_1_is_taken_for_a_7() -> None:
    seven = skeletons("7")[0][0]
    paths = [stroke.spread @ stroke.controls + floats([3.0, 0.0]) for stroke in seven.strokes]
    assert taken_for("1", paths) == "7"


def test_signs_are_taken_for_themselves() -> None:
    assert taken_for("/", [floats([[0.0, 0.0], [0.0, 1.0]])]) == "/"


def test_no_writer_draws_a_digit_as_another() -> None:
    for key in range(25):
        writer = Writer.choose((5, key))
        writer.write("0123456789", 40.0, np.random.default_rng(key))
        for (digit, variant), bent in writer._bent.items():
            strokes = skeletons(digit)[0][variant].strokes
            paths = [stroke.spread @ own for stroke, own in zip(strokes, bent, strict=True)]
            assert taken_for(digit, paths) == digit


def test_a_mere_stroke_keeps_apart_and_others_overlap_by_a_part_of_their_width() -> None:
    stroke = [floats([[0.0, 0.0], [0.02, 1.0]])]
    ring = [floats([[0.0, 0.0], [0.5, 1.0]])]
    line = WritingLine(0.0)
    for glyph in (ring, stroke, ring, ring):
        line.put(Slot("1", "1", 1.0, 0.0), glyph, -0.4, 0.0, False)
    spans = [np.concatenate(glyph)[:, 0] for _, glyph in line.placed]
    gaps = [float(right.min() - left.max()) for left, right in pairwise(spans)]
    assert gaps[0] > 0 and gaps[1] > 0
    assert gaps[2] == pytest.approx(-0.075)
