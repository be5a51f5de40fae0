"""One run at a time writes to a results file: a lock beside it that lasts as long as the run.

The lock is the system's and ends with its process, so a lock file that a killed run left behind keeps nobody
out. Not for what the runs write.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chequereader.errors import OutputError, one_line
from chequereader.output import output_errors


@contextmanager
def only_run(out: Path) -> Iterator[None]:
    """Keep other runs from ``out`` within the block by ``out.lock``, which is gone after it.

    Raises ``OutputError`` if another run is in such a block, or where the system refuses.
    """
    path = out.with_name(f"{out.name}.lock")
    with output_errors(out):
        lock = _locked(path, out)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # while it is locked: from here on it is nobody's
        os.close(lock)


def _locked(path: Path, out: Path) -> int:
    """Return a descriptor of the lock file at ``path``, locked."""
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(lock, path):
                return lock
        except BlockingIOError:
            os.close(lock)
            raise OutputError(
                f"{one_line(out)}: another run writes to it; wait for it or choose another --out"
            ) from None
        except OSError:
            os.close(lock)
            raise
        os.close(lock)


def _is_at(lock: int, path: Path) -> bool:
    """Return whether an open file is the one at ``path`` still: the run before may just have removed it."""
    try:
        return os.path.samestat(os.fstat(lock), path.stat())
    except FileNotFoundError:
        return False
