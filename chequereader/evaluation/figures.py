"""The figures of an evaluation, for programs and for people.

Not for the arithmetic, which ``metrics`` and ``alignment`` have, nor for files: ``files`` writes them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chequereader.evaluation.alignment import Pair, confusions
from chequereader.evaluation.metrics import (
    CALIBRATION_BINS,
    CurvePoint,
    ReliabilityBin,
    calibration_error_by_chance,
    correct_at,
    error_reject_curve,
    expected_calibration_error,
    reliability,
)
from chequereader.evaluation.outcome import Outcome

ERROR_SHARES = ("0.01", "0.005", "0.001")
"""The shares of wrong cheques at which the share of correct ones is told."""


@dataclass(frozen=True)
class Evaluation:
    """The outcomes of a cheque set, at least one, and how many seconds decoding and reading took."""

    outcomes: tuple[Outcome, ...]
    seconds: float

    def _share(self, outcomes: Iterable[bool]) -> float:
        return sum(outcomes) / len(self.outcomes)

    @cached_property
    def _answers(self) -> tuple[np.ndarray, np.ndarray]:
        answered = [(o.answer.confidence, o.is_right) for o in self.outcomes if o.answer is not None]
        confidence = np.array([confidence for confidence, _ in answered], dtype=float)
        return confidence, np.array([right for _, right in answered], dtype=bool)

    @property
    def failed(self) -> int:
        """How many images couldn't be read."""
        return sum(outcome.reading.status == "failed" for outcome in self.outcomes)

    @property
    def curve(self) -> list[CurvePoint]:
        """Error against rejection over all thresholds."""
        return error_reject_curve(*self._answers, len(self.outcomes))

    @property
    def reliability(self) -> list[ReliabilityBin]:
        """Confidence beside the share of right answers."""
        return reliability(*self._answers)

    @property
    def confusions(self) -> Counter[Pair]:
        """True digits and what was read for them, where the digits as written are known."""
        texts = [
            (o.truth.digits_as_written(), o.answer.digits)
            for o in self.outcomes
            if o.answer is not None and o.truth.digits_as_written()
        ]
        return confusions(texts)

    def metrics(self) -> dict[str, Any]:
        """Return the figures that other programs rely on.

        ``correct``, ``error`` and ``rejected`` are shares of all ``n`` cheques at the threshold used and add
        up to one; images that failed count as rejected. ``exact`` is the share whose best answer is right,
        accepted or not; ``correct_at`` the largest share that can be correct with that share of errors.
        ``ece_by_chance`` is the calibration error to expect of as many answers whose confidences are true.
        """
        outcomes = self.outcomes
        confidence, right = self._answers
        stages = sorted({stage for outcome in outcomes for stage in outcome.reading.stages})
        return {
            "n": len(outcomes),
            "exact": self._share(o.is_right for o in outcomes),
            "correct": self._share(o.kind == "correct" for o in outcomes),
            "error": self._share(o.kind == "error" for o in outcomes),
            "rejected": self._share(o.kind == "rejected" for o in outcomes),
            "failed": self.failed / len(outcomes),
            "correct_at": {
                share: correct_at(confidence, right, len(outcomes), float(share)) for share in ERROR_SHARES
            },
            "ece": expected_calibration_error(confidence, right),
            "ece_by_chance": calibration_error_by_chance(confidence),
            "ece_bins": CALIBRATION_BINS,
            "per_second": len(outcomes) / self.seconds,
            "stages_ms": {
                stage: sum(o.reading.stages.get(stage, 0.0) for o in outcomes) / len(outcomes)
                for stage in stages
            },
            "model": next((o.reading.model for o in outcomes if o.reading.model), None),
        }

    def details(self) -> dict[str, Any]:
        """Return the figures with the error-reject curve, the reliability and the confusions of digits."""
        curve = [
            # The point that rejects all has no threshold among numbers.
            {**asdict(point), "threshold": point.threshold if math.isfinite(point.threshold) else None}
            for point in self.curve
        ]
        return {
            **self.metrics(),
            "curve": curve,
            "reliability": [asdict(part) for part in self.reliability],
            "confusions": [
                {"truth": truth, "read": read, "count": count}
                for (truth, read), count in sorted(self.confusions.items())
            ],
        }

    def lines(self) -> list[str]:
        """Return the figures for people."""
        figures = self.metrics()
        at = ", ".join(
            f"{correct:.1%} at {float(share):.1%} error" for share, correct in figures["correct_at"].items()
        )
        return [
            f"{figures['n']} cheques: {figures['correct']:.1%} correct, {figures['error']:.1%} error, "
            f"{figures['rejected']:.1%} rejected ({self.failed} failed)",
            f"best answer right: {figures['exact']:.1%}",
            f"could be correct: {at}",
            f"calibration error {figures['ece']:.3f} ({CALIBRATION_BINS} bins; by chance "
            f"{figures['ece_by_chance']:.3f}), {figures['per_second']:.2f} cheques a second",
        ]
