"""The benchmark of the recogniser alone: rows of the right networks, and what they differ by."""

import pytest

from chequereader.recognition.networks import READING_ARCHITECTURES
from pipelines.benchmark import recogniser


def test_rows_of_every_network(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)  # compiling takes minutes
    recogniser.main(["--batches", "2", "3", "--seconds", "0.01"])
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("lenet5")]
    assert {row.split(",")[0] for row in rows} >= set(READING_ARCHITECTURES)
    assert any("folded" in row for row in rows)
    for row in rows:
        apart, *rates = row[recogniser.NAMES :].split()
        assert float(apart) < 1e-4
        assert len(rates) == 2
        assert all(int(rate.replace(",", "")) > 0 for rate in rates)


def test_rate_counts_characters() -> None:
    some = recogniser.pictures(4)
    ticks = iter(range(1000))
    assert recogniser.rate(lambda x: x, some, 5.0, lambda: float(next(ticks))) == pytest.approx(4.0, rel=0.5)
