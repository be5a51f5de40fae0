"""Reading a cheque set to judge it: the images go through the reader in order, and time is taken.

Not for the judgement itself: ``figures`` draws it from the outcomes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from tqdm import tqdm

from chequereader.cheque_set import ChequeSet, Truth
from chequereader.errors import UnreadableInputError, one_line
from chequereader.evaluation.figures import Evaluation
from chequereader.evaluation.gallery import Gallery
from chequereader.evaluation.outcome import LineOutcome, Outcome, line_truth
from chequereader.reading import Reading, ReadsScans
from chequereader.scan import Page, Scan, open_pages

if TYPE_CHECKING:
    from chequereader.followed import FollowedPage

TOGETHER = 16
"""Images given to the reader at a time, so that it can work on them together."""


@runtime_checkable
class FollowsScans(Protocol):
    """A reader that can show what its stages made of a scan; ``chequereader.reader.Reader`` is one."""

    def follow(self, scans: Sequence[Scan]) -> list[tuple[FollowedPage, Reading]]:
        """Read pages together; the readings come in the order of the scans, each with its page."""


def evaluate(
    cheques: ChequeSet,
    reader: ReadsScans,
    gallery: Gallery | None = None,
    lines: bool = False,
    load: Callable[[Page], Scan] = lambda page: page.load(),
) -> Evaluation:
    """Read the images of a cheque set, the first page of each, and set the readings beside the truth.

    With ``lines`` the images are MICR lines and so is the truth. Rows that tell neither amount nor digits, or
    no line, are left out; ``UnreadableInputError`` if that leaves none. An image that can't be read is an
    outcome, with a failed reading. A gallery sees all outcomes, with their pages if the reader shows them;
    its time is not counted. Programs may decode by a ``load`` of their own.
    """
    every = [line_truth(truth) for truth in cheques.truths] if lines else cheques.truths
    truths = [truth for truth in every if truth.amount is not None or truth.digits]
    if not truths:
        wanted = "a MICR line (micr or text)" if lines else "an amount or digits"
        raise UnreadableInputError(
            f"{one_line(cheques.folder)}: no row tells {wanted}, so nothing can be compared"
        )
    kind = LineOutcome if lines else Outcome
    outcomes: list[Outcome] = []
    seconds = 0.0
    with tqdm(total=len(truths), unit="cheque", disable=None) as progress:
        for first in range(0, len(truths), TOGETHER):
            part = truths[first : first + TOGETHER]
            found, taken = _read(cheques, part, reader, gallery, kind, load)
            outcomes += found
            seconds += taken
            progress.update(len(part))
    return Evaluation(tuple(outcomes), seconds)


def _read(
    cheques: ChequeSet,
    truths: Sequence[Truth],
    reader: ReadsScans,
    gallery: Gallery | None,
    kind: type[Outcome],
    load: Callable[[Page], Scan],
) -> tuple[list[Outcome], float]:
    """Read some images together; return their outcomes and the seconds that decoding and reading took."""
    start = time.perf_counter()
    scans: dict[str, Scan] = {}
    readings: dict[str, Reading] = {}
    pages: dict[str, FollowedPage] = {}
    for truth in truths:
        try:
            # named, as the file is closed with its pages
            pages_of_file = open_pages(cheques.path(truth))
            scans[truth.file] = load(next(pages_of_file))
        except UnreadableInputError as error:
            readings[truth.file] = Reading.failed(truth.file, error.page, str(error), model=reader.model)
    if gallery is not None and isinstance(reader, FollowsScans):
        for file, (page, reading) in zip(scans, reader.follow(list(scans.values())), strict=True):
            pages[file], readings[file] = page, replace(reading, file=file)
    else:
        for file, reading in zip(scans, reader.read_many(list(scans.values())), strict=True):
            readings[file] = replace(reading, file=file)
    taken = time.perf_counter() - start
    outcomes = [kind(truth, readings[truth.file]) for truth in truths]
    if gallery is not None:
        for outcome in outcomes:
            gallery.see(outcome, pages.get(outcome.truth.file))
    return outcomes, taken
