"""What a command is given to read: files, folders, patterns and lists, as files with their names.

Not for what is inside the files.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chequereader.errors import UnreadableInputError, one_line
from chequereader.scan.files import SUFFIXES, is_archive, is_scan

LIST = "-"
"""Stands for a list of files on standard input."""


@dataclass(frozen=True)
class Input:
    """A file to read: where it lies, and its name in the results."""

    path: Path
    file: str


def named_files(given: Sequence[str], listed: Iterable[bytes]) -> Iterator[Path]:
    """Yield the paths that are meant: patterns become their matches, ``-`` the lines of ``listed``.

    A pattern without a match stays as it is; empty lines are passed over.
    """
    for name in given:
        if name == LIST:
            yield from (Path(os.fsdecode(line.rstrip(b"\r\n"))) for line in listed if line.strip())
        elif glob.has_magic(name) and not os.path.lexists(name):
            yield from (Path(match) for match in sorted(glob.glob(name, recursive=True)) or [name])
        else:
            yield Path(name)


def find_inputs(given: Sequence[str], listed: Iterable[bytes] = ()) -> list[Input]:
    """Return the files of a batch in their order, each once.

    The scans in a folder that is given alone are named by their paths from there; everything else by its
    path. A file on the list that isn't there stays in: it will be reported. Raises ``UnreadableInputError``
    if a file or folder that is given outright isn't there, a folder can't be listed, or nothing is left.
    """
    alone = len(given) == 1
    found: dict[str, Input] = {}
    for path in named_files(given, listed):
        if path.is_dir():
            for name in find_scans(path):
                file = name if alone else (path / name).as_posix()
                found.setdefault(file, Input(path / name, file))
            continue
        if LIST not in given and not os.path.lexists(path):
            raise UnreadableInputError(f"{one_line(path)}: no such file or folder; check the name")
        found.setdefault(path.as_posix(), Input(path, path.as_posix()))
    if not found:
        raise UnreadableInputError("the list on standard input is empty; give a file a line")
    return list(found.values())


def find_scans(folder: Path) -> list[str]:
    """Return the scans in a folder and below, sorted, as paths from the folder with forward slashes.

    Scans, cash letters and archives are known by their suffix; what starts with a dot is passed over, and
    links to folders are not followed. Raises ``UnreadableInputError`` if the folder, or one below, can't be
    listed, or none holds a scan.
    """

    def refuse(error: OSError) -> None:
        reason = error.strerror or one_line(error)
        raise UnreadableInputError(
            f"{one_line(error.filename)}: can't be listed ({reason}); check the folder"
        )

    found = []
    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            (Path(parent) / name).relative_to(folder).as_posix()
            for name in files
            if not name.startswith(".") and (is_scan(name) or is_archive(name))
        ]
    if not found:
        raise UnreadableInputError(
            f"{one_line(folder)}: no scans here; they are known by their names: {' '.join(sorted(SUFFIXES))}"
        )
    return sorted(found)
