"""Writers, their lines, and the places of their characters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chequereader.synthetic.handwriting import Writer

AMOUNT_TEXTS = st.text("0123456789.,-/=*#$£€₹x⁰¹²³⁴⁵⁶⁷⁸⁹ ", min_size=1, max_size=14).filter(
    lambda t: t.strip()
)


@settings(max_examples=60, deadline=None)
@given(text=AMOUNT_TEXTS, key=st.integers(0, 10_000), height=st.floats(9, 60))
def test_every_character_has_a_mark_and_all_ink_lies_in_the_boxes(text, key, height):
    ink = Writer.choose((1, key)).write(text, height, np.random.default_rng(key))
    assert [mark.character for mark in ink.marks] == [c for c in text if c != " "]
    rest = ink.coverage.copy()
    for mark in ink.marks + ink.strays:
        box = mark.box
        assert 0 <= box.x0 < box.x1 <= ink.coverage.shape[1] and 0 <= box.y0 < box.y1 <= ink.coverage.shape[0]
        assert ink.coverage[box.y0 : box.y1, box.x0 : box.x1].max() > 0.05
        rest[box.y0 : box.y1, box.x0 : box.x1] = 0
    assert rest.max() == 0
    assert ink.coverage.min() >= 0 and ink.coverage.max() <= 1


def test_the_same_writer_and_chance_give_the_same_ink():
    first, second = (Writer.choose((3, 4)).write("1,234.56", 30, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first.coverage, second.coverage)
    other = Writer.choose((3, 5)).write("1,234.56", 30, np.random.default_rng(5))
    assert first.coverage.shape != other.coverage.shape or not np.array_equal(first.coverage, other.coverage)


def test_a_writer_s_shapes_do_not_depend_on_what_he_wrote_before():
    writer = Writer.choose((3, 4))
    writer.write("9876543210 the lot", 30, np.random.default_rng(8))
    again = writer.write("1,234.56", 30, np.random.default_rng(5))
    assert np.array_equal(
        again.coverage, Writer.choose((3, 4)).write("1,234.56", 30, np.random.default_rng(5)).coverage
    )


def test_digits_are_as_high_as_asked_and_stand_on_the_baseline():
    heights, feet = [], []
    for key in range(40):
        ink = Writer.choose((key,)).write("8", 40, np.random.default_rng(key))
        box = ink.marks[0].box
        heights.append(box.height)
        feet.append(box.y1 - ink.baseline)
    assert 38 < np.mean(heights) < 50  # the height of the path and the width of the line
    assert abs(np.mean(feet)) < 6


def test_raised_digits_are_smaller_and_higher():
    for key in range(20):
        ink = Writer.choose((key,)).write("88⁸⁸", 40, np.random.default_rng(key))
        full, raised = ink.marks[0].box, ink.marks[2].box
        assert raised.height < 0.9 * full.height
        assert (raised.y0 + raised.y1) / 2 < (full.y0 + full.y1) / 2


def test_a_stacked_fraction_has_its_bar_between_its_parts():
    key = next(k for k in range(100) if Writer.choose((k,)).style.stacked)
    ink = Writer.choose((key,)).write("7⁴⁵/100", 60, np.random.default_rng(0))
    centres = [(m.box.y0 + m.box.y1) / 2 for m in ink.marks]
    above, bar, below = centres[1:3], centres[3], centres[4:]
    assert max(above) < bar < min(below)


def test_what_nobody_can_write_is_refused():
    writer = Writer.choose((1,))
    with pytest.raises(ValueError, match="nothing"):
        writer.write("  ", 30, np.random.default_rng(0))
    with pytest.raises(KeyError):
        writer.write("ж", 30, np.random.default_rng(0))
