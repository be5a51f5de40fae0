"""The reader of MICR lines in one type: straighten, segment, recognise, compose, best path.

Lines go through the network and the graph together. Its table of contents; not for how any stage works, or
for telling types apart (``either``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chequereader.box import Box
from chequereader.decision import Calibration, load_calibrations
from chequereader.micr.characters import LOST, TRANSIT, as_printed
from chequereader.micr.check_digits import ABA_WEIGHTS
from chequereader.micr.fields import check_digit, fields_of
from chequereader.micr.fonts import E13B, Font, Form
from chequereader.micr.ink import InkTexts
from chequereader.micr.interpretation import Said, interpret
from chequereader.micr.line import straighten
from chequereader.micr.locate import Candidate, at_foot, locate
from chequereader.micr.reading import MicrReading
from chequereader.micr.recognition import penalties
from chequereader.micr.segmenter import MicrSegmentation, segment
from chequereader.recognition.store import load_weights, made_ready
from chequereader.shipped import SHIPPED

_LEGIBLE = 0.7
"""A character less likely than this by its ink alone is the grammar's."""
_RESTORED = 0.95
"""Of a line with a restored character, however sure the rest is: so many are right where one is smeared. The
check digit that restores it no longer tells whether the others are right."""
_SURE = 0.5
"""With less confidence even a line that fits a grammar may be something else."""
_LINES_A_CALL = 64
_LEAST_CHARACTERS = 6
"""Of a line found on a page; anything shorter may be any print."""
_LEAST_CONFIDENCE = 0.01
"""Of the same: other print, and lines in another type, leave everything open."""


Images = Sequence[NDArray[np.uint8]]


class MicrReader:
    """Reads lines in one type; loads weights once. ``WeightsError`` if there are none that fit."""

    def __init__(self, weights: Path | None = None, font: Font = E13B) -> None:
        self.font = font
        where = weights or SHIPPED / font.weights
        loaded = load_weights(where)
        self.recogniser, self.model = made_ready(loaded.recogniser, torch.device("cpu")), loaded.model
        self.calibration: Calibration = load_calibrations(where.with_suffix(".calibration.json"))["whole"]

    def read_line(self, image: NDArray[np.uint8]) -> MicrReading | None:
        """Read a picture of one line, grey uint8 [height, width], about level; None without characters."""
        return self.read_lines([image])[0]

    def read_lines(self, images: Images, of_pages: bool = False) -> list[MicrReading | None]:
        """Read pictures of lines together, results in their order; ``of_pages`` as for ``straighten``."""
        readings: list[MicrReading | None] = []
        for start in range(0, len(images), _LINES_A_CALL):
            some = images[start : start + _LINES_A_CALL]
            strips = [straighten(image, self.font, of_pages) for image in some]
            segmentations = [None if strip is None else segment(strip, self.font) for strip in strips]
            kept = [s for s in segmentations if s is not None and s.cuts]
            found = iter(self._read(kept))
            readings += [next(found) if s is not None and s.cuts else None for s in segmentations]
        return readings

    def read(self, image: NDArray[np.uint8]) -> MicrReading | None:
        """Find the line on a page, grey uint8 [height, width], and read it; None if there is none.

        The page may lie in any of four orientations.
        """
        return self._best_of([locate(image, self.font)])[0]

    def read_pages(self, images: Images) -> list[MicrReading | None]:
        """Find and read the lines of level pages, which may stand on their heads; results in their order.

        The likeliest row at the foot of each page comes first: others are read where that is not certain.
        """
        return look_on(images, (self.at_foot, self.elsewhere))

    def at_foot(self, images: Images) -> list[MicrReading | None]:
        """Read the likeliest row at the foot of each level page."""
        return self._best_of([at_foot(image, font=self.font)[:1] for image in images])

    def elsewhere(self, images: Images) -> list[MicrReading | None]:
        """Read the other rows at the foot of each level page, and those at its head, as if it stood on it."""
        return self._best_of(
            [at_foot(image, font=self.font)[1:] + at_foot(image, True, self.font) for image in images]
        )

    def _best_of(self, pages: Sequence[Sequence[Candidate]]) -> list[MicrReading | None]:
        """Read the rows of pages together and return of each page what looks most like a MICR line."""
        readings = iter(self.read_lines([row.image for rows in pages for row in rows], of_pages=True))
        found: list[MicrReading | None] = []
        for rows in pages:
            lines = [(row, line) for row, line in zip(rows, readings, strict=False) if line is not None]
            lines = [one for one in lines if self._is_line(one[1])]
            best = max(lines, key=lambda one: merit(one[1]), default=None)
            found.append(None if best is None else best[0].on_page(best[1]))
        return found

    @torch.no_grad()
    def _read(self, lines: Sequence[MicrSegmentation]) -> list[MicrReading | None]:
        if not lines:
            return []
        # each line by itself: the last digits of a penalty depend on what it is computed beside
        costs = [
            penalties(self.font, self.recogniser, torch.from_numpy(s.crops), torch.from_numpy(s.geometry))
            for s in lines
        ]
        inks = [InkTexts(line, cost.numpy()) for line, cost in zip(lines, costs, strict=True)]
        said = interpret(inks)
        return [self._reading(ink, one) if one.text else None for ink, one in zip(inks, said, strict=True)]

    def _reading(self, ink: InkTexts, said: Said) -> MicrReading:
        raw, form = as_printed(said.text), said.form
        # the share of the text among all texts of the line (eq. 17)
        posterior = math.exp(min(said.total - ink.penalty(said.text), 0.0))
        boxes = tuple(ink.line.image_boxes([arc for arc, _ in said.characters]))
        restored = () if form == Form.FREE else _restored(said, torch.from_numpy(ink.cost), self.font)
        confidence = self.calibration.confidence(posterior) * (_RESTORED if restored else 1.0)
        return MicrReading(
            raw,
            fields_of(raw, form, self.font),
            form.name.lower(),
            round(confidence, 6),
            check_digit(raw, form, self.font),
            restored,
            reduce(Box.union, boxes),
            boxes,
            model=self.model,
            font=self.font.name,
        )

    def _is_line(self, reading: MicrReading) -> bool:
        """Tell whether what was read on a page is a MICR line and not any other print."""
        signs = sum(reading.raw.count(sign) for sign in self.font.signs)
        return signs > 0 and len(reading.raw) >= _LEAST_CHARACTERS and reading.confidence >= _LEAST_CONFIDENCE


