"""Training a digit network on MNIST by updates of batches, and what a trained one is measured by.

A training that was interrupted and resumed gives the same weights, bit for bit on a CPU, as one that was not:
its chance is that of ``passes``. Not for the recogniser of cheques: see ``characters`` and ``through_graph``.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from chequereader.recognition.boosted import BoostedLeNet4, gap
from chequereader.recognition.family import DigitNetwork, digit_network
from chequereader.training.checkpoints import (
    load_state,
    optimiser_tensors,
    prefixed,
    restore_network,
    restore_optimiser,
    save_state,
    unprefixed,
)
from chequereader.training.digit_recipes import Recipe
from chequereader.training.passes import DROPPED, WEIGHTS, DigitSet, Passes, derived_seed
from chequereader.training.speed import compiling
from chequereader.training.taught import TaughtPasses, TaughtViews

TOLERATED_ERROR = 0.005
"""Errors allowed on the patterns that aren't rejected (Fig. 10)."""


class DigitTraining:
    """A training under way: a network, its optimiser, and the number of steps done.

    ``device``: where it trains, as torch names it; a GPU draws other chances than a CPU. ``views`` of the
    digits, for a recipe that learns from teachers. ``compiled``: with a C++ compiler, twice as fast on a CPU.
    """

    def __init__(
        self,
        architecture: str,
        recipe: Recipe,
        digits: DigitSet,
        seed: int,
        device: str = "cpu",
        views: TaughtViews | None = None,
        *,
        compiled: bool = False,
    ) -> None:
        self.recipe = recipe
        self.passes = (
            TaughtPasses(recipe, digits, seed, device, views)
            if views is not None
            else Passes(recipe, digits, seed, device)
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derived_seed(seed, WEIGHTS))
            self.network = digit_network(architecture)
            recipe.start(self.network)
        self.network.to(device)
        self.optimiser = recipe.optimiser(self.network)
        self.averaged = copy.deepcopy(self.network)
        self._criterion = compiling(self._losses) if compiled else self._losses
        self.step = 0
        self.loss_sum = torch.zeros((), dtype=torch.float64, device=device)

    @property
    def pass_steps(self) -> int:
        """Steps of one pass through the training set."""
        return self.passes.pass_steps

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        return self.passes.steps

    @property
    def results(self) -> list[DigitNetwork]:
        """The network to use, alone: the averaged one where the recipe averages."""
        return [self.averaged if self.recipe.averaging else self.network]

    def advance(self, steps: int) -> None:
        """Do that many steps, or what is left."""
        for _ in range(min(steps, self.steps - self.step)):
            self._advance()

    def mean_losses(self) -> list[float]:
        """Return the criterion's mean over the patterns of the current pass so far, alone."""
        done = (self.step - 1) % self.pass_steps + 1
        return [float(self.loss_sum) / min(done * self.recipe.batch, len(self.passes.digits))]

    def _advance(self) -> None:
        epoch, within = divmod(self.step, self.pass_steps)
        if within == 0:
            self.loss_sum.zero_()
            self.network.train()
            self.recipe.before_pass(self.network, self.optimiser, self.passes.sample(epoch))
        patterns = self.passes.patterns(self.step)
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate(self.step, self.steps, epoch)
        # the maps of a position side by side: what convolutions on a CPU are fastest with
        inputs = self.network.prepare(patterns.pictures).to(memory_format=torch.channels_last)
        with torch.random.fork_rng(devices=[]):
            # what is dropped doesn't depend on where training was stopped
            torch.manual_seed(derived_seed(self.passes.seed, DROPPED, self.step))
            losses = self._criterion(inputs, patterns.labels, patterns.told)
        self.optimiser.zero_grad(set_to_none=True)
        total = losses.sum()
        (total if self.recipe.summed else total / len(patterns)).backward()
        self.optimiser.step()
        self.step += 1
        self.loss_sum += total.detach()
        if self.recipe.averaging:
            _average(self.averaged, self.network, min(self.recipe.averaging, 1 - 1 / self.step))

    def _losses(self, inputs: Tensor, labels: Tensor, told: Tensor | None) -> Tensor:
        return self.recipe.loss(self.network(inputs).flatten(1), labels, told)

    def save(self, path: Path, about: dict[str, Any]) -> None:
        """Write the state, with whatever JSON can hold beside it."""
        tensors = {
            **prefixed("network", self.network.state_dict()),
            **prefixed("averaged", self.averaged.state_dict()),
            **prefixed("optimiser", optimiser_tensors(self.optimiser)),
        }
        save_state(path, tensors, {**about, "step": self.step, "loss_sum": float(self.loss_sum)})

    def load(self, path: Path) -> dict[str, Any]:
        """Go on from a state and return what was saved beside it; ``WeightsError`` if it doesn't fit."""
        tensors, about = load_state(path)
        restore_network(path, self.network, unprefixed("network", tensors))
        restore_network(path, self.averaged, unprefixed("averaged", tensors))
        restore_optimiser(self.optimiser, unprefixed("optimiser", tensors))
        self.step = about["step"]
        self.loss_sum.fill_(about["loss_sum"])
        return about


@torch.no_grad()
def predict(network: DigitNetwork | BoostedLeNet4, pictures: Tensor, batch: int = 1000) -> Tensor:
    """Return the penalties [n, 10] of pictures uint8 [n, 28, 28], which are on the network's device."""
    network.eval()
    return torch.cat([network(network.prepare(part)).flatten(1) for part in pictures.split(batch)])


def measure(network: DigitNetwork | BoostedLeNet4, digits: DigitSet) -> dict[str, float]:
    """Return shares: ``test_error``, and ``test_rejected``, the least to reject for 0.5 % errors (Fig. 10).

    Patterns with the smallest gap between the two best classes are rejected first; errors are counted among
    the patterns that are left.
    """
    device = next(network.parameters()).device
    penalties = predict(network, digits.pictures.to(device)).cpu()
    wrong = penalties.argmin(dim=1) != digits.labels.cpu()
    return {
        "test_error": float(wrong.double().mean()),
        "test_rejected": least_rejected(gap(penalties), wrong),
    }


def least_rejected(score: Tensor, wrong: Tensor, tolerated: float = TOLERATED_ERROR) -> float:
    """Return the least share to reject, lowest scores first, so that errors among the rest are tolerated."""
    order = score.argsort(descending=True)
    errors = wrong[order].cumsum(0)
    kept = torch.arange(1, len(order) + 1)
    # equal scores go together: a cut inside a run of them can't be made
    ends = torch.ones(len(order), dtype=torch.bool)
    ends[:-1] = score[order][1:] < score[order][:-1]
    fine = kept[ends & (errors <= tolerated * kept)]
    return (len(order) - (int(fine.max()) if len(fine) else 0)) / len(order)


@torch.no_grad()
def _average(into: nn.Module, of: nn.Module, decay: float) -> None:
    torch._foreach_lerp_(list(into.parameters()), list(of.parameters()), 1 - decay)
