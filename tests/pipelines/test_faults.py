"""A short night with faults; ``python -m pipelines.faults night`` makes a long one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipelines.faults.material import DAMAGES, KINDS, write_material
from pipelines.faults.night import disturbed_run, faults_found, records, run_once


def test_a_short_night_loses_and_doubles_nothing(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("workers are found in Linux's process table")
    pytest.importorskip("pypdfium2", reason="the pdf extra isn't installed")
    # A quarter of them damaged, so that a few do harm.
    material = write_material(tmp_path / "scans", 2 * len(KINDS), seed=2, share_damaged=0.25)
    run_once(tmp_path / "scans", tmp_path / "a.jsonl", "stub", 2)
    killed = disturbed_run(tmp_path / "scans", tmp_path / "b.jsonl", "stub", 2, seed=1, kills=1, deaths=3)
    assert killed["runs"] == 1
    assert faults_found(material, records(tmp_path / "a.jsonl"), records(tmp_path / "b.jsonl")) == []


def test_material_is_damaged_in_many_ways(tmp_path: Path) -> None:
    material = write_material(tmp_path / "scans", 400, seed=1)
    assert len(material.damaged) == 20
    assert {name.split("-")[1].split(".")[0] for name in material.damaged} == set(DAMAGES)


def test_faults_are_found(tmp_path: Path) -> None:
    material = write_material(tmp_path / "scans", len(KINDS), seed=1, share_damaged=0)
    whole = {key: {"file": key[0], "status": "accepted", "amount": "1.00"} for key in material.good}
    assert faults_found(material, whole, whole) == []
    key, other = sorted(whole)[:2]
    assert "lost" in faults_found(material, whole, {k: r for k, r in whole.items() if k != key})[0]
    assert "from nowhere" in faults_found(material, whole, {**whole, ("x", 1): {}})[0]
    assert (
        "differs"
        in faults_found(material, whole, {**whole, other: {"file": other[0], "status": "rejected"}})[0]
    )
    harmed, killed = ({**whole, ("1-spin.png", 1): {"file": "1-spin.png", "reason": why}} for why in "ab")
    assert faults_found(material, harmed, killed) == []
    failed = {**whole, key: {"file": key[0], "status": "failed"}}
    assert "not read" in faults_found(material, failed, failed)[0]
    (tmp_path / "double.jsonl").write_text('{"file": "a", "page": 1, "elapsed_ms": 1}\n' * 2)
    with pytest.raises(ValueError, match="two records"):
        records(tmp_path / "double.jsonl")
