"""Layers of the 1998 networks against values computed by hand, plain loops and finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from chequereader.recognition.layers import RBF, Convolution, Subsampling, spread_start, squash, squash_slope

TABLE = ((0,), (0, 2), (0, 1, 2))


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_squash_is_one_at_one_and_saturates() -> None:
    values = squash(torch.tensor([0.0, 1.0, -1.0, 50.0], dtype=torch.float64))
    assert values.tolist() == pytest.approx([0.0, 1.0, -1.0, 1.7159], abs=1e-4)


def test_squash_slope_is_the_derivative() -> None:
    a = torch.linspace(-4, 4, 41, dtype=torch.float64)
    numeric = (squash(a + 1e-6) - squash(a - 1e-6)) / 2e-6
    assert torch.allclose(squash_slope(a), numeric, atol=1e-8)


def test_subsampling_by_hand() -> None:
    layer = Subsampling(2)
    with torch.no_grad():
        layer.coefficient.copy_(torch.tensor([0.5, -1.0]))
        layer.bias.copy_(torch.tensor([0.25, 0.0]))
    first = [[1.0, 2.0, 0.0, 0.0], [3.0, -4.0, 0.0, 1.0]]
    x = torch.tensor([first, [[0.5, 0.5, 1.0, 1.0]] * 2])
    out = layer(x[None])
    assert out.shape == (1, 2, 1, 2)
    sums = [0.5 * 2 + 0.25, 0.5 * 1 + 0.25, -2.0, -4.0]
    assert out.flatten().tolist() == pytest.approx([1.7159 * math.tanh(2 * s / 3) for s in sums])


def test_paired_subsampling_maps_see_the_same_input() -> None:
    layer = Subsampling(4, copies=2)
    with torch.no_grad():
        layer.coefficient.copy_(torch.tensor([1.0, 2.0, 1.0, 2.0]))
    total = layer.total(noise(1, 2, 4, 4).float())
    assert torch.allclose(total[:, 1], 2 * total[:, 0])
    assert torch.allclose(total[:, 3], 2 * total[:, 2])
    assert not torch.allclose(total[:, 2], total[:, 0])


def test_convolution_follows_its_table() -> None:
    layer = Convolution(3, TABLE, size=2).double()
    with torch.no_grad():
        layer.bias.copy_(noise(3, seed=1))
    x = noise(2, 3, 4, 5)
    expected = np.zeros((2, 3, 3, 4))
    kernels = iter(layer.kernels.detach().numpy())
    for out, row in enumerate(TABLE):
        expected[:, out] += float(layer.bias[out].detach())
        for source in row:
            kernel = next(kernels)
            for y in range(3):
                for z in range(4):
                    window = x[:, source, y : y + 2, z : z + 2].numpy()
                    expected[:, out, y, z] += (window * kernel).sum(axis=(1, 2))
    assert np.allclose(layer.total(x).detach().numpy(), expected)


def test_fully_connected_table_gives_the_same_as_a_sparse_one() -> None:
    full = Convolution(2, ((0, 1), (0, 1)), size=2).double()
    sparse = Convolution(2, ((0, 1), (1, 0)), size=2).double()
    with torch.no_grad():
        sparse.kernels.copy_(full.kernels[[0, 1, 3, 2]])
    x = noise(1, 2, 3, 3)
    assert full.full and not sparse.full
    assert torch.allclose(full(x), sparse(x))


def test_rbf_by_hand() -> None:
    layer = RBF(torch.tensor([[1.0, -1.0], [-1.0, -1.0]]))
    x = torch.tensor([[2.0, 0.5], [0.0, -1.0]])[:, :, None, None]
    assert layer(x).flatten(1).tolist() == [
        pytest.approx([1.0 + 2.25, 9.0 + 2.25]),
        pytest.approx([1.0, 1.0]),
    ]


@pytest.mark.parametrize(
    "layer",
    [
        Subsampling(4, copies=2),
        Convolution(2, ((0,), (0, 1)), size=3),
        RBF(torch.tensor([[1.0, -1.0], [-1.0, -1.0], [1.0, 1.0]])),
    ],
    ids=["subsampling", "convolution", "rbf"],
)
def test_gradients(layer: nn.Module) -> None:
    layer = layer.double()
    names = [name for name, _ in layer.named_parameters()]

    def run(x: Tensor, *values: Tensor) -> Tensor:
        return torch.func.functional_call(layer, dict(zip(names, values, strict=True)), (x,))

    values = [p.detach().clone().requires_grad_() for p in layer.parameters()]
    assert torch.autograd.gradcheck(run, [noise(2, 2, 4, 4).requires_grad_(), *values])


def test_initial_weights_lie_within_the_papers_bounds() -> None:
    torch.manual_seed(0)
    layer = Convolution(16, (tuple(range(16)),) * 20)
    bound = 2.4 / 400
    assert 0.98 * bound < float(layer.kernels.detach().abs().max()) <= bound
    assert not layer.bias.any()


def test_spread_start_keeps_the_variance() -> None:
    torch.manual_seed(0)
    layer = Convolution(16, (tuple(range(16)),) * 20)
    spread_start(layer)
    assert float(layer.total(noise(50, 16, 5, 5).float()).detach().var()) == pytest.approx(1.0, rel=0.15)
