"""Which patterns the updates get: each once a pass, from any step on, in blocks that updates don't see."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_digits import strokes

from chequereader.training import passes
from chequereader.training.digit_recipes import Recipe1998, RecipeModern
from chequereader.training.digits import DigitTraining
from chequereader.training.passes import DigitSet, Passes


def numbered(count: int) -> DigitSet:
    """Digits whose labels are their places."""
    return DigitSet(torch.zeros(count, 28, 28, dtype=torch.uint8), torch.arange(count))


@settings(deadline=None)
@given(count=st.integers(1, 40), batch=st.integers(1, 45), block=st.integers(1, 50), epochs=st.integers(1, 3))
def test_a_pass_has_every_pattern_once(count: int, batch: int, block: int, epochs: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes, "BLOCK", block)
        all_of = Passes(RecipeModern(epochs=epochs, batch=batch, distortion="none"), numbered(count), seed=1)
        assert all_of.steps == epochs * -(-count // batch)
        steps = [all_of.patterns(step).labels for step in range(all_of.steps)]
        assert all(len(labels) == batch for labels in steps[: count // batch])
        for epoch in range(epochs):
            of_pass = torch.cat(steps[epoch * all_of.pass_steps : (epoch + 1) * all_of.pass_steps])
            assert sorted(of_pass.tolist()) == list(range(count))
        # asked for any step first, another one tells the same
        fresh = Passes(all_of.recipe, numbered(count), seed=1)
        for step in reversed(range(all_of.steps)):
            assert torch.equal(fresh.patterns(step).labels, steps[step])


def test_distortions_are_those_of_the_step_whatever_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "BLOCK", 8)
    recipe = RecipeModern(epochs=2, batch=3, distortion="affine")
    through = Passes(recipe, strokes(20), seed=2)
    pictures = [through.patterns(step).pictures for step in range(through.steps)]
    for step in (5, 0, 13, 12, 6):
        assert torch.equal(Passes(recipe, strokes(20), seed=2).patterns(step).pictures, pictures[step])
    assert not torch.equal(pictures[0], pictures[through.pass_steps]), "another distortion in each pass"
    other = Passes(recipe, strokes(20), seed=3).patterns(0).pictures
    assert not torch.equal(other, pictures[0])


def test_patterns_come_in_a_constant_order_in_1998_only() -> None:
    def orders(recipe: Recipe1998 | RecipeModern) -> list[list[int]]:
        of = Passes(replace(recipe, batch=20), strokes(20), seed=0)
        return [of.order(epoch).tolist() for epoch in (0, 1)]

    constant, changing = orders(Recipe1998()), orders(RecipeModern())
    assert constant[0] == constant[1]
    assert changing[0] != changing[1]
    assert sorted(constant[0]) == sorted(changing[1]) == list(range(20))


def test_the_mean_counts_patterns_not_updates() -> None:
    # weights put back after each update: updates of three, three and one are of the same network
    training = DigitTraining("lenet1", Recipe1998(epochs=1, batch=3), strokes(7), seed=0)
    with torch.no_grad():
        penalties = training.network(training.network.prepare(strokes(7).pictures)).flatten(1)
        alone = training.recipe.loss(penalties, strokes(7).labels)
    for step in range(3):
        training.advance(1)
        with torch.no_grad():
            for parameter, start in zip(training.network.parameters(), _started(), strict=True):
                parameter.copy_(start)
        done = training.passes.order(0)[: min(3 * (step + 1), 7)]
        assert training.mean_losses()[0] == pytest.approx(float(alone[done].mean()), rel=1e-5)


def _started() -> list[torch.Tensor]:
    fresh = DigitTraining("lenet1", Recipe1998(epochs=1, batch=3), strokes(7), seed=0)
    return [parameter.detach() for parameter in fresh.network.parameters()]


def test_what_is_told_moves_with_the_digits() -> None:
    told = torch.rand(3, 10)
    moved = DigitSet(torch.zeros(3, 28, 28, dtype=torch.uint8), torch.arange(3), told).to("meta")
    assert moved.told is not None
    assert {tensor.device.type for tensor in (moved.pictures, moved.labels, moved.told)} == {"meta"}
    assert numbered(3).to("meta").told is None
