"""The figures of an evaluation and their files: ``metrics.json``, ``readings.jsonl``, ``errors.csv``.

Not for the arithmetic: ``metrics`` and ``alignment`` have it.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from chequereader.evaluation.alignment import confusions
from chequereader.evaluation.metrics import (
    CALIBRATION_BINS,
    correct_at,
    error_reject_curve,
    expected_calibration_error,
    reliability,
)
from chequereader.evaluation.outcome import Outcome
from chequereader.output import make_folder, write_text

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

    def metrics(self) -> dict[str, Any]:
        """Return the figures that other programs rely on.

        ``correct``, ``error`` and ``rejected`` are shares of all ``n`` cheques at the threshold used and add
        up to one; images that failed count as rejected. ``exact`` is the share whose best answer is right,
        accepted or not; ``correct_at`` the largest share that can be correct with that share of errors.
        """
        outcomes = self.outcomes
        confidence, right = self._answers
        stages = sorted({stage for outcome in outcomes for stage in outcome.reading.stages})
        return {
            "n": len(outcomes),
            "exact": self._share(o.is_right for o in outcomes),
            "correct": self._share(o.is_accepted and o.is_right for o in outcomes),
            "error": self._share(o.is_accepted and not o.is_right for o in outcomes),
            "rejected": self._share(not o.is_accepted for o in outcomes),
            "failed": self.failed / len(outcomes),
            "correct_at": {
                share: correct_at(confidence, right, len(outcomes), float(share)) for share in ERROR_SHARES
            },
            "ece": expected_calibration_error(confidence, right),
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
        confidence, right = self._answers
        texts = [
            (o.truth.digits_as_written(), o.answer.digits)
            for o in self.outcomes
            if o.answer is not None and o.truth.digits_as_written()
        ]
        curve = [
            # The point that rejects all has no threshold among numbers.
            {**asdict(point), "threshold": point.threshold if math.isfinite(point.threshold) else None}
            for point in error_reject_curve(confidence, right, len(self.outcomes))
        ]
        return {
            **self.metrics(),
            "curve": curve,
            "reliability": [asdict(part) for part in reliability(confidence, right)],
            "confusions": [
                {"truth": truth, "read": read, "count": count}
                for (truth, read), count in sorted(confusions(texts).items())
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
            f"calibration error {figures['ece']:.3f} ({CALIBRATION_BINS} bins), "
            f"{figures['per_second']:.2f} cheques a second",
        ]


def write_evaluation(evaluation: Evaluation, folder: Path) -> None:
    """Write the files of an evaluation into a folder, which is made if need be; earlier ones are replaced.

    Raises ``OutputError`` where the system refuses.
    """
    make_folder(folder)
    write_text(folder / "metrics.json", json.dumps(evaluation.details(), indent=1, allow_nan=False) + "\n")
    write_text(
        folder / "readings.jsonl",
        "".join(outcome.reading.to_json() + "\n" for outcome in evaluation.outcomes),
    )
    write_text(folder / "errors.csv", _errors(evaluation.outcomes))


def _errors(outcomes: Iterable[Outcome]) -> str:
    """Return a table of what was read wrong or not at all, the most confident first."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(["file", "status", "truth", "read", "truth_text", "text", "confidence", "reason"])
    wrong = [outcome for outcome in outcomes if not outcome.is_right]
    for outcome in sorted(wrong, key=lambda o: 0.0 if o.answer is None else -o.answer.confidence):
        truth, reading, answer = outcome.truth, outcome.reading, outcome.answer
        by_amount = truth.amount is not None
        read = ["", "", ""]
        if answer is not None:
            read = [
                str(answer.amount) if by_amount else answer.digits,
                answer.text,
                f"{answer.confidence:.6f}",
            ]
        writer.writerow(
            [
                truth.file,
                reading.status,
                str(truth.amount) if by_amount else truth.digits,
                read[0],
                truth.text,
                *read[1:],
                reading.reason or "",
            ]
        )
    return buffer.getvalue()
