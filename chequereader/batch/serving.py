"""What a worker of a batch does: read lots of files and send readings. Not for who does it, when or again."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

from chequereader.errors import ChequeReaderError, UnreadableInputError
from chequereader.reading import Reading, ReadsScans
from chequereader.scan import MAX_PIXELS, Scan, open_scans

_PAGES_TOGETHER = 16


@dataclass(frozen=True)
class Limits:
    """How long a worker may take without sending anything before it is given up.

    ``computing_s`` are seconds of processor time, so that a busy machine spoils no file; ``waiting_s`` are
    seconds by the clock, for what blocks without computing.
    """

    computing_s: float = 60.0
    waiting_s: float = 600.0


@dataclass(frozen=True)
class Task:
    """A file to read: where it lies, and its name in the results."""

    path: Path
    file: str


def fingerprint(path: Path, settings: str, model: str) -> str:
    """Return a checksum of all that a reading depends on: the file's bytes, the options, the weights.

    Empty if the file has gone or may not be read, so that it equals no other.
    """
    try:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
    return hashlib.sha256(json.dumps([content, settings, model]).encode()).hexdigest()[:32]


def serve(
    connection: Connection, make_reader: Callable[[], ReadsScans], settings: str, limits: Limits
) -> None:
    """Read lots of files, each a list of ``Task``, until the parent has gone.

    Sends the model's name when ready, or the error that kept the reader from being made; then for each file,
    in order, a ``Reading`` a page and the file's fingerprint. Computing beyond the limit ends the process
    with SIGPROF, in whatever library it is.
    """
    # One thread each: the workers share the cores. These are read when the libraries are loaded.
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["OPENCV_FOR_THREADS_NUM"] = "1"
    with suppress(EOFError, ConnectionError):
        try:
            reader = make_reader()
        except ChequeReaderError as error:
            connection.send(error)
            return
        connection.send(reader.model)
        while True:
            lot: list[Task] = connection.recv()
            _read_lot(connection, reader, lot, settings, limits)


def _read_lot(
    connection: Connection, reader: ReadsScans, lot: Sequence[Task], settings: str, limits: Limits
) -> None:
    signal.setitimer(signal.ITIMER_PROF, limits.computing_s)
    # Scans to read, and between them, in the order of sending, what is known already.
    waiting: list[Scan | Reading | str] = []
    for task in lot:
        mark = ""
        try:
            for scan in open_scans(task.path):
                waiting.append(replace(scan, source=task.file))
                if _is_enough(waiting):
                    _send(connection, reader, waiting)
                    signal.setitimer(signal.ITIMER_PROF, limits.computing_s)
            mark = fingerprint(task.path, settings, reader.model)
        except UnreadableInputError as error:
            waiting.append(Reading.failed(task.file, error.page, str(error), model=reader.model))
        waiting.append(mark)
    _send(connection, reader, waiting)


def _is_enough(waiting: Sequence[Scan | Reading | str]) -> bool:
    scans = [item for item in waiting if isinstance(item, Scan)]
    return len(scans) >= _PAGES_TOGETHER or sum(scan.image.size for scan in scans) >= MAX_PIXELS


def _send(connection: Connection, reader: ReadsScans, waiting: list[Scan | Reading | str]) -> None:
    """Read what waits, send all of it in order and leave nothing waiting."""
    readings = iter(_read(reader, [item for item in waiting if isinstance(item, Scan)]))
    for item in waiting:
        connection.send(next(readings) if isinstance(item, Scan) else item)
    waiting.clear()


def _read(reader: ReadsScans, scans: Sequence[Scan]) -> list[Reading]:
    """Read scans together, or one by one if the reader refuses one of them."""
    try:
        return reader.read_many(scans) if scans else []
    except ChequeReaderError as error:
        if len(scans) == 1:
            return [Reading.failed(scans[0].source, scans[0].page, str(error), model=reader.model)]
        return [reading for scan in scans for reading in _read(reader, [scan])]
