"""A night with faults: what a batch leaves after all of them, against what an undisturbed one leaves.

The same inputs are read twice. The second time workers are killed at random, and the run itself with SIGKILL
several times and resumed. Not for speed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chequereader.batch import run_batch
from chequereader.batch.serving import Limits
from chequereader.options import ReadOptions
from chequereader.scan.inputs import find_inputs
from pipelines.faults.material import Material, write_material
from pipelines.faults.stub import StubReader

_LIMITS = {"stub": Limits(computing_s=3, waiting_s=8, memory_bytes=2**29), "real": Limits()}
_ROOT = Path(__file__).parents[2]

Records = dict[tuple[str, int], dict[str, Any]]


def run_once(folder: Path, out: Path, reader: str, workers: int) -> None:
    """Read a folder, going on from where an earlier run ended."""
    run_batch(
        find_inputs([str(folder)]),
        out,
        ReadOptions(),
        resume=True,
        workers=workers,
        make_reader=StubReader if reader == "stub" else None,
        limits=_LIMITS[reader],
    )


def records(out: Path) -> Records:
    """Return the records by file and page, without what may differ; ``ValueError`` if a page has two."""
    found: Records = {}
    for line in out.read_text(encoding="ascii").splitlines():
        record = json.loads(line)
        del record["elapsed_ms"]
        key = record["file"], record["page"]
        if key in found:
            raise ValueError(f"two records of {key}")
        found[key] = record
    return found


def disturbed_run(
    folder: Path, out: Path, reader: str, workers: int, seed: int, kills: int, every_s: float
) -> Counter[str]:
    """Read a folder while workers die every so often, and the run itself ``kills`` times.

    Returns how often which of them was killed.
    """
    rng = random.Random(seed)
    killed: Counter[str] = Counter()
    total = len(find_inputs([str(folder)]))
    command = [sys.executable, "-m", "pipelines.faults", "once", str(folder), str(out)]
    command += ["--reader", reader, "--workers", str(workers)]
    while True:
        run = subprocess.Popen(command, cwd=_ROOT)
        # Spread over the work: after a quarter, half and three quarters of it for three kills.
        goal = total * (killed["runs"] + 1) / (kills + 1) if killed["runs"] < kills else None
        with _dying_workers(run, rng, every_s, killed):
            while run.poll() is None:
                time.sleep(0.05)
                if goal is not None and out.exists() and out.read_bytes().count(b"\n") >= goal:
                    run.kill()
                    killed["runs"] += 1
                    run.wait()
                    break
            else:
                if run.returncode:
                    raise RuntimeError(f"the run ended with {run.returncode}")
                return killed


@contextmanager
def _dying_workers(
    run: subprocess.Popen[bytes], rng: random.Random, every_s: float, killed: Counter[str]
) -> Iterator[None]:
    """Kill a worker of the run every so often."""
    over = threading.Event()

    def kill() -> None:
        while not over.wait(rng.expovariate(1 / every_s)):
            workers = _workers_of(run.pid)
            if workers:
                try:
                    os.kill(rng.choice(workers), signal.SIGKILL)
                except ProcessLookupError:
                    continue
                killed["workers"] += 1

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _workers_of(run: int) -> list[int]:
    """Return the worker processes of a run, by the process table (Linux)."""
    try:
        children = Path(f"/proc/{run}/task/{run}/children").read_text().split()
        return [int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]
    except OSError:
        return []


def faults_found(material: Material, undisturbed: Records, disturbed: Records) -> list[str]:
    """Return what is wrong with the records, a line each: nothing should be."""
    failed = {key for key in material.good if undisturbed.get(key, {}).get("status") in (None, "failed")}
    problems = [f"good, but not read by the undisturbed run: {key}" for key in sorted(failed)]
    problems += [f"lost: {key}" for key in sorted(undisturbed.keys() - disturbed.keys())]
    problems += [f"from nowhere: {key}" for key in sorted(disturbed.keys() - undisturbed.keys())]
    problems += [
        f"differs: {key}: {undisturbed[key]} {disturbed[key]}"
        for key in sorted(undisturbed.keys() & disturbed.keys())
        if undisturbed[key] != disturbed[key]
    ]
    unheard = material.damaged - {_input_of(file, material.damaged) for file, _ in disturbed}
    return problems + [f"damaged, and without a record: {file}" for file in sorted(unheard)]


def _input_of(file: str, inputs: frozenset[str]) -> str:
    return next((f for f in (file, file.split("/")[0]) if f in inputs), "")


def main(arguments: list[str]) -> int:
    """Make the inputs, read them twice and compare; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.faults night", description=__doc__)
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--reader", choices=["stub", "real"], default="stub")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=3, help="times that the run itself is killed")
    parser.add_argument("--every", type=float, default=4.0, help="seconds between the deaths of workers")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        where = Path(temporary)
        material = write_material(where / "scans", options.inputs, options.seed)
        began = time.monotonic()
        run_once(where / "scans", where / "undisturbed.jsonl", options.reader, options.workers)
        between = time.monotonic()
        killed = disturbed_run(
            where / "scans",
            where / "disturbed.jsonl",
            options.reader,
            options.workers,
            options.seed,
            options.kills,
            options.every,
        )
        undisturbed, disturbed = records(where / "undisturbed.jsonl"), records(where / "disturbed.jsonl")
        problems = faults_found(material, undisturbed, disturbed)
    statuses = Counter(record["status"] for record in disturbed.values())
    print(
        f"{options.inputs} files, {len(material.damaged)} of them damaged; {options.reader} reader: "
        f"{len(disturbed)} records {dict(statuses)}; killed {dict(killed)}; "
        f"undisturbed {between - began:.0f} s, disturbed {time.monotonic() - between:.0f} s"
    )
    print("\n".join(problems[:20]) or "one record a page, no loss, and all as undisturbed")
    return 1 if problems else 0
