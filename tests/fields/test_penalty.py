"""The penalty in numpy and in torch, and its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from chequereader.fields.features import NAMES
from chequereader.fields.penalty import WEIGHTS, ZoneNetwork, ZonePenalty


def network(seed: int = 0) -> ZoneNetwork:
    torch.manual_seed(seed)
    return ZoneNetwork(torch.randn(len(NAMES)), torch.rand(len(NAMES)) + 0.5)


def test_numpy_and_torch_agree() -> None:
    made = network()
    features = np.random.default_rng(1).normal(0, 3, (50, len(NAMES))).astype(np.float32)
    expected = made.penalty(torch.from_numpy(features)).detach().numpy()
    assert np.allclose(ZonePenalty.of(made)(features), expected, rtol=1e-4, atol=1e-5)


def test_it_is_minus_the_log_of_a_probability() -> None:
    made = network()
    features = torch.randn(9, len(NAMES))
    expected = -np.log(1 / (1 + np.exp(-made(features).detach().numpy().astype(np.float64))))
    assert np.allclose(made.penalty(features).detach().numpy(), expected, rtol=1e-4)


def test_gradients_reach_every_weight() -> None:
    made = network().double()
    features = torch.randn(4, len(NAMES), dtype=torch.float64)
    made.penalty(features).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in made.parameters())
    assert torch.autograd.gradcheck(made.penalty, (features.clone().requires_grad_(),))


def test_save_and_load_are_inverse(tmp_path: Path) -> None:
    penalty = ZonePenalty.of(network())
    penalty.save(tmp_path / "weights" / "fields.safetensors")
    features = np.random.default_rng(2).normal(size=(5, len(NAMES))).astype(np.float32)
    assert np.array_equal(
        ZonePenalty.load(tmp_path / "weights" / "fields.safetensors")(features), penalty(features)
    )


def test_shipped_weights_fit_the_features() -> None:
    assert np.isfinite(ZonePenalty.load(WEIGHTS)(np.zeros((1, len(NAMES)), np.float32))).all()
