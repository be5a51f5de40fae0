"""Forms of digits against moments by OpenCV and against widths counted by hand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from chequereader.recognition.digit_forms import FORMS, Form
from chequereader.recognition.family import digit_network

SIDE = 28


def stroke(lean: float, thick: int = 3, dot: int = 0) -> np.ndarray:
    """A line through the middle that leans right by ``lean`` pixels a pixel of height, perhaps with a dot."""
    picture = np.zeros((SIDE * 8, SIDE * 8), np.uint8)
    up = 9
    top, bottom = (int(8 * (14 + lean * up)), 8 * (14 - up)), (int(8 * (14 - lean * up)), 8 * (14 + up))
    cv2.line(picture, top, bottom, 255, thick * 8)
    if dot:
        cv2.circle(picture, (8 * (14 + dot), 8 * 18), 12, 255, -1)
    return np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def in_form(form: Form, *pictures: np.ndarray) -> list[np.ndarray]:
    return list(form(torch.from_numpy(np.stack(pictures))).numpy())


def slant(picture: np.ndarray) -> float:
    moments = cv2.moments(picture)
    return moments["mu11"] / moments["mu02"]


def ink_width(picture: np.ndarray) -> int:
    columns = np.flatnonzero(picture.max(axis=0) > 0.3 * 255)
    return int(columns[-1] - columns[0] + 1)


@given(st.floats(-0.7, 0.7), st.integers(2, 4), st.sampled_from([0, -5, 5]))
def test_upright_digits_lean_neither_way(lean: float, thick: int, dot: int) -> None:
    picture = stroke(lean, thick, dot)
    (upright,) = in_form(Form(upright=True), picture)
    assert abs(slant(upright)) < 0.06
    # a shear moves ink along its row and makes neither more nor less of it
    assert np.allclose(upright.sum(axis=1, dtype=float), picture.sum(axis=1, dtype=float), atol=3 * SIDE)


@pytest.mark.parametrize("width", [12, 14, 20])
@pytest.mark.parametrize("upright", [False, True])
def test_ink_gets_the_width(width: int, upright: bool) -> None:
    ring = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(ring, (12, 14), (8, 9), 0, 0, 360, 255, 3)
    (found,) = in_form(Form(upright, width), ring)
    assert abs(ink_width(found) - width) <= 1
    columns = np.flatnonzero(found.max(axis=0) > 0.3 * 255)
    assert abs(columns.mean() - (SIDE - 1) / 2) <= 0.5
    rows = [np.flatnonzero(p.max(axis=1) > 0.3 * 255) for p in (ring, found)]
    assert abs(rows[0][0] - rows[1][0]) <= 1, "heights stay as they are"


def test_a_one_becomes_no_bar() -> None:
    one = stroke(0.0, thick=3)
    (found,) = in_form(Form(width=20), one)
    assert ink_width(one) < ink_width(found) <= 2 * ink_width(one)


@pytest.mark.parametrize("name", FORMS)
def test_pictures_do_not_depend_on_their_neighbours_and_none_is_no_digit(name: str) -> None:
    pictures = [stroke(0.4, 3, 5), np.zeros((SIDE, SIDE), np.uint8), stroke(-0.3)]
    together = in_form(FORMS[name], *pictures)
    for picture, found in zip(pictures, together, strict=True):
        assert np.array_equal(in_form(FORMS[name], picture)[0], found)
    assert not together[1].any()


@pytest.mark.parametrize("name", FORMS)
def test_networks_of_a_form_are_lenet_5_that_sees_it(name: str) -> None:
    network, plain = digit_network(name), digit_network("lenet5")
    assert sum(p.numel() for p in network.parameters()) == 60_000
    assert list(network.state_dict()) == list(plain.state_dict())
    digits = torch.from_numpy(np.stack([stroke(0.5, 3, 5), stroke(-0.5, 2, -5)]))
    assert torch.equal(network.prepare(digits), plain.prepare(FORMS[name](digits)))
