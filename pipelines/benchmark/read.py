"""Time of reading whole cheques from files to JSON: processor time by stage, cheques a second by the clock.

    python -m pipelines.benchmark read [FOLDER] [--count 60] [--seed 4242] [--lot 16] [--processes 1 2]

Without a folder of scans it reads synthetic cheques at about 200 dpi. Not for accuracy: ``chequereader
evaluate`` is.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import torch

from chequereader.batch.serving import Limits
from chequereader.batch.workers import LOT, WorkerPool
from chequereader.reader import Reader
from chequereader.scan import open_scans
from chequereader.scan.inputs import Input, find_scans
from chequereader.synthetic import SyntheticConfig, write_set

STAGES = "locate", "micr", "segment", "recognise", "interpret", "words"

TARGET = 20
"""Cheques a second wanted of two processes: 100 ms of processor time each."""


def main(arguments: list[str]) -> None:
    """Print milliseconds a cheque by stage and cheques a second."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.benchmark read", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=4242)
    parser.add_argument("--lot", type=int, default=LOT, help="pages read together")
    parser.add_argument("--processes", type=int, nargs="*", default=[1, 2])
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "set"
        if options.folder is None:
            write_set(folder, options.count, options.seed, SyntheticConfig())
        paths = [folder / file for file in find_scans(folder)[: options.count]]
        by_stage(paths, options.lot)
        for processes in options.processes:
            by_the_clock(paths, processes)


def by_stage(paths: Sequence[Path], lot: int) -> None:
    """Read the files in lots, by one thread, and print the processor time of each stage."""
    reader = Reader(clock=time.process_time)
    reader.read(next(open_scans(paths[0])))
    stages = dict.fromkeys(("decode", *STAGES), 0.0)
    began = time.process_time()
    for first in range(0, len(paths), lot):
        decoding = time.process_time()
        scans = [next(open_scans(path)) for path in paths[first : first + lot]]
        decoded = time.process_time()
        readings = reader.read_many(scans)
        stages["decode"] += (decoded - decoding) * 1000
        for reading in readings:
            reading.to_json()
            for name in STAGES:
                stages[name] += reading.stages[name]
    total = (time.process_time() - began) * 1000
    print(f"model {reader.model}; {len(paths)} files in lots of {lot}, one thread; processor time a cheque")
    stages["decide, write"] = total - sum(stages.values())
    for name, ms in (*stages.items(), ("all", total)):
        print(f"{name:14s} {ms / len(paths):7.1f} ms")


def by_the_clock(paths: Sequence[Path], processes: int) -> None:
    """Read the files by so many processes that are warm, and print how many they read a second."""
    inputs = [Input(path, path.name) for path in paths]
    with WorkerPool(Reader, "", processes, Limits()) as pool:
        list(pool.read(inputs, lambda _: frozenset()))
        began = time.perf_counter()
        list(pool.read(inputs, lambda _: frozenset()))
        took = time.perf_counter() - began
    cores = len(os.sched_getaffinity(0))
    wanted = f"; wanted of 2: {TARGET}" if processes == 2 else ""
    print(f"{processes} process(es) on {cores} cores: {len(inputs) / took:.1f} cheques a second{wanted}")
