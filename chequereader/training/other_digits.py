"""Digits of other sets brought into MNIST's form, to measure how far a network trained on MNIST carries.

As section III-A says: the ink fits a square of 20 x 20 pixels, its proportions kept, and its centre of mass
is the centre of 28 x 28. Not for training material: see ``glyphs``.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from chequereader.training.glyphs import ImageGlyphs, cropped, semeion, usps
from chequereader.training.passes import DigitSet

SIDE, INK, CENTRE = 28, 20, 14
"""Pixels: the picture's side, the ink's longer side, and where MNIST's own centres of mass lie on average."""

_PAPER = 40 / 255  # what isn't ink, of 1


def as_mnist(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a digit, ink 255 on 0, any size, as 28 x 28 pixels; no ink gives an empty picture."""
    placed = np.zeros((SIDE, SIDE), np.float32)
    if picture.max() <= _PAPER * 255:
        return placed.astype(np.uint8)
    ink = cropped(picture.astype(np.float32) / np.float32(255), _PAPER)
    scale = INK / max(ink.shape)
    size = max(round(ink.shape[1] * scale), 1), max(round(ink.shape[0] * scale), 1)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = np.clip(cv2.resize(ink, size, interpolation=how), 0, 1)
    rows, columns = (small.sum(axis=axis) @ np.arange(small.shape[1 - axis]) / small.sum() for axis in (1, 0))
    # a centre of mass near an edge of the ink would push the other edge out of the picture
    top = int(np.clip(round(CENTRE - rows), 0, SIDE - small.shape[0]))
    left = int(np.clip(round(CENTRE - columns), 0, SIDE - small.shape[1]))
    placed[top : top + small.shape[0], left : left + small.shape[1]] = small
    return (placed * 255).round().astype(np.uint8)


def other_sets(folder: Path) -> dict[str, DigitSet]:
    """Return the test part of USPS and all of Semeion, by name; those that the folder has."""
    found: dict[str, DigitSet] = {}
    if (folder / "usps.h5").is_file():
        found["USPS, test part"] = _brought(usps(folder / "usps.h5", "test"))
    name = next(iter(sorted(folder.glob("semeion.data*"))), None)
    if name is not None:
        found["Semeion"] = _brought(semeion(name))
    return found


def _brought(glyphs: ImageGlyphs) -> DigitSet:
    pictures = np.stack([as_mnist(picture) for picture in glyphs.images])
    return DigitSet(torch.from_numpy(pictures), torch.from_numpy(glyphs.labels))
