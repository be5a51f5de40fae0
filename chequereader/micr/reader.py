"""The reader of MICR lines: straighten, segment, recognise, compose, best path. Its table of contents.

Lines go through the network and the graph together. Not for how any stage works.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chequereader.box import Box
from chequereader.decision import Calibration, load_calibrations
from chequereader.graph import Graph, Probabilities, viterbi
from chequereader.micr.characters import E13B, LABELS, LOST, SIGNS, TRANSIT, as_printed
from chequereader.micr.fields import check_digit, fields_of, form_of
from chequereader.micr.grammar import ABA_WEIGHTS, FREE_PENALTY, Form, micr_grammar
from chequereader.micr.ink import InkTexts
from chequereader.micr.line import straighten
from chequereader.micr.locate import Candidate, at_foot, locate
from chequereader.micr.reading import MicrReading
from chequereader.micr.recognition import penalties
from chequereader.micr.segmenter import MicrSegmentation, segment
from chequereader.recognition.store import SHIPPED, freeze, load_weights
from chequereader.segmentation.packing import pack_arcs

DEFAULT = SHIPPED / "micr.safetensors"

_LEGIBLE = 0.7
"""A character less likely than this by its ink alone is the grammar's."""
_RESTORED = 0.95
"""Of a line with a restored character, however sure the rest is: so many are right where one is smeared. The
check digit that restores it no longer tells whether the others are right."""
_LINES_A_CALL = 64
_LEAST_CHARACTERS = 6
"""Of a line found on a page; anything shorter may be any print."""
_LEAST_CONFIDENCE = 0.01
"""Of the same: other print, and the bars of CMC-7, leave everything open."""


@dataclass(frozen=True)
class _Said:
    """What a line says: candidates with their labels, the grammar they were read by.

    ``total``: forward penalty of all texts of the line, less what the grammar asks of this one.
    """

    characters: list[tuple[int, int]]
    form: Form
    total: float

    @classmethod
    def by_ink(cls, ink: InkTexts) -> _Said:
        """What the ink alone says."""
        return cls(ink.best, form_of(_text(ink.best)), ink.total)

    @cached_property
    def text(self) -> str:
        return _text(self.characters)


class MicrReader:
    """Reads MICR lines; loads weights once. ``WeightsError`` if there are none that fit."""

    def __init__(self, weights: Path | None = None) -> None:
        where = weights or DEFAULT
        loaded = load_weights(where)
        self.recogniser, self.model = freeze(loaded.recogniser), loaded.model
        self.calibration: Calibration = load_calibrations(where.with_suffix(".calibration.json"))["whole"]

    def read_line(self, image: NDArray[np.uint8]) -> MicrReading | None:
        """Read a picture of one line, grey uint8 [height, width], about level; None without characters."""
        return self.read_lines([image])[0]

    def read_lines(self, images: Sequence[NDArray[np.uint8]]) -> list[MicrReading | None]:
        """Read pictures of lines together, results in their order."""
        readings: list[MicrReading | None] = []
        for start in range(0, len(images), _LINES_A_CALL):
            strips = [straighten(image) for image in images[start : start + _LINES_A_CALL]]
            segmentations = [None if strip is None else segment(strip) for strip in strips]
            kept = [s for s in segmentations if s is not None and s.cuts]
            found = iter(self._read(kept))
            readings += [next(found) if s is not None and s.cuts else None for s in segmentations]
        return readings

    def read(self, image: NDArray[np.uint8]) -> MicrReading | None:
        """Find the line on a page, grey uint8 [height, width], and read it; None if there is none.

        The page may lie in any of four orientations.
        """
        return self._best_of([locate(image)])[0]

    def read_pages(self, images: Sequence[NDArray[np.uint8]]) -> list[MicrReading | None]:
        """Find and read the lines of level pages, which may stand on their heads; results in their order.

        The likeliest row at the foot of each page comes first: only where it says nothing are others read.
        """
        rows = [at_foot(image) for image in images]
        found = self._best_of([own[:1] for own in rows])
        left = [i for i, line in enumerate(found) if line is None]
        for i, line in zip(
            left, self._best_of([rows[i][1:] + at_foot(images[i], over=True) for i in left]), strict=True
        ):
            found[i] = line
        return found

    def _best_of(self, pages: Sequence[Sequence[Candidate]]) -> list[MicrReading | None]:
        """Read the rows of pages together and return of each page what looks most like a MICR line."""
        readings = iter(self.read_lines([row.image for rows in pages for row in rows]))
        found: list[MicrReading | None] = []
        for rows in pages:
            lines = [(row, line) for row, line in zip(rows, readings, strict=False) if line is not None]
            lines = [one for one in lines if _is_line(one[1])]
            best = max(lines, key=lambda one: _merit(one[1]), default=None)
            found.append(None if best is None else best[0].on_page(best[1]))
        return found

    @torch.no_grad()
    def _read(self, lines: Sequence[MicrSegmentation]) -> list[MicrReading | None]:
        if not lines:
            return []
        cost = penalties(
            self.recogniser,
            torch.from_numpy(np.concatenate([s.crops for s in lines])),
            torch.from_numpy(np.concatenate([s.geometry for s in lines])),
        )
        costs = cost.split([len(s.source) for s in lines])
        inks = [InkTexts(line, own.numpy()) for line, own in zip(lines, costs, strict=True)]
        said = [_Said.by_ink(ink) for ink in inks]
        # what the ink alone says and a grammar allows is the best path of all grammars too
        open_ = [i for i, one in enumerate(said) if one.form == Form.FREE and one.text]
        open_.sort(key=lambda i: -lines[i].cuts)  # sums over lines together are quickest so
        for i, one in zip(open_, _by_grammars([inks[i] for i in open_]), strict=True):
            said[i] = one
        return [self._reading(ink, one) if one.text else None for ink, one in zip(inks, said, strict=True)]

    def _reading(self, ink: InkTexts, said: _Said) -> MicrReading:
        raw, form = as_printed(said.text), said.form
        # the share of the text among all texts of the line (eq. 17)
        posterior = math.exp(min(said.total - ink.penalty(said.text), 0.0))
        boxes = tuple(ink.line.image_boxes([arc for arc, _ in said.characters]))
        restored = () if form == Form.FREE else _restored(said, torch.from_numpy(ink.cost))
        confidence = self.calibration.confidence(posterior) * (_RESTORED if restored else 1.0)
        return MicrReading(
            raw,
            fields_of(raw, form),
            form.name.lower(),
            round(confidence, 6),
            check_digit(raw, form),
            restored,
            reduce(Box.union, boxes),
            boxes,
            model=self.model,
        )


