"""Sums over many answers: error against rejection, and how far confidences can be believed.

All take ``confidence`` [answers], in 0..1, and ``right`` [answers], bool, of the best answers. Cheques
without any answer count in ``total`` only: no threshold accepts them. Answers of the same confidence can't be
told apart by a threshold, so they are accepted or rejected together, and no result depends on their order.
Not for deciding what is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

CALIBRATION_BINS = 15
"""Bins of equal mass in the expected calibration error; fewer if there are fewer answers."""


@dataclass(frozen=True)
class CurvePoint:
    """Shares of all cheques if exactly the answers of at least this confidence are accepted."""

    threshold: float
    correct: float
    error: float
    rejected: float


@dataclass(frozen=True)
class ReliabilityBin:
    """Some answers of like confidence: their mean confidence, the share of them that is right, how many."""

    confidence: float
    right: float
    count: int


def error_reject_curve(confidence: np.ndarray, right: np.ndarray, total: int) -> list[CurvePoint]:
    """Return a point for each confidence that occurs, the highest first, after one that rejects all."""
    levels, level_of_answer = np.unique(-confidence, return_inverse=True)
    accepted = np.cumsum(np.bincount(level_of_answer, minlength=len(levels)))
    correct = np.cumsum(np.bincount(level_of_answer, weights=right, minlength=len(levels))).astype(int)
    points = [CurvePoint(float("inf"), 0.0, 0.0, 1.0)]
    for level, taken, good in zip(-levels, accepted.tolist(), correct.tolist(), strict=True):
        points.append(CurvePoint(float(level), good / total, (taken - good) / total, (total - taken) / total))
    return points


def correct_at(confidence: np.ndarray, right: np.ndarray, total: int, error: float) -> float:
    """Return the largest share of all cheques that a threshold reads correctly with no more than ``error``.

    Both are shares of all ``total`` cheques, as in the paper's 82% correct at 1% error (section X).
    """
    return best_within(error_reject_curve(confidence, right, total), error).correct


def best_within(curve: Sequence[CurvePoint], error: float) -> CurvePoint:
    """Return the point of a curve with the most correct and no more than ``error``."""
    return max((point for point in curve if point.error <= error), key=lambda point: point.correct)


def reliability(
    confidence: np.ndarray, right: np.ndarray, bins: int = CALIBRATION_BINS
) -> list[ReliabilityBin]:
    """Return bins of equal mass (sizes differ by one at most), the least confident first."""
    if len(confidence) == 0:
        return []
    levels, level_of_answer = np.unique(confidence, return_inverse=True)
    # An edge between bins may part answers of one confidence: each counts as right as they are on average.
    share_right = np.bincount(level_of_answer, weights=right) / np.bincount(level_of_answer)
    ordered = np.sort(level_of_answer)
    return [
        ReliabilityBin(float(levels[part].mean()), float(share_right[part].mean()), len(part))
        for part in np.array_split(ordered, min(bins, len(ordered)))
    ]


def expected_calibration_error(
    confidence: np.ndarray, right: np.ndarray, bins: int = CALIBRATION_BINS
) -> float:
    """Return the mean distance, weighted by mass, between confidence and share of right answers in a bin."""
    parts = reliability(confidence, right, bins)
    return sum(part.count * abs(part.confidence - part.right) for part in parts) / max(len(confidence), 1)


def calibration_error_by_chance(
    confidence: np.ndarray, bins: int = CALIBRATION_BINS, draws: int = 200
) -> float:
    """Return the mean calibration error of answers that are right just as often as their confidences say.

    What an error has to be held against: with few answers in a bin chance alone parts the two. The mean of
    ``draws`` outcomes, the same for the same confidences.
    """
    rng = np.random.default_rng(0)
    outcomes = rng.random((draws, len(confidence))) < confidence
    return float(np.mean([expected_calibration_error(confidence, right, bins) for right in outcomes]))
