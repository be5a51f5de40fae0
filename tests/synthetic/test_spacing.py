"""How far hands set digits apart: as far as the people who wrote the real amounts."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from chequereader.synthetic.handwriting import Writer

Boxed = tuple[str, float, float, float, float]
"""A digit and its box x0, y0, x1, y1."""


def gaps(lines: Iterable[Sequence[Boxed]]) -> np.ndarray:
    """Return the gaps between boxes of neighbours of one height, in digit heights; noughts may be joined."""
    found = []
    for line in lines:
        height = float(np.median([bottom - top for _, _, top, _, bottom in line]))
        for (one, _, top, right, bottom), (other, left, above, _, below) in pairwise(line):
            alike = abs((bottom - top) - (below - above)) <= 0.35 * height
            if alike and not one == other == "0" and left - right <= 0.9 * height:
                found.append((left - right) / height)
    return np.array(found)


def of_real_digits(folder: Path) -> np.ndarray:
    held_out = (Path(__file__).parents[2] / "data" / "splits" / "amounts-validation.txt").read_text().split()
    lines: dict[str, list[Boxed]] = defaultdict(list)
    with (folder / "amounts" / "digit_boxes.csv").open() as rows:
        for row in csv.DictReader(rows):
            x0, y0, x1, y1 = (float(row[key]) for key in ("x0", "y0", "x1", "y1"))
            lines[row["file"]].append((row["digit"], x0, y0, x1, y1))
    return gaps(line for name, line in lines.items() if name not in held_out)


def of_hands(count: int) -> np.ndarray:
    chance = np.random.default_rng(3)
    lines = []
    for key in range(count):
        ink = Writer.choose((9, key)).write(str(int(10 ** chance.uniform(2, 6))), 40, chance)
        boxes = [(mark.character, mark.box) for mark in ink.marks]
        lines.append([(c, float(b.x0), float(b.y0), float(b.x1), float(b.y1)) for c, b in boxes])
    return gaps(lines)


def test_digits_stand_as_far_apart_as_real_ones(shared_data: Path) -> None:
    real, drawn = of_real_digits(shared_data), of_hands(400)
    for share, near in ((0.05, 0.06), (0.25, 0.05), (0.5, 0.05), (0.75, 0.06)):
        assert abs(np.quantile(real, share) - np.quantile(drawn, share)) <= near
    assert abs((real < -0.1).mean() - (drawn < -0.1).mean()) <= 0.04
