from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_reader import FakeReader, OtherWeights, ends_at_once, without_weights

from chequereader.batch import BatchSummary, formats, run_batch
from chequereader.batch.lock import only_run
from chequereader.batch.run import settings_of
from chequereader.batch.serving import Limits
from chequereader.errors import OutputError, UsageError, WeightsError
from chequereader.options import ReadOptions
from chequereader.reading import KEYS, Reading
from chequereader.scan.inputs import find_inputs

Make = Callable[..., Path]


def run(folder: Path, out: Path, **options: Any) -> BatchSummary:
    given = find_inputs([str(folder)])
    defaults = {"options": ReadOptions(), "make_reader": FakeReader, "ordered": True}
    return run_batch(given, out, **{**defaults, **options})


def records(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.read_text().splitlines()]


@pytest.mark.parametrize("workers", [1, 3])
def test_one_record_a_page_in_order(tmp_path: Path, folder: Path, scan: Make, workers: int) -> None:
    scan("a-slow.png", 60)
    scan("b.tif", 70, pages=3)
    scan("c/unsure.png", 80)
    for i in range(20):
        scan(f"d{i:02d}.png", 100 + i)
    summary = run(folder, tmp_path / "out.jsonl", workers=workers)
    assert summary == BatchSummary(accepted=24, rejected=1, failed=0, skipped=0)
    written = records(tmp_path / "out.jsonl")
    expected = [("a-slow.png", 1), ("b.tif", 1), ("b.tif", 2), ("b.tif", 3), ("c/unsure.png", 1)]
    expected += [(f"d{i:02d}.png", 1) for i in range(20)]
    assert [(r["file"], r["page"]) for r in written] == expected
    assert [r["amount"] for r in written[:5]] == ["60.00", "70.00", "71.00", "72.00", None]
    assert all(tuple(r) == (*KEYS, "fingerprint") for r in written)
    assert all(Reading.from_dict(r).model == FakeReader.model for r in written)


def test_broken_files_become_failed_records(tmp_path: Path, folder: Path, scan: Make) -> None:
    scan("good.png")
    scan("outside.png")
    scan("jpeg.jpg")
    whole = (folder / "jpeg.jpg").read_bytes()
    (folder / "jpeg.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").touch()
    (folder / "text.png").write_text("no image")
    scan("tiny.png").unlink()
    os.mkfifo(folder / "tiny.png")
    summary = run(folder, tmp_path / "out.jsonl")
    assert summary == BatchSummary(accepted=1, rejected=0, failed=5, skipped=0)
    failed = {r["file"]: r["reason"] for r in records(tmp_path / "out.jsonl") if r["status"] == "failed"}
    assert set(failed) == {"outside.png", "jpeg.jpg", "empty.png", "text.png", "tiny.png"}
    assert "cut off or damaged" in failed["jpeg.jpg"]
    assert "outside the image" in failed["outside.png"]


def test_a_worker_that_dies_costs_its_file_only(tmp_path: Path, folder: Path, scan: Make) -> None:
    for name in ("a.png", "b-crash.png", "c.png", "d-exit.png", "e-spin.png", "f.png"):
        scan(name)
    summary = run(folder, tmp_path / "out.jsonl", workers=2, limits=Limits(computing_s=0.5))
    assert summary == BatchSummary(accepted=3, rejected=0, failed=3, skipped=0)
    written = records(tmp_path / "out.jsonl")
    assert [r["file"][0] for r in written] == list("abcdef")
    assert "ended twice (SIGSEGV)" in written[1]["reason"]
    assert "ended twice (exit code 7)" in written[3]["reason"]
    assert written[4]["reason"] == "took more than 0.5 s of computing; the file may be damaged"


def test_a_worker_that_hangs_costs_its_file_only(tmp_path: Path, folder: Path, scan: Make) -> None:
    scan("a.png")
    scan("b-hang.png")
    summary = run(folder, tmp_path / "out.jsonl", limits=Limits(waiting_s=5))
    assert summary == BatchSummary(accepted=1, rejected=0, failed=1, skipped=0)
    assert records(tmp_path / "out.jsonl")[1]["reason"] == "took longer than 5 s; the file may be damaged"


def test_bad_files_among_many_that_are_read_together(tmp_path: Path, folder: Path, scan: Make) -> None:
    for i in range(80):
        scan(f"{i:03d}.png", 50 + i)
    scan("020-crash.png")
    scan("040-spin.png")
    scan("060-outside.png")
    (folder / "070-empty.png").touch()
    scan("071.tif", pages=40)
    limits = Limits(computing_s=0.5)
    summary = run(folder, tmp_path / "out.jsonl", workers=2, limits=limits)
    assert summary == BatchSummary(accepted=120, rejected=0, failed=4, skipped=0)
    written = records(tmp_path / "out.jsonl")
    assert [r["file"] for r in written] == sorted(r["file"] for r in written)
    failed = [r["file"] for r in written if r["status"] == "failed"]
    assert failed == ["020-crash.png", "040-spin.png", "060-outside.png", "070-empty.png"]
    assert [r["page"] for r in written if r["file"] == "071.tif"] == list(range(1, 41))
    assert run(folder, tmp_path / "out.jsonl", workers=2, limits=limits, resume=True).skipped == 120


