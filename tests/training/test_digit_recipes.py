"""What each recipe fixes: rates, criterion, and which network it goes with."""

from __future__ import annotations

import pytest
import torch

from chequereader.errors import UsageError
from chequereader.training.digit_recipes import (
    Recipe1998,
    RecipeModern,
    RecipePupil,
    RecipeTaught,
    RecipeTeacher,
    choose_recipe,
)


def test_rates_of_1998_are_the_papers() -> None:
    recipe = Recipe1998()
    rates = [recipe.rate(0, 1, epoch) for epoch in range(recipe.epochs)]
    assert rates == [5e-4] * 2 + [2e-4] * 3 + [1e-4] * 3 + [5e-5] * 4 + [1e-5] * 8
    assert (recipe.batch, recipe.epochs) == (1, 20)


def test_one_cycle_rises_and_falls_to_nought() -> None:
    recipe = RecipeModern()
    rates = [recipe.rate(step, 1000, 0) for step in range(1000)]
    top = rates.index(max(rates))
    assert top == pytest.approx(150, abs=1)
    assert max(rates) == pytest.approx(recipe.PEAK)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] < 1e-3 * recipe.PEAK


def test_taught_loss_is_cross_entropy() -> None:
    logits, targets = torch.randn(4, 10), torch.tensor([1, 2, 3, 9])
    penalties = -torch.log_softmax(logits, dim=1)
    wanted = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    assert torch.allclose(RecipeTaught().loss(penalties, targets), wanted)


def test_what_teachers_say_is_learned_at_a_higher_temperature() -> None:
    torch.manual_seed(0)
    recipe, targets = RecipePupil(), torch.tensor([1, 2, 3, 9])
    penalties, taught = 90 * torch.rand(4, 10), -torch.log_softmax(3 * torch.randn(4, 10), dim=1)
    wanted = torch.softmax(-taught / recipe.TEMPERATURE, dim=1)
    said = torch.softmax(-penalties / recipe.DISTANCE / recipe.TEMPERATURE, dim=1)
    apart = recipe.TEMPERATURE**2 * (wanted * (wanted / said).log()).sum(dim=1)
    own = RecipeModern().loss(penalties, targets)
    found = recipe.loss(penalties, targets, taught)
    assert torch.allclose(found, (1 - recipe.TAUGHT) * own + recipe.TAUGHT * apart, atol=1e-5)
    alike = recipe.DISTANCE * taught
    agreed = recipe.loss(alike, targets, taught)
    assert torch.allclose(agreed, (1 - recipe.TAUGHT) * RecipeModern().loss(alike, targets), atol=1e-5)


def test_which_recipe_goes_with_which_network() -> None:
    assert isinstance(choose_recipe("lenet4", "1998"), Recipe1998)
    assert isinstance(choose_recipe("lenet5", "modern"), RecipeModern)
    assert isinstance(choose_recipe("lenet5", "modern", taught=True), RecipePupil)
    assert isinstance(choose_recipe("lenet5-maxpool", "modern"), RecipeTaught)
    assert isinstance(choose_recipe("lenet5-wide-maxpool", "modern"), RecipeTeacher)
    for architecture in ("lenet5-maxpool", "lenet5-wide-maxpool"):
        with pytest.raises(UsageError, match="--recipe modern"):
            choose_recipe(architecture, "1998")
    with pytest.raises(UsageError, match="1998, modern"):
        choose_recipe("lenet5", "2012")
    for architecture, name in (
        ("lenet5", "1998"),
        ("lenet5-wide-maxpool", "modern"),
        ("boosted-lenet4", "modern"),
    ):
        with pytest.raises(UsageError, match="--teacher"):
            choose_recipe(architecture, name, taught=True)
