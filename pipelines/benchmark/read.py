"""Time of reading whole cheques, stage by stage, on one core: decoding to the JSON line.

    python -m pipelines.benchmark read [--count 60] [--seed 4242] [--set FOLDER]

Without ``--set`` it reads synthetic cheques at about 200 dpi. Not for accuracy: ``chequereader evaluate`` is.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch

from chequereader.cheque_set import read_cheque_set
from chequereader.reader import Reader
from chequereader.scan import open_scans
from chequereader.synthetic import SyntheticConfig, write_set


def main(arguments: list[str]) -> None:
    """Print milliseconds a cheque by stage and cheques a second."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.benchmark read", description=__doc__)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=4242)
    parser.add_argument("--set", type=Path)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        where = options.set or Path(folder) / "set"
        if options.set is None:
            write_set(where, options.count, options.seed, SyntheticConfig())
        cheques = read_cheque_set(where)
        measure([cheques.path(truth) for truth in cheques.truths][: options.count])


def measure(paths: list[Path]) -> None:
    """Read the files one by one and print the figures."""
    reader = Reader()
    reader.read(next(open_scans(paths[0])))
    stages: dict[str, list[float]] = {}
    began = time.perf_counter()
    for path in paths:
        start = time.perf_counter()
        scan = next(open_scans(path))
        decoded = time.perf_counter()
        reading = reader.read(scan)
        reading.to_json()
        for name, ms in {"decode": (decoded - start) * 1000, **reading.stages}.items():
            stages.setdefault(name, []).append(ms)
    total = time.perf_counter() - began
    print(f"model {reader.model}, {torch.get_num_threads()} thread, {len(paths)} cheques")
    for name, times in stages.items():
        print(f"{name:10s} {statistics.mean(times):7.1f} ms (median {statistics.median(times):.1f})")
    print(f"{'all':10s} {total * 1000 / len(paths):7.1f} ms, {len(paths) / total:.1f} cheques a second")
