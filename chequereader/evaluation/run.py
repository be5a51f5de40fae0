"""Reading a cheque set to judge it: the images go through the reader in order, and time is taken.

Not for the judgement itself: ``report`` draws it from the outcomes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from tqdm import tqdm

from chequereader.cheque_set import ChequeSet, Truth
from chequereader.errors import UnreadableInputError, one_line
from chequereader.evaluation.outcome import Outcome
from chequereader.evaluation.report import Evaluation
from chequereader.reading import Reading, ReadsScans
from chequereader.scan import Scan, open_scans

TOGETHER = 16
"""Images given to the reader at a time, so that it can work on them together."""


def evaluate(cheques: ChequeSet, reader: ReadsScans) -> Evaluation:
    """Read the images of a cheque set, the first page of each, and set the readings beside the truth.

    Rows that tell neither amount nor digits are left out; ``UnreadableInputError`` if that leaves none. An
    image that can't be read is an outcome, with a failed reading.
    """
    truths = [truth for truth in cheques.truths if truth.amount is not None or truth.digits]
    if not truths:
        raise UnreadableInputError(
            f"{one_line(cheques.folder)}: no row tells an amount or digits, so nothing can be compared"
        )
    outcomes: list[Outcome] = []
    start = time.perf_counter()
    with tqdm(total=len(truths), unit="cheque", disable=None) as progress:
        for first in range(0, len(truths), TOGETHER):
            part = truths[first : first + TOGETHER]
            outcomes += _outcomes(cheques, part, reader)
            progress.update(len(part))
    return Evaluation(tuple(outcomes), time.perf_counter() - start)


def _outcomes(cheques: ChequeSet, truths: Sequence[Truth], reader: ReadsScans) -> list[Outcome]:
    scans: dict[str, Scan] = {}
    readings: dict[str, Reading] = {}
    for truth in truths:
        try:
            scans[truth.file] = next(open_scans(cheques.path(truth)))
        except UnreadableInputError as error:
            readings[truth.file] = Reading.failed(truth.file, error.page, str(error), model=reader.model)
    for file, reading in zip(scans, reader.read_many(list(scans.values())), strict=True):
        readings[file] = replace(reading, file=file)
    return [Outcome(truth, readings[truth.file]) for truth in truths]
