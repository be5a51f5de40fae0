"""The pictures kept for a report while a cheque set is read: of few cheques, however many are read.

Errors and rejects are shown the most confident first, so those are kept; what falls behind is let go.
Not for drawing: ``pictures`` does that.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import TYPE_CHECKING

from chequereader.evaluation.outcome import Kind, Outcome
from chequereader.evaluation.pictures import EncodedPicture, draw_pictures

if TYPE_CHECKING:
    from chequereader.followed import FollowedPage


def ranked(outcomes: Iterable[Outcome], kind: Kind) -> list[Outcome]:
    """Return the outcomes of a kind, the most confident first, equals in the order of the set."""
    return sorted((o for o in outcomes if o.kind == kind), key=lambda o: -o.confidence)


class Gallery:
    """Pictures of the first ``limit`` errors and of the first ``limit`` rejects, as ``ranked`` orders them.

    Outcomes have to be shown to it in the order of the set.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._seen = 0
        # The one that stands last is on top: the least confident, and of equals the one seen last.
        self._kept: dict[Kind, list[tuple[float, int, str]]] = {"error": [], "rejected": []}
        self._pictures: dict[str, tuple[EncodedPicture, ...]] = {}

    def see(self, outcome: Outcome, page: FollowedPage | None) -> None:
        """Draw an outcome's page and keep its pictures, if the outcome stands among the first so far.

        Without a page the outcome has its place, but no picture.
        """
        self._seen += 1
        if self.limit == 0 or outcome.kind == "correct":
            return
        kept = self._kept[outcome.kind]
        entry = outcome.confidence, -self._seen, outcome.truth.file
        if len(kept) < self.limit:
            heapq.heappush(kept, entry)
        elif entry > kept[0]:
            _, _, last = heapq.heapreplace(kept, entry)
            self._pictures.pop(last, None)
        else:
            return
        if page is not None:
            self._pictures[outcome.truth.file] = draw_pictures(page)

    def pictures(self, outcome: Outcome) -> tuple[EncodedPicture, ...]:
        """Return what is kept of an outcome."""
        return self._pictures.get(outcome.truth.file, ())
