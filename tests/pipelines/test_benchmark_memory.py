"""The memory of a batch: whose counts, and what is told of a run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.benchmark.memory import link_inputs, proportional_mib, watch

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="proportional set sizes are told by Linux alone"
)

_HOLDS = "held = bytearray(b'1' * (64 << 20)); print(flush=True); input()"


def test_what_a_process_started_counts_too() -> None:
    starter = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_HOLDS!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", starter], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # both are there, and the memory is held
        assert 64 < proportional_mib(process.pid) < 200
        process.communicate(b"\n")
    assert proportional_mib(process.pid) == 0


def test_lines_come_as_records_do(tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    writes = (
        "import sys, time; file = open(sys.argv[1], 'w')\n"
        "for record in range(7):\n    print(record, file=file, flush=True); time.sleep(0.05)"
    )
    lines = list(watch([sys.executable, "-c", writes, str(results)], results, every=3, between=0.01))
    told = [int(line.split()[0]) for line in lines[:-1]]
    assert told == sorted(told)
    assert told[0] >= 3
    assert told[-1] == 7
    assert all(re.search(r"[\d.]+ a second, most \d+ MiB", line) for line in lines[:-1])
    assert lines[-1] == "exit code 0"


def test_scans_are_taken_again_and_again(tmp_path: Path) -> None:
    scans = [tmp_path / "a.png", tmp_path / "b.tif"]
    for scan in scans:
        scan.touch()
    folder = tmp_path / "inputs"
    folder.mkdir()
    link_inputs(scans, 5, folder)
    assert [link.resolve() for link in sorted(folder.iterdir())] == [scans[k] for k in (0, 1, 0, 1, 0)]
