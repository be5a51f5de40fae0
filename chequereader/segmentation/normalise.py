"""The field brought to one size and one slant: characters about ``HEIGHT`` pixels tall, strokes upright.

The whole field is normalised from its upper and lower profile, not each piece by itself (section X), so that
a comma stays small beside a digit. Not the place for cuts; the page's own skew is dealt with in ``fields``.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.segmentation.components import component_stats
from chequereader.segmentation.ink import Ink, find_ink

HEIGHT = 36
"""Height of a digit in the normalised field, pixels."""

_MAX_SIDE = 2400
_MOST_SLANT = 0.9
_STEP = 4  # pixels of outline over which its direction is taken: less shows the pixels' own corners
_STEEP = 0.7  # pixels of height a pixel of width from which on a piece of outline tells of slant
_MAX_SCALE = 4.0
_FITS = 0.1
"""Of ``HEIGHT``: how far size and line may be off the digits' own; less changes hardly a reading."""
_FITS_SLANT = 0.08
"""The same for the slant, in pixels a pixel of height."""
_APART = 0.1  # by which base line and top line differ in slope where one of them isn't one


@dataclass(frozen=True)
class Field:
    """A normalised field.

    ``ink`` is of shape [height, width]; ``to_image`` float64 [2, 3] maps its pixels (x, y) to those of the
    image it came from. The line of writing runs from ``baseline`` up to ``topline``: each is (slope,
    intercept), y = slope x + intercept in the field's pixels. ``stroke`` is the width of strokes in pixels.
    ``components``: x, y, width, height and area of what the line was taken from, [components, 5]: of all ink,
    or of its digits where these are known.
    """

    ink: Ink
    to_image: NDArray[np.float64]
    baseline: tuple[float, float]
    topline: tuple[float, float]
    stroke: float
    components: NDArray[np.float64]


def normalise(image: NDArray[np.uint8], digits: NDArray[np.float64] | None = None) -> Field:
    """Bring a field to one size and slant; ``image`` is grey uint8 [height, width].

    ``digits`` [digits, 5]: x, y, width, height and area of some of the digits in it, where they are known;
    else size, slant and line are taken from all its ink, frames and printed signs among it.
    """
    scale = _scale(image) if digits is None else _clipped(character_height(digits))
    scale = min(scale, _MAX_SIDE / max(image.shape))
    sized = _resized(image, scale)
    ink = find_ink(sized, height=HEIGHT)
    shear = slant(ink.mask if digits is None else _inside(ink.mask, digits * scale))
    rows, columns = ink.mask.shape
    # strokes that lean right by `shear` pixels a pixel of height stand upright afterwards
    upright = np.array([[1.0, shear, max(-shear, 0.0) * rows], [0.0, 1.0, 0.0]])
    size = columns + int(np.ceil(abs(shear) * rows)), rows
    soft = np.asarray(cv2.warpAffine(ink.soft, upright, size, flags=cv2.INTER_LINEAR), np.float32)
    mask = cv2.warpAffine(ink.mask.astype(np.float32), upright, size, flags=cv2.INTER_LINEAR) > 0.5
    resize = np.diag([columns / image.shape[1], rows / image.shape[0], 1.0])
    to_field = upright @ resize
    to_image = np.asarray(cv2.invertAffineTransform(to_field), np.float64)
    components = moved(digits, to_field) if digits is not None else _components(mask)
    baseline, topline = writing_lines(components, rows)
    return Field(Ink(soft, mask), to_image, baseline, topline, stroke_width(mask), components)


def fits(field: Field, digits: NDArray[np.float64]) -> bool:
    """Tell whether a field has the size, slant and line of some of the digits in it.

    ``digits`` [digits, 5]: x, y, width, height and area in the field's pixels, at least one.
    """
    if abs(character_height(digits) - HEIGHT) > _FITS * HEIGHT:
        return False
    if abs(slant(_inside(field.ink.mask, digits))) > _FITS_SLANT:
        return False
    ends = np.array([digits[:, 0].min(), (digits[:, 0] + digits[:, 2]).max()])
    lines = zip((field.baseline, field.topline), writing_lines(digits, len(field.ink.mask)), strict=True)
    off = [(a - slope) * ends + b - intercept for (a, b), (slope, intercept) in lines]
    return float(np.abs(off).max()) <= _FITS * HEIGHT


