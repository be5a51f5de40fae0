"""Digits brought to one slant or one width before a network sees them.

Networks that see digits in several forms err less alike, so that a few of them together read better than as
many of one form (Ciresan et al. 2011, by width); upright digits are the paper's own "deslanted" ones. Not for
distortions, which training draws by chance, nor for the fields of cheques: see ``segmentation.normalise``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

_MOST_SLANT = 1.0
_MOST_STRETCH = 2.0  # a one is no bar: no digit gets wider or narrower than by this
_INK = 0.3  # share of full ink from which on a column is the digit's
_LEAST = 1e-3


@dataclass(frozen=True)
class Form:
    """``upright``: sheared so that ink leans neither way; ``width``: columns that the ink takes, if any."""

    upright: bool = False
    width: int | None = None

    def __call__(self, digits: Tensor) -> Tensor:
        """Return pictures uint8 [n, side, side], ink 255 on 0, in this form, in the middle across."""
        ink = digits.to(torch.float32) / 255.0
        side = ink.shape[-1]
        at = torch.arange(side, dtype=torch.float32, device=ink.device)
        mass = ink.sum(dim=(1, 2)).clamp_min(_LEAST)
        middle_x, middle_y = (ink.sum(dim=dim) @ at / mass for dim in (1, 2))
        shear = torch.zeros_like(mass)
        if self.upright:
            x, y = at - middle_x[:, None], at - middle_y[:, None]
            spread = torch.einsum("nyx,ny->n", ink, y**2).clamp_min(_LEAST * mass)
            shear = torch.einsum("nyx,ny,nx->n", ink, y, x) / spread
            shear = shear.clamp(-_MOST_SLANT, _MOST_SLANT)
        stretch = torch.ones_like(mass)
        found = _sampled(ink, middle_x, middle_y, shear, stretch)
        if self.width is not None:
            inked = found.amax(dim=1) > _INK
            first = torch.where(inked, at, float(side)).amin(dim=1)
            last = torch.where(inked, at, -1.0).amax(dim=1)
            stretch = self.width / (last - first + 1).clamp_min(1)
            stretch = stretch.clamp(1 / _MOST_STRETCH, _MOST_STRETCH)
            off = torch.where(inked.any(dim=1), (first + last) / 2 - (side - 1) / 2, 0.0)
            found = _sampled(ink, middle_x + off, middle_y, shear, stretch)
        return (found * 255.0).round().to(torch.uint8)


def _sampled(ink: Tensor, middle_x: Tensor, middle_y: Tensor, shear: Tensor, stretch: Tensor) -> Tensor:
    """Return the pictures with ``middle_x`` in the middle column, sheared about ``middle_y``, stretched."""
    side = ink.shape[-1]
    at = torch.arange(side, dtype=torch.float32, device=ink.device)
    x = (at - (side - 1) / 2) / stretch[:, None]
    lean = shear[:, None] * (at - middle_y[:, None])
    from_x = middle_x[:, None, None] + lean[:, :, None] + x[:, None, :]
    from_y = at[None, :, None].expand_as(from_x)
    grid = torch.stack([from_x, from_y], dim=-1)
    return F.grid_sample(ink[:, None], (grid + 0.5) * (2 / side) - 1, align_corners=False)[:, 0]


FORMS = {
    "lenet5-upright": Form(upright=True),
    "lenet5-width12": Form(width=12),
    "lenet5-width20": Form(width=20),
    "lenet5-upright-width14": Form(upright=True, width=14),
}
"""By the names of LeNet-5s that see digits so; LeNet-5 itself sees them as MNIST has them."""
