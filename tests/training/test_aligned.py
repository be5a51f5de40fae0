"""Forced alignment puts characters where they stand, also against what the network would rather say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tiny_reader import chance_sliding

from chequereader.alphabet import AMOUNTS
from chequereader.grammar import amounts
from chequereader.recognition.sliding import SlidingRecogniser
from chequereader.segmentation.strip import REACH, STANDARD, STRIDE, STRIP, Scale
from chequereader.training.aligned import align
from chequereader.training.truths import digits_alone

GRAMMAR = amounts("auto")


class Prompter(SlidingRecogniser):
    """Says what it is told at each position: ``says`` [positions] of labels, "." of the picture ignored."""

    def __init__(self, says: str, certainty: float = 5.0, scale: Scale = STANDARD) -> None:
        super().__init__(AMOUNTS, "lenet5", scale=scale)
        self.says, self.certainty = says, certainty

    def forward(self, strips: torch.Tensor) -> torch.Tensor:
        penalties = torch.full((len(strips), len(self.says), len(AMOUNTS.labels)), self.certainty)
        for position, label in enumerate(self.says):
            penalties[:, position, AMOUNTS.rubbish if label == " " else AMOUNTS.index(label)] = 0.0
        return penalties


def bars(width: int, at: list[int]) -> NDArray[np.uint8]:
    strip = np.zeros((STRIP, width), np.uint8)
    for x in at:
        strip[6:26, x - 3 : x + 3] = 255
    return strip


def columns(position: float) -> float:
    return position * STRIDE + REACH / 2


@pytest.mark.parametrize("across", [1.0, 0.5])
def test_edges_lie_in_the_gaps_between_characters(across: float) -> None:
    """In columns of the strip, whatever the scale that the network sees it at."""
    says = "  1   77     .  "
    width = round((REACH + STRIDE * (len(says) - 1)) / across)
    middles = [round(columns(p) / across) for p in (2, 6.5, 13)]
    (line,) = align(Prompter(says, scale=Scale(across)), GRAMMAR, [bars(width, middles)], ["17."])
    assert line.strip.shape[1] == width
    assert line.text == "17." and line.written
    assert len(line.edges) == 4
    for edge, left, right in zip(line.edges[1:-1], middles[:-1], middles[1:], strict=True):
        assert left + 3 <= edge <= right - 3
    assert line.edges[0] <= middles[0] - 3 and line.edges[-1] >= middles[-1] + 3


def test_digits_alone_take_the_signs_that_the_network_sees() -> None:
    says = " 1  7  . "
    (line,) = align(Prompter(says), GRAMMAR, [bars(REACH + STRIDE * 8, [30])], [digits_alone("17")])
    assert line.text == "17." and not line.written


def test_the_truth_is_spelled_even_where_the_network_says_another_digit() -> None:
    says = " 1  9  . "
    (line,) = align(Prompter(says), GRAMMAR, [bars(REACH + STRIDE * 8, [30])], ["17."])
    assert line.text == "17."


def test_a_strip_too_short_for_its_truth_is_left_out() -> None:
    strips = [bars(REACH, [16]), bars(REACH + 60, [30])]
    found = align(chance_sliding(), GRAMMAR, strips, ["123456", "1"])
    assert len(found) == 1 and found[0].strip.shape[1] == REACH + 60
