"""The network folded for reading against the layers that it was made from."""

from __future__ import annotations

import pytest
import torch

from chequereader.alphabet import AMOUNTS
from chequereader.recognition.lenet import LeNet5, to_input


@pytest.fixture(params=["lenet5", "lenet5-wide"])
def network(request: pytest.FixtureRequest) -> LeNet5:
    """Weights of chance, biases too, so that every fold has something to carry."""
    torch.manual_seed(3)
    made = LeNet5(AMOUNTS.classes, request.param)
    for name, parameter in made.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.uniform_(parameter, -0.5, 0.5)
    return made


@pytest.mark.parametrize("width", [32, 36, 60])
def test_the_same_distances_as_layer_by_layer(network: LeNet5, width: int) -> None:
    pictures = torch.randint(0, 256, (3, 32, width), dtype=torch.uint8)
    with torch.no_grad():
        by_layers = network.double()(to_input(pictures).double())[:, :, 0].transpose(1, 2)
    network.float().fold()
    found = network.distances(pictures)
    assert found.shape == (3, (width - 32) // 4 + 1, len(AMOUNTS.classes))
    assert torch.allclose(found.double(), by_layers, atol=2e-3)


def test_distances_are_the_same_before_folding(network: LeNet5) -> None:
    pictures = torch.randint(0, 256, (2, 32, 44), dtype=torch.uint8)
    with torch.no_grad():
        before = network.distances(pictures)
    network.fold()
    assert torch.allclose(network.distances(pictures), before, atol=2e-3)


def test_folding_keeps_weights_and_what_is_saved_of_them(network: LeNet5) -> None:
    before = {name: value.clone() for name, value in network.state_dict().items()}
    network.fold()
    after = network.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_a_folded_network_gives_no_gradient(network: LeNet5) -> None:
    network.fold()
    assert not network.distances(torch.zeros(1, 32, 32, dtype=torch.uint8)).requires_grad
