"""What MICR lines say: by their ink alone, and by all grammars where that fits none of them.

Not for the recursions (``ink``, ``chequereader.graph``) or the grammars themselves (``grammar``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from chequereader.graph import Graph, Probabilities, viterbi
from chequereader.micr.fields import form_of
from chequereader.micr.fonts import Font, Form
from chequereader.micr.grammar import FREE_PENALTY, micr_grammar
from chequereader.micr.ink import InkTexts
from chequereader.micr.segmenter import MicrSegmentation
from chequereader.segmentation.packing import pack_arcs


@dataclass(frozen=True)
class Said:
    """What a line says: candidates with their labels, their ``text``, the grammar they were read by.

    ``total``: forward penalty of all texts of the line, less what the grammar asks of this one.
    """

    characters: list[tuple[int, int]]
    text: str
    form: Form
    total: float

    @classmethod
    def by_ink(cls, ink: InkTexts) -> Said:
        """What the ink alone says."""
        font = ink.line.font
        text = _text(ink.best, font)
        return cls(ink.best, text, form_of(text, font), ink.total)


def interpret(inks: Sequence[InkTexts]) -> list[Said]:
    """Return what lines, all in one type, say, in their order; no characters where nothing is legible."""
    said = [Said.by_ink(ink) for ink in inks]
    # what the ink alone says and a grammar allows is the best path of all grammars too
    open_ = [i for i, one in enumerate(said) if one.form == Form.FREE and one.text]
    open_.sort(key=lambda i: -inks[i].line.cuts)  # sums over lines together are quickest so
    if open_:
        for i, one in zip(open_, _by_grammars([inks[i] for i in open_]), strict=True):
            said[i] = one
    return said


def _text(characters: Sequence[tuple[int, int]], font: Font) -> str:
    return font.labels.decode([label for _, label in characters])


def _by_grammars(inks: Sequence[InkTexts]) -> list[Said]:
    """Return what lines say by all grammars, the free one among them."""
    found = []
    doubtful = []
    for i, (ink, total) in enumerate(zip(inks, _totals(inks), strict=True)):
        found.append(Said(ink.best, _text(ink.best, ink.line.font), Form.FREE, total - FREE_PENALTY))
        # shares of the whole: where all paths of the other grammars weigh less than the free best one, so
        # does the best of them
        others = 1 - math.exp(total - FREE_PENALTY - ink.total)
        if others >= math.exp(total - FREE_PENALTY - ink.least):
            doubtful.append(i)
    if doubtful:
        for i, (characters, form) in zip(doubtful, _best([inks[i] for i in doubtful]), strict=True):
            own = FREE_PENALTY if form == Form.FREE else 0.0
            text = _text(characters, inks[i].line.font)
            found[i] = Said(characters, text, form, found[i].total + FREE_PENALTY - own)
    return found


def _best(inks: Sequence[InkTexts]) -> list[tuple[list[tuple[int, int]], Form]]:
    """Return the characters of each line's best path by all grammars, and the grammar that it was read by."""
    lines = [ink.line for ink in inks]
    font = lines[0].font
    grammar = micr_grammar(font)
    graph = _packed(lines, [line.source for line in lines], [line.target for line in lines])
    best = viterbi(graph, torch.from_numpy(np.concatenate([ink.cost for ink in inks])), grammar.graph)
    found, start = [], 0
    for member, line in enumerate(lines):
        labels, arcs, grammar_arcs = best.path(member)
        steps = zip(arcs, labels, strict=True)
        characters = [(arc - start, label) for arc, label in steps if label != font.labels.rubbish]
        found.append((characters, grammar.form(grammar_arcs)))
        start += len(line.source)
    return found


def _totals(inks: Sequence[InkTexts]) -> list[float]:
    """Return the forward penalty of each line by all grammars (eq. 13)."""
    lines = [ink.line for ink in inks]
    # to sums, a blank and a candidate between the same cuts are one arc; sorted, they stand together
    first = [np.flatnonzero(np.diff(line.source * line.cuts + line.target, prepend=-1)) for line in lines]
    cost = [-np.logaddexp.reduceat(-ink.cost, own) for ink, own in zip(inks, first, strict=True)]
    sources = [line.source[own] for line, own in zip(lines, first, strict=True)]
    targets = [line.target[own] for line, own in zip(lines, first, strict=True)]
    graph = _packed(lines, sources, targets)
    grammar = micr_grammar(lines[0].font)
    return Probabilities(graph, torch.from_numpy(np.concatenate(cost)), grammar.graph).total.tolist()


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
