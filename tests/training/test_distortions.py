"""Distortions: deterministic, bounded, another for each picture; a blank stays blank."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from chequereader.training.distortions import distort, elastic, mild, planar

KINDS: list[Callable[[Tensor, torch.Generator], Tensor]] = [
    planar,
    elastic,
    mild,
    lambda crops, generator: distort(crops, 1.0, generator),
]
KIND = pytest.mark.parametrize("kind", KINDS, ids=["planar", "elastic", "mild", "distort"])


def cross(count: int, size: int) -> Tensor:
    crops = torch.zeros(count, size, size, dtype=torch.uint8)
    crops[:, size // 2 - 1 : size // 2 + 1, 6:-6] = 255
    crops[:, 6:-6, size // 2 - 1 : size // 2 + 1] = 255
    return crops


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@KIND
@pytest.mark.parametrize("size", [28, 32])
def test_the_seed_decides(kind: Callable[[Tensor, torch.Generator], Tensor], size: int) -> None:
    crops = cross(4, size)
    out = kind(crops, seeded())
    assert (out.shape, out.dtype) == (crops.shape, torch.uint8)
    assert torch.equal(out, kind(crops, seeded()))
    assert not torch.equal(out, kind(crops, seeded(1)))
    assert not torch.equal(out[0], out[1])


@KIND
def test_blank_stays_blank(kind: Callable[[Tensor, torch.Generator], Tensor]) -> None:
    assert not kind(torch.zeros(3, 28, 28, dtype=torch.uint8), seeded()).any()


@KIND
def test_ink_stays_about_where_and_as_much_as_it_was(
    kind: Callable[[Tensor, torch.Generator], Tensor],
) -> None:
    crops = cross(64, 28).float()
    out = kind(crops.to(torch.uint8), seeded()).float()
    share = out.sum(dim=(1, 2)) / crops.sum(dim=(1, 2))
    assert float(share.min()) > 0.5
    assert float(share.max()) < 2.0
    place = torch.arange(28.0)
    for dim in (1, 2):
        middle = (out.sum(dim=3 - dim) * place).sum(dim=1) / out.sum(dim=(1, 2))
        assert float((middle - 13.5).abs().max()) < 4.0


def test_elastic_moves_pixels_by_about_a_pixel_beyond_the_planar_ones() -> None:
    """A field of uniform noise under a Gaussian of 4 has a deviation of 34 x 0.577 / (2 x 4 sqrt(pi))."""
    ramp = (torch.arange(28.0) * 9).to(torch.uint8).expand(200, 28, 28).contiguous()
    moved = elastic(ramp, seeded()).float() - planar(ramp, seeded()).float()
    inner = moved[:, 10:18, 10:18] / 9
    assert float(inner.std()) == pytest.approx(1.38, rel=0.15)
