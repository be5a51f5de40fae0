"""Lines of magnetic ink as printers, wear and scanners leave them, with their text: for training readers.

Not for the characters' shapes (``e13b``, ``cmc7``), for what a line says (``micr``) or for whole cheques
(``cheque``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from chequereader.synthetic import cmc7, e13b
from chequereader.synthetic.e13b import FINE, PITCH, ROWS, SQUARE
from chequereader.synthetic.pixels import Floats, Image, floats

BENT = 0.15
"""Share of lines on a page that isn't flat."""


@dataclass(frozen=True)
class Type:
    """What lines are printed with.

    ``cut`` draws how one printer's characters look and returns their shapes, float32 in 0..1, ``FINE`` pixels
    a square; ``spread``: how far ink spreads or falls short, 1 for E-13B.
    """

    cut: Callable[[np.random.Generator], Callable[[str], Floats]]
    spread: float


E13B = Type(lambda _: e13b.fine_shape, 1.0)
CMC7 = Type(cmc7.some_cut, 0.35)  # its bars and most of their gaps are less than half a square wide


@dataclass(frozen=True)
class DrawnLine:
    """A line's picture, grey uint8 [height, width], and what it says, without spaces."""

    image: Image
    text: str


def draw_line(
    text: str, rng: np.random.Generator, smeared: int | None = None, printed: Type = E13B
) -> DrawnLine:
    """Draw a line that printer, wear and scanner have treated badly, each time another way.

    ``text`` may hold spaces. The character in place ``smeared`` is left unreadable."""
    ink = _print(text, rng, smeared, printed)
    height = float(rng.uniform(12, 36))  # of a digit in the scan, pixels
    scale = height / (ROWS * FINE)
    pad = round(3 * FINE)
    ink = floats(cv2.copyMakeBorder(ink, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0.0))
    if rng.random() < BENT:
        ink = _bent(ink, rng)
    ink = _turned(ink, float(np.clip(rng.normal(0, 0.5), -2, 2)), rng)
    blur = float(rng.uniform(0.3, 0.6) if rng.random() < 0.7 else rng.uniform(0.6, 1.1))
    ink = floats(cv2.GaussianBlur(ink, (0, 0), blur / scale))
    size = max(round(ink.shape[1] * scale), 1), max(round(ink.shape[0] * scale), 1)
    ink = floats(cv2.resize(ink, size, interpolation=cv2.INTER_AREA))
    return DrawnLine(_scanned(ink, rng), text.replace(" ", ""))


def _print(text: str, rng: np.random.Generator, smeared: int | None, printed: Type) -> Floats:
    """Return the ink on paper, ``FINE`` pixels a square."""
    shape_of = printed.cut(rng)
    pitch = PITCH / SQUARE * FINE * float(np.clip(rng.normal(1, 0.02), 0.93, 1.08))
    jitter = float(rng.choice([0.02, 0.15])) * FINE
    rim, end = 2 * FINE, round(pitch) + 2 * FINE
    canvas = np.zeros((11 * FINE + 2 * rim, int(pitch * len(text)) + 2 * end), np.float32)
    lifted = 0.0  # the amount, and at times other fields, are printed by another machine
    uneven = rng.random() < 0.3
    for place, character in enumerate(text):
        if character == " ":
            lifted = float(np.clip(rng.normal(0, 0.7), -1.3, 1.3)) * FINE if uneven else 0.0
            continue
        shape = shape_of(character)
        if place == smeared:
            shape = _smeared(shape, rng)
        x = end + round(place * pitch + float(np.clip(rng.normal(0, jitter), -12, 12)))
        y = rim + round(lifted + float(np.clip(rng.normal(0, jitter), -5, 5)))
        part = canvas[y : y + shape.shape[0], x : x + shape.shape[1]]
        np.maximum(part, shape, out=part)
    # ribbons and toner spread or fall short, and leave voids
    spread = float(np.clip(rng.normal(0.1, 0.22), -0.28, 0.5)) * printed.spread * FINE
    canvas = _grown(canvas, spread)
    if rng.random() < 0.6:
        grain = _noise(canvas.shape, float(rng.uniform(0.3, 1.2)) * FINE, rng)
        canvas *= grain > float(rng.uniform(-2.6, -1.3))
    if rng.random() < 0.12:  # a dry ribbon: half of the height fades
        weak = _noise((1, canvas.shape[1]), 25.0 * FINE, rng)
        grain = _noise(canvas.shape, 0.5 * FINE, rng)
        canvas *= grain > -1.8 + 1.1 * np.clip(weak, -1, 1.6)
    if rng.random() < 0.4:  # weak places, which a scanner's threshold turns into broken strokes
        weak = _noise(canvas.shape, float(rng.uniform(1.5, 8)) * FINE, rng)
        canvas *= 1 - float(rng.uniform(0.2, 0.75)) * np.clip(0.5 + weak, 0, 1)
    if rng.random() < 0.3:
        _strokes(canvas, rng)
    if rng.random() < 0.3:
        blanks = [-1, len(text), *(i for i, c in enumerate(text) if c == " ")]
        _mark(canvas, end + pitch * (0.4 + int(rng.choice(blanks))), rng)
    return canvas


