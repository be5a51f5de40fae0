"""Ink from background: how dark each pixel is against the paper around it, and which pixels are pen.

Paper carries guilloche, tints, boxes and base lines, all weaker or longer than handwriting. The background is
what a closing leaves; what is darker than it by more than the field's own threshold is ink; long thin rules
are taken out where no stroke crosses them. Not the place for finding the field or for cutting characters.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.segmentation.components import component_stats, labelled

_LOW = 0.7  # a pixel next to ink counts as ink from this share of the threshold on
_BINS = 128


@dataclass(frozen=True)
class Ink:
    """Ink of one image.

    ``soft`` is float32 [height, width] in 0..1: nought on paper, about one in the middle of a stroke.
    ``mask`` is bool [height, width]: pixels that belong to strokes.
    """

    soft: NDArray[np.float32]
    mask: NDArray[np.bool_]


def darkness(image: NDArray[np.uint8], stroke: float) -> NDArray[np.float32]:
    """Return how many grey levels each pixel is darker than the paper around it, float32 [height, width].

    ``stroke`` is the largest stroke width to expect, in pixels: wider dark areas count as paper.
    """
    size = max(5, round(3 * stroke)) | 1
    grey = cv2.GaussianBlur(image.astype(np.float32), (0, 0), 0.6)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    paper = cv2.morphologyEx(grey, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    paper = cv2.blur(paper, (size // 4 + 1, size // 4 + 1))
    return np.maximum(paper - grey, 0.0)


def otsu(values: NDArray[np.float32]) -> float:
    """Return the threshold that splits values best in two (Otsu 1979); nought for values all alike."""
    top = float(values.max(initial=0.0))
    if top <= 0:
        return 0.0
    place = np.minimum((values * np.float32(_BINS / top)).astype(np.uint8), _BINS - 1)
    # of bytes OpenCV counts several times as quickly as numpy
    histogram = cv2.calcHist([place], [0], None, [_BINS], [0, _BINS]).reshape(-1).astype(np.int64)
    centre = (np.arange(_BINS) + 0.5) * (top / _BINS)
    below = np.cumsum(histogram).astype(np.float64)
    moment = np.cumsum(histogram * centre)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (moment / below - (moment[-1] - moment) / above) ** 2
    between[~np.isfinite(between)] = 0.0
    # in a wide gap all thresholds are as good: take the middle of them
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float(centre[best].mean())


def find_ink(image: NDArray[np.uint8], height: float) -> Ink:
    """Return the ink of a field, rules removed.

    ``image`` is grey uint8 [height, width]; ``height`` the height of its characters in pixels, as far as it
    is known.
    """
    dark = darkness(image, stroke=height / 4)
    threshold = max(otsu(dark), 8.0)
    weak = dark > _LOW * threshold
    rules = find_rules(weak, thickness=max(2.0, height / 10))
    if rules.any():
        dark[rules] = 0.0
        threshold = max(otsu(dark), 8.0)
        weak = dark > _LOW * threshold
    mask = _strokes(weak, dark > 1.15 * threshold, area=max(3.0, (height / 12) ** 2))
    core = dark[mask]
    full = float(np.percentile(core, 75)) if core.size else 1.0
    return Ink(soft=np.clip(dark / max(full, 1.0), 0.0, 1.0).astype(np.float32), mask=mask)


def find_rules(mask: NDArray[np.bool_], thickness: float) -> NDArray[np.bool_]:
    """Return the pixels of straight rules, level and upright, where no stroke crosses them.

    A level rule covers most of the image's width along one line of small slope; in the middle of the height,
    where bars of sevens and fours line up, more is asked of it. An upright one is the side of a box: it
    stands at an end of the image and runs over all of its height. Both are at most ``thickness`` pixels
    thick.
    """
    height, width = mask.shape
    share = np.full(height, 0.6)
    share[int(0.3 * height) : int(0.7 * height)] = 0.9
    rules = _level_rules(mask, thickness, share, slopes=np.linspace(-0.06, 0.06, 13))
    side = min(round(4 * thickness), width // 4)
    if side == 0:
        return rules
    for end in (slice(0, side), slice(width - side, width)):
        upright = _level_rules(mask[:, end].T, thickness, np.full(side, 0.95), np.linspace(-0.02, 0.02, 5)).T
        tall = int(upright.any(axis=1).sum())
        # no box is as low as what is written in it: as tall as the digits it is a one
        if tall and tall > 1.25 * _tallest(mask[:, side : width - side]):
            rules[:, end] |= upright
    return rules


def _tallest(mask: NDArray[np.bool_]) -> int:
    """Return the height of the tallest component in pixels, 0 without any."""
    return int(component_stats(mask.view(np.uint8))[:, cv2.CC_STAT_HEIGHT].max(initial=0))


def _level_rules(
    mask: NDArray[np.bool_], thickness: float, share: NDArray[np.float64], slopes: NDArray[np.float64]
) -> NDArray[np.bool_]:
    height, width = mask.shape
    rules = np.zeros_like(mask)
    if np.count_nonzero(mask) < share.min() * width:
        return rules
    pixels = mask.astype(np.uint8)
    tall = np.ones((max(2, round(thickness) + 1), 1), np.uint8)
    body = cv2.morphologyEx(pixels, cv2.MORPH_OPEN, tall, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    y, x = np.nonzero(pixels > body)
    if len(y) < share.min() * width:
        return rules
    # each line by its slope and the row where it crosses the middle column, a Hough transform over few slopes
    row = np.round(y[None] - slopes[:, None] * (x[None] - width / 2)).astype(np.int64)
    row = np.clip(row, 0, height - 1) + height * np.arange(len(slopes))[:, None]
    for _ in range(6):
        votes = np.bincount(row.ravel(), minlength=height * len(slopes)).reshape(len(slopes), height)
        near = votes.copy()
        near[:, 1:] += votes[:, :-1]
        best = int((near / share).argmax())
        if near.flat[best] < share[best % height] * width:
            break
        # the rows beside the best one hold the rest of a thick or slightly bent rule
        on = np.abs(row[best // height] - best) <= round(thickness)
        rules[y[on], x[on]] = True
        y, x, row = y[~on], x[~on], row[:, ~on]
    return rules


def _strokes(weak: NDArray[np.bool_], strong: NDArray[np.bool_], area: float) -> NDArray[np.bool_]:
    """Return the components of ``weak`` of at least that area that hold a pixel of ``strong``, part of it."""
    labels, stats = labelled(weak.view(np.uint8))
    keep = np.zeros(len(stats), bool)
    keep[labels[strong]] = True
    keep &= stats[:, cv2.CC_STAT_AREA] >= area
    return keep.take(labels)
