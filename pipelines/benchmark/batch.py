"""What a batch costs: processor time and memory a page, of the workers and of the process that leads them.

    python -m pipelines.benchmark batch [--reader stub] [--small 500] [--large 5000] [--set FOLDER]

Two batches of different sizes are read, so that the difference tells a page's cost without the start. The
stub reader shows what decoding and the batch itself cost. Times are processor time, so that other programs on
the machine don't count. Not for accuracy.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from chequereader.batch import run_batch
from chequereader.options import ReadOptions
from chequereader.scan.inputs import Input, find_scans
from pipelines.faults.stub import StubReader

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time, and the most memory at any time in MiB; ``stages`` in ms a page."""

    leading: float
    working: float
    leader_mib: float
    worker_mib: float
    line: str


def cost(files: list[Path], count: int, out: Path, reader: str) -> Cost:
    """Read ``count`` files, the given ones over and over, with one worker."""
    inputs = [Input(files[i % len(files)], f"{i:07d}/{files[i % len(files)].name}") for i in range(count)]
    leading, working = time.process_time(), _children()
    summary = run_batch(
        inputs, out, ReadOptions(device="cpu"), make_reader=StubReader if reader == "stub" else None
    )
    return Cost(
        time.process_time() - leading,
        _children() - working,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        summary.line(),
    )


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main(arguments: list[str]) -> None:
    """Print the costs of both sizes and of a page."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.benchmark batch", description=__doc__)
    parser.add_argument("--reader", choices=["stub", "real"], default="stub")
    parser.add_argument("--small", type=int, default=500)
    parser.add_argument("--large", type=int, default=5000)
    parser.add_argument("--set", type=Path, default=SAMPLES)
    options = parser.parse_args(arguments)
    files = [options.set / name for name in find_scans(options.set)]
    with tempfile.TemporaryDirectory() as folder:
        costs = [
            cost(files, count, Path(folder) / f"{count}.jsonl", options.reader)
            for count in (options.small, options.large)
        ]
    for count, one in zip((options.small, options.large), costs, strict=True):
        print(
            f"{count} pages: leader {one.leading:.2f} s, {one.leader_mib:.0f} MiB; "
            f"worker {one.working:.2f} s, {one.worker_mib:.0f} MiB; {one.line}"
        )
    more = options.large - options.small
    small, large = costs
    print(
        f"a page: leader {(large.leading - small.leading) / more * 1000:.3f} ms, "
        f"worker {(large.working - small.working) / more * 1000:.1f} ms; "
        f"start of a worker {small.working - (large.working - small.working) / more * options.small:.1f} s"
    )