def test_no_reader_no_batch(tmp_path: Path, folder: Path, scan: Make) -> None:
    scan("a.png")
    with pytest.raises(WeightsError, match="no such weights"):
        run(folder, tmp_path / "out.jsonl", make_reader=without_weights)
    with pytest.raises(UsageError, match="ended while they started"):
        run(folder, tmp_path / "out.jsonl", make_reader=ends_at_once)
    assert not (tmp_path / "out.jsonl").exists()


def test_results_are_not_overwritten(tmp_path: Path, folder: Path, scan: Make) -> None:
    scan("a.png")
    (tmp_path / "out.jsonl").write_text("precious\n")
    with pytest.raises(OutputError, match="--resume"):
        run(folder, tmp_path / "out.jsonl")
    with pytest.raises(OutputError, match="not of a batch's results"):
        run(folder, tmp_path / "out.jsonl", resume=True)
    assert (tmp_path / "out.jsonl").read_text() == "precious\n"
    with pytest.raises(OutputError, match="can't be written"):
        run(folder, tmp_path / "missing" / "out.jsonl")
    with pytest.raises(UsageError, match="has to end in"):
        run(folder, tmp_path / "out.xlsx")
    for name in ("folder.jsonl", "folder.csv"):
        (tmp_path / name).mkdir()
        with pytest.raises(OutputError, match=f"{name}: can't be written"):
            run(folder, tmp_path / name, resume=True)
    assert not list(tmp_path.glob("*.lock"))


def test_two_runs_never_write_to_one_file(tmp_path: Path, folder: Path, scan: Make) -> None:
    out = tmp_path / "out.jsonl"
    scan("a.png")
    run(folder, out)
    with only_run(out), pytest.raises(OutputError, match="another run writes to it"):
        run(folder, out, resume=True)
    assert run(folder, out, resume=True).skipped == 1


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_resume_reads_what_is_new_changed_or_failed(
    tmp_path: Path, folder: Path, scan: Make, suffix: str
) -> None:
    if suffix == "parquet":
        pytest.importorskip("pyarrow", reason="the parquet extra isn't installed")
    out = tmp_path / f"out.{suffix}"
    scan("b.png", 60)
    scan("c.tif", 70, pages=2)
    scan("d.png", 80)
    (folder / "e.png").touch()
    assert run(folder, out) == BatchSummary(accepted=4, rejected=0, failed=1, skipped=0)
    scan("a.png", 40)
    scan("d.png", 90)
    scan("e.png", 100)
    assert run(folder, out, resume=True) == BatchSummary(accepted=3, rejected=0, failed=0, skipped=3)
    written = read_back(out)
    assert [r["file"] for r in written] == ["a.png", "b.png", "c.tif", "c.tif", "d.png", "e.png"]
    assert [r["amount"] for r in written] == ["40.00", "60.00", "70.00", "71.00", "90.00", "100.00"]
    before = out.read_bytes()
    assert run(folder, out, resume=True) == BatchSummary(accepted=0, rejected=0, failed=0, skipped=6)
    assert read_back(out) == written
    assert suffix == "parquet" or out.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [out.name, "scans"]


def read_back(out: Path) -> list[dict[str, Any]]:
    from chequereader.batch.formats import by_suffix

    return list(by_suffix(out).read(out))


def test_resume_reads_again_with_other_weights_or_options(tmp_path: Path, folder: Path, scan: Make) -> None:
    out = tmp_path / "out.jsonl"
    scan("a.png")
    scan("b.png")
    run(folder, out)
    assert run(folder, out, resume=True, make_reader=OtherWeights).skipped == 0
    assert [r["model"] for r in records(out)] == [OtherWeights.model] * 2
    other = {"resume": True, "make_reader": OtherWeights, "options": ReadOptions(locale="uk")}
    assert run(folder, out, **other).skipped == 0
    other["options"] = ReadOptions(locale="uk", device="cpu")
    assert run(folder, out, **other).skipped == 2
    assert len(records(out)) == 2


