"""Illegible characters in MICR lines: one digit of each US routing number smeared, and what is made of it.

    python -m pipelines.benchmark micr SET [--subset LIST]

SET is a cheque set of MICR lines. Of its distinct lines with a US routing number that are read right as they
are, one digit is blacked out, blotted, blurred, drowned in noise, erased or worn off. Two shares are told of
each: the whole line right, and right with the place told as restored. Speed is CPU time of reading the lines
as they are, 64 together. Not for accuracy: see ``chequereader evaluate SET --field micr``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.cheque_set import ChequeSet, read_cheque_set, read_names
from chequereader.micr.reader import MicrReader
from chequereader.micr.reading import MicrReading
from chequereader.scan import open_scans

Image = NDArray[np.uint8]


def _blotted(cell: Image, dark: float) -> Image:
    out, (rows, columns) = cell.copy(), cell.shape
    axes = int(0.55 * columns), int(0.45 * rows)
    cv2.ellipse(out, (columns // 2, rows // 2), axes, 0, 0, 360, dark, -1)
    return out


def _worn(cell: Image, paper: float, rng: np.random.Generator) -> Image:
    left = (rng.random((5, 4)) < 0.25).astype(np.uint8)
    shown = cv2.resize(left, (cell.shape[1], cell.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.where(shown > 0, cell, paper).astype(np.uint8)


SMEARS: dict[str, Callable[[Image, float, float, np.random.Generator], Image]] = {
    "blacked out": lambda cell, dark, paper, rng: np.full_like(cell, dark),
    "blotted": lambda cell, dark, paper, rng: _blotted(cell, dark),
    "blurred": lambda cell, dark, paper, rng: np.asarray(
        cv2.GaussianBlur(cell, (0, 0), 0.3 * len(cell)), np.uint8
    ),
    "noise": lambda cell, dark, paper, rng: np.where(rng.random(cell.shape) < 0.5, dark, paper).astype(
        np.uint8
    ),
    "erased": lambda cell, dark, paper, rng: np.full_like(cell, paper),
    "worn": lambda cell, dark, paper, rng: _worn(cell, paper, rng),
}
"""Of a character's picture, with the grey of ink and of paper."""


def smeared(image: Image, box: Box, kind: str, rng: np.random.Generator) -> Image:
    """Return a line's picture with the character in a box left unreadable."""
    out, rim = image.copy(), max(1, round(0.05 * box.height))
    around = box.padded(rim, rim, image.shape[1], image.shape[0])
    cell = out[around.y0 : around.y1, around.x0 : around.x1]
    dark, paper = np.percentile(image, (2, 80))
    cell[:] = SMEARS[kind](cell.copy(), float(dark), float(paper), rng)
    return out


def clear_lines(cheques: ChequeSet, reader: MicrReader) -> tuple[list[tuple[Image, MicrReading]], float]:
    """Return distinct lines with a US routing number that are read right, and milliseconds a line."""
    truths = [truth for truth in cheques.truths if truth.micr]
    images = [next(iter(open_scans(cheques.path(truth)))).image for truth in truths]
    began = time.process_time()
    readings = reader.read_lines(images)
    spent = (time.process_time() - began) * 1000 / max(len(images), 1)
    found: dict[str, tuple[Image, MicrReading]] = {}
    for truth, image, reading in zip(truths, images, readings, strict=True):
        right = reading is not None and reading.raw == "".join(truth.micr.split())
        if reading is not None and right and reading.grammar == "us" and not reading.restored:
            found.setdefault(reading.raw, (image, reading))
    return list(found.values()), spent


def main(arguments: list[str]) -> None:
    """Measure and print one JSON object a kind of smear."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.benchmark micr")
    parser.add_argument("set", type=Path)
    parser.add_argument("--subset", type=Path)
    options = parser.parse_args(arguments)
    cheques = read_cheque_set(options.set)
    if options.subset is not None:
        cheques = cheques.restricted(read_names(options.subset))
    reader, rng = MicrReader(), np.random.default_rng(0)
    lines, spent = clear_lines(cheques, reader)
    print(json.dumps({"lines": len(lines), "cpu_ms_a_line": round(spent, 2)}))
    for kind in SMEARS:
        places = [line.raw.index("A") + 1 + int(rng.integers(9)) for _, line in lines]
        pictures = [
            smeared(image, line.characters[place], kind, rng)
            for (image, line), place in zip(lines, places, strict=True)
        ]
        right, said = 0, 0
        for (_, line), place, reading in zip(lines, places, reader.read_lines(pictures), strict=True):
            good = reading is not None and reading.raw == line.raw
            right += good
            said += good and reading is not None and place in reading.restored
        shares = {"right": round(right / len(lines), 3), "right_and_told": round(said / len(lines), 3)}
        print(json.dumps({"smear": kind, **shares}))