def _restored(said: Said, cost: Tensor, font: Font) -> tuple[int, ...]:
    """Return the places of characters that the grammar decided.

    Those whose ink is gone, those that the ink alone would have read otherwise, and those that the ink leaves
    open where the grammar allows only one character: the digits under a check digit, and the signs.
    """
    arcs, labels = (torch.tensor(column) for column in zip(*said.characters, strict=True))
    lost = torch.tensor([character in LOST for character in said.text])
    chance = torch.softmax(-cost[arcs, : font.labels.rubbish], dim=1)
    mine = chance.gather(1, torch.where(lost, 0, labels)[:, None])[:, 0]
    only = labels >= font.labels.index(font.signs[0])
    if said.form == Form.US:
        start = said.text.index(TRANSIT) + 1
        only[start : start + len(ABA_WEIGHTS)] = True
    decided = lost | (mine < chance.amax(dim=1)) | (only & (mine < _LEGIBLE))
    return tuple(decided.nonzero()[:, 0].tolist())


def look_on(
    images: Images, looks: Sequence[Callable[[Images], list[MicrReading | None]]]
) -> list[MicrReading | None]:
    """Return what the first look finds in each picture, and the further ones where that leaves doubt.

    Of what several looks find in a picture the best counts.
    """
    found: list[MicrReading | None] = [None] * len(images)
    for look in looks:
        left = [i for i, line in enumerate(found) if not line or not line.certain or line.confidence < _SURE]
        if not left:
            break
        for i, line in zip(left, look([images[i] for i in left]), strict=True):
            found[i] = max((one for one in (found[i], line) if one is not None), key=merit, default=None)
    return found


def merit(reading: MicrReading) -> float:
    """Return how much a reading looks like a MICR line: a fitting grammar, confidence, length."""
    return (reading.grammar != "free") + reading.confidence + min(len(reading.raw), 20) / 20
