"""Memory of a long batch: of all its processes together, after every so many records.

    python -m pipelines.benchmark memory FOLDER [--inputs 10000] [--workers 2] [--every 1000]

Reads the scans in FOLDER over and over, under other names, by ``chequereader batch`` in a process of its own.
What is summed is the proportional set size: pages that processes share count once. Linux only. Not for what
a page costs: see ``batch``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from chequereader.scan.inputs import find_scans

_BETWEEN = 2.0  # seconds between two looks
_KIB = 1024


def proportional_mib(root: int) -> float:
    """Return the proportional set size of a process and all its descendants in MiB; 0 if it is gone."""
    return sum(_of_one(process) for process in _family(root)) / _KIB


def _of_one(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # ended since it was listed
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _family(root: int) -> Iterator[int]:
    yield root
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


def link_inputs(scans: list[Path], count: int, folder: Path) -> None:
    """Fill a folder with ``count`` links to the scans, again and again."""
    for number, scan in enumerate(islice(cycle(scans), count)):
        (folder / f"{number:07d}{scan.suffix}").symlink_to(scan.resolve())


def watch(command: list[str], results: Path, every: int, between: float = _BETWEEN) -> Iterator[str]:
    """Run a batch and yield a line for every so many records, with the most memory since the line before."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    began, said, most = time.monotonic(), 0, 0.0
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as batch:
        done, read_to = 0, 0
        while True:
            running = batch.poll() is None
            most = max(most, proportional_mib(batch.pid))
            if results.exists():
                with results.open("rb") as file:
                    file.seek(read_to)
                    fresh = file.read()
                read_to, done = read_to + len(fresh), done + fresh.count(b"\n")
            if done >= said + every or (not running and done > said):
                seconds = time.monotonic() - began
                yield f"{done} records, {seconds:.0f} s, {done / seconds:.1f} a second, most {most:.0f} MiB"
                said, most = done, 0.0
            if not running:
                break
            time.sleep(between)
    yield f"exit code {batch.returncode}"


def main(arguments: list[str]) -> None:
    """Print the lines of the run."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.benchmark memory", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--every", type=int, default=1_000)
    options = parser.parse_args(arguments)
    scans = [options.folder / name for name in find_scans(options.folder)]
    with tempfile.TemporaryDirectory() as made:
        inputs, results = Path(made) / "inputs", Path(made) / "results.jsonl"
        inputs.mkdir()
        link_inputs(scans, options.inputs, inputs)
        command = [sys.executable, "-m", "chequereader", "batch", str(inputs), "--out", str(results)]
        command += ["--workers", str(options.workers), "--quiet"]
        for line in watch(command, results, options.every):
            print(line, flush=True)
