"""What nets 2 and 3 are shown: half right and half wrong by net 1; what nets 1 and 2 disagree on."""

from __future__ import annotations

import pytest
import torch

from chequereader.errors import UsageError
from chequereader.recognition.family import LeNet1, digit_penalties
from chequereader.training.boosting import second_set, third_set
from chequereader.training.passes import DigitSet


def network(seed: int) -> LeNet1:
    torch.manual_seed(seed)
    return LeNet1().eval()


def answers(net: LeNet1, digits: DigitSet) -> torch.Tensor:
    with torch.no_grad():
        return digit_penalties(net, digits.pictures).argmin(dim=1)


@pytest.fixture
def digits() -> DigitSet:
    generator = torch.Generator().manual_seed(0)
    pictures = torch.randint(0, 256, (60, 28, 28), dtype=torch.uint8, generator=generator)
    first = answers(network(0), DigitSet(pictures, torch.zeros(60)))
    # net 1 is right about some two thirds
    return DigitSet(pictures, torch.where(torch.arange(60) % 3 > 0, first, (first + 1) % 10))


def test_second_set_is_half_right(digits: DigitSet) -> None:
    chosen = second_set(network(0), digits, "none", views=1, seed=0)
    right = answers(network(0), chosen) == chosen.labels
    assert len(chosen) == 40
    assert int(right.sum()) == 20


def test_second_set_is_distorted_anew_in_each_view_and_decided_by_the_seed(digits: DigitSet) -> None:
    one, again, other = (second_set(network(0), digits, "affine", views=3, seed=s) for s in (0, 0, 1))
    right = answers(network(0), one) == one.labels
    assert int(right.sum()) * 2 == len(one)
    assert torch.equal(one.pictures, again.pictures)
    assert one.pictures.shape != other.pictures.shape or not torch.equal(one.pictures, other.pictures)


def test_third_set_is_what_the_first_two_disagree_on(digits: DigitSet) -> None:
    nets = network(0), network(1)
    disputed = int((answers(nets[0], digits) != answers(nets[1], digits)).sum())
    chosen = third_set(*nets, digits, "none", views=1, seed=0)
    assert len(chosen) == disputed > 0
    assert bool((answers(nets[0], chosen) != answers(nets[1], chosen)).all())


def test_nothing_to_boost_on(digits: DigitSet) -> None:
    perfect = DigitSet(digits.pictures, answers(network(0), digits))
    with pytest.raises(UsageError, match="nothing to boost on"):
        second_set(network(0), perfect, "none", views=1, seed=0)
    with pytest.raises(UsageError, match="nothing to boost on"):
        third_set(network(0), network(0), digits, "none", views=1, seed=0)
