"""The place of the amount: its printed sign leaves the box to the amount."""

import numpy as np
import pytest

from chequereader.box import Box
from chequereader.synthetic.amount_place import AmountPlace, print_amount_place
from chequereader.synthetic.press import Press
from chequereader.synthetic.printing import Face

DPI = 200.0
BOX = Box(200, 60, 500, 130)


def place(sign: str, seed: int) -> AmountPlace:
    page = np.full((200, 600), 255, np.float32)
    press = Press(page, DPI, np.random.default_rng(seed), 60.0)
    return print_amount_place(press, BOX, "box", sign, Face(""), weight=2.0, dotted=False)


@pytest.mark.parametrize("sign", ["$", "₹", "PESOS $", "$ CAD"])
def test_a_sign_inside_leaves_most_of_the_box_to_the_amount(sign: str) -> None:
    places = [place(sign, seed) for seed in range(40)]
    inside = [p for p in places if p.sign_box is not None and p.sign_box.x0 >= BOX.x0]
    assert inside
    for printed in inside:
        assert printed.sign_box is not None
        assert printed.sign_box.width <= BOX.width / 4 + 2
        assert printed.writing.x0 >= printed.sign_box.x1
        assert printed.writing.x1 == BOX.x1


@pytest.mark.parametrize(("sign", "highest"), [("PESOS $", 4.5), ("$", 9.0)])
def test_words_are_small_print(sign: str, highest: float) -> None:
    """Capitals of 3.2 millimetres at most, the dollar's stroke above and below them."""
    boxes = [p.sign_box for p in (place(sign, seed) for seed in range(40)) if p.sign_box is not None]
    tallest = max(box.height for box in boxes) * 25.4 / DPI
    assert highest / 2 < tallest <= highest
