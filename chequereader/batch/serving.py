"""What a worker of a batch does: read lots of files and send readings. Not for who does it, when or again."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import stat
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from multiprocessing.connection import Connection, wait
from pathlib import Path

from chequereader.errors import ChequeReaderError, UnreadableInputError
from chequereader.reading import Reading, ReadsScans
from chequereader.scan import MAX_PIXELS, Page, Scan, open_pages
from chequereader.scan.limits import MAX_CONTAINER_BYTES
from chequereader.scan.quiet import load_quietly

OUT_OF_MEMORY = 77
"""Exit code of a worker that would need more memory than it may have."""


@dataclass(frozen=True)
class Limits:
    """What a worker may take before it is given up.

    ``computing_s`` are seconds of processor time without sending anything, so that a busy machine spoils no
    file; ``waiting_s`` are seconds by the clock, for what blocks without computing; ``memory_bytes`` come on
    top of what the worker has when it is ready.
    """

    computing_s: float = 60.0
    waiting_s: float = 600.0
    memory_bytes: int = 4 * 2**30


@dataclass(frozen=True)
class Task:
    """A file to read: where it lies, its name in the results, and the keys of its pages that are done.

    Pages of a ``careful`` task are announced and read one by one, so that it is known which one does harm.
    """

    path: Path
    file: str
    done: frozenset[int] = frozenset()
    careful: bool = False


@dataclass(frozen=True)
class Announced:
    """Sent before a page is decoded: which one it will be."""

    file: str
    page: int
    keyed_amount: Decimal | None
    fingerprint: str


@dataclass(frozen=True)
class PageRead:
    """Sent for a page: what was read, and the fingerprint of its file."""

    reading: Reading
    fingerprint: str


@dataclass(frozen=True)
class PageSkipped:
    """Sent for a page that was done before."""


@dataclass(frozen=True)
class FileRead:
    """Sent after the last page of a file."""

    file: str
    fingerprint: str


Message = str | ChequeReaderError | Announced | PageRead | PageSkipped | FileRead
"""What a worker sends; a text is the model's name, which says that it is ready."""


def fingerprint(path: Path, settings: str, model: str) -> str:
    """Return a checksum of all that a reading depends on: the file's bytes, the options, the weights.

    Empty if the file has gone or may not be read, so that it equals no other.
    """
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_CONTAINER_BYTES:
            return ""
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return ""
    return hashlib.sha256(json.dumps([content, settings, model]).encode()).hexdigest()[:32]


def page_key(file: str, page: int, fingerprint: str) -> int:
    """Return a number of 64 bits that stands for a page read from these bytes with these settings."""
    name = f"{page} {fingerprint} {file}".encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "little")


def serve(
    connection: Connection, make_reader: Callable[[], ReadsScans], settings: str, limits: Limits
) -> None:
    """Read lots of files, each a list of ``Task``, until the parent has gone.

    Sends a ``Message`` when ready, or the error that kept the reader from being made; then one for each page,
    in order, and one after each file. Computing beyond the limit ends the process with SIGPROF, in whatever
    library it is; memory beyond the limit with the exit code ``OUT_OF_MEMORY``.
    """
    _end_with_parent()
    # One thread each: the workers share the cores. These are read when the libraries are loaded.
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["OPENCV_FOR_THREADS_NUM"] = "1"
    with suppress(EOFError, ConnectionError):
        try:
            reader = make_reader()
        except ChequeReaderError as error:
            connection.send(error)
            return
        _limit_memory(limits.memory_bytes)
        connection.send(reader.model)
        while True:
            lot: list[Task] = connection.recv()
            try:
                _Lot(connection, reader, settings, limits).read(lot)
            except Exception as error:
                if _is_want_of_memory(error):
                    os._exit(OUT_OF_MEMORY)
                raise


class _Lot:
    """Files that are read together, with what waits to be read or sent, in the order of sending."""

    def __init__(self, connection: Connection, reader: ReadsScans, settings: str, limits: Limits) -> None:
        self._connection = connection
        self._reader = reader
        self._settings = settings
        self._limits = limits
        self._waiting: list[tuple[Scan, str, float] | Message] = []

    def read(self, tasks: Sequence[Task]) -> None:
        """Read the files and send a message for each page and each file."""
        for task in tasks:
            self._more_time()
            mark = fingerprint(task.path, self._settings, self._reader.model)
            for page in open_pages(task.path):
                self._more_time()
                self._take(task, _named(page, task), mark)
                if task.careful or self._is_enough():
                    self._send()
            self._waiting.append(FileRead(task.file, mark))
        self._send()

    def _take(self, task: Task, page: Page, mark: str) -> None:
        """Decode a page, unless it was done before."""
        if task.done and page_key(page.source, page.number, mark) in task.done:
            # At once, so that the parent sees that a long walk goes on.
            self._send()
            self._connection.send(PageSkipped())
            return
        if task.careful:
            self._connection.send(Announced(page.source, page.number, page.keyed_amount, mark))
        began = time.perf_counter()
        try:
            scan = load_quietly(page)
        except UnreadableInputError as error:
            self._waiting.append(PageRead(self._failed(page, error), mark))
        else:
            scan = replace(scan, source=page.source, keyed_amount=page.keyed_amount)
            self._waiting.append((scan, mark, (time.perf_counter() - began) * 1000))

    def _failed(self, page: Page | Scan, error: ChequeReaderError) -> Reading:
        number = page.number if isinstance(page, Page) else page.page
        return Reading.failed(
            page.source, number, str(error), model=self._reader.model, keyed_amount=page.keyed_amount
        )

    def _is_enough(self) -> bool:
        pixels = sum(item[0].image.size for item in self._waiting if isinstance(item, tuple))
        return len(self._waiting) >= self._reader.together or pixels >= MAX_PIXELS

    def _send(self) -> None:
        """Read what waits, send all of it in order and leave nothing waiting."""
        readings = iter(self._read([item[0] for item in self._waiting if isinstance(item, tuple)]))
        for item in self._waiting:
            if isinstance(item, tuple):
                _, mark, decoding = item
                reading = next(readings)
                stages = {"decode": decoding, **reading.stages}
                item = PageRead(replace(reading, stages=stages), mark)  # noqa: PLW2901
            self._connection.send(item)
        self._waiting.clear()

    def _read(self, scans: Sequence[Scan]) -> list[Reading]:
        """Read scans together, or one by one if the reader refuses one of them."""
        try:
            return self._reader.read_many(scans) if scans else []
        except ChequeReaderError as error:
            if len(scans) == 1:
                return [self._failed(scans[0], error)]
            return [reading for scan in scans for reading in self._read([scan])]

    def _more_time(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, self._limits.computing_s)


def _named(page: Page, task: Task) -> Page:
    """Name a page after the task's file instead of its path."""
    return replace(page, source=task.file + page.source.removeprefix(os.fspath(task.path)))


def _end_with_parent() -> None:
    """End this process when its parent has gone, even while it hangs."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _limit_memory(more: int) -> None:
    """Allow this process so many bytes beyond what it has now, where the system can tell and limit that."""
    statm = Path("/proc/self/statm")
    if not statm.is_file():
        return
    import resource

    data = int(statm.read_text().split()[5]) * resource.getpagesize() + more
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (data if hard < 0 else min(data, hard), hard))


def _is_want_of_memory(error: Exception) -> bool:
    """Tell whether an error of Python, torch, OpenCV or ONNX Runtime says that memory ran out."""
    says = str(error).lower()
    return isinstance(error, MemoryError) or "memory" in says or "bad_alloc" in says
