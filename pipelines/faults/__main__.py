"""Runs a test by its name: ``python -m pipelines.faults night``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipelines.faults import fuzz, night


def _once(arguments: list[str]) -> int:
    """Do one run of a night: what the test kills."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.faults once")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--reader", default="stub")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args(arguments)
    night.run_once(options.folder, options.out, options.reader, options.workers)
    return 0


_TESTS = {"night": night.main, "fuzz": fuzz.main, "once": _once}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in _TESTS:
        sys.exit("usage: python -m pipelines.faults {night,fuzz} [OPTION]...")
    sys.exit(_TESTS[sys.argv[1]](sys.argv[2:]))
