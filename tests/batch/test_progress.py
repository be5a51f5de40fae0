"""What a batch says: the summary's line, and progress where there is no terminal."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from chequereader.batch.progress import BatchSummary, Progress, Tally
from chequereader.reading import Candidate, Reading


def accepted(amount: str, keyed: str | None, ms: float) -> Reading:
    return Reading(
        "a.png",
        1,
        "accepted",
        amount=Decimal(amount),
        candidates=(Candidate(Decimal(amount), amount, "1", 0.5),),
        keyed_amount=None if keyed is None else Decimal(keyed),
        stages={"decode": ms, "locate": 2 * ms},
    )


def test_the_summary_counts_pages_keyed_amounts_and_stages() -> None:
    tally = Tally()
    for reading in (
        accepted("1.00", "1.00", 4),
        accepted("2.00", "3.00", 8),
        accepted("2.00", None, 0),
        Reading.failed("b.png", 1, "is empty", keyed_amount=Decimal("4.00")),
        Reading("c.png", 1, "rejected", reason="unsure"),
    ):
        tally.add(reading)
    tally.skipped = 3
    summary = tally.summary()
    assert summary == BatchSummary(3, 1, 1, 3, keyed=2, differing=1)
    assert summary.line() == (
        "5 read: 3 accepted, 1 rejected, 1 failed; 3 were read before; 1 of 2 accepted amounts differ from "
        "the keyed ones; ms a page: decode 2.4, locate 4.8"
    )


def test_an_empty_summary() -> None:
    assert Tally().summary().line() == "0 read: 0 accepted, 0 rejected, 0 failed"


def test_plain_lines_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with Progress(40, quiet=False) as progress:
        progress.show(0)
        for _ in range(10):
            progress.file()
        now[0] = 31.0
        progress.show(62)
        now[0] = 45.0
        progress.show(70)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["chequereader: 10 of 40 files, 62 pages, 2.0 pages/s, about 01:33 left"]


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with Progress(4, quiet=True) as progress:
        progress.file()
        now[0] = 100.0
        progress.show(2)
    assert capsys.readouterr() == ("", "")
