"""Whole cheques: determinism, and truth that fits the picture."""

from dataclasses import replace

import numpy as np
import pytest

from chequereader.alphabet import AMOUNTS, LOWERED
from chequereader.synthetic.cheque import generate
from chequereader.synthetic.config import SyntheticConfig
from chequereader.synthetic.layouts import BOXES, LAYOUTS


def test_a_cheque_does_not_depend_on_what_was_generated_before():
    config = SyntheticConfig()
    alone = generate(4, 7, config)
    for index in (0, 1, 7, 30):
        generate(4, index, config)
    again = generate(4, 7, replace(config))
    assert np.array_equal(alone.image, again.image)
    assert (alone.text, alone.zone, alone.characters, alone.words) == (
        again.text,
        again.zone,
        again.characters,
        again.words,
    )
    assert not np.array_equal(alone.image, generate(5, 7, config).image)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_layout_renders_with_consistent_truth(layout):
    config = SyntheticConfig(preset="easy", layouts=(layout.name,), banks=3)
    for index in range(3):
        cheque = generate(1, index, config)
        height, width = cheque.image.shape
        assert cheque.layout is layout
        assert "".join(c for c, _ in cheque.characters) == cheque.text.replace(" ", "")
        assert all(c in AMOUNTS.labels for c, _ in cheque.characters)
        assert cheque.digits == "".join(c for c in cheque.text.translate(LOWERED) if c.isdigit())
        for box in [cheque.zone, cheque.ink, *(box for _, box in cheque.characters)]:
            assert 0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height
        assert cheque.zone.union(cheque.ink) == cheque.zone
        for _, box in cheque.characters:
            assert cheque.ink.union(box) == cheque.ink
        assert cheque.words and cheque.date and cheque.micr
        assert " ".join(text for text, _ in cheque.legal) == cheque.words
        for _, box in cheque.legal:
            assert box.x0 < box.x1 and box.y0 < box.y1
        assert set(layout.boxes) <= set(BOXES)


def test_the_lines_of_the_legal_amount_are_where_their_boxes_say():
    config = SyntheticConfig(preset="easy", banks=20)
    dark = []
    for index in range(12):
        cheque = generate(3, index, config)
        for text, box in cheque.legal:
            part = cheque.image[box.y0 : box.y1, box.x0 : box.x1].astype(np.int64)
            paper = np.median(cheque.image[:, box.x0 : box.x1])
            # every letter's columns hold ink, but for the gaps between them
            columns = (part < paper - 30).any(axis=0)
            dark.append(columns.mean() > 0.4 and columns.sum() >= 2 * len(text.replace(" ", "")))
    assert np.mean(dark) > 0.9


def test_the_amount_is_darker_than_its_surroundings():
    config = SyntheticConfig(preset="easy", banks=20)
    dark = []
    for index in range(25):
        cheque = generate(2, index, config)
        ink = cheque.ink
        inside = [cheque.image[b.y0 : b.y1, b.x0 : b.x1].min() for _, b in cheque.characters]
        around = np.median(cheque.image[max(ink.y0 - 6, 0) : ink.y1 + 6, max(ink.x0 - 6, 0) : ink.x1 + 6])
        dark.append(np.mean(np.array(inside) < around - 30))
    assert np.mean(dark) > 0.97


def test_shares_and_ranges_are_kept():
    config = SyntheticConfig(preset="easy", printed=1.0, amounts=(100, 200), whole=1.0, banks=5)
    cheques = [generate(3, index, config) for index in range(10)]
    assert all(c.printed and c.writer == -1 for c in cheques)
    assert all(100 <= float(c.amount) <= 200 and c.amount.endswith(".00") for c in cheques)
    by_hand = generate(3, 0, replace(config, printed=0.0))
    assert not by_hand.printed and 0 <= by_hand.writer < config.writers


def test_there_are_enough_layouts_and_countries():
    assert len(LAYOUTS) >= 12
    assert len({layout.country for layout in LAYOUTS}) >= 6
