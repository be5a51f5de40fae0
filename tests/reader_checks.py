"""Drawn fields to read, and what holds of every reading that has answers."""

from __future__ import annotations

import numpy as np
from drawn_fields import PAPER, draw

from chequereader.box import Box
from chequereader.reader import CANDIDATES
from chequereader.reading import Reading
from chequereader.scan import Scan


def field_scan(text: str = "1,234", shear: float = 0.0) -> Scan:
    return Scan(draw(text, shear=shear).image, None, f"{text}.png")


def blank(height: int = 300, width: int = 700) -> Scan:
    return Scan(np.full((height, width), PAPER, np.uint8), 100.0, "blank.png")


def inside(inner: Box, outer: Box) -> bool:
    return inner.intersection(outer) == inner and inner.area > 0


def check(reading: Reading, scan: Scan) -> None:
    """What holds of every reading that has answers."""
    height, width = scan.image.shape
    assert (reading.file, reading.page) == (scan.source, scan.page)
    assert reading.field is not None
    assert inside(reading.field, Box(0, 0, width, height))
    assert 1 <= len(reading.candidates) <= CANDIDATES
    best = reading.candidates[0]
    assert (best.text, best.digits, best.confidence) == (reading.text, reading.digits, reading.confidence)
    assert reading.amount in (None, best.amount)
    assert sum(c.confidence for c in reading.candidates) <= 1 + 1e-5
    assert len({c.amount for c in reading.candidates}) == len(reading.candidates)
    assert "".join(s.char for s in reading.symbols) == reading.text
    assert all(inside(s.box, reading.field) for s in reading.symbols)
    assert set(reading.stages) - {"micr", "words"} == {"locate", "segment", "recognise", "interpret"}
    assert reading.elapsed_ms > 0
    assert Reading.from_json(reading.to_json()) == reading
