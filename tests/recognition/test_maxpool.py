"""The LeNet-5 with maxima: the same network without its normalisation, and as large as it says."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from chequereader.recognition.lenet import to_input
from chequereader.recognition.maxpool import MAX_POOL_ARCHITECTURES, MaxPoolLeNet5

SMALL = MAX_POOL_ARCHITECTURES["lenet5-maxpool"]


def used(seed: int, channels: int = 1) -> MaxPoolLeNet5:
    """A normalised network whose running means and variances are not those it began with."""
    torch.manual_seed(seed)
    made = MaxPoolLeNet5(SMALL, 7, channels, normalised=True, dropped=0.3)
    for _ in range(4):
        made.train().scores(torch.randn(6, channels, 32, 40))
    return made.eval()


@pytest.mark.parametrize("channels", [1, 3])
def test_plain_is_the_same_function(channels: int) -> None:
    made = used(1, channels)
    x = torch.randn(3, channels, 32, 52)
    with torch.no_grad():
        expected, found = made.scores(x), made.plain().scores(x)
    assert found.shape == (3, 7, 1, 6)
    assert torch.allclose(found, expected, atol=1e-4)


def test_plain_leaves_the_network_as_it_is() -> None:
    made = used(2)
    before = {name: value.clone() for name, value in made.state_dict().items()}
    plain = made.plain()
    assert all(torch.equal(value, before[name]) for name, value in made.state_dict().items())
    assert not any("running" in name for name in plain.state_dict())


@pytest.mark.parametrize(
    ("architecture", "parameters"), [("lenet5-maxpool", 61_706), ("lenet5-wide-maxpool", 380_398)]
)
def test_parameters_with_ten_outputs(architecture: str, parameters: int) -> None:
    network = MaxPoolLeNet5(MAX_POOL_ARCHITECTURES[architecture], 10)
    assert sum(p.numel() for p in network.parameters()) == parameters


def test_layer_by_layer() -> None:
    """The stages written out: convolution, rectifier, greatest of four, and C5 as a product of matrices."""
    torch.manual_seed(4)
    network = MaxPoolLeNet5(SMALL, 5).double()
    pictures = torch.randint(0, 256, (2, 32, 32), dtype=torch.uint8)
    x = to_input(pictures).double()
    for layer in (network.c1, network.c3):
        x = F.relu(F.conv2d(x, layer.weight, layer.bias))
        x = torch.stack([x[..., i::2, j::2] for i in range(2) for j in range(2)]).amax(dim=0)
    x = F.relu(x.flatten(1) @ network.c5.weight.flatten(1).T + network.c5.bias)
    x = F.relu(x @ network.f6.weight[:, :, 0, 0].T + network.f6.bias)
    expected = x @ network.output.weight[:, :, 0, 0].T + network.output.bias
    assert torch.allclose(network.scores(to_input(pictures).double())[:, :, 0, 0], expected)
    assert torch.allclose(network.float().picture_scores(pictures)[:, 0].double(), expected, atol=1e-4)


def test_states_are_dropped_in_training_only() -> None:
    made = used(5)
    x = torch.randn(1, 1, 32, 32)
    assert torch.equal(made.scores(x), made.scores(x))
    made.train()
    for layer in (made.c1, made.c3, made.c5, made.f6):
        layer.eval()  # batch statistics aside
    assert not torch.equal(made.scores(x), made.scores(x))


def test_a_plain_network_goes_on_with_normalisation_as_the_same_function() -> None:
    torch.manual_seed(1)
    shape = MAX_POOL_ARCHITECTURES["lenet5-maxpool"]
    plain = MaxPoolLeNet5(shape, 5).eval().requires_grad_(False)
    pictures = torch.randint(0, 256, (7, 32, 60), dtype=torch.uint8)
    going_on = plain.normalised(pictures, dropped=0.3)
    assert going_on.training and going_on.dropped == 0.3
    wanted = plain.picture_scores(pictures)
    assert torch.allclose(going_on.eval().picture_scores(pictures), wanted, atol=1e-5)
    assert torch.allclose(going_on.plain().picture_scores(pictures), wanted, atol=1e-5)
    batch = [m for m in going_on.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(batch) == 4
    # of these very pictures means and variances are what training would take
    assert torch.allclose(going_on.train().c1(to_input(pictures)), plain.c1(to_input(pictures)), atol=1e-4)


@pytest.mark.parametrize(("channels", "width"), [(1, 32), (1, 33), (3, 75)])
def test_without_gradients_few_maps_give_the_same_scores(channels: int, width: int) -> None:
    """With them the greatest is looked for as torch does it."""
    torch.manual_seed(0)
    network = MaxPoolLeNet5(MAX_POOL_ARCHITECTURES["lenet5-maxpool"], 10, channels).eval()
    inputs = torch.randn(5, channels, 32, width)
    with torch.no_grad():
        found = network.scores(inputs)
    torch.testing.assert_close(found, network.scores(inputs).detach(), rtol=1e-5, atol=1e-6)
