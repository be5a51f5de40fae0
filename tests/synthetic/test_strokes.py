"""Skeletons and their paths."""

import numpy as np
import pytest

from chequereader.alphabet import AMOUNTS
from chequereader.synthetic.glyph_shapes import DIGITS
from chequereader.synthetic.strokes import SHAPES, parse, skeletons


def test_a_path_passes_through_its_control_points_and_ends_at_them():
    (stroke,) = parse("0,0 30,100 60,0 90,50").strokes
    path = stroke.spread @ stroke.controls
    for control in stroke.controls:
        assert np.abs(path - control).sum(axis=1).min() < 1e-6
    assert np.allclose(path[0], stroke.controls[0]) and np.allclose(path[-1], stroke.controls[-1])


def test_a_path_is_moved_scaled_and_turned_with_its_control_points():
    (stroke,) = parse("0,0 30,100! 60,0 90,50").strokes
    turn = np.array([[0.8, -0.6], [0.6, 0.8]], np.float32)
    assert np.allclose(stroke.spread.sum(axis=1), 1, atol=1e-6)
    assert np.allclose(
        stroke.spread @ (stroke.controls @ turn + 3), (stroke.spread @ stroke.controls) @ turn + 3, atol=1e-5
    )


def test_a_corner_breaks_the_curve():
    smooth, sharp = (
        stroke.spread @ stroke.controls
        for notation in ("0,0 50,100 100,0", "0,0 50,100! 100,0")
        for stroke in parse(notation).strokes
    )
    straight = np.interp(sharp[:, 0], [0, 0.5, 1], [0, 1, 0])
    assert np.allclose(sharp[:, 1], straight, atol=1e-5)
    assert smooth[:, 1].max() <= 1.05 and not np.allclose(
        smooth[:, 1], np.interp(smooth[:, 0], [0, 0.5, 1], [0, 1, 0]), atol=0.02
    )


@pytest.mark.parametrize("notation", ["", "1,2", "1,2 3,4; 5,6", "1,2,3 4,5,6", "a,b c,d"])
def test_what_is_no_stroke_is_refused(notation):
    with pytest.raises(ValueError):
        parse(notation)


def test_every_character_of_amounts_and_every_letter_can_be_written():
    needed = set(AMOUNTS.classes[:-1]) | set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert needed <= set(SHAPES)


def test_digits_have_variants_and_stand_on_the_line_about_as_high_as_each_other():
    for digit in "0123456789":
        shapes, weights = skeletons(digit)
        assert len(shapes) >= 4 and len(shapes) == len(DIGITS[digit]) and weights.sum() == pytest.approx(1)
        for shape in shapes:
            points = np.concatenate([stroke.spread @ stroke.controls for stroke in shape.strokes])
            assert -0.12 < points[:, 1].min() < 0.05
            # some hands write small noughts
            assert (0.4 if digit == "0" else 0.8) < points[:, 1].max() < 1.1
