"""Recipes that train the digit networks: the paper's, the best of today, and the one that courses teach.

A recipe fixes criterion, optimiser, rates, order and distortions; ``digits`` runs it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from chequereader.errors import UsageError
from chequereader.recognition.family import DigitNetwork
from chequereader.recognition.layers import spread_start
from chequereader.recognition.lenet import LeNet
from chequereader.training.distortions import elastic, mild, planar
from chequereader.training.map_criterion import map_criterion
from chequereader.training.second_order import LevenbergMarquardt, curvature
from chequereader.training.soap import Soap

DISTORTIONS: dict[str, Callable[[Tensor, torch.Generator], Tensor]] = {
    "none": lambda digits, _: digits,
    "affine": planar,
    "elastic": elastic,
    "mild": mild,
}
"""By name: what happens to pictures uint8 [batch, height, width] before each use."""

CURVATURE_PATTERNS = 500


@dataclass(frozen=True)
class Recipe:
    """What all recipes have; each recipe has its own defaults of passes, batch and distortion.

    ``constant_order``: every pass takes the patterns in the same random order. ``summed``: an update takes
    the sum, not the mean, of its patterns' gradients. ``averaging``: decay a step of the averaged weights,
    which are kept; 0 keeps the last ones.
    """

    epochs: int
    batch: int
    distortion: str
    constant_order: ClassVar[bool] = False
    summed: ClassVar[bool] = False
    averaging: ClassVar[float] = 0.0

    def start(self, network: DigitNetwork) -> None:
        """Change the initial weights where the recipe wants others than the architecture's."""

    def optimiser(self, network: DigitNetwork) -> torch.optim.Optimizer:
        """Return a new optimiser of all parameters."""
        raise NotImplementedError

    def rate(self, step: int, steps: int, epoch: int) -> float:
        """Return the learning rate of a step; ``steps`` are those of the whole training, all count from 0."""
        raise NotImplementedError

    def before_pass(self, network: DigitNetwork, optimiser: torch.optim.Optimizer, digits: Tensor) -> None:
        """Prepare a pass through the training set; ``digits`` is a small sample of it."""

    def loss(self, penalties: Tensor, targets: Tensor, taught: Tensor | None = None) -> Tensor:
        """Return the criterion of each pattern, [batch].

        ``taught`` [batch, 10]: minus the logarithms of the probabilities that teachers give, where there are
        any; ``UsageError`` from recipes that learn from targets alone.
        """
        if taught is not None:
            raise UsageError("only the modern recipe learns from teachers; leave --teacher out")
        return self._of_targets(penalties, targets)

    def _of_targets(self, penalties: Tensor, targets: Tensor) -> Tensor:
        raise NotImplementedError


@dataclass(frozen=True)
class Recipe1998(Recipe):
    """Section III-B and Appendix C: eq. (9), one pattern an update, second-order rates, a constant order.

    With ``batch`` above 1 it is the mini-batch form: the gradients of the patterns of a batch are taken at
    the same weights and summed, so that a pass goes as far as with single updates. That form is ours, and so
    are the initial weights: with the paper's, read literally, h_kk says nothing (``docs/results/digits.md``).
    """

    epochs: int = 20
    batch: int = 1
    distortion: str = "none"
    constant_order: ClassVar[bool] = True
    summed: ClassVar[bool] = True

    NONE_PENALTY: ClassVar[float] = 5.0
    """j of eq. (9), not printed: the squared distance from which on a wrong class is left alone. Of 5, 20 and
    50, tried for 3,000 updates of LeNet-5, 5 made the fewest errors and 50 diverged."""

    def start(self, network: DigitNetwork) -> None:
        """Start with signals that keep their variance."""
        spread_start(network)

    def optimiser(self, network: DigitNetwork) -> LevenbergMarquardt:
        """Stochastic diagonal Levenberg-Marquardt."""
        return LevenbergMarquardt(network.parameters(), self.rate(0, 1, 0))

    def rate(self, step: int, steps: int, epoch: int) -> float:
        """Eta: 5e-4 for two passes, 2e-4 for three, 1e-4 for three, 5e-5 for four, then 1e-5."""
        for last, eta in ((2, 5e-4), (5, 2e-4), (8, 1e-4), (12, 5e-5)):
            if epoch < last:
                return eta
        return 1e-5

    def before_pass(self, network: DigitNetwork, optimiser: torch.optim.Optimizer, digits: Tensor) -> None:
        """Estimate h_kk anew."""
        assert isinstance(network, LeNet)
        assert isinstance(optimiser, LevenbergMarquardt)
        optimiser.set_curvature(curvature(network, network.prepare(digits)))

    def _of_targets(self, penalties: Tensor, targets: Tensor) -> Tensor:
        """Eq. (9)."""
        return map_criterion(penalties, targets, self.NONE_PENALTY)


