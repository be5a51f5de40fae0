"""Soap: Adam on vectors, a step that turns with the gradient on matrices."""

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from chequereader.recognition.layers import Convolution
from chequereader.recognition.lenet import full_table
from chequereader.training.checkpoints import load_state, optimiser_tensors, restore_optimiser, save_state
from chequereader.training.soap import DECAY, REFRESHED, Soap


def matrix(rows: int, columns: int, seed: int) -> Tensor:
    return torch.randn(rows, columns, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def rotation(size: int, seed: int) -> Tensor:
    return torch.linalg.qr(matrix(size, size, seed))[0]


def walked(start: Tensor, gradients: list[Tensor], rate: float = 0.1) -> Tensor:
    weights = nn.Parameter(start.clone())
    optimiser = Soap([(weights, (start.shape[0], start.shape[1]))], rate)
    for gradient in gradients:
        weights.grad = gradient
        optimiser.step()
    return weights.detach()


def test_vectors_are_moved_as_by_adamw() -> None:
    ours, theirs = (nn.Parameter(matrix(1, 5, 0)[0]) for _ in range(2))
    soap = Soap([(ours, None)], 0.01, weight_decay=0.1)
    adam = torch.optim.AdamW([theirs], lr=0.01, betas=(DECAY, DECAY), weight_decay=0.1)
    for step in range(30):
        ours.grad, theirs.grad = (matrix(1, 5, step)[0] for _ in range(2))
        soap.step()
        adam.step()
    torch.testing.assert_close(ours, theirs)


@settings(deadline=None, max_examples=10)
@given(st.integers(2, 5), st.integers(0, 1000))
def test_a_step_turns_with_the_gradients(size: int, seed: int) -> None:
    """Of square matrices: the first gradient of others has axes that nothing tells apart."""
    left, right = rotation(size, seed), rotation(size, seed + 1)
    start = matrix(size, size, seed + 2)
    gradients = [matrix(size, size, seed + 3 + k) for k in range(2 * REFRESHED)]
    plain = walked(start, gradients)
    turned = walked(left @ start @ right.T, [left @ gradient @ right.T for gradient in gradients])
    torch.testing.assert_close(turned, left @ plain @ right.T, rtol=1e-6, atol=1e-6)


def test_the_first_step_only_finds_the_axes() -> None:
    start = matrix(3, 4, 0)
    assert torch.equal(walked(start, [matrix(3, 4, 1)]), start)


def test_a_badly_conditioned_layer_is_learnt_sooner_than_by_adam() -> None:
    """Inputs that are mixed, of variances from 1 to 1e-4: Adam's axes are none of theirs."""
    inputs = matrix(200, 12, 0) * torch.logspace(0, -2, 12, dtype=torch.float64) @ rotation(12, 1)
    wanted = inputs @ matrix(12, 6, 2)

    def left(name: str) -> float:
        weights = nn.Parameter(torch.zeros(12, 6, dtype=torch.float64))
        soap = Soap([(weights, (12, 6))], 0.1)
        optimiser = soap if name == "soap" else torch.optim.AdamW([weights], 0.1, (DECAY, DECAY))
        for step in range(300):
            optimiser.param_groups[0]["lr"] = 0.1 * (1 - step / 300)
            optimiser.zero_grad()
            ((inputs @ weights - wanted) ** 2).mean().backward()
            optimiser.step()
        return float(((inputs @ weights - wanted) ** 2).mean().detach())

    assert left("soap") < 0.1 * left("adam")


def test_a_kept_state_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    """Bit for bit: products are rounded by how their matrices lie in memory."""
    shape = 3, 4

    def steps(optimiser: Soap, weights: nn.Parameter, these: range) -> None:
        for step in these:
            weights.grad = matrix(*shape, step).float()
            optimiser.step()

    straight, resumed = (nn.Parameter(matrix(*shape, 0).float()) for _ in range(2))
    first, second, third = (Soap([(w, shape)], 0.1) for w in (straight, resumed, resumed))
    steps(first, straight, range(50))
    # before the axes are turned for the first time, and after
    for optimiser, other, begin, end in ((second, third, 0, 2), (third, second, 2, 25)):
        steps(optimiser, resumed, range(begin, end))
        save_state(tmp_path / "state", optimiser_tensors(optimiser), {})
        restore_optimiser(other, load_state(tmp_path / "state")[0])
    steps(second, resumed, range(25, 50))
    assert torch.equal(straight, resumed)


def test_parameters_without_a_gradient_stay() -> None:
    weights = nn.Parameter(matrix(3, 4, 0))
    Soap([(weights, (3, 4))], 0.1).step()
    assert torch.equal(weights, matrix(3, 4, 0))


def test_a_closure_is_refused() -> None:
    with pytest.raises(ValueError, match="no closure"):
        Soap([(nn.Parameter(torch.zeros(2)), None)], 0.1).step(lambda: 0.0)


def test_kernels_of_a_network_are_matrices() -> None:
    network = nn.Sequential(nn.Conv2d(2, 6, 5), nn.BatchNorm2d(6), Convolution(6, full_table(6, 4), size=1))
    shapes = [group["shape"] for group in Soap.of(network, 0.1).param_groups]
    (own,) = [layer for layer in network if isinstance(layer, Convolution)]
    assert shapes[:4] == [(6, 50), None, None, None]
    assert own.matrix in shapes[4:]
    assert shapes.count(None) == 4
