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
import time
from collections import Counter
from pathlib import Path
from typing import Any

from chequereader.batch import run_batch
from chequereader.batch.serving import Limits
from chequereader.options import ReadOptions
from chequereader.scan.inputs import find_inputs
from pipelines.faults.material import HARMFUL, Material, write_material
from pipelines.faults.stub import StubReader

_LIMITS = {"stub": Limits(computing_s=1, waiting_s=8, memory_bytes=2**29), "real": Limits()}
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
    folder: Path, out: Path, reader: str, workers: int, seed: int, kills: int, deaths: int
) -> Counter[str]:
    """Read a folder while the run is killed ``kills`` times and its workers about ``deaths`` times.

    Kills come with the records, not with the clock, so that a slow machine gets no more of them than a quick
    one. Returns how often which of them was killed.
    """
    rng = random.Random(seed)
    killed: Counter[str] = Counter()
    total = len(find_inputs([str(folder)]))
    command = [sys.executable, "-m", "pipelines.faults", "once", str(folder), str(out)]
    command += ["--reader", reader, "--workers", str(workers)]

    def next_death(done: int) -> float:
        return done + rng.expovariate(deaths / total) if deaths else total * 10.0

    death = next_death(0)
    while True:
        run = subprocess.Popen(command, cwd=_ROOT)
        # Spread over the work: after a quarter, half and three quarters of it for three kills.
        goal = total * (killed["runs"] + 1) / (kills + 1)
        while run.poll() is None:
            time.sleep(0.1)
            done = out.read_bytes().count(b"\n") if out.exists() else 0
            if done >= goal and killed["runs"] < kills:
                run.kill()
                killed["runs"] += 1
            elif done >= death:
                killed["workers"] += _worker_killed(run.pid, rng)
                death = next_death(done)
        if run.returncode != -signal.SIGKILL:
            if run.returncode:
                raise RuntimeError(f"the run ended with {run.returncode}")
            return killed


def _worker_killed(run: int, rng: random.Random) -> bool:
    """Kill one of the workers of a run; false if there was none."""
    workers = _workers_of(run)
    if not workers:
        return False
    try:
        os.kill(rng.choice(workers), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


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
        if _comparable(undisturbed[key]) != _comparable(disturbed[key])
    ]
    unheard = material.damaged - {_input_of(file, material.damaged) for file, _ in disturbed}
    return problems + [f"damaged, and without a record: {file}" for file in sorted(unheard)]


def _comparable(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without its reason if that may depend on the other faults."""
    harmful = any(f"-{way}." in record["file"] for way in HARMFUL)
    return {key: value for key, value in record.items() if not (harmful and key == "reason")}


def _input_of(file: str, inputs: frozenset[str]) -> str:
    return next((f for f in (file, file.split("/", maxsplit=1)[0]) if f in inputs), "")


def main(arguments: list[str]) -> int:
    """Make the inputs, read them twice and compare; 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.faults night", description=__doc__)
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--reader", choices=["stub", "real"], default="stub")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=3, help="times that the run itself is killed")
    parser.add_argument("--deaths", type=int, default=60, help="times that a worker is killed, about")
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
            options.deaths,
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
