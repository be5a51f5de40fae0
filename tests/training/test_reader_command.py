"""``train reader`` from the command line: what it writes can be read with."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from chequereader.cheque_set import read_cheque_set
from chequereader.cli import run
from chequereader.errors import ExitCode
from chequereader.training import calibration, recipe


def test_weights_of_ones_own_cheques_read_with_a_calibration_of_ones_own(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(calibration, "SYNTHETIC_COUNT", 4)
    less = partial(recipe.Recipe, zone_rounds=0, composed=4, networks=1, character_epochs=1)
    monkeypatch.setattr(recipe, "Recipe", less)
    held = tmp_path / "held.txt"
    files = [truth.file for truth in read_cheque_set(samples).truths]
    held.write_text("\n".join(files[:2]) + "\n")
    out = tmp_path / "own.safetensors"
    small = ["--architecture", "lenet5-maxpool", "--drawn", "6", "--located", "0", "--epochs", "1"]
    where = ["--exclude", str(held), "--work", str(tmp_path / "work"), "--out", str(out)]
    assert run(["train", "reader", str(samples), *small, "--sliding-epochs", "1", *where]) == ExitCode.DONE
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert {"whole", "auto"} == {line["field"] for line in told if line["stage"] == "calibration"}
    assert len(json.loads(out.with_suffix(".calibration.json").read_text())["auto"]["sample"]) == 2 + 4

    assert run(["read", str(samples / files[0]), "--json", "--weights", str(out)]) == ExitCode.DONE
    reading = json.loads(capsys.readouterr().out)
    assert reading["model"].startswith("amounts-lenet5-maxpool@")


def test_an_unknown_architecture_is_told_with_those_there_are(
    samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--work", str(tmp_path / "work"), "--out", str(tmp_path / "own.safetensors")]
    assert run(["train", "reader", str(samples), "--architecture", "lenet6", *where]) == ExitCode.USAGE
    assert "lenet5-wide-maxpool" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


def test_a_name_to_exclude_that_no_set_has_is_told(
    samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held = tmp_path / "held.txt"
    held.write_text(f"{read_cheque_set(samples).truths[0].file}\nzz.png\nno.png\n")
    where = ["--work", str(tmp_path / "work"), "--out", str(tmp_path / "own.safetensors")]
    assert run(["train", "reader", str(samples), "--exclude", str(held), *where]) == ExitCode.USAGE
    assert "no.png is no file of the sets" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()
