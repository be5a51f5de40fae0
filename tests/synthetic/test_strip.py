"""Amount zones for training."""

import time

import numpy as np
import pytest

from chequereader.alphabet import AMOUNTS
from chequereader.errors import UsageError
from chequereader.synthetic.config import SyntheticConfig
from chequereader.synthetic.strip import amount_strip


@pytest.mark.parametrize("preset", ["easy", "mixed", "hard"])
def test_a_box_for_every_character_and_only_known_characters(preset):
    rng = np.random.default_rng(1)
    config = SyntheticConfig(preset=preset)
    for _ in range(60):
        strip = amount_strip(rng, config)
        assert strip.image.dtype == np.uint8 and min(strip.image.shape) > 10
        assert len(strip.boxes) == len(strip.text) and all(c in AMOUNTS.labels for c in strip.text)
        height, width = strip.image.shape
        for box in strip.boxes:
            assert 0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height


def test_ink_is_where_the_boxes_are():
    rng = np.random.default_rng(2)
    config = SyntheticConfig(preset="easy", printed=0.5)
    darker = 0
    for _ in range(60):
        strip = amount_strip(rng, config, text="1888")
        inside = np.concatenate([strip.image[b.y0 : b.y1, b.x0 : b.x1].ravel() for b in strip.boxes])
        darker += inside.mean() < strip.image.mean()
    assert darker >= 57


def test_the_text_asked_for_is_written():
    strip = amount_strip(np.random.default_rng(3), SyntheticConfig(), text="1,234⁴⁵/100")
    assert strip.text == "1,234⁴⁵/100"
    with pytest.raises(KeyError):
        amount_strip(np.random.default_rng(3), SyntheticConfig(printed=0.0), text="12ж")


def test_the_same_chance_gives_the_same_strip():
    a, b = (amount_strip(np.random.default_rng(9), SyntheticConfig()) for _ in range(2))
    assert a.text == b.text and a.boxes == b.boxes and np.array_equal(a.image, b.image)


def test_strips_are_quick_enough_to_train_with():
    rng, config = np.random.default_rng(0), SyntheticConfig()
    amount_strip(rng, config)
    start = time.process_time()
    for _ in range(50):
        amount_strip(rng, config)
    assert (time.process_time() - start) / 50 < 0.02


@pytest.mark.parametrize(
    "options",
    [
        {"preset": "nightmare"},
        {"printed": 1.5},
        {"amounts": (5.0, 1.0)},
        {"writers": 0},
        {"layouts": ("mars",)},
    ],
)
def test_choices_that_make_no_sense_are_refused(options):
    with pytest.raises(UsageError):
        SyntheticConfig(**options)
