"""A fuzzer of the file formats: valid files with bits turned over, cut off or spliced, opened and decoded.

Anything but pages and ``UnreadableInputError`` of one line is a fault of the program; so is taking long. What
ends the whole process names the file that did it, by its seed. Not for the reader behind.
"""

from __future__ import annotations

import argparse
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from chequereader.errors import UnreadableInputError
from chequereader.scan import open_pages
from pipelines.faults.material import KINDS, bits_flipped, truncated

LIMIT_S = 20.0
"""Seconds of processor time that one file may take."""


def damaged(kind: str, seed: int) -> bytes:
    """Return a file of a kind with some damage."""
    rng = np.random.default_rng(seed)
    data = KINDS[kind](rng)
    way = rng.integers(4)
    if way == 0:
        return truncated(data, rng)
    if way == 1:
        other = KINDS[list(KINDS)[rng.integers(len(KINDS))]](rng)
        return truncated(data, rng) + other[int(rng.integers(len(other))) :]
    data = bits_flipped(data, rng)
    return data if way == 2 else truncated(data, rng)


def pages_read(path: Path) -> tuple[int, int]:
    """Open a file and decode its pages; return how many were good and how many bad.

    ``AssertionError`` if a page isn't what it should be.
    """
    good = bad = 0
    for page in open_pages(path):
        try:
            scan = page.load()
        except UnreadableInputError as error:
            bad += 1
            assert len(str(error).splitlines()) == 1, str(error)
        else:
            good += 1
            assert scan.image.dtype == np.uint8 and scan.image.ndim == 2
    return good, bad


def main(arguments: list[str]) -> int:
    """Try so many damaged files of each kind and count what came out; faults end it with a traceback."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.faults fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="files of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan"
        for kind in KINDS:
            counts: Counter[str] = Counter()
            for seed in range(options.seed, options.seed + options.count):
                path.write_bytes(damaged(kind, seed))
                # What ends the process leaves this line as the last.
                print(f"\r{kind} seed {seed} ", end="", flush=True)
                signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
                began = time.process_time()
                good, bad = pages_read(path)
                slowest = max(slowest, time.process_time() - began)
                counts.update(good=good, bad=bad)
            print(f"\r{kind}: {options.count} files, {counts['good']} pages, {counts['bad']} refused")
    print(f"slowest file: {slowest:.2f} s")
    return 0
