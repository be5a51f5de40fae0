"""Ink of a whole page at the coarse resolution that is enough to find text and printed lines.

Not for cutting characters: the pieces that are recognised come from ``segmentation``, at full resolution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

PAGE_DPI = 200
"""Resolution of an upright page, pixels per inch: what ``upright`` makes and ``locate`` expects."""

INCH = 100
"""Pixels per inch of the coarse page; every length in this room is a fraction of it."""

WINDOW = 15
NEIGHBOURHOOD = round(0.6 * INCH)
STROKE = 0.35
"""Darkness from which on something is a stroke, in shares of the darkness of the page's good ones."""

GreyImage = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class PageInk:
    """A page at ``INCH`` pixels per inch.

    All uint8 [height, width]: ``paper``, the grey of the paper around a pixel; ``darkness``, how much darker
    than that the pixel is; ``ink`` of 0 and 1, where that is a written or printed stroke. ``strength`` is the
    darkness of a good stroke on this page, at least 1; ``scale`` coarse pixels per page pixel.
    """

    paper: GreyImage
    darkness: GreyImage
    ink: GreyImage
    strength: float
    scale: float


def find_ink(page_image: GreyImage) -> PageInk:
    """Return the ink of an upright page image, grey uint8 [height, width] at about ``PAGE_DPI``.

    The paper around a pixel is the grey closing over a ``WINDOW`` wider than any stroke, so that shadows and
    tinted boxes are paper. A stroke counts as ink from ``STROKE`` on, and where it stands well out of its
    neighbourhood: that leaves halftones and guilloche out and faint pens in.
    """
    coarse = shrunk(page_image, PAGE_DPI // INCH)
    paper = paper_of(coarse, WINDOW)
    darkness = darker_than(paper, coarse)
    # The darkest fiftieth: print and handwriting together cover more than that of any filled cheque.
    strength = float(max(grey_quantile(darkness, 0.98), 1))
    ink = _strokes(darkness, STROKE * strength)
    return PageInk(paper, darkness, ink, strength, INCH / PAGE_DPI)


def darker_ink(page: PageInk, stroke: float) -> PageInk:
    """Return a page on which strokes count as ink from another share of the good ones' darkness on."""
    return replace(page, ink=_strokes(page.darkness, stroke * page.strength))


def _strokes(darkness: GreyImage, least: float) -> GreyImage:
    """Return where the page is darker than ``least`` and well darker than its neighbourhood."""
    around = cv2.blur(darkness, (NEIGHBOURHOOD, NEIGHBOURHOOD))
    limits = np.maximum(1.6 * np.arange(256), max(least, 14.0)).clip(max=254).astype(np.uint8)
    return (darkness > cv2.LUT(around, limits)).astype(np.uint8)


def shrunk(image: GreyImage, step: int) -> GreyImage:
    """Return the means of squares of ``step`` pixels; a rest at the right and bottom is left out."""
    height, width = (max(side // step, 1) for side in image.shape)
    part = image[: height * step, : width * step]
    return np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def darkness_of(image: GreyImage, window: int) -> GreyImage:
    """Return how much darker each pixel is than the paper around it, in 255ths of the paper's grey."""
    return darker_than(paper_of(image, window), image)


def paper_of(image: GreyImage, window: int) -> GreyImage:
    """Return the grey of the paper around each pixel: the closing over a square ``window``."""
    return np.asarray(cv2.morphologyEx(image, cv2.MORPH_CLOSE, np.ones((window, window), np.uint8)), np.uint8)


def darker_than(paper: GreyImage, image: GreyImage) -> GreyImage:
    """Return how much darker each pixel is than its paper, in 255ths of the paper's grey.

    Relative, because a shadow takes the same share of the light from paper and stroke; on black, where no
    stroke can be seen, the share of nothing is not blown up.
    """
    depth = cv2.divide(cv2.subtract(paper, image), np.maximum(paper, 60), scale=255.0)
    return np.asarray(depth, np.uint8)


def grey_quantile(image: GreyImage, share: float) -> int:
    """Return the grey that a ``share`` of the pixels is at or below."""
    counts = cv2.calcHist([image], [0], None, [256], [0, 256]).reshape(-1)
    return int(np.searchsorted(np.cumsum(counts), share * image.size))


def dilated(mask: GreyImage, width: int, height: int) -> GreyImage:
    """Return a mask grown by a rectangle of odd ``width`` and ``height``."""
    return np.asarray(cv2.dilate(mask, np.ones((height, width), np.uint8)), np.uint8)
