"""What a zone is worth, on pages whose ink is known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from toy_page import toy_page

from chequereader.box import Box
from chequereader.fields.matching import true_ink, worth

PAGE = toy_page()
TRUTH = true_ink(PAGE.image, PAGE.frame, sign_share=0.16)


def test_true_ink_is_what_was_drawn_and_no_frame() -> None:
    assert TRUTH is not None
    assert np.abs(np.array(TRUTH.box) - np.array(PAGE.amount)).max() <= 4


def test_an_empty_box_has_no_ink() -> None:
    assert true_ink(PAGE.image, Box(20, 560, 90, 590)) is None


def test_the_exact_zone_is_worth_most_and_worth_falls_with_size() -> None:
    assert TRUTH is not None
    boxes = [PAGE.amount.padded(grow, grow, 1450, 650) for grow in (4, 10, 20, 30, 200)]
    values = worth(boxes, TRUTH).tolist()
    assert values[0] == pytest.approx(1.0)
    assert values == sorted(values, reverse=True)
    assert values[2] > 0
    assert values[-1] == 0


def test_a_zone_that_cuts_ink_off_is_worth_less_or_nothing() -> None:
    assert TRUTH is not None
    x0, y0, x1, y1 = PAGE.amount.padded(4, 4, 1450, 650)
    shares = [0.0, 0.08, 0.4]
    boxes = [Box(x0 + round(share * PAGE.amount.width), y0, x1, y1) for share in shares]
    whole, nearly, half = worth(boxes, TRUTH).tolist()
    assert whole == pytest.approx(1.0, abs=0.01)
    assert 0 < nearly < whole
    assert half == 0


def test_elsewhere_is_wrong() -> None:
    assert TRUTH is not None
    assert worth([PAGE.amount.moved(0, 150), PAGE.amount.moved(-700, 0)], TRUTH).tolist() == [0, 0]