def test_resume_reads_again_with_other_weights_of_any_stage(
    tmp_path: Path, folder: Path, scan: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also such that the model's name doesn't tell: zones, MICR lines, calibrations."""
    out, weights = tmp_path / "out.jsonl", tmp_path / "weights"
    weights.mkdir()
    monkeypatch.setattr("chequereader.batch.run.SHIPPED", weights)
    scan("a.png", 40)
    for name in ("fields.safetensors", "micr.safetensors", "amounts.calibration.json"):
        (weights / name).write_bytes(b"one")
    assert run(folder, out).skipped == 0
    assert run(folder, out, resume=True).skipped == 1
    for name in ("fields.safetensors", "micr.safetensors", "amounts.calibration.json"):
        (weights / name).write_bytes(b"another")
        assert run(folder, out, resume=True).skipped == 0, name
        assert run(folder, out, resume=True).skipped == 1, name


def test_files_called_like_shipped_weights_have_no_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own, small = ReadOptions(weights="own"), ReadOptions(weights="small")
    before = settings_of(own), settings_of(small)
    for name in ("own", "small"):
        (tmp_path / f"{name}.calibration.json").write_text("{}")
    assert settings_of(own) != before[0]
    assert settings_of(small) == before[1]


def test_resume_after_a_kill_mends_the_last_line(tmp_path: Path, folder: Path, scan: Make) -> None:
    out = tmp_path / "out.jsonl"
    for name in ("a.png", "b.png", "c.png"):
        scan(name)
    scan("d.tif", pages=3)
    run(folder, out)
    whole = out.read_bytes()
    # Cut within the last line, and at the end of a line within the pages of one file.
    for torn in (whole[:-30], whole[: whole.rindex(b"\n", 0, -1) + 1]):
        out.write_bytes(torn)
        assert run(folder, out, resume=True) == BatchSummary(accepted=1, rejected=0, failed=0, skipped=5)
        assert out.read_bytes() == whole


def test_a_full_disk_ends_the_run_which_goes_on_later(
    tmp_path: Path, folder: Path, scan: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.jsonl"
    for name in ("a.png", "b.png", "c.png"):
        scan(name)
    written: list[bytes] = []

    def as_lines(given: list[dict[str, Any]]) -> bytes:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(formats.as_lines(given))
        return written[-1]

    with monkeypatch.context() as patched:
        patched.setattr("chequereader.batch.results.as_lines", as_lines)
        with pytest.raises(OutputError, match="No space left on device"):
            run(folder, out)
    with out.open("ab") as file:
        file.write(b'{"file": "c.p')
    assert run(folder, out, resume=True) == BatchSummary(accepted=1, rejected=0, failed=0, skipped=2)
    assert [r["file"] for r in records(out)] == ["a.png", "b.png", "c.png"]


def test_resume_keeps_the_records_of_files_that_have_gone(tmp_path: Path, folder: Path, scan: Make) -> None:
    out = tmp_path / "out.jsonl"
    for name in ("a.png", "b.png", "c.png"):
        scan(name)
    run(folder, out)
    (folder / "b.png").unlink()
    run(folder, out, resume=True)
    assert [r["file"] for r in records(out)] == ["a.png", "c.png", "b.png"]


SCRIPT = """
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from pathlib import Path
from fake_reader import FakeReader
from chequereader.batch import run_batch
from chequereader.options import ReadOptions
from chequereader.scan.inputs import find_inputs
if __name__ == "__main__":
    inputs = find_inputs([{folder!r}])
    run_batch(inputs, Path({out!r}), ReadOptions(), ordered=True, workers=2, make_reader=FakeReader)
"""


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_is_finished_survives_an_interruption(
    tmp_path: Path, folder: Path, scan: Make, suffix: str, kill: signal.Signals
) -> None:
    out = tmp_path / f"out.{suffix}"
    for i in range(12):
        scan(f"{i:02d}-slow.png", 50 + i)
    script = tmp_path / "script.py"
    here = Path(__file__).parent
    script.write_text(
        SCRIPT.format(tests=str(here), root=str(here.parents[1]), folder=str(folder), out=str(out))
    )
    growing = out if suffix == "jsonl" else tmp_path / "out.csv.part.jsonl"
    process = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + 120
    while not (growing.exists() and growing.read_bytes().count(b"\n") >= 2):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    # To the whole group, as Ctrl-C in a terminal.
    os.killpg(process.pid, kill)
    _, talk = process.communicate(timeout=60)
    assert talk.decode().count("Traceback") == (kill is not signal.SIGKILL)
    if kill is not signal.SIGKILL:
        assert not out.with_name("out.csv.part.jsonl").exists()
        assert 2 <= len(read_back(out)) < 12
    summary = run(folder, out, resume=True)
    assert summary.skipped >= 2 and summary.accepted == 12 - summary.skipped
    assert [r["amount"] for r in read_back(out)] == [f"{50 + i}.00" for i in range(12)]
