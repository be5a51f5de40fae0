"""The table of the LeNet family: which networks are trained for a row, and what is printed of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner

from chequereader.training.digit_runs import DigitOptions
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
