"""What pictures are drawn with: letters above all."""

from __future__ import annotations

import numpy as np

from chequereader.alphabet import AMOUNTS, RUBBISH
from chequereader.box import Box
from chequereader.drawing import GREEN, RED, coloured, draw_box, draw_text, resized


def letter(text: str) -> np.ndarray:
    canvas = np.full((60, 120, 3), 255, np.uint8)
    draw_text(canvas, 4, 4, text, (0, 0, 0), 30)
    return canvas


def test_every_label_has_letters_of_its_own() -> None:
    """None is drawn as the box that stands for a letter the font lacks."""
    missing = letter("\N{CJK UNIFIED IDEOGRAPH-4E00}")
    shapes = {letter(label).tobytes() for label in AMOUNTS.labels if label != RUBBISH}
    assert len(shapes) == len(AMOUNTS.labels) - 1
    assert missing.tobytes() not in shapes


def test_text_keeps_its_colour_and_place() -> None:
    canvas = np.full((60, 200, 3), 255, np.uint8)
    draw_text(canvas, 100, 10, "888", GREEN, 24, centred=True)
    y, x = np.nonzero((canvas != 255).any(axis=2))
    assert abs((x.min() + x.max()) / 2 - 100) < 3 and y.min() >= 10
    assert (canvas[y, x, 1] >= canvas[y, x, 0]).all()
    draw_text(canvas, -500, -500, "8", RED, 24)
    assert (canvas[:30, :20] != 255).any(), "what would lie outside is moved inside"


def test_a_box_is_drawn_on_its_own_pixels() -> None:
    grey = np.full((20, 30), 200, np.uint8)
    canvas = coloured(grey)
    draw_box(canvas, Box(3, 4, 10, 12), RED, 1)
    y, x = np.nonzero((canvas == RED).all(axis=2))
    assert (x.min(), y.min(), x.max(), y.max()) == (3, 4, 9, 11)
    assert (grey == 200).all()


def test_resized() -> None:
    grey = np.arange(100, dtype=np.uint8).reshape(10, 10)
    assert resized(grey, 1.0) is grey
    assert resized(grey, 2.5).shape == (25, 25)
    assert resized(grey, 0.01).shape == (1, 1)
