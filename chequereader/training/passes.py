"""Passes through a set of digits: which patterns each update gets, in which order, and how distorted.

All chance comes from the seed and the number of the step and nothing else, so a training may be taken up
anywhere. Not for what is learnt from the patterns: see ``digits`` and ``single_patterns``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from chequereader.training.digit_recipes import CURVATURE_PATTERNS, DISTORTIONS, Recipe
from chequereader.training.glyphs import mnist

_ORDER, _SAMPLE, _DISTORTION = range(3)  # what a stream of chance is for
WEIGHTS = 3
"""The stream of chance that initial weights come from."""
DROPPED = 4
"""The stream of chance for states that a step leaves out."""

BLOCK = 1024
"""Patterns that are distorted in one call; of larger batches, one batch."""


@dataclass(frozen=True)
class DigitSet:
    """Pictures uint8 [n, 28, 28], ink 255 on 0, and their digits int64 [n].

    ``told`` [n, 10], where there are teachers: minus the logarithms of the probabilities that they give.
    """

    pictures: Tensor
    labels: Tensor
    told: Tensor | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device | str) -> DigitSet:
        """Return the set on a device."""
        told = None if self.told is None else self.told.to(device)
        return DigitSet(self.pictures.to(device), self.labels.to(device), told)

    @classmethod
    def read(cls, folder: Path, part: str, limit: int | None = None) -> DigitSet:
        """Read MNIST's part "train" or "t10k", or its first ``limit`` digits, from a folder of idx files.

        ``UnreadableInputError`` if they aren't there or aren't idx files.
        """
        glyphs = mnist(folder, part)
        return cls(torch.from_numpy(glyphs.images[:limit].copy()), torch.from_numpy(glyphs.labels[:limit]))


def derived_seed(*parts: int) -> int:
    """Return a seed for one stream of chance among many."""
    return int(np.random.SeedSequence(parts).generate_state(1)[0])


class Passes:
    """The updates of a recipe over ``digits``, numbered from 0; all of one seed.

    ``device``: where patterns are distorted; a GPU draws other chances than a CPU.
    """

    def __init__(self, recipe: Recipe, digits: DigitSet, seed: int, device: str = "cpu") -> None:
        self.recipe, self.digits, self.seed, self.device = recipe, digits.to(device), seed, device
        self._order: tuple[int, Tensor] = (-1, torch.empty(0))
        self._block: tuple[int, DigitSet] = (-1, digits)

    @property
    def pass_steps(self) -> int:
        """Steps of one pass through the set."""
        return -(-len(self.digits) // self.recipe.batch)

    @property
    def steps(self) -> int:
        """Steps of all passes."""
        return self.pass_steps * self.recipe.epochs

    def patterns(self, step: int) -> DigitSet:
        """Return the distorted patterns of a step."""
        first, block = self.block(step)
        start = (step - first) * self.recipe.batch
        end = start + self.recipe.batch
        told = None if block.told is None else block.told[start:end]
        return DigitSet(block.pictures[start:end], block.labels[start:end], told)

    def block(self, step: int) -> tuple[int, DigitSet]:
        """Return the first step of the block that ``step`` is in, and the block's distorted patterns."""
        epoch, within = divmod(step, self.pass_steps)
        of_block = max(1, BLOCK // self.recipe.batch)
        first = step - within % of_block
        if self._block[0] != first:
            start = (within - within % of_block) * self.recipe.batch
            chosen = self.order(epoch)[start : start + of_block * self.recipe.batch]
            self._block = first, self._shown(chosen, derived_seed(self.seed, _DISTORTION, first))
        return self._block

    def _shown(self, chosen: Tensor, seed: int) -> DigitSet:
        """Return the patterns ``chosen`` int64 [k] as they are shown."""
        chance = torch.Generator(self.device).manual_seed(seed)
        pictures = DISTORTIONS[self.recipe.distortion](self.digits.pictures[chosen], chance)
        return DigitSet(pictures, self.digits.labels[chosen])

    def order(self, epoch: int) -> Tensor:
        """Return the order of a pass, int64 [n]."""
        which = 0 if self.recipe.constant_order else epoch
        if self._order[0] != which:
            chance = np.random.default_rng(derived_seed(self.seed, _ORDER, which))
            self._order = which, torch.from_numpy(chance.permutation(len(self.digits))).to(self.device)
        return self._order[1]

    def sample(self, epoch: int) -> Tensor:
        """Return pictures to estimate the curvature from before a pass."""
        chance = np.random.default_rng(derived_seed(self.seed, _SAMPLE, epoch))
        count = min(CURVATURE_PATTERNS, len(self.digits))
        chosen = torch.from_numpy(chance.permutation(len(self.digits))[:count])
        return self.digits.pictures[chosen.to(self.device)]
