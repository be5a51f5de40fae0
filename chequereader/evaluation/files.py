"""The files of an evaluation: ``metrics.json``, ``readings.jsonl``, ``errors.csv`` and ``report.html``.

Not for what they say: ``figures`` and ``report`` do.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

from chequereader.evaluation.figures import Evaluation
from chequereader.evaluation.gallery import Gallery
from chequereader.evaluation.outcome import Outcome
from chequereader.evaluation.report import Conditions, report
from chequereader.output import make_folder, write_text


def write_evaluation(
    evaluation: Evaluation,
    folder: Path,
    gallery: Gallery | None = None,
    conditions: Conditions | None = None,
) -> None:
    """Write the files of an evaluation into a folder, which is made if need be; earlier ones are replaced.

    ``gallery`` holds the pictures of the report, ``conditions`` what it says of how the cheques were read.
    Raises ``OutputError`` where the system refuses.
    """
    make_folder(folder)
    write_text(folder / "metrics.json", json.dumps(evaluation.details(), indent=1, allow_nan=False) + "\n")
    write_text(
        folder / "readings.jsonl",
        "".join(outcome.reading.to_json() + "\n" for outcome in evaluation.outcomes),
    )
    write_text(folder / "errors.csv", _errors(evaluation.outcomes))
    write_text(folder / "report.html", report(evaluation, gallery or Gallery(0), conditions))


def _errors(outcomes: Iterable[Outcome]) -> str:
    """Return a table of what was read wrong or not at all, the most confident first."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(["file", "status", "truth", "read", "truth_text", "text", "confidence", "reason"])
    wrong = [outcome for outcome in outcomes if not outcome.is_right]
    for outcome in sorted(wrong, key=lambda o: -o.confidence):
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
