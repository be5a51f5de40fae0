"""Distortions of characters on the fly: planar affine ones (section III) and of the stroke.

Translation, scaling, squeezing, shear and a little rotation, another set for each picture each time. Not for
distorting whole scans: see ``synthetic``.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def distort(crops: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Return distorted crops, uint8 [batch, 32, 32]; ``strength`` 1 is about what handwriting varies by."""
    n = len(crops)

    def normal(scale: float) -> Tensor:
        return torch.randn(n, generator=generator).clamp_(-2.5, 2.5) * (scale * strength)

    angle, shear = normal(0.07), normal(0.12)
    scale_x, scale_y = torch.exp(normal(0.07)), torch.exp(normal(0.07))
    cos, sin = torch.cos(angle), torch.sin(angle)
    theta = torch.empty(n, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = scale_x * cos, scale_x * (shear * cos - sin)
    theta[:, 1, 0], theta[:, 1, 1] = scale_y * sin, scale_y * (shear * sin + cos)
    theta[:, 0, 2], theta[:, 1, 2] = normal(0.03), normal(0.03)
    grid = F.affine_grid(theta, [n, 1, *crops.shape[1:]], align_corners=False)
    moved = F.grid_sample(crops[:, None].float(), grid, align_corners=False)[:, 0]
    # another pressure of the pen: darker or lighter, wider or narrower strokes
    gain, level = torch.exp(normal(0.25)), normal(20.0)
    inked = (moved - 90.0) * gain[:, None, None] + 90.0 + level[:, None, None]
    return torch.where(moved > 4.0, inked, moved).clamp_(0, 255).to(torch.uint8)