def _mark(canvas: Floats, x: float, rng: np.random.Generator) -> None:
    """Draw what is no character beside the characters: a ring, a bow, a tick or a spot, in place."""
    y = float(rng.uniform(0.25, 0.75)) * canvas.shape[0]
    size = rng.uniform(1, 4, 2) * FINE
    thick = int(rng.uniform(0.5, 1.5) * FINE)
    kind = int(rng.integers(4))
    if kind < 2:
        start, length = float(rng.uniform(0, 360)), 360.0 if kind == 0 else float(rng.uniform(60, 200))
        axes = int(size[0]), int(size[1])
        cv2.ellipse(canvas, (int(x), int(y)), axes, 0.0, start, start + length, 0.95, thick, cv2.LINE_AA)
    elif kind == 2:
        points = (x, y) + rng.normal(0, 1, (3, 2)) * size
        cv2.polylines(canvas, [points.astype(np.int32)], False, 0.95, thick, cv2.LINE_AA)
    else:
        cv2.circle(canvas, (int(x), int(y)), thick, 0.95, -1, cv2.LINE_AA)


def _smeared(shape: Floats, rng: np.random.Generator) -> Floats:
    """Return a character that nobody can read: rubbed, blotted, scribbled over or worn off."""
    kind = int(rng.integers(5))
    height, width = shape.shape
    if kind == 0:
        return floats(cv2.blur(shape, (int(rng.uniform(3, 7) * FINE), int(rng.uniform(3, 9) * FINE))))
    blot = np.zeros_like(shape)
    if kind == 1:
        centre = width / 2 + rng.normal(0, 0.5 * FINE), height / 2 + rng.normal(0, FINE)
        axes = rng.uniform(2.8, 3.8) * FINE, rng.uniform(3.5, 5) * FINE
        cv2.ellipse(blot, (centre, (2 * axes[0], 2 * axes[1]), 0), 1.0, -1)
    elif kind == 2:
        blot[FINE:-FINE, FINE:-FINE] = rng.random((height - 2 * FINE, width - 2 * FINE)) < 0.6
        blot = floats(cv2.blur(blot, (FINE, FINE)))
    elif kind == 3:
        points = rng.uniform((FINE, FINE), (width - FINE, height - FINE), (14, 2)).astype(np.int32)
        cv2.polylines(blot, [points], False, 1.0, FINE)
    else:
        grain = _noise(shape.shape, 0.6 * FINE, rng)
        return floats(shape * (grain > float(rng.uniform(0.4, 1.0))))
    return floats(np.maximum(blot, shape if rng.random() < 0.5 else 0.0))


def _grown(ink: Floats, pixels: float) -> Floats:
    """Return ink whose edges have moved outwards by some pixels, inwards where negative."""
    size = 2 * round(abs(pixels)) + 1
    if size == 1:
        return ink
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return floats(cv2.dilate(ink, kernel) if pixels > 0 else cv2.erode(ink, kernel))


def _noise(shape: tuple[int, ...], grain: float, rng: np.random.Generator) -> Floats:
    """Return smooth noise of mean 0 and deviation 1 whose spots are ``grain`` pixels wide."""
    small = max(int(shape[0] / grain), 1) + 3, max(int(shape[1] / grain), 1) + 3
    coarse = rng.standard_normal(small, dtype=np.float32)
    fine = floats(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC))
    return fine / max(float(fine.std()), 1e-6)