def moved(components: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return components [components, 5] where an affine ``matrix`` [2, 3] takes their middles, sized too."""
    middles = components[:, :2] + components[:, 2:4] / 2
    sizes = components[:, 2:4] * np.diag(matrix[:, :2])
    places = middles @ matrix[:, :2].T + matrix[:, 2]
    area = components[:, 4:] * np.prod(np.diag(matrix[:, :2]))
    return np.concatenate([places - sizes / 2, sizes, area], axis=1)


def character_height(components: NDArray[np.float64]) -> float:
    """Return the height of characters, at least one [characters, 5]: the mean of the taller, by their ink."""
    heights = components[:, 3]
    tall = heights >= 0.5 * np.percentile(heights, 90)
    return float(max(np.average(heights[tall], weights=components[tall, 4]), 4.0))


def slant(mask: NDArray[np.bool_]) -> float:
    """Return how far strokes lean to the right, in pixels a pixel of height.

    The mean direction of the steep parts of all outlines, by their height (Kimura, Shridhar and Chen 1993);
    taken a second time from the outlines it made upright, as parts that lean far hardly count as steep at
    first. One long stroke has no more to say than its outline is long.
    """
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    points = [outline[:, 0].astype(np.float64) for outline in outlines if len(outline) > 2 * _STEP]
    if not points:
        return 0.0
    step = np.concatenate([np.roll(p, -_STEP, axis=0) - p for p in points])
    step *= np.where(step[:, 1:] > 0, -1.0, 1.0)  # all upwards
    across, up = step[:, 0], -step[:, 1]
    lean = 0.0
    for _ in range(2):
        steep = up > _STEEP * np.abs(across - lean * up)
        if not steep.any():
            break
        lean = float(np.clip(across[steep].sum() / up[steep].sum(), -_MOST_SLANT, _MOST_SLANT))
    return lean


def writing_lines(
    components: NDArray[np.float64], rows: int
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return base line and top line of the tall ones of ``components``, each as (slope, intercept).

    ``components`` [components, 5]; without tall ones the lines run in the middle of the field's ``rows``.
    """
    boxes = components[components[:, 3] >= 0.55 * HEIGHT]
    if not len(boxes):
        middle = rows / 2
        return (0.0, middle + HEIGHT / 2), (0.0, middle - HEIGHT / 2)
    x = boxes[:, 0] + boxes[:, 2] / 2
    bottom, top = boxes[:, 1] + boxes[:, 3], boxes[:, 1]
    slope = 0.0
    if len(boxes) >= 3:
        i, j = np.triu_indices(len(boxes), 1)
        far = np.abs(x[i] - x[j]) > HEIGHT
        if far.any():
            i, j = i[far], j[far]
            slopes = [(e[j] - e[i]) / (x[j] - x[i]) for e in (bottom, top)]
            of_base, of_top = (float(np.median(some)) for some in slopes)
            slope = float(np.median(np.concatenate(slopes)))
            if abs(of_base - of_top) > _APART:
                # one isn't a line: raised cents lift it, or small noughts that stand in the middle do both
                slope = float(np.median([0.0, of_base, of_top]))
            slope = float(np.clip(slope, -0.25, 0.25))
    return (
        (slope, float(np.median(bottom - slope * x))),
        (slope, float(np.median(top - slope * x))),
    )


def stroke_width(mask: NDArray[np.bool_]) -> float:
    """Return the mean stroke width in pixels: twice the area over the length of the outline."""
    area = int(mask.sum())
    if not area:
        return 1.0
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0)
    outline = area - int(inner.sum())
    return float(max(2.0 * area / max(outline, 1), 1.0))


def _scale(image: NDArray[np.uint8]) -> float:
    """Return by how much to enlarge an image of which nothing is known."""
    rough = min(1.0, 4.0 * HEIGHT / image.shape[0], _MAX_SIDE / max(image.shape))
    seen = _resized(image, rough)
    components = _components(find_ink(seen, height=0.5 * seen.shape[0]).mask)
    height = character_height(components) if len(components) else max(0.6 * seen.shape[0], 4.0)
    return rough * _clipped(height)


def _clipped(height: float) -> float:
    """Return by how much to enlarge characters of a height, within reason."""
    return float(np.clip(HEIGHT / height, 1 / _MAX_SCALE, _MAX_SCALE))


def _components(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    return component_stats(mask.view(np.uint8)).astype(np.float64)


def _inside(mask: NDArray[np.bool_], boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the part of a mask that lies in some boxes, x, y, width and height, with a pixel around them."""
    inside = np.zeros_like(mask)
    for x, y, width, height in boxes[:, :4]:
        part = slice(max(int(y) - 1, 0), int(y + height) + 2), slice(max(int(x) - 1, 0), int(x + width) + 2)
        inside[part] = mask[part]
    return inside


def _resized(image: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale == 1.0:
        return image
    size = max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)
