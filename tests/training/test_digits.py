"""Training digit networks: learning, resuming bit for bit, measures against brute force."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from toy_digits import strokes

from chequereader.recognition.family import digit_network
from chequereader.training.digit_recipes import (
    Recipe,
    Recipe1998,
    RecipeModern,
    RecipePupil,
    RecipeTaught,
    RecipeTeacher,
)
from chequereader.training.digits import DigitTraining, least_rejected, measure
from chequereader.training.passes import DigitSet
from chequereader.training.taught import TaughtViews

CASES = {
    "1998": ("lenet1", Recipe1998(epochs=2)),
    "1998-minibatch": ("lenet1", Recipe1998(epochs=2, batch=3, distortion="affine")),
    "modern": ("lenet5", RecipeModern(epochs=2, batch=4)),
    "taught": ("lenet5-maxpool", RecipeTaught(epochs=2, batch=5)),
    "teacher": ("lenet5-wide-maxpool", RecipeTeacher(epochs=2, batch=5)),
    "pupil": ("lenet1", RecipePupil(epochs=2, batch=5)),
}


@pytest.mark.parametrize("case", CASES)
def test_interrupted_and_resumed_is_the_same_bit_for_bit(case: str, tmp_path: Path) -> None:
    architecture, recipe = CASES[case]
    digits = strokes(22)
    views = None
    if isinstance(recipe, RecipePupil):
        views = TaughtViews.of([digit_network("lenet4")], digits, recipe.distortion, 3)
    through = DigitTraining(architecture, recipe, digits, 5, views=views)
    through.advance(through.steps)

    # first in the middle of a pass, then again at the end of it
    first = DigitTraining(architecture, recipe, digits, 5, views=views)
    first.advance(first.pass_steps // 2)
    first.save(tmp_path / "state", {"note": 1})
    second = DigitTraining(architecture, recipe, digits, 5, views=views)
    assert second.load(tmp_path / "state")["note"] == 1
    second.advance(second.pass_steps - second.step)
    assert second.step == second.pass_steps
    second.save(tmp_path / "state", {})
    third = DigitTraining(architecture, recipe, digits, 5, views=views)
    third.load(tmp_path / "state")
    third.advance(third.steps)

    assert third.step == through.step == 2 * through.pass_steps
    assert third.mean_losses() == through.mean_losses()
    for one, other in ((third.network, through.network), (third.averaged, through.averaged)):
        state = other.state_dict()
        assert all(torch.equal(tensor, state[name]) for name, tensor in one.state_dict().items())


def test_the_seed_decides() -> None:
    def kernels(seed: int) -> torch.Tensor:
        training = DigitTraining("lenet1", Recipe1998(epochs=1, distortion="affine"), strokes(6), seed)
        before = torch.get_rng_state()
        training.advance(6)
        assert torch.equal(torch.get_rng_state(), before)
        return training.network.state_dict()["c1.kernels"]

    assert torch.equal(kernels(1), kernels(1))
    assert not torch.equal(kernels(1), kernels(2))


@pytest.mark.parametrize(
    ("architecture", "recipe"),
    [
        ("lenet1", Recipe1998(epochs=2)),
        ("lenet5", RecipeModern(epochs=12, batch=16, distortion="none")),
    ],
    ids=["lenet1-1998", "lenet5-modern"],
)
def test_learns_what_is_easy(architecture: str, recipe: Recipe) -> None:
    training = DigitTraining(architecture, recipe, strokes(200), seed=0)
    training.advance(training.steps)
    assert measure(training.network, strokes(100, seed=1))["test_error"] <= 0.1


def test_a_mini_batch_takes_the_sum_of_the_gradients() -> None:
    def moved(batch: int) -> torch.Tensor:
        training = DigitTraining("lenet1", Recipe1998(epochs=1, batch=batch), strokes(2), seed=0)
        before = training.network.state_dict()["output.bias"].clone()
        training.advance(training.steps)
        return training.network.state_dict()["output.bias"] - before

    # to first order, two single updates go as far as one of two patterns
    assert torch.allclose(moved(2), moved(1), rtol=0.2, atol=1e-5)


@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler")
def test_compiled_updates_are_the_plain_ones() -> None:
    """By the criterion: where gradients are nought but for rounding, steps along them differ."""
    recipe = RecipeModern(epochs=1, batch=4)
    compiled = DigitTraining("lenet1", recipe, strokes(22), seed=5, compiled=True)
    plain = DigitTraining("lenet1", recipe, strokes(22), seed=5)
    for training in (compiled, plain):
        training.advance(training.steps)
    assert compiled.mean_losses() == pytest.approx(plain.mean_losses(), rel=1e-2)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30),
    st.sampled_from([0, 0.2, 0.5]),
)
def test_least_rejected_by_trying_every_threshold(answers: list[tuple[int, bool]], tolerated: float) -> None:
    best = 1.0
    for threshold in range(6):
        kept = [wrong for score, wrong in answers if score >= threshold]
        if kept and sum(kept) <= tolerated * len(kept):
            best = min(best, 1 - len(kept) / len(answers))
    score = torch.tensor([float(s) for s, _ in answers])
    assert least_rejected(score, torch.tensor([w for _, w in answers]), tolerated) == pytest.approx(best)


def test_reads_mnist() -> None:
    folder = Path(__file__).parents[2].parent / "shared" / "data" / "digits"
    if not folder.is_dir():
        pytest.skip("no MNIST beside the repository")
    digits = DigitSet.read(folder, "t10k", limit=7)
    assert digits.pictures.shape == (7, 28, 28)
    assert digits.labels.tolist() == [7, 2, 1, 0, 4, 1, 4]
