"""A few damaged files of every format; ``python -m pipelines.faults fuzz`` tries as many as you like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipelines.faults.fuzz import damaged, pages_read
from pipelines.faults.material import KINDS, PAGES


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_read_or_refused(tmp_path: Path, kind: str) -> None:
    if kind.endswith("pdf"):
        pytest.importorskip("pypdfium2", reason="the pdf extra isn't installed")
    path = tmp_path / "scan"
    for seed in range(25):
        path.write_bytes(damaged(kind, seed))
        good, bad = pages_read(path)
        assert good + bad >= 1


@pytest.mark.parametrize("kind", KINDS)
def test_whole_files_are_read(tmp_path: Path, kind: str) -> None:
    if kind.endswith("pdf"):
        pytest.importorskip("pypdfium2", reason="the pdf extra isn't installed")
    (tmp_path / "scan").write_bytes(KINDS[kind](np.random.default_rng(1)))
    assert pages_read(tmp_path / "scan") == (len(PAGES.get(kind, ("",))), 0)
