"""Compiled updates of single patterns against the plain ones; resuming; what doesn't fit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector
from toy_digits import strokes

from chequereader.errors import UsageError, WeightsError
from chequereader.training.digit_recipes import Recipe1998
from chequereader.training.digits import DigitTraining
from chequereader.training.passes import BLOCK, DigitSet
from chequereader.training.single_patterns import SinglePatterns


def weights(network: nn.Module) -> torch.Tensor:
    return parameters_to_vector(network.parameters()).detach()


def assert_like_the_plain_one(
    together: SinglePatterns, architecture: str, digits: DigitSet, seeds: tuple
) -> None:
    together.advance(together.steps)
    for seed, network, loss in zip(seeds, together.results, together.mean_losses(), strict=True):
        alone = DigitTraining(architecture, together.recipe, digits, seed)
        alone.advance(alone.steps)
        assert torch.allclose(weights(network), weights(alone.network), atol=1e-5)
        assert loss == pytest.approx(alone.mean_losses()[0], rel=1e-4)


@pytest.mark.parametrize("architecture", ["lenet1", "lenet4", "lenet5"])
def test_seeds_together_are_like_each_alone(architecture: str) -> None:
    recipe, digits = Recipe1998(epochs=2, distortion="affine"), strokes(6)
    together = SinglePatterns(architecture, recipe, digits, (5, 6), compiled=False)
    assert_like_the_plain_one(together, architecture, digits, (5, 6))


@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler")
def test_compiled() -> None:
    recipe, digits = Recipe1998(epochs=2), strokes(20)
    assert_like_the_plain_one(SinglePatterns("lenet1", recipe, digits, (5, 6)), "lenet1", digits, (5, 6))


def test_blocks_of_patterns_follow_one_another() -> None:
    recipe, digits = Recipe1998(epochs=1), strokes(BLOCK + 3)
    together = SinglePatterns("lenet1", recipe, digits, (5,), compiled=False)
    together.step = BLOCK - 1
    together.advance(1)
    first, inputs, labels = together._inputs()
    assert (first, len(inputs), len(labels)) == (BLOCK, 3, 3)


def test_interrupted_and_resumed_is_the_same_bit_for_bit(tmp_path: Path) -> None:
    def new() -> SinglePatterns:
        recipe = Recipe1998(epochs=2, distortion="affine")
        return SinglePatterns("lenet1", recipe, strokes(7), (5, 6), compiled=False)

    through, first, second = new(), new(), new()
    through.advance(through.steps)
    first.advance(4)
    first.save(tmp_path / "state", {"note": 1})
    assert second.load(tmp_path / "state")["note"] == 1
    second.advance(second.steps)
    assert torch.equal(second.weights, through.weights)
    assert second.mean_losses() == through.mean_losses()


def test_what_does_not_fit(tmp_path: Path) -> None:
    SinglePatterns("lenet1", Recipe1998(), strokes(4), (0,), compiled=False).save(tmp_path / "one", {})
    with pytest.raises(WeightsError, match="another network"):
        SinglePatterns("lenet1", Recipe1998(), strokes(4), (0, 1), compiled=False).load(tmp_path / "one")
    with pytest.raises(UsageError, match="one pattern an update"):
        SinglePatterns("lenet1", Recipe1998(batch=2), strokes(4), (0,))
    with pytest.raises(UsageError, match="no RBF output"):
        SinglePatterns("lenet5-maxpool", Recipe1998(), strokes(4), (0,))