def _strokes(canvas: Floats, rng: np.random.Generator) -> None:
    """Draw a pen's stroke through or near the line, in place."""
    height, width = canvas.shape
    for _ in range(int(rng.integers(1, 3))):
        x = float(rng.uniform(0, width))
        points = np.cumsum(rng.normal(0, 3 * FINE, (9, 2)), axis=0)
        points += (x, float(rng.choice([0.0, 0.05, 0.95, 1.0]) * height))
        cv2.polylines(canvas, [points.astype(np.int32)], False, 0.9, int(rng.integers(4, 10)), cv2.LINE_AA)


def _turned(ink: Floats, degrees: float, rng: np.random.Generator) -> Floats:
    """Return ink askew; at times nearer at one end than at the other, as on a photo."""
    height, width = ink.shape
    room = int(abs(np.tan(np.deg2rad(degrees))) * width / 2) + 1
    lean = np.tan(np.deg2rad(degrees)) * width / 2
    ends = rng.uniform(0.75, 1.0, 2) if rng.random() < 0.25 else np.ones(2)
    middle, half = height / 2 + room, height / 2 * ends
    left, right = middle - lean, middle + lean
    before = np.array([[0, 0], [0, height], [width, 0], [width, height]], np.float32)
    after = np.array(
        [[0, left - half[0]], [0, left + half[0]], [width, right - half[1]], [width, right + half[1]]],
        np.float32,
    )
    matrix = cv2.getPerspectiveTransform(before, after)
    return floats(cv2.warpPerspective(ink, matrix, (width, height + 2 * room)))


def _bent(ink: Floats, rng: np.random.Generator) -> Floats:
    """Return ink on a page that bends away from the camera towards an end of the line, or both.

    There characters are smaller, nearer to each other than they are small, and rise or fall, leaning with the
    line.
    """
    height, width = ink.shape
    along = np.linspace(0, 1, width)
    closer, smaller, slope = np.ones(width), np.ones(width), np.zeros(width)
    ends = [along, 1 - along] if rng.random() < 0.3 else [along if rng.random() < 0.5 else 1 - along]
    for from_end in ends:
        depth = np.clip(1 - from_end / rng.uniform(0.15, 0.5), 0, 1)
        closer *= 1 - rng.uniform(0, 0.4) * depth
        smaller *= 1 - rng.uniform(0, 0.25) * depth
        slope += rng.uniform(-0.25, 0.25) * depth
    # the same over the columns of the result, of which there are fewer
    source = np.cumsum(1 / closer)
    columns = max(round(width * width / source[-1]), 1)
    place = np.arange(columns) * (width / columns)
    smaller, slope = np.interp(place, np.arange(width), smaller), np.interp(place, np.arange(width), slope)
    source = np.interp(place, np.arange(width), source * (width / source[-1]))
    middle = np.cumsum(slope)
    room = int(np.ptp(middle)) + 1
    middle += room + (height - 1) / 2 - (middle.max() + middle.min()) / 2
    down = np.arange(height + 2 * room)[:, None] - middle
    # a character stands upright on the line, so what is below its middle lies ahead or behind
    at = np.clip(np.arange(columns) + slope * down, 0, columns - 1)
    across = np.interp(at, np.arange(columns), source).astype(np.float32)
    return floats(
        cv2.remap(ink, across, ((height - 1) / 2 + down / smaller).astype(np.float32), cv2.INTER_LINEAR)
    )


def _scanned(ink: Floats, rng: np.random.Generator) -> Image:
    """Return the picture a scanner makes of ink in 0..1."""
    bright = 255 - float(rng.gamma(2, 18))
    paper = max(bright, 120.0) + _noise(ink.shape, float(rng.uniform(3, 40)), rng) * float(rng.uniform(0, 9))
    dark = float(rng.uniform(0.55, 1.0))
    grey = paper * (1 - dark * ink) + rng.standard_normal(ink.shape, dtype=np.float32) * float(
        rng.uniform(0, 8)
    )
    image = np.clip(grey, 0, 255).astype(np.uint8)
    kind = float(rng.random())
    if kind < 0.5:
        # scanners set their threshold by what there is: thin strokes are grey, but not lost
        level = float(rng.uniform(0.35, 0.65)) * dark * float(np.percentile(ink[ink > 0.05 * ink.max()], 90))
        return np.where(image > np.median(image) * (1 - level), 255, 0).astype(np.uint8)
    if kind < 0.75:
        coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))])[1]
        return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return image