def _restored(said: _Said, cost: Tensor) -> tuple[int, ...]:
    """Return the places of characters that the grammar decided.

    Those whose ink is gone, those that the ink alone would have read otherwise, and those that the ink leaves
    open where the grammar allows only one character: the digits under a check digit, and the signs.
    """
    arcs, labels = (torch.tensor(column) for column in zip(*said.characters, strict=True))
    lost = torch.tensor([character in LOST for character in said.text])
    chance = torch.softmax(-cost[arcs, : E13B.rubbish], dim=1)
    mine = chance.gather(1, torch.where(lost, 0, labels)[:, None])[:, 0]
    only = labels >= E13B.index(TRANSIT)
    if said.form == Form.US:
        start = said.text.index(TRANSIT) + 1
        only[start : start + len(ABA_WEIGHTS)] = True
    decided = lost | (mine < chance.amax(dim=1)) | (only & (mine < _LEGIBLE))
    return tuple(decided.nonzero()[:, 0].tolist())


def _is_line(reading: MicrReading) -> bool:
    """Tell whether what was read on a page is a MICR line and not any other print."""
    signs = sum(reading.raw.count(sign) for sign in SIGNS)
    return signs > 0 and len(reading.raw) >= _LEAST_CHARACTERS and reading.confidence >= _LEAST_CONFIDENCE


def _merit(reading: MicrReading) -> float:
    """Return how much a reading looks like a MICR line: a fitting grammar, confidence, length."""
    return (reading.grammar != "free") + reading.confidence + min(len(reading.raw), 20) / 20


def _text(characters: Sequence[tuple[int, int]]) -> str:
    return LABELS.decode([label for _, label in characters])


def _by_grammars(inks: Sequence[InkTexts]) -> list[_Said]:
    """Return what lines say by all grammars, the free one among them."""
    found = []
    doubtful = []
    for i, (ink, total) in enumerate(zip(inks, _totals(inks), strict=True)):
        found.append(_Said(ink.best, Form.FREE, total - FREE_PENALTY))
        # shares of the whole: where all paths of the other grammars weigh less than the free best one, so
        # does the best of them
        others = 1 - math.exp(total - FREE_PENALTY - ink.total)
        if others >= math.exp(total - FREE_PENALTY - ink.least):
            doubtful.append(i)
    if doubtful:
        for i, (characters, form) in zip(doubtful, _best([inks[i] for i in doubtful]), strict=True):
            own = FREE_PENALTY if form == Form.FREE else 0.0
            found[i] = _Said(characters, form, found[i].total + FREE_PENALTY - own)
    return found


def _best(inks: Sequence[InkTexts]) -> list[tuple[list[tuple[int, int]], Form]]:
    """Return the characters of each line's best path by all grammars, and the grammar that it was read by."""
    grammar = micr_grammar()
    lines = [ink.line for ink in inks]
    graph = _packed(lines, [line.source for line in lines], [line.target for line in lines])
    best = viterbi(graph, torch.from_numpy(np.concatenate([ink.cost for ink in inks])), grammar.graph)
    found, start = [], 0
    for member, line in enumerate(lines):
        labels, arcs, grammar_arcs = best.path(member)
        steps = zip(arcs, labels, strict=True)
        characters = [(arc - start, label) for arc, label in steps if label != E13B.rubbish]
        found.append((characters, grammar.form(grammar_arcs)))
        start += len(line.source)
    return found


def _totals(inks: Sequence[InkTexts]) -> list[float]:
    """Return the forward penalty of each line by all grammars (eq. 13)."""
    if not inks:
        return []
    lines = [ink.line for ink in inks]
    # to sums, a blank and a candidate between the same cuts are one arc; sorted, they stand together
    first = [np.flatnonzero(np.diff(line.source * line.cuts + line.target, prepend=-1)) for line in lines]
    cost = [-np.logaddexp.reduceat(-ink.cost, own) for ink, own in zip(inks, first, strict=True)]
    sources = [line.source[own] for line, own in zip(lines, first, strict=True)]
    targets = [line.target[own] for line, own in zip(lines, first, strict=True)]
    graph = _packed(lines, sources, targets)
    return Probabilities(graph, torch.from_numpy(np.concatenate(cost)), micr_grammar().graph).total.tolist()


def _packed(
    lines: Sequence[MicrSegmentation],
    sources: Sequence[NDArray[np.int64]],
    targets: Sequence[NDArray[np.int64]],
) -> Graph:
    return pack_arcs(
        [line.cuts for line in lines],
        [len(source) for source in sources],
        np.concatenate(sources),
        np.concatenate(targets),
    )
