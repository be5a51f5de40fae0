"""Where each character stands along a strip, found by forced alignment with a trained sliding network.

The best path among those that say what the strip is known to say (section VI: the constrained interpretation
graph), and the columns of least ink between its characters. No boxes are needed. Not for reading: the truth
is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from chequereader.alphabet import AMOUNTS
from chequereader.grammar import Grammar
from chequereader.grammar.held import HOLDING, held, holding_penalties
from chequereader.graph import pack, viterbi
from chequereader.recognition.sliding import SlidingRecogniser, chain, padded
from chequereader.segmentation.strip import REACH, STRIDE, rescaled
from chequereader.training.truths import constrained, is_written

_BATCH = 32
_OUTERMOST = 36  # pixels from the middle of the first or last character to where its ink ends, at most
_INNERMOST = 5
_CLEAR = 250.0  # ink in a column that is no stroke yet
_PAPER = 80  # ink up to here may be the paper's pattern


@dataclass(frozen=True)
class AlignedStrip:
    """A strip with its characters: ``strip`` uint8 [32, width]; ``text`` as the path says it.

    Character i stands between the columns ``edges`` [i] and [i + 1]; ``edges`` int64 [len(text) + 1], and
    ``clear`` bool as many, whether an edge runs beside all ink and not through it.
    ``written`` tells whether the truth was the text as written, or its digits alone.
    """

    strip: NDArray[np.uint8]
    text: str
    edges: NDArray[np.int64]
    clear: NDArray[np.bool_]
    written: bool


def align(
    recogniser: SlidingRecogniser,
    grammar: Grammar,
    strips: Sequence[NDArray[np.uint8]],
    truths: Sequence[str],
) -> list[AlignedStrip]:
    """Align strips with their truths; those in which the truth has no path are left out.

    ``UsageError`` for a truth that is no amount of the grammar.
    """
    known = {truth: held(constrained(grammar, truth)) for truth in set(truths)}
    found = []
    for start in range(0, len(strips), _BATCH):
        own, says = strips[start : start + _BATCH], truths[start : start + _BATCH]
        inputs, counts = padded([rescaled(strip, recogniser.scale) for strip in own])
        with torch.no_grad():
            penalties = recogniser(inputs.to(recogniser.prior.device))
        rows = torch.cat([p[:n] for p, n in zip(penalties, counts, strict=True)]).cpu()
        best = viterbi(chain(counts), holding_penalties(rows), pack([known[truth] for truth in says]))
        for member, (strip, truth) in enumerate(zip(own, says, strict=True)):
            if best.penalty[member] == torch.inf:
                continue
            labels = np.array(best.path(member)[0])
            # a first position begins a character, the ones that hold on belong to it
            begins = np.flatnonzero((labels < HOLDING) & (labels != AMOUNTS.rubbish))
            spoken = labels != AMOUNTS.rubbish
            ends = [
                int(next((p for p in range(b + 1, len(labels)) if not spoken[p]), len(labels)))
                for b in begins
            ]
            middles = np.array([(b + e - 1) / 2 for b, e in zip(begins, ends, strict=True)])
            middles = (middles * STRIDE + REACH / 2) / recogniser.scale.across
            text = AMOUNTS.decode([int(label) for label in labels[begins]])
            found.append(AlignedStrip(strip, text, *_edges(strip, middles), is_written(truth)))
    return found


def _edges(
    strip: NDArray[np.uint8], middles: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Columns of least ink before, between and after the characters' middles, and which are clear of it.

    Paper doesn't count as ink.
    """
    stroke = np.clip(strip.astype(np.float64) - _PAPER, 0.0, None).sum(axis=0)
    ink = np.convolve(stroke, [0.25, 0.5, 0.25], mode="same")
    width = strip.shape[1]

    def least(low: float, high: float, near: float) -> int:
        columns = np.arange(max(int(low), 0), min(int(high), width - 1) + 1)
        # of columns alike the nearest one
        return int(columns[np.argmin(ink[columns] + 2.0 * np.abs(columns - near))])

    between = [least(a + 1, b, (a + b) / 2) for a, b in pairwise(middles.tolist())]
    first = least(middles[0] - _OUTERMOST, middles[0] - _INNERMOST, middles[0] - REACH / 2)
    last = least(middles[-1] + _INNERMOST, middles[-1] + _OUTERMOST, middles[-1] + REACH / 2)
    edges = np.array([first, *between, last], np.int64)
    return edges, ink[edges] <= _CLEAR
