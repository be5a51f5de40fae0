"""The table of the LeNet family: which networks are trained for a row, and what is printed of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from chequereader.recognition.digit_forms import FORMS
from chequereader.training.digit_runs import DigitOptions
from chequereader.training.passes import DigitSet
from chequereader.training.run_folder import METRICS, WEIGHTS
from pipelines import train_digits


def test_a_taught_row_learns_from_the_teachers_first_seed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[DigitOptions, list[int], Path]] = []

    def train_seeds(options: DigitOptions, seeds: Iterable[int], data: Path, out: Path) -> list[Path]:
        asked.append((options, list(seeds), out))
        folders = [out / f"seed{seed}" for seed in seeds]
        for seed, folder in zip(seeds, folders, strict=True):
            folder.mkdir(parents=True, exist_ok=True)
            last = {"test_error": 0.004 + 0.001 * seed, "test_rejected": 0.0}
            (folder / METRICS).write_text("{}\n" + json.dumps(last) + "\n")
        return folders

    monkeypatch.setattr(train_digits, "train_seeds", train_seeds)
    arguments = ["--data", str(tmp_path), "--out", str(tmp_path / "runs"), "--seeds", "3"]
    result = CliRunner().invoke(train_digits.main, [*arguments, "--only", "lenet5-modern"])
    assert result.exit_code == 0, result.output
    (teacher, first, _), (pupil, seeds, out) = asked
    assert (teacher.architecture, first) == ("lenet5-wide-maxpool", [0])
    assert (pupil.architecture, pupil.recipe, seeds) == ("lenet5", "modern", [0, 1, 2])
    assert pupil.teachers == (str(tmp_path / "runs" / "teacher" / "seed0" / WEIGHTS),)
    assert out == tmp_path / "runs" / "lenet5-modern"
    assert "0.50 +- 0.10" in result.output.splitlines()[-1]


@pytest.mark.parametrize("name", train_digits.ROWS)
def test_rows_can_be_trained(name: str) -> None:
    row = train_digits.ROWS[name]
    assert row.options.resolved().epochs >= 1
    assert not row.options.teachers, "teachers come from the folder of the run"


def test_the_committee_sees_digits_in_five_forms_and_has_two_teachers_by_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: dict[Path, DigitOptions] = {}
    monkeypatch.setattr(train_digits, "train_alike", lambda each, data: asked.update(each))
    monkeypatch.setattr(
        train_digits, "train_seeds", lambda options, seeds, data, out: [out / f"seed{k}" for k in seeds]
    )
    # all but the first misread the first digit, each in its own way, and are less sure of it
    said = iter(1.0 - torch.eye(10)[[place, *range(1, 10)]] * (0.4 if place else 1.0) for place in range(5))
    monkeypatch.setattr(train_digits, "load_teacher", lambda path: path)
    monkeypatch.setattr(train_digits, "predict", lambda network, pictures: next(said))
    digits = DigitSet(torch.zeros(10, 28, 28, dtype=torch.uint8), torch.arange(10))
    monkeypatch.setattr(DigitSet, "read", lambda *_: digits)
    train_digits.committee(tmp_path, tmp_path)
    assert [options.architecture for options in asked.values()][:1] == ["lenet5"]
    assert {options.architecture for options in asked.values()} == {"lenet5", *FORMS}
    assert len({options.told()["teachers"][0] for options in asked.values()}) == train_digits.TEACHERS
    for options in asked.values():
        assert options.resolved().epochs >= 1
    assert asked[tmp_path / "lenet5-modern" / "seed0"].teachers == (
        str(tmp_path / "teacher" / "seed0" / WEIGHTS),
    )
    assert capsys.readouterr().out.split()[-2:] == ["0.00", "0.00"]
