"""Eq. (9) by hand, and its second derivative against finite differences."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from chequereader.training.map_criterion import map_criterion, map_curvature


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


@pytest.mark.parametrize("none_penalty", [0.5, 3.0, 50.0])
def test_curvature_is_the_second_difference(none_penalty: float) -> None:
    generator = torch.Generator().manual_seed(0)
    codes = torch.sign(torch.randn(4, 5, generator=generator, dtype=torch.float64))
    features = codes[:3] * 0.7 + 0.3 * torch.randn(3, 5, generator=generator, dtype=torch.float64)

    def loss(at: Tensor, target: int) -> Tensor:
        distances = ((at[:, None] - codes) ** 2).sum(dim=2)
        return map_criterion(distances, torch.full((3,), target), none_penalty)

    found = map_curvature(features, codes, none_penalty)
    step = 1e-4
    for target in (0, 3):
        for j in range(5):
            move = torch.zeros(5, dtype=torch.float64)
            move[j] = step
            up, here, down = (loss(features + k * move, target) for k in (1, 0, -1))
            assert torch.allclose(found[:, j], (up - 2 * here + down) / step**2, atol=1e-5)
    assert bool((found >= 0).all())
