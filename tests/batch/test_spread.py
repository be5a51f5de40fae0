"""The Ray engine on a local cluster: the records of the local engine, in a folder of Parquet."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_reader import FakeReader, without_weights

from chequereader import cli
from chequereader.batch import BatchSummary, run_batch, run_spread
from chequereader.batch.formats import Parquet
from chequereader.batch.serving import Limits
from chequereader.errors import ExitCode, OutputError, WeightsError
from chequereader.options import ReadOptions
from chequereader.scan.inputs import find_inputs

ray = pytest.importorskip("ray", reason="the ray extra isn't installed")
Make = Callable[..., Path]


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """One cluster for all tests of this file: each takes seconds to start."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # processes of actors find the fake reader where this one does
    found = {"env_vars": {"PYTHONPATH": str(Path(__file__).parent)}}
    ray.init(
        num_cpus=3, include_dashboard=False, log_to_driver=False, logging_level="ERROR", runtime_env=found
    )
    yield
    ray.shutdown()


def records(out: Path) -> list[dict[str, Any]]:
    return [record for path in sorted(out.glob("*.parquet")) for record in Parquet().read(path)]


def test_records_are_those_of_the_local_engine(tmp_path: Path, folder: Path, scan: Make) -> None:
    for i in range(70):
        scan(f"d{i:02d}.png", 100 + i)
    scan("b.tif", 70, pages=3)
    scan("c/unsure.png", 80)
    scan("e-crash.png")
    scan("f-spin.png")
    (folder / "empty.png").touch()
    given, limits = find_inputs([str(folder)]), Limits(computing_s=1.0)
    options = ReadOptions()
    spread = run_spread(given, tmp_path / "out", options, workers=2, make_reader=FakeReader, limits=limits)
    local = run_batch(given, tmp_path / "out.jsonl", options, make_reader=FakeReader, limits=limits)
    assert spread == local == BatchSummary(accepted=73, rejected=1, failed=3, skipped=0)
    expected = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    found = records(tmp_path / "out")

    def place(record: dict[str, Any]) -> tuple[str, int]:
        return record["file"], record["page"]

    assert sorted(found, key=place) == sorted(expected, key=place)


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path, scan: Make) -> None:
    given = find_inputs([str(scan("a.png"))])
    for name in ("out", "out.part"):
        (tmp_path / name).mkdir()
        with pytest.raises(OutputError, match=f"{name}: is there already"):
            run_spread(given, tmp_path / "out", ReadOptions(), make_reader=FakeReader)
        (tmp_path / name).rmdir()


def test_a_reader_that_cannot_be_made_is_told_in_its_own_words(tmp_path: Path, scan: Make) -> None:
    given = find_inputs([str(scan("a.png"))])
    with pytest.raises(WeightsError, match="install the package again"):
        run_spread(given, tmp_path / "out", ReadOptions(), make_reader=without_weights)
    assert not (tmp_path / "out").exists() and not (tmp_path / "out.part").exists()


@pytest.mark.parametrize("option", ["--resume", "--ordered"])
def test_what_the_engine_lacks_is_told(
    tmp_path: Path, scan: Make, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["batch", str(scan("a.png")), "--out", str(tmp_path / "o"), "--engine", "ray", option]
    assert cli.run(arguments) == ExitCode.USAGE
    assert "use --engine local" in capsys.readouterr().err
