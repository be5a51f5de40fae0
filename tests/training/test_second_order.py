"""Curvatures of Appendix C against explicit loops and finite differences; the step against its formula."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from chequereader.recognition.codes import place_codes
from chequereader.recognition.family import digit_network
from chequereader.recognition.layers import RBF, Convolution, Subsampling, spread_start, squash_slope
from chequereader.recognition.lenet import LeNet
from chequereader.training.second_order import LevenbergMarquardt, curvature


class Small(LeNet):
    """Every kind of layer, in small: 6 x 6 input, 3 classes."""

    def __init__(self) -> None:
        super().__init__()
        self.c1 = Convolution(1, ((0,), (0,)), size=3)
        self.s2 = Subsampling(4, copies=2)
        self.c3 = Convolution(4, ((0, 2), (1, 2, 3), (3,)), size=2)
        self.rbf = RBF(place_codes(3))


@pytest.fixture
def network() -> Small:
    torch.manual_seed(0)
    small = Small().double()
    spread_start(small)
    return small


def inputs(count: int = 2) -> Tensor:
    return torch.randn(count, 1, 6, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def test_curvature_by_loops_over_connections(network: Small) -> None:
    """The paper's formulas, connection by connection: h_u = h_a x^2, h_x = sum u^2 h_a, h_a = f'^2 h_x."""
    expected = {name: np.zeros(p.shape) for name, p in network.named_parameters()}
    value = {name: p.detach().numpy() for name, p in network.named_parameters()}
    for x in inputs():
        with torch.no_grad():
            a1 = network.c1.total(x[None])
            x1 = network.c1(x[None])
            a2, x2 = network.s2.total(x1), network.s2(x1)
            a3 = network.c3.total(x2)
            h3 = 2.0 * (squash_slope(a3) ** 2).flatten()
        x2n, x1n, x0n = x2[0].numpy(), x1[0].numpy(), x[0].numpy()
        at_x2 = np.zeros_like(x2n)
        kernel = 0
        for out, row in enumerate(((0, 2), (1, 2, 3), (3,))):
            expected["c3.bias"][out] += float(h3[out])
            for source in row:
                expected["c3.kernels"][kernel] += float(h3[out]) * x2n[source] ** 2
                at_x2[source] += float(h3[out]) * value["c3.kernels"][kernel] ** 2
                kernel += 1
        h2 = squash_slope(a2[0]).numpy() ** 2 * at_x2
        at_x1 = np.zeros_like(x1n)
        for m in range(4):
            for y in range(2):
                for z in range(2):
                    window = np.s_[m // 2, 2 * y : 2 * y + 2, 2 * z : 2 * z + 2]
                    expected["s2.bias"][m] += h2[m, y, z]
                    expected["s2.coefficient"][m] += h2[m, y, z] * (x1n[window] ** 2).sum()
                    at_x1[window] += h2[m, y, z] * value["s2.coefficient"][m] ** 2
        h1 = squash_slope(a1[0]).numpy() ** 2 * at_x1
        for m in range(2):
            expected["c1.bias"][m] += h1[m].sum()
            for y in range(4):
                for z in range(4):
                    expected["c1.kernels"][m] += h1[m, y, z] * x0n[y : y + 3, z : z + 3] ** 2
    for (name, wanted), found in zip(expected.items(), curvature(network, inputs()), strict=True):
        assert np.allclose(found.numpy(), wanted / 2), name


def test_last_layer_is_the_second_difference_of_the_loss(network: Small) -> None:
    """The squash made a line, which drops f'': the exact derivative of the distance to a code."""
    x = inputs(1)
    with torch.no_grad():
        before = network.s2(network.c1(x))
        total = network.c3.total(before).flatten(1)
        state, slope = network.features(x).flatten(1), squash_slope(total)
    bias = torch.zeros(3, dtype=torch.float64, requires_grad=True)

    def loss(b: Tensor) -> Tensor:
        return ((state[0] + slope[0] * b - network.rbf.codes[1]) ** 2).sum()

    hessian = torch.autograd.functional.hessian(loss, bias)
    assert torch.allclose(curvature(network, x)[-1], torch.diagonal(hessian))


def test_curvature_is_never_negative_and_leaves_the_network_alone() -> None:
    torch.manual_seed(0)
    network = digit_network("lenet4")
    before = [p.detach().clone() for p in network.parameters()]
    found = curvature(network, torch.randn(3, 1, 32, 32))
    assert [h.shape for h in found] == [p.shape for p in network.parameters()]
    assert all(bool((h >= 0).all()) for h in found)
    assert all(torch.equal(b, p) for b, p in zip(before, network.parameters(), strict=True))
    assert all(p.grad is None for p in network.parameters())


def test_curvature_does_not_vanish_on_patterns_that_are_learnt(network: Small) -> None:
    """With all of eq. (9) it would: on a pattern whose features are its code no class is in doubt."""
    x = inputs(1)
    with torch.no_grad():
        network.rbf.codes[1] = network.features(x).flatten()
        network.rbf.codes[[0, 2]] += 50.0
        slope = squash_slope(network.c3.total(network.s2(network.c1(x)))).flatten()
    assert torch.allclose(curvature(network, x)[-1], 2.0 * slope**2)


def test_step_divides_the_rate_by_mu_plus_curvature() -> None:
    weight = torch.nn.Parameter(torch.tensor([1.0, 2.0, 3.0]))
    still = torch.nn.Parameter(torch.tensor([5.0]))
    optimiser = LevenbergMarquardt([weight, still], rate=0.1, mu=0.02)
    optimiser.set_curvature([torch.tensor([0.0, 0.98, 0.18]), torch.ones(1)])
    weight.grad = torch.tensor([1.0, 1.0, -2.0])
    optimiser.step()
    assert weight.tolist() == pytest.approx([1 - 0.1 / 0.02, 2 - 0.1 / 1.0, 3 + 0.2 / 0.2])
    assert still.item() == 5.0
