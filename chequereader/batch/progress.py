"""What a batch says while it runs and at its end: counts, rates, the time left, the time of each stage.

Not for the results themselves.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from tqdm import tqdm

from chequereader.reading import Reading

EVERY_S = 30.0
"""Seconds from one line to the next where progress goes to a file."""


@dataclass(frozen=True)
class BatchSummary:
    """How a batch went, counted in pages.

    ``skipped`` pages an earlier run had read. Of ``keyed`` accepted pages the file itself tells the amount;
    on ``differing`` of these it is another one. ``stages`` are milliseconds a page that wasn't skipped.
    """

    accepted: int
    rejected: int
    failed: int
    skipped: int
    keyed: int = 0
    differing: int = 0
    stages: Mapping[str, float] = field(default_factory=dict, compare=False)

    @property
    def read(self) -> int:
        """Pages that were read in this run, whatever came out."""
        return self.accepted + self.rejected + self.failed

    def line(self) -> str:
        """Return one line for people."""
        parts = [
            f"{self.read} read: {self.accepted} accepted, {self.rejected} rejected, {self.failed} failed"
        ]
        if self.skipped:
            parts.append(f"{self.skipped} were read before")
        if self.keyed:
            parts.append(f"{self.differing} of {self.keyed} accepted amounts differ from the keyed ones")
        if self.stages:
            times = ", ".join(f"{stage} {ms:.1f}" for stage, ms in self.stages.items())
            parts.append(f"ms a page: {times}")
        return "; ".join(parts)


class Tally:
    """Counts readings for the summary."""

    def __init__(self) -> None:
        self._status: Counter[str] = Counter()
        self._stages: Counter[str] = Counter()
        self._keyed = self._differing = 0
        self.skipped = 0

    def add(self, reading: Reading) -> None:
        """Count a reading."""
        self._status[reading.status] += 1
        self._stages.update(reading.stages)
        if reading.amount is not None and reading.keyed_amount is not None:
            self._keyed += 1
            self._differing += reading.amount != reading.keyed_amount

    @property
    def pages(self) -> int:
        """Pages counted so far."""
        return self._status.total()

    def summary(self) -> BatchSummary:
        """Return what was counted."""
        return BatchSummary(
            self._status["accepted"],
            self._status["rejected"],
            self._status["failed"],
            self.skipped,
            self._keyed,
            self._differing,
            {stage: ms / self.pages for stage, ms in self._stages.items()},
        )


class Progress:
    """Progress on standard error: a bar on a terminal, now and then a line elsewhere, or nothing."""

    def __init__(self, files: int, *, quiet: bool) -> None:
        self._files = files
        self._done = 0
        self._began = self._last = time.monotonic()
        self._lines = not quiet and not sys.stderr.isatty()
        self._bar = tqdm(total=files, unit="file", disable=True if quiet else None)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def file(self) -> None:
        """Count a finished file."""
        self._done += 1
        self._bar.update()

    def show(self, pages: int) -> None:
        """Show how far it is, if it is time to."""
        now = time.monotonic()
        if now - self._last < (EVERY_S if self._lines else 1.0):
            return
        self._last = now
        rate = pages / (now - self._began)
        self._bar.set_postfix_str(f"{pages} pages, {rate:.1f} pages/s")
        if self._lines:
            print(f"chequereader: {self._line(pages, rate, now)}", file=sys.stderr, flush=True)

    def _line(self, pages: int, rate: float, now: float) -> str:
        line = f"{self._done} of {self._files} files, {pages} pages, {rate:.1f} pages/s"
        if not self._done:
            return line
        left = (now - self._began) / self._done * (self._files - self._done)
        return f"{line}, about {tqdm.format_interval(left)} left"
