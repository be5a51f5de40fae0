"""A tablet's file with few strokes, for tests: a box for each letter, and one whole word."""

from pathlib import Path

import numpy as np

SMALL = "abcdefghijklmnopqrstuvwxyz"


def write_pens(folder: Path) -> None:
    """Write both files of pen strokes; two hands know all letters and signs."""
    square = np.array([[0, 0], [0, 10], [8, 10], [8, 0], [0, 0]], np.float32)
    characters = SMALL + SMALL.upper() + "0123456789/&-"
    labels = [c for c in characters for _ in range(2)]
    _write(folder / "unipen_isolated.npz", [[square]] * len(labels), labels, ["ann", "zoe"] * len(characters))
    word = [square, np.add(square, (9, 0)), np.add(square[:3], (18, 0))]
    _write(folder / "unipen_legal_words.npz", [word, word], ["thousand", "Two"], ["ann", "zoe"])


def _write(path: Path, written: list[list[np.ndarray]], labels: list[str], writers: list[str]) -> None:
    strokes = [stroke for character in written for stroke in character]
    np.savez(
        path,
        points=np.concatenate(strokes),
        stroke_start=np.cumsum([0, *map(len, strokes)]),
        segment_start=np.cumsum([0, *map(len, written)]),
        label=labels,
        writer=writers,
    )