@dataclass(frozen=True)
class RecipeModern(Recipe):
    """The same networks trained as today: distortions on the fly, SOAP, one cycle, averaged weights.

    Where there are teachers, their softened answers to the distorted digits are learned as well (Hinton,
    Vinyals and Dean 2015).
    """

    epochs: int = 24
    batch: int = 64
    distortion: str = "mild"
    averaging: ClassVar[float] = 0.999

    PEAK: ClassVar[float] = 6e-3
    WARM_UP: ClassVar[float] = 0.15
    NONE_PENALTY: ClassVar[float] = 3.0
    DISTANCE: ClassVar[float] = 8.0
    """Squared RBF distance that counts as one unit of penalty; the paper's 1 makes posteriors too hard."""
    TEMPERATURE: ClassVar[float] = 3.0
    TAUGHT: ClassVar[float] = 0.8
    """The share of the criterion that is the teachers'."""

    def start(self, network: DigitNetwork) -> None:
        """Start with signals that keep their variance."""
        spread_start(network)

    def optimiser(self, network: DigitNetwork) -> torch.optim.Optimizer:
        """SOAP: after six passes it makes two thirds of the errors that AdamW makes."""
        return Soap.of(network, self.PEAK, weight_decay=0.05)

    def rate(self, step: int, steps: int, epoch: int) -> float:
        """One cycle: up linearly, down by a cosine."""
        top = self.WARM_UP * steps
        if step < top:
            return self.PEAK * (step + 1) / (top + 1)
        return self.PEAK * 0.5 * (1.0 + math.cos(math.pi * (step - top) / (steps - top)))

    def loss(self, penalties: Tensor, targets: Tensor, taught: Tensor | None = None) -> Tensor:
        """Eq. (9) of scaled distances; with teachers, beside it the divergence from what they say."""
        own = self._of_targets(penalties, targets)
        if taught is None:
            return own
        said = F.log_softmax(-penalties / (self.DISTANCE * self.TEMPERATURE), dim=1)
        wanted = F.softmax(-taught / self.TEMPERATURE, dim=1)
        apart = F.kl_div(said, wanted, reduction="none").sum(dim=1) * self.TEMPERATURE**2
        return (1.0 - self.TAUGHT) * own + self.TAUGHT * apart

    def _of_targets(self, penalties: Tensor, targets: Tensor) -> Tensor:
        return map_criterion(penalties / self.DISTANCE, targets, self.NONE_PENALTY)


@dataclass(frozen=True)
class RecipeTeacher(RecipeModern):
    """What goes with ``lenet5-wide-maxpool``: the modern recipe with cross-entropy.

    Batch normalisation doesn't go with averaged weights.
    """

    epochs: int = 40
    batch: int = 256
    distortion: str = "elastic"
    averaging: ClassVar[float] = 0.0

    PEAK: ClassVar[float] = 4e-3

    def start(self, network: DigitNetwork) -> None:
        """As layers start by themselves."""

    def optimiser(self, network: DigitNetwork) -> torch.optim.Optimizer:
        """AdamW."""
        return torch.optim.AdamW(network.parameters(), lr=self.PEAK, weight_decay=1e-4)

    def _of_targets(self, penalties: Tensor, targets: Tensor) -> Tensor:
        """Cross-entropy."""
        return penalties.gather(1, targets[:, None])[:, 0]


@dataclass(frozen=True)
class RecipeTaught(Recipe):
    """What goes with ``lenet5-maxpool``: cross-entropy, Adam at 1e-4, batches of 100, 20 epochs."""

    epochs: int = 20
    batch: int = 100
    distortion: str = "none"

    RATE: ClassVar[float] = 1e-4

    def optimiser(self, network: DigitNetwork) -> torch.optim.Optimizer:
        """Adam."""
        return torch.optim.Adam(network.parameters(), lr=self.RATE)

    def rate(self, step: int, steps: int, epoch: int) -> float:
        """Constant."""
        return self.RATE

    def _of_targets(self, penalties: Tensor, targets: Tensor) -> Tensor:
        """Cross-entropy: the penalties are minus logarithms of probabilities already."""
        return penalties.gather(1, targets[:, None])[:, 0]


RECIPES = ("1998", "modern")


def choose_recipe(architecture: str, name: str) -> Recipe:
    """Return the recipe of that name for an architecture; ``UsageError`` where they don't go together."""
    if name not in RECIPES:
        raise UsageError(f"no recipe {name}; use one of {', '.join(RECIPES)}")
    if architecture == "lenet5-maxpool":
        if name != "modern":
            raise UsageError("lenet5-maxpool has no RBF output to train as in 1998; use --recipe modern")
        return RecipeTaught()
    if architecture == "lenet5-wide-maxpool":
        if name != "modern":
            raise UsageError("lenet5-wide-maxpool is of today; use --recipe modern")
        return RecipeTeacher()
    return Recipe1998() if name == "1998" else RecipeModern()
