"""Networks by ONNX Runtime against torch's, layer by layer."""

from __future__ import annotations

import pytest
import torch

from chequereader.alphabet import AMOUNTS
from chequereader.recognition import store
from chequereader.recognition.lenet import LeNet5
from chequereader.recognition.maxpool import MaxPoolLeNet5
from chequereader.recognition.networks import READING_ARCHITECTURES, reading_network
from chequereader.recognition.onnx_networks import OnnxNetwork
from chequereader.recognition.recogniser import Recogniser
from chequereader.recognition.sliding import SlidingRecogniser

CPU = torch.device("cpu")

pytest.importorskip("onnx", reason="the extra chequereader[onnx] is not installed")
pytest.importorskip("onnxruntime", reason="the extra chequereader[onnx] is not installed")


def of_chance(architecture: str) -> LeNet5 | MaxPoolLeNet5:
    """Weights of chance, biases too, so that every layer has something to carry."""
    torch.manual_seed(3)
    made = reading_network(AMOUNTS.classes, architecture).eval()
    for name, parameter in made.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.uniform_(parameter, -0.5, 0.5)
    return made


def pictures(count: int, width: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(width)
    return torch.randint(0, 256, (count, 32, width), dtype=torch.uint8, generator=generator)


@pytest.mark.parametrize("architecture", READING_ARCHITECTURES)
@pytest.mark.parametrize(("count", "width"), [(1, 32), (7, 32), (1, 36), (3, 35), (2, 132)])
@torch.no_grad()
def test_the_same_scores_as_by_torch(architecture: str, count: int, width: int) -> None:
    network = of_chance(architecture)
    some = pictures(count, width)
    found = OnnxNetwork(network).picture_scores(some)
    assert found.shape == (count, (width - 32) // 4 + 1, len(AMOUNTS.classes))
    assert torch.allclose(found, network.picture_scores(some), atol=1e-4)


@torch.no_grad()
def test_a_part_of_a_picture_serves_as_well() -> None:
    network, some = of_chance("lenet5-maxpool"), pictures(2, 100)[:, :, 20:64]
    assert not some.is_contiguous()
    found = OnnxNetwork(network).picture_scores(some)
    assert torch.allclose(found, network.picture_scores(some), atol=1e-4)


@torch.no_grad()
def test_one_network_serves_many_sizes_by_turns() -> None:
    network = of_chance("lenet5-maxpool")
    by_onnx = OnnxNetwork(network)
    for count, width in [(3, 32), (1, 64), (5, 32), (2, 48), (3, 32)]:
        some = pictures(count, width)
        assert torch.allclose(by_onnx.picture_scores(some), network.picture_scores(some), atol=1e-4)


@torch.no_grad()
def test_recognisers_on_a_cpu_read_by_it_and_find_the_same() -> None:
    torch.manual_seed(4)
    cuts, sliding = Recogniser(AMOUNTS, 6), SlidingRecogniser(AMOUNTS, "lenet5-maxpool", 2)
    crops, geometry, strips = pictures(5, 32), torch.randn(5, 6), pictures(1, 80)
    wanted = cuts(crops, geometry), sliding(strips)
    store.made_ready(cuts, CPU)
    store.made_ready(sliding, CPU)
    assert isinstance(cuts.network, OnnxNetwork)
    assert all(isinstance(network, OnnxNetwork) for network in sliding.networks)
    assert torch.allclose(cuts(crops, geometry), wanted[0], atol=1e-3)
    assert torch.allclose(sliding(strips), wanted[1], atol=1e-4)
