"""Runs a benchmark by its name: ``python -m pipelines.benchmark graph``."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run the benchmark named first with the arguments after it; without a known name say which there are."""
    names = [m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name != "__main__"]
    if not arguments or arguments[0] not in names:
        print(f"usage: python -m pipelines.benchmark {{{','.join(names)}}} [OPTION]...", file=sys.stderr)
        return 2
    importlib.import_module(f"pipelines.benchmark.{arguments[0]}").main(arguments[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
