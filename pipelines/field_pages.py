"""Upright pages of whole cheques with the box of their amount: real, drawn, and as scanned otherwise.

What the spotter and the penalty of zones are trained and measured on; not for what is learned from them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from chequereader.box import Box
from chequereader.fields.page_ink import GreyImage
from chequereader.fields.upright import upright
from chequereader.synthetic import SyntheticConfig, generate

ROOT = Path(__file__).parent.parent
SYNTHETIC = "synthetic"


def cheques(folder: Path, validation: bool) -> Iterator[tuple[GreyImage, Box]]:
    """Yield scans, grey uint8 [height, width], and their truth boxes: of the validation part or the rest."""
    split = (ROOT / "data" / "splits" / f"{folder.name}-validation.txt").read_text().splitlines()
    held_out = {line for line in split if not line.startswith("#")}
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (row["file"] in held_out) == validation:
                image = cv2.imread(str(folder / row["file"]), cv2.IMREAD_GRAYSCALE)
                box = Box(*(round(float(row[side])) for side in ("x0", "y0", "x1", "y1")))
                yield np.asarray(image, np.uint8), box


def on_page(image: GreyImage, truth: Box, dpi: float | None = None) -> tuple[GreyImage, Box]:
    """Return the upright page of a scan and the truth box on it."""
    page = upright(image, dpi)
    return page.image, mapped(truth, cv2.invertAffineTransform(page.matrix))


def mapped(box: Box, matrix: npt.ArrayLike) -> Box:
    """Return the box around a box that a matrix [2, 3] has moved."""
    corners = np.array([(x, y, 1) for x in (box.x0, box.x1) for y in (box.y0, box.y1)])
    corners = corners @ np.asarray(matrix, np.float64).T
    low, high = corners.min(axis=0), corners.max(axis=0)
    return Box(*(round(v) for v in (*low, *high)))


def another_view(image: GreyImage, truth: Box, rng: np.random.Generator) -> tuple[GreyImage, Box]:
    """Return a page as another scanner might have given it: other border, scale, slight skew, contrast."""
    height, width = image.shape
    scale = np.exp(rng.uniform(-0.25, 0.2))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-0.4, 0.4), scale)
    size = round(width * scale * rng.uniform(0.95, 1.06)), round(height * scale * rng.uniform(0.93, 1.08))
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    matrix[:, 2] += rng.uniform(-0.025, 0.025, 2) * size
    paper_grey = int(np.percentile(image, 80))
    seen = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_AREA, borderValue=paper_grey).astype(
        np.float32
    )
    seen = 255 - (255 - seen) * rng.uniform(0.6, 1.1) + rng.normal(0, rng.uniform(0, 5), seen.shape)
    return seen.clip(0, 255).astype(np.uint8), mapped(truth, matrix)


def synthetic(seed: int, count: int) -> Iterator[tuple[GreyImage, Box]]:
    """Yield upright pages of synthetic cheques and the boxes of the amount's ink; a quarter is hard."""
    for index in tqdm(range(count), desc=SYNTHETIC):
        config = SyntheticConfig(preset="hard" if index % 4 == 0 else "mixed")
        cheque = generate(seed, index, config)
        yield on_page(cheque.image, cheque.ink, cheque.dpi)
