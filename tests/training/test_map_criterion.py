"""Eq. (9) by hand."""

from __future__ import annotations

import math

import pytest
import torch

from chequereader.training.map_criterion import map_criterion


def test_by_hand() -> None:
    penalties = torch.tensor([[1.0, 4.0], [3.0, 0.5]])
    losses = map_criterion(penalties, torch.tensor([0, 0]), none_penalty=2.0)
    expected = [
        1 + math.log(math.exp(-2) + math.exp(-1) + math.exp(-4)),
        3 + math.log(math.exp(-2) + math.exp(-3) + math.exp(-0.5)),
    ]
    assert losses.tolist() == pytest.approx(expected)


def test_far_away_everything_is_none() -> None:
    # penalties of thousands neither overflow nor vanish: the loss is the correct penalty minus j
    assert map_criterion(torch.tensor([[5000.0, 7000.0]]), torch.tensor([0]), 3.0).item() == pytest.approx(
        4997
    )


def test_gradient_is_one_minus_the_posterior() -> None:
    penalties = torch.tensor([[1.0, 2.0, 0.5]], dtype=torch.float64, requires_grad=True)
    map_criterion(penalties, torch.tensor([1]), 1.5).sum().backward()
    masses = [math.exp(-1), math.exp(-2), math.exp(-0.5)]
    total = sum(masses) + math.exp(-1.5)
    expected = [(i == 1) - m / total for i, m in enumerate(masses)]
    assert penalties.grad is not None
    assert penalties.grad[0].tolist() == pytest.approx(expected)
