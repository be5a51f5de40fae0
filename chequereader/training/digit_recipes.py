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

    def loss(self, penalties: Tensor, targets: Tensor, told: Tensor | None = None) -> Tensor:
        """Return the criterion of each pattern, [batch].

        ``told`` [batch, 10]: minus the logarithms of the probabilities that teachers give, for recipes that
        learn from them.
        """
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

    def loss(self, penalties: Tensor, targets: Tensor, told: Tensor | None = None) -> Tensor:
        """Eq. (9)."""
        return map_criterion(penalties, targets, self.NONE_PENALTY)


@dataclass(frozen=True)
class RecipeModern(Recipe):
    """The same networks trained as today: distortions on the fly, SOAP, one cycle, averaged weights."""

    epochs: int = 24
    batch: int = 64
    distortion: str = "mild"
    averaging: ClassVar[float] = 0.999

    PEAK: ClassVar[float] = 6e-3
    WARM_UP: ClassVar[float] = 0.15
    NONE_PENALTY: ClassVar[float] = 3.0
    DISTANCE: ClassVar[float] = 8.0
    """Squared RBF distance that counts as one unit of penalty; the paper's 1 makes posteriors too hard."""

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

    def loss(self, penalties: Tensor, targets: Tensor, told: Tensor | None = None) -> Tensor:
        """Eq. (9) of scaled distances."""
        return map_criterion(penalties / self.DISTANCE, targets, self.NONE_PENALTY)


@dataclass(frozen=True)
class RecipePupil(RecipeModern):
    """The modern recipe where there are teachers: their softened answers to distorted digits are learned.

    Hinton, Vinyals and Dean 2015; with patience, as Beyer et al. 2022 found that pupils need. Digits are
    distorted beforehand (``taught``), ``VIEWS`` times.
    """

    epochs: int = 48
    batch: int = 128

    PEAK: ClassVar[float] = 8e-3
    VIEWS: ClassVar[int] = 24
    TEMPERATURE: ClassVar[float] = 3.0
    TAUGHT: ClassVar[float] = 0.9
    """The share of the criterion that is the teachers'."""

    def loss(self, penalties: Tensor, targets: Tensor, told: Tensor | None = None) -> Tensor:
        """Eq. (9), and beside it the divergence from what the teachers say."""
        assert told is not None, "a pupil has teachers"
        said = F.log_softmax(-penalties / (self.DISTANCE * self.TEMPERATURE), dim=1)
        wanted = F.softmax(-told / self.TEMPERATURE, dim=1)
        apart = F.kl_div(said, wanted, reduction="none").sum(dim=1) * self.TEMPERATURE**2
        return (1.0 - self.TAUGHT) * super().loss(penalties, targets) + self.TAUGHT * apart


@dataclass(frozen=True)
class RecipeTeacher(RecipeModern):
    """What goes with ``lenet5-wide-maxpool``: the modern recipe with cross-entropy.

    Batch normalisation doesn't go with averaged weights.
    """

    epochs: int = 20
    batch: int = 256
    averaging: ClassVar[float] = 0.0

    def start(self, network: DigitNetwork) -> None:
        """As layers start by themselves."""

    def loss(self, penalties: Tensor, targets: Tensor, told: Tensor | None = None) -> Tensor:
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

    def loss(self, penalties: Tensor, targets: Tensor, told: Tensor | None = None) -> Tensor:
        """Cross-entropy: the penalties are minus logarithms of probabilities already."""
        return penalties.gather(1, targets[:, None])[:, 0]


RECIPES = ("1998", "modern")


def choose_recipe(architecture: str, name: str, *, taught: bool = False) -> Recipe:
    """Return the recipe of that name for an architecture; ``UsageError`` where they don't go together.

    ``taught``: there are teachers.
    """
    if name not in RECIPES:
        raise UsageError(f"no recipe {name}; use one of {', '.join(RECIPES)}")
    if taught and (name != "modern" or architecture not in ("lenet1", "lenet4", "lenet5")):
        raise UsageError(
            "teachers teach LeNet-1, LeNet-4 and LeNet-5 in the modern recipe; leave --teacher out"
        )
    if architecture == "lenet5-maxpool":
        if name != "modern":
            raise UsageError("lenet5-maxpool has no RBF output to train as in 1998; use --recipe modern")
        return RecipeTaught()
    if architecture == "lenet5-wide-maxpool":
        if name != "modern":
            raise UsageError("lenet5-wide-maxpool is of today; use --recipe modern")
        return RecipeTeacher()
    if name == "1998":
        return Recipe1998()
    return RecipePupil() if taught else RecipeModern()
