"""Boosted LeNet-4: whose outputs count, and what an answer costs."""

from __future__ import annotations

import pytest
import torch

from chequereader.recognition.boosted import BoostedLeNet4, gap


def pictures(count: int) -> torch.Tensor:
    return torch.randint(
        0, 256, (count, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
    )


def boosted() -> BoostedLeNet4:
    torch.manual_seed(0)
    return BoostedLeNet4().eval()


def test_gap_of_the_two_best() -> None:
    assert gap(torch.tensor([[5.0, 1.0, 3.5], [2.0, 2.0, 9.0]])).tolist() == [2.5, 0.0]


def test_outputs_are_added_where_net_1_is_unsure_and_only_there() -> None:
    network, x = boosted(), None
    digits = pictures(40)
    network.trust_first(digits)
    x = network.prepare(digits)
    with torch.no_grad():
        alone = [net(x).flatten(1) for net in network.networks]
        answer = network(x)
    sure = gap(alone[0]) >= network.confident
    assert 0 < int(sure.sum()) < 40
    assert torch.allclose(answer[sure], alone[0][sure])
    assert torch.allclose(answer[~sure], torch.stack(alone).mean(dim=0)[~sure], atol=1e-5)


def test_average_cost_is_the_papers() -> None:
    network, digits = boosted(), pictures(80)
    assert network.cost(network.prepare(digits)) == 3.0
    network.trust_first(digits)
    assert network.cost(network.prepare(digits)) == pytest.approx(1.75, abs=0.03)
