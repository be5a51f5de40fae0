"""What scanning, photographing, faxing and wear do to a page, in three levels of difficulty.

Every geometric step goes into one perspective matrix, so the truth can follow it. Not for paper or ink.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.synthetic.pixels import Floats, Image, bytes_of, floats, unit


@dataclass(frozen=True)
class Difficulty:
    """How much may go wrong: largest values of what is drawn uniformly, and probabilities.

    ``skew`` in degrees, ``perspective`` as a share of the width by which corners may move, ``dpi`` the
    range of output resolutions, ``noise`` (grey levels) and ``blur`` (pixels at 200 dpi) as standard
    deviations, ``shade`` the share of light lost in shadows, ``quality`` the range of JPEG qualities;
    ``bitonal``, ``jpeg``, ``stamp``, ``fold``, ``border`` are probabilities.
    """

    skew: float
    perspective: float
    dpi: tuple[float, float]
    noise: float
    blur: float
    shade: float
    contrast: float
    quality: tuple[int, int]
    jpeg: float
    bitonal: float
    stamp: float
    fold: float
    border: float
    paper: float


PRESETS: dict[str, Difficulty] = {
    "easy": Difficulty(0.5, 0.0, (200, 200), 2, 0.5, 0.05, 0.1, (80, 95), 0.3, 0.0, 0.0, 0.0, 0.1, 0.7),
    "mixed": Difficulty(2.0, 0.006, (120, 240), 7, 0.9, 0.25, 0.3, (45, 95), 0.6, 0.12, 0.1, 0.1, 0.35, 1.0),
    "hard": Difficulty(3.0, 0.02, (100, 240), 14, 1.3, 0.5, 0.5, (20, 80), 0.8, 0.25, 0.3, 0.3, 0.5, 1.4),
}
"""``easy``: a good office scanner; ``mixed``: what arrives at a bank; ``hard``: photos, faxes, worn paper."""


def scan_geometry(
    height: int, width: int, difficulty: Difficulty, rng: np.random.Generator, dpi: float = 200.0
) -> tuple[NDArray[np.float64], tuple[int, int], float]:
    """Return the matrix [3, 3] from page to scan, the scan's size (height, width) and its dpi.

    The page was drawn at ``dpi``. With a border the whole page shows with some table around it; without one
    the scan is about the page, whose edges may be cut by the skew.
    """
    out_dpi = float(rng.uniform(*difficulty.dpi))
    scale = out_dpi / dpi
    angle = np.deg2rad(np.clip(rng.normal(0, difficulty.skew / 2), -difficulty.skew, difficulty.skew))
    margin = float(rng.uniform(0.005, 0.04)) * width if rng.random() < difficulty.border else 0.0
    out_height, out_width = round((height + 2 * margin) * scale), round((width + 2 * margin) * scale)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    centre = np.array([width / 2, height / 2])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = rng.uniform(-0.2, 0.2, 2) * margin
    moved = (corners - centre) @ turn.T + centre + margin + shift
    moved += rng.uniform(-1, 1, (4, 2)) * difficulty.perspective * width * rng.random()
    matrix = cv2.getPerspectiveTransform(floats(corners), floats(moved * scale))
    return np.asarray(matrix, np.float64), (out_height, out_width), out_dpi


def warp(page: Floats, matrix: NDArray[np.float64], size: tuple[int, int], surround: float) -> Floats:
    """Return ``page`` seen through ``matrix``: float32 of ``size``, ``surround`` beyond it."""
    # Pixel centres lie at half pixels: the matrix speaks of edges, OpenCV of centres.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    centred = np.linalg.inv(half) @ matrix @ half
    scale = np.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    if scale < 0.8:  # averaging first avoids the dots that plain interpolation makes of fine lines
        page = floats(cv2.GaussianBlur(page, (0, 0), 0.45 / scale))
    return floats(cv2.warpPerspective(page, centred, (size[1], size[0]), borderValue=surround))


def _light(height: int, width: int, shade: float, rng: np.random.Generator) -> Floats:
    """Return how bright each place is lit, float32 [height, width] near one: a slope, at times a shadow."""
    y, x = np.mgrid[0:1:24j, 0:1:48j].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    field = 1 - shade * rng.random() * (
        0.5 + 0.5 * (np.cos(angle) * (2 * x - 1) + np.sin(angle) * (2 * y - 1))
    )
    if rng.random() < 0.3:
        edge = np.cos(angle + 1) * (x - rng.random()) + np.sin(angle + 1) * (y - rng.random())
        field *= 1 - 0.7 * shade * rng.random() / (1 + np.exp(-edge * rng.uniform(8, 60)))
    return floats(cv2.resize(field.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR))


def _fold(image: Floats, rng: np.random.Generator) -> None:
    """Add a fold line to the image in place."""
    height, width = image.shape
    if rng.random() < 0.7:
        x = float(rng.uniform(0.1, 0.9)) * width
        ends = ((int(x), 0), (int(x + rng.normal(0, 0.02 * width)), height))
    else:
        y = float(rng.uniform(0.2, 0.8)) * height
        ends = ((0, int(y)), (width, int(y + rng.normal(0, 0.02 * height))))
    mask = np.zeros(image.shape, np.uint8)
    cv2.line(mask, *ends, 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    soft = unit(cv2.blur(mask, (5, 5)))
    image *= 1 + float(rng.choice([-0.35, 0.2])) * soft


def wear(image: Floats, difficulty: Difficulty, rng: np.random.Generator, dpi: float = 200.0) -> Image:
    """Return what a scanner makes of the light on ``image`` (float32 0..255): uint8 of the same size."""
    height, width = image.shape
    image = image * _light(height, width, difficulty.shade, rng)
    if rng.random() < difficulty.fold:
        _fold(image, rng)
    sigma = float(rng.uniform(0, difficulty.blur)) * dpi / 200
    if sigma > 0.25:
        image = floats(cv2.GaussianBlur(image, (0, 0), sigma))
    bitonal = rng.random() < difficulty.bitonal
    if not bitonal:
        gain = 1 - difficulty.contrast * float(rng.random())
        image = 255 - gain * (255 - image) if rng.random() < 0.6 else gain * image
    noise = float(rng.uniform(0, difficulty.noise)) * (0.5 if bitonal else 1.0)
    if noise > 0.3:
        grain = rng.standard_normal((height, width), dtype=np.float32)
        if rng.random() < 0.3:
            grain = floats(1.6 * cv2.blur(grain, (2, 2)))
        image = image + noise * grain
    grey = np.clip(image, 0, 255).astype(np.uint8)
    if bitonal:
        return _threshold(grey, rng)
    if rng.random() < difficulty.jpeg:
        quality = int(rng.integers(difficulty.quality[0], difficulty.quality[1] + 1))
        _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
        decoded = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        assert decoded is not None  # it was encoded a line above
        return bytes_of(decoded)
    return grey


def _threshold(grey: Image, rng: np.random.Generator) -> Image:
    """Return black and white as fax machines and cheque sorters store it."""
    if rng.random() < 0.5:
        size = int(rng.integers(8, 25)) * 2 + 1
        below = float(rng.uniform(12, 30))
        mean = cv2.blur(floats(grey), (size, size), borderType=cv2.BORDER_REPLICATE)
        return np.where(grey > mean - below, 255, 0).astype(np.uint8)
    otsu, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    paper = float(np.median(grey))
    level = np.clip(otsu, 0.45 * paper, 0.78 * paper)  # Otsu alone drowns pages that are nearly empty
    return np.where(grey > level, 255, 0).astype(np.uint8)
