"""Digits written on a tablet, from files of UNIPEN's text form such as UCI's pendigits.

Reads what these files hold of the form: one digit a segment, its strokes between PEN_DOWN and PEN_UP, its
writer in the comment behind it. Not for UNIPEN's isolated characters, which come as npz: see ``glyphs``.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chequereader.errors import reading_whole
from chequereader.training.glyphs import StrokeGlyphs


def pendigits(path: Path) -> StrokeGlyphs:
    """Read digits by writer from a file, gzipped or not; ``UnreadableInputError`` for any other file."""
    with reading_whole(path, "file of pen digits", "UCI's pendigits"):
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("latin-1")
        return _glyphs(text.split(".SEGMENT")[1:])


def _glyphs(segments: list[str]) -> StrokeGlyphs:
    if not segments:
        raise ValueError("no segments")
    digits: list[tuple[str, str, list[NDArray[np.float32]]]] = []
    for segment in segments:
        head, comment, *_ = segment.splitlines()
        digit, writer = head.split('"')[1], comment.split()[2]
        strokes = [_stroke(part.split(".PEN_UP")[0]) for part in segment.split(".PEN_DOWN")[1:]]
        digits.append((digit, writer, [stroke for stroke in strokes if len(stroke)]))
    number = {writer: n for n, writer in enumerate(sorted({writer for _, writer, _ in digits}))}
    samples: dict[str, list[list[list[NDArray[np.float32]]]]] = {}
    for digit, writer, strokes in digits:
        if strokes:
            samples.setdefault(digit, [[] for _ in number])[number[writer]].append(strokes)
    return StrokeGlyphs(samples)


def _stroke(text: str) -> NDArray[np.float32]:
    points = np.array(text.split(), np.float32).reshape(-1, 2)
    points[:, 1] *= -1  # a tablet's y grows upwards
    return points
