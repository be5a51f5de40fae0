"""Commands over many cheques, with a reader whose answers are known: batch, evaluate, synth."""

from __future__ import annotations

import io
import json
import os
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from fake_reader import with_any_options
from faked_cli import RememberingReader, Run, one_complaint, scan
from PIL import Image

from chequereader import cli
from chequereader.reading import Reading


@pytest.fixture
def fake_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chequereader.batch.run._reader", with_any_options)


@pytest.mark.usefixtures("fake_workers")
def test_a_batch_of_broken_files_finishes(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    (folder / "empty.png").touch()
    scan(folder / "truncated.jpg", 500)
    whole = (folder / "truncated.jpg").read_bytes()
    (folder / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "text.png").write_text("no image\n")
    Image.new("L", (1, 1)).save(folder / "pixel.png")
    Image.new("1", (20_000, 20_000)).save(folder / "huge.png")
    out = tmp_path / "results.jsonl"
    code, printed, err = run("batch", folder, "--out", out)
    assert (code, printed) == (6, "")
    assert one_complaint(err) == "chequereader: 5 read: 0 accepted, 0 rejected, 5 failed\n"
    readings = [Reading.from_json(line) for line in out.read_text().splitlines()]
    assert [reading.status for reading in readings] == ["failed"] * 5
    assert all(reading.reason and reading.amount is None for reading in readings)


@pytest.mark.usefixtures("fake_workers")
def test_batch_and_resume(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    scan(folder / "a.png")
    out = tmp_path / "results.csv"
    assert run("batch", folder, "--out", out, "--workers", "2", "--engine", "local")[0] == 0
    code, _, err = run("batch", folder, "--out", out)
    assert code == 5 and "--resume" in one_complaint(err)
    code, _, err = run("batch", folder, "--out", out, "--resume")
    assert code == 0 and "1 were read before" in one_complaint(err)
    assert run("batch", folder, "--out", out, "--resume", "--quiet")[1:] == ("", "")
    assert run("batch", folder, "--out", tmp_path / "results.xls")[0] == 2
    assert run("batch", tmp_path / "missing", "--out", tmp_path / "other.csv")[0] == 3


@pytest.fixture
def cheque_set(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    folder.mkdir()
    lines = ["file,amount,digits,text,words,date,micr,x0,y0,x1,y1,group,notes"]
    for width, name in ((50, "a.png"), (60, "b.png"), (70, "unsure.png"), (80, "wrong.png")):
        scan(folder / name, width)
        lines.append(f"{name},{width + (name == 'wrong.png')},,,,,,,,,,,")
    (folder / "truth.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_evaluate_prints_one_json_object(run: Run, cheque_set: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    code, printed, err = run("evaluate", cheque_set, "--json", "--out", out, "--field", "whole")
    assert (code, err) == (0, "")
    assert RememberingReader.options.field == "whole"
    figures = json.loads(printed)
    assert figures["n"] == 4
    assert (figures["exact"], figures["correct"], figures["error"], figures["rejected"]) == (
        0.75,
        0.5,
        0.25,
        0.25,
    )
    assert figures["correct_at"] == {"0.01": 0, "0.005": 0, "0.001": 0}
    assert figures["ece"] == pytest.approx(0.0)
    assert figures["per_second"] > 0
    assert json.loads((out / "metrics.json").read_text())["n"] == 4
    report = (out / "report.html").read_text()
    assert "Evaluation of set" in report and "from 0.500 (--max-error 0.01)" in report
    assert report.count("<article") == 2


def test_evaluate_shows_no_more_than_asked_for(run: Run, cheque_set: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    assert run("evaluate", cheque_set, "--out", out, "--pictures", "0")[0] == 0
    report = (out / "report.html").read_text()
    assert "<article" not in report and "wrong.png" in report and "unsure.png" in report
    assert run("evaluate", cheque_set, "--out", out, "--pictures", "-1")[0] == 2


def test_evaluate_needs_a_folder_that_can_be_written_to(
    run: Run, cheque_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RememberingReader, "read_many", lambda *_: pytest.fail("cheques were read"))
    (tmp_path / "file").touch()
    code, _, err = run("evaluate", cheque_set, "--out", tmp_path / "file")
    assert code == 5 and "File exists" in one_complaint(err)
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.W_OK)
    code, _, err = run("evaluate", cheque_set, "--out", tmp_path)
    assert code == 5 and "Permission denied" in one_complaint(err)


def test_decoders_talk_to_nobody_in_an_evaluation(
    cheque_set: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    module = types.ModuleType("chequereader.reader")
    module.Reader = RememberingReader  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "chequereader.reader", module)
    buffer = io.BytesIO()
    Image.new("1", (90, 60)).save(buffer, "TIFF", compression="group4")
    damaged = buffer.getvalue().replace(b"\x11\x01\x04\x00", b"\x11\x01\x11\x5b")
    (cheque_set / "b.png").write_bytes(damaged)
    assert cli.run(["evaluate", str(cheque_set)]) == 6
    assert capfd.readouterr().err == ""


def test_evaluate_a_part(run: Run, cheque_set: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("# a part\na.png\nwrong.png\n")
    code, out, _ = run("evaluate", cheque_set, "--subset", names)
    assert code == 0
    assert out.startswith("2 cheques: 50.0% correct, 50.0% error, 0.0% rejected (0 failed)\n")
    names.write_text("c.png\n")
    code, _, err = run("evaluate", cheque_set, "--subset", names)
    assert code == 2 and "not in the set" in one_complaint(err)
    code, _, err = run("evaluate", tmp_path)
    assert code == 3 and "truth.csv" in one_complaint(err)


def test_synth_passes_its_options_on(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[Any, ...]] = []
    module = types.ModuleType("chequereader.synthetic")
    module.SyntheticConfig = lambda **fields: fields  # type: ignore[attr-defined]
    module.write_set = lambda *arguments: calls.append(arguments)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "chequereader.synthetic", module)
    assert run("synth", tmp_path / "out", "--count", "5", "--seed", "7", "--preset", "easy")[0] == 0
    assert calls == [(tmp_path / "out", 5, 7, {"preset": "easy", "glyphs": None, "fonts": None})]
