"""Writing result files whole: a reader of the file finds the old one or the new one, never half of either.

Not for results that grow while they are written: ``batch.results`` appends those.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chequereader.errors import OutputError, one_line


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write ``path`` into an ``OutputError`` of one line."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or one_line(error)
        raise OutputError(
            f"{one_line(path)}: can't be written ({reason}); check the folder, the rights and the space left"
        ) from None


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of ``path`` if the block ends well and goes if not.

    Raises ``OutputError`` where the system refuses.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with output_errors(path):
        try:
            yield temporary
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole, in UTF-8; raises ``OutputError`` where the system refuses."""
    with written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")


def make_folder(path: Path) -> None:
    """Make a folder to write into, and those above it; raises ``OutputError`` where the system refuses."""
    with output_errors(path):
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
