"""Distortions of characters on the fly: planar affine ones (section III), elastic ones and of the stroke.

Another set for each picture each time, drawn from the generator that is passed, which is of the pictures'
device. Not for distorting whole scans: see ``synthetic``.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def distort(crops: Tensor, strength: float, generator: torch.Generator) -> Tensor:
    """Return distorted crops, uint8 [batch, height, width].

    ``strength`` 1 is about what handwriting varies by: translation, scaling, squeezing, shear, a little
    rotation, and the pressure of the pen.
    """
    n = len(crops)

    def normal(scale: float) -> Tensor:
        drawn = torch.randn(n, generator=generator, device=crops.device)
        return drawn.clamp_(-2.5, 2.5) * (scale * strength)

    angle, shear = normal(0.07), normal(0.12)
    scale_x, scale_y = torch.exp(normal(0.07)), torch.exp(normal(0.07))
    cos, sin = torch.cos(angle), torch.sin(angle)
    theta = torch.empty(n, 2, 3, device=crops.device)
    theta[:, 0, 0], theta[:, 0, 1] = scale_x * cos, scale_x * (shear * cos - sin)
    theta[:, 1, 0], theta[:, 1, 1] = scale_y * sin, scale_y * (shear * sin + cos)
    theta[:, 0, 2], theta[:, 1, 2] = normal(0.03), normal(0.03)
    grid = F.affine_grid(theta, [n, 1, *crops.shape[1:]], align_corners=False)
    moved = F.grid_sample(crops[:, None].float(), grid, align_corners=False)[:, 0]
    # another pressure of the pen: darker or lighter, wider or narrower strokes
    gain, level = torch.exp(normal(0.25)), normal(20.0)
    inked = (moved - 90.0) * gain[:, None, None] + 90.0 + level[:, None, None]
    return torch.where(moved > 4.0, inked, moved).clamp_(0, 255).to(torch.uint8)


def planar(crops: Tensor, generator: torch.Generator) -> Tensor:
    """Return crops distorted by the four kinds of section III-B, uint8 [batch, height, width].

    Horizontal and vertical translation, scaling, squeezing (narrower and taller, or the reverse) and
    horizontal shear. How much is not printed in the paper: here up to 2 pixels of 28, 12 %, 10 % and 0.25
    pixels a pixel.
    """
    return _sampled(crops, F.affine_grid(_planar(crops, generator), _planes(crops), align_corners=False))


def mild(crops: Tensor, generator: torch.Generator) -> Tensor:
    """Return crops distorted by half of what ``planar`` does, and elastically by less than usual.

    What a network of 60,000 parameters can still learn in some dozens of passes.
    """
    return elastic(crops, generator, amplitude=20.0, share=0.5)


def elastic(
    crops: Tensor,
    generator: torch.Generator,
    amplitude: float = 34.0,
    smoothness: float = 4.0,
    share: float = 1.0,
) -> Tensor:
    """Return crops distorted as by a ``share`` of ``planar`` and elastically, uint8 [batch, height, width].

    One resampling does both. Every pixel moves by a random field, uniform in +-1, smoothed by a Gaussian of
    ``smoothness`` pixels and multiplied by ``amplitude`` pixels (Simard, Steinkraus and Platt 2003, whose
    values these are).
    """
    grid = F.affine_grid(_planar(crops, generator, share), _planes(crops), align_corners=False)
    count, height, width = crops.shape
    field = torch.rand((2 * count, height, width), generator=generator, device=crops.device) * 2.0 - 1.0
    field = _bells(height, smoothness).to(field) @ field @ _bells(width, smoothness).to(field)
    pixels = torch.tensor([width, height], device=crops.device) / 2.0  # the grid goes from -1 to 1
    moves = field.view(count, 2, height, width).permute(0, 2, 3, 1) * (amplitude / pixels)
    return _sampled(crops, grid + moves)


def _bells(size: int, smoothness: float) -> Tensor:
    """Return the matrix [size, size] that smooths by a Gaussian, cut off at three deviations.

    A product with it takes a tenth of the time of a convolution of one channel.
    """
    apart = torch.arange(-int(3 * smoothness), int(3 * smoothness) + 1)
    total = torch.exp(-0.5 * (apart / smoothness) ** 2).sum()
    places = torch.arange(size)
    distance = (places[:, None] - places).abs()
    return torch.where(distance <= apart.max(), torch.exp(-0.5 * (distance / smoothness) ** 2) / total, 0.0)


def _planes(crops: Tensor) -> list[int]:
    return [len(crops), 1, *crops.shape[1:]]


def _planar(crops: Tensor, generator: torch.Generator, share: float = 1.0) -> Tensor:
    def uniform(reach: float) -> Tensor:
        drawn = torch.rand(len(crops), generator=generator, device=crops.device) * 2.0 - 1.0
        return drawn * (reach * share)

    scale, squeeze, shear = torch.exp(uniform(0.12)), torch.exp(uniform(0.1)), uniform(0.25)
    theta = torch.zeros(len(crops), 2, 3, device=crops.device)
    theta[:, 0, 0], theta[:, 1, 1] = scale * squeeze, scale / squeeze
    theta[:, 0, 1] = shear
    theta[:, 0, 2], theta[:, 1, 2] = uniform(2 / 14), uniform(2 / 14)
    return theta


def _sampled(crops: Tensor, grid: Tensor) -> Tensor:
    moved = F.grid_sample(crops[:, None].float(), grid, align_corners=False)[:, 0]
    return moved.round_().clamp_(0, 255).to(torch.uint8)
