"""Digits distorted beforehand, several times each, and what teachers say of every one of these views.

Teachers are larger than their pupils, who see a view more than once: asked once a view, they cost little.
Views are material as the digits are, the same whatever a pupil's seed. Not for how a pupil learns from them:
see ``digit_recipes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from chequereader.recognition.family import DigitNetwork, digit_penalties
from chequereader.training.digit_recipes import DISTORTIONS, Recipe
from chequereader.training.passes import DigitSet, Passes, derived_seed

_BATCH = 1000


@dataclass(frozen=True)
class TaughtViews:
    """``pictures`` uint8 [views, n, 28, 28] of n digits, on a CPU, and what is ``told`` of them.

    ``told`` float16 [views, n, 10]: minus the logarithm of the teachers' geometric mean. Twenty views of
    MNIST take 1 GB.
    """

    pictures: Tensor
    told: Tensor

    @classmethod
    @torch.no_grad()
    def of(cls, teachers: Sequence[DigitNetwork], digits: DigitSet, distortion: str, views: int) -> Self:
        """Distort all digits that often and ask the teachers, on the device that these are on."""
        device = next(teachers[0].parameters()).device
        pictures = torch.empty(views, *digits.pictures.shape, dtype=torch.uint8)
        told = torch.empty(views, len(digits), 10, dtype=torch.float16)
        for teacher in teachers:
            teacher.eval()
        for view in range(views):
            for part, start in enumerate(range(0, len(digits), _BATCH)):
                chance = torch.Generator(device).manual_seed(derived_seed(view, part))
                shown = digits.pictures[start : start + _BATCH].to(device)
                shown = DISTORTIONS[distortion](shown, chance)
                said = torch.stack([digit_penalties(teacher, shown) for teacher in teachers]).mean(dim=0)
                pictures[view, start : start + _BATCH] = shown.cpu()
                told[view, start : start + _BATCH] = -torch.log_softmax(-said, dim=1).half().cpu()
        return cls(pictures, told)

    def draw(self, chosen: Tensor, seed: int) -> tuple[Tensor, Tensor]:
        """Return one view of each of the digits ``chosen`` int64 [k], and what is told of it [k, 10]."""
        chance = torch.Generator().manual_seed(seed)
        view = torch.randint(len(self.pictures), (len(chosen),), generator=chance)
        return self.pictures[view, chosen], self.told[view, chosen].float()


class TaughtPasses(Passes):
    """Passes of which each shows one of a digit's ``views``, whichever chance gives."""

    def __init__(self, recipe: Recipe, digits: DigitSet, seed: int, device: str, views: TaughtViews) -> None:
        super().__init__(recipe, digits, seed, device)
        self._views = views

    def _shown(self, chosen: Tensor, seed: int) -> DigitSet:
        pictures, told = self._views.draw(chosen.cpu(), seed)
        return DigitSet(pictures.to(self.device), self.digits.labels[chosen], told.to(self.device))
