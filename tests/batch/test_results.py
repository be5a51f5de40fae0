"""The results file of a batch: one run at a time writes to it, and what it can't write it tells."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from chequereader.batch.lock import only_run
from chequereader.batch.results import Results
from chequereader.errors import OutputError
from chequereader.reading import Reading


def results(out: Path, resume: bool = True) -> Results:
    return Results(out, {"a.png": 0, "b.png": 1}, resume=resume)


def add(to: Results, file: str) -> None:
    to.add(Reading(file, 1, "rejected", reason="unsure"), "fingerprint")


def files(out: Path) -> list[str]:
    read = results(out)
    return [record["file"] for record in read.format.read(out)]


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_of_runs_that_begin_together_one_writes(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out.{suffix}"
    first, second, third = results(out), results(out), results(out, resume=False)
    with first:
        add(first, "a.png")
        with pytest.raises(OutputError, match="another run writes to it"), second:
            pass
        add(first, "b.png")
        first.finish(ordered=False)
    assert files(out) == ["a.png", "b.png"]
    with second:
        assert len(second.done("a.png")) == 1
        second.finish(ordered=False)
    assert files(out) == ["a.png", "b.png"]
    with pytest.raises(OutputError, match="is there already"), third:
        pass
    assert list(tmp_path.iterdir()) == [out]


def test_a_lock_that_was_left_behind_keeps_nobody_out(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.with_name("out.jsonl.lock").touch()
    with only_run(out):
        pass
    assert not list(tmp_path.iterdir())


def test_a_journal_that_vanishes_is_told(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    journal = tmp_path / "out.csv.part.jsonl"
    with pytest.raises(OutputError, match="can't be written") as caught, results(out) as one:
        add(one, "a.png")
        journal.unlink()
        one.finish(ordered=False)
    assert len(str(caught.value).splitlines()) == 1


def test_a_full_disk_is_told_and_others_may_write_then(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with pytest.raises(OutputError, match="File too large"), results(out) as one:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
            add(one, "a.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == [out]
    with results(out) as one:
        add(one, "a.png")
        one.finish(ordered=False)
    assert files(out) == ["a.png"]
