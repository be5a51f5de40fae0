"""The benchmark of reading: what it prints of a few files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.benchmark import read

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


def test_stages_add_up_to_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    read.by_stage(sorted(SAMPLES.glob("*.png"))[:2], lot=2)
    first, *lines = capsys.readouterr().out.splitlines()
    assert "2 files in lots of 2" in first
    times = {line[:14].strip(): float(line[14:].split()[0]) for line in lines}
    assert list(times) == ["decode", *read.STAGES, "decide, write", "all"]
    assert times.pop("all") == pytest.approx(sum(times.values()), abs=0.5)
