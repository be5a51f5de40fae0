"""The elders of LeNet-5 and the one of today's courses: counts, inputs, outputs."""

from __future__ import annotations

import pytest
import torch

from chequereader.recognition.counts import count_layers
from chequereader.recognition.family import (
    DIGIT_ARCHITECTURES,
    LeNet1,
    LeNet4,
    LeNet5MaxPool,
    digit_network,
    digit_penalties,
)
from chequereader.recognition.lenet import INK, PAPER


def test_lenet1_has_the_counts_published_in_1990() -> None:
    *layers, rbf = count_layers(LeNet1(), torch.zeros(1, 1, 28, 28))
    assert [(c.shape, c.parameters, c.connections) for c in layers] == [
        ("4@24x24", 104, 59_904),
        ("4@12x12", 8, 2_880),
        ("12@8x8", 512, 32_768),
        ("12@4x4", 24, 960),
        ("10@1x1", 1_930, 1_930),
    ]
    assert sum(c.parameters for c in layers) == 2_578
    assert sum(c.connections for c in layers) == 98_442
    assert rbf.parameters == 0


def test_lenet4_has_about_the_papers_counts() -> None:
    *layers, _ = count_layers(LeNet4(), torch.zeros(1, 1, 32, 32))
    assert [c.shape for c in layers] == ["4@28x28", "8@14x14", "16@10x10", "16@5x5", "120@1x1", "10@1x1"]
    assert round(sum(c.parameters for c in layers), -3) == 17_000
    assert round(sum(c.connections for c in layers), -4) == 260_000


def test_lenet4_uses_all_maps_about_equally() -> None:
    network = LeNet4()
    for layer in (network.c3, network.c5):
        used = torch.bincount(layer.position % layer.inputs, minlength=layer.inputs)
        assert len(layer.position.unique()) == len(layer.position), "a map feeds a unit twice"
        assert int(used.max() - used.min()) <= 0.15 * int(used.max())


@pytest.mark.parametrize(("channels", "parameters"), [(1, 61_706), (3, 62_006)])
def test_max_pool_lenet_counts(channels: int, parameters: int) -> None:
    network = LeNet5MaxPool(channels)
    assert sum(p.numel() for p in network.parameters()) == parameters
    assert digit_penalties(network, torch.zeros(2, 28, 28, dtype=torch.uint8)).shape == (2, 10)


def test_max_pool_lenet_gives_probabilities() -> None:
    penalties = LeNet5MaxPool()(torch.rand(3, 1, 32, 32))
    assert torch.exp(-penalties).sum(dim=1).tolist() == pytest.approx([1.0] * 3)


@pytest.mark.parametrize("architecture", DIGIT_ARCHITECTURES)
def test_every_network_reads_mnist_pictures(architecture: str) -> None:
    pictures = torch.randint(0, 256, (3, 28, 28), dtype=torch.uint8)
    penalties = digit_penalties(digit_network(architecture), pictures)
    assert penalties.shape == (3, 10)
    assert bool((penalties >= 0).all())


def test_lenet1_sees_the_digit_shrunk_to_16_pixels() -> None:
    picture = torch.zeros(1, 28, 28, dtype=torch.uint8)
    picture[:, 4:24, 4:24] = 255
    x = LeNet1().prepare(picture)
    dark = (x[0, 0] > (INK + PAPER) / 2).nonzero()
    assert x.shape == (1, 1, 28, 28)
    assert dark.min(dim=0).values.tolist() == [6, 6]
    assert dark.max(dim=0).values.tolist() == [21, 21]


def test_unknown_architecture() -> None:
    with pytest.raises(KeyError):
        digit_network("lenet6")
