"""Processes that decode and read, so that a file that crashes, hangs or eats memory costs one record only.

Each worker is a fresh process (spawned, never forked: torch and CUDA don't survive a fork) that keeps one
reader and talks over a pipe. Not for files of results.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType

from chequereader.errors import ChequeReaderError, UnreadableInputError, UsageError
from chequereader.reading import Reading, ReadsScans
from chequereader.scan import open_scans

START_LIMIT_S = 300.0
"""Seconds that a worker may take to load its libraries and weights."""

_WINDOW = 8
"""Files handed out ahead of the oldest unfinished one, for each worker: it bounds what is kept in memory."""


@dataclass(frozen=True)
class Task:
    """A file to read: where it lies, and its name in the results."""

    path: Path
    file: str


@dataclass(frozen=True)
class Finished:
    """All readings of one file, one a page; the fingerprint is empty if any of them failed."""

    readings: tuple[Reading, ...]
    fingerprint: str


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


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    deadline: float
    ready: bool = False
    number: int | None = None
    task: Task | None = None
    readings: list[Reading] = field(default_factory=list)


class WorkerPool:
    """Workers that read files; results come in the order of the tasks.

    ``make_reader`` is called once in each worker and must be picklable; ``settings`` stands for the reader's
    options in fingerprints. A worker that ends, or gives no page for ``time_limit`` seconds, is replaced and
    its file gets a failed reading. Use it as a context manager; leaving it ends the workers.
    """

    def __init__(
        self, make_reader: Callable[[], ReadsScans], settings: str, workers: int, time_limit: float
    ) -> None:
        self._make_reader = make_reader
        self._settings = settings
        self._time_limit = time_limit
        self._count = workers
        self._workers: list[_Worker] = []
        self._finished: dict[int, Finished] = {}
        self._model: str | None = None

    def __enter__(self) -> WorkerPool:
        self._workers = [self._started() for _ in range(self._count)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            _end(worker)

    @property
    def model(self) -> str:
        """Name and checksum of the weights, once the first worker has loaded them.

        Raises what making the reader raised, or ``UsageError`` if a worker ended before it was ready.
        """
        while self._model is None:
            self._attend()
        return self._model

    def read(self, tasks: Iterable[Task]) -> Iterator[Finished]:
        """Yield the readings of each file in the order of the tasks."""
        numbered = enumerate(tasks)
        handed_out = given = 0
        more = True
        while True:
            for worker in list(self._workers):
                room = handed_out - given < _WINDOW * self._count
                if more and room and worker.ready and worker.task is None:
                    if not worker.process.is_alive():
                        self._replace(worker)
                        continue
                    number, task = next(numbered, (0, None))
                    if task is None:
                        more = False
                    else:
                        self._hand_out(worker, number, task)
                        handed_out += 1
            while given in self._finished:
                yield self._finished.pop(given)
                given += 1
            if not more and given == handed_out:
                return
            if given not in self._finished:
                self._attend()

    def finished_early(self) -> list[Finished]:
        """Return, after an interruption, what was finished but waited for an earlier file."""
        return [self._finished[number] for number in sorted(self._finished)]

    def _started(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(theirs, self._make_reader, self._settings), daemon=True
        )
        # A worker starts with Ctrl-C blocked and keeps it so: the interruption is the parent's to handle.
        # The helper process of multiprocessing has to be there before, since starting it lifts the block.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        return _Worker(process, ours, time.monotonic() + START_LIMIT_S)

    def _hand_out(self, worker: _Worker, number: int, task: Task) -> None:
        worker.number, worker.task = number, task
        worker.readings = []
        worker.deadline = time.monotonic() + self._time_limit
        try:
            worker.connection.send(task)
        except OSError:
            self._lost(worker)

    def _attend(self) -> None:
        """Wait until a worker says something, ends, or runs out of time, and act on it."""
        waited_for = [w for w in self._workers if w.task is not None or not w.ready]
        patience = min(w.deadline for w in waited_for) - time.monotonic()
        heard = wait([w.connection for w in waited_for], timeout=max(patience, 0))
        for worker in waited_for:
            if worker.connection in heard:
                try:
                    message = worker.connection.recv()
                except (EOFError, OSError):
                    # A moment to end by itself, so that its exit code is its own.
                    worker.process.join(timeout=1)
                    self._lost(worker)
                else:
                    self._heed(worker, message)
            elif time.monotonic() >= worker.deadline:
                self._lost(worker, f"took longer than {self._time_limit:g} s; the file may be damaged")

    def _heed(self, worker: _Worker, message: object) -> None:
        if isinstance(message, ChequeReaderError):
            raise message
        if isinstance(message, Reading):
            worker.readings.append(message)
            worker.deadline = time.monotonic() + self._time_limit
            return
        assert isinstance(message, str)
        if not worker.ready:
            worker.ready = True
            self._model = message
        else:
            self._finish(worker, message)

    def _lost(self, worker: _Worker, reason: str | None = None) -> None:
        """Replace a worker that ended or has to be ended, and record its file as failed."""
        _end(worker)
        if worker.task is None:
            raise UsageError(
                "a worker process ended while it started, perhaps for want of memory; use fewer --workers"
            )
        if reason is None:
            how = _exit_reason(worker.process.exitcode)
            reason = f"the process that read it ended ({how}); the file may be damaged"
        page = len(worker.readings) + 1
        worker.readings.append(Reading.failed(worker.task.file, page, reason, model=self._model))
        self._finish(worker, "")
        self._replace(worker)

    def _replace(self, worker: _Worker) -> None:
        self._workers[self._workers.index(worker)] = self._started()

    def _finish(self, worker: _Worker, fingerprint: str) -> None:
        assert worker.number is not None
        self._finished[worker.number] = Finished(tuple(worker.readings), fingerprint)
        worker.number = worker.task = None


def _end(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.connection.close()


def _exit_reason(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def _serve(connection: Connection, make_reader: Callable[[], ReadsScans], settings: str) -> None:
    """Read files until the parent has gone; run in the worker.

    Sends the model's name when ready, then for each task a ``Reading`` a page and the file's fingerprint.
    """
    # One thread each: the workers share the cores. These are read when the libraries are loaded.
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["OPENCV_FOR_THREADS_NUM"] = "1"
    try:
        reader = make_reader()
    except ChequeReaderError as error:
        connection.send(error)
        return
    with suppress(EOFError, ConnectionError):
        connection.send(reader.model)
        while True:
            task: Task = connection.recv()
            failed = False
            for reading in _readings(reader, task):
                failed = failed or reading.status == "failed"
                connection.send(reading)
            connection.send("" if failed else fingerprint(task.path, settings, reader.model))


def _readings(reader: ReadsScans, task: Task) -> Iterator[Reading]:
    """Yield a reading a page; the first page that can't be read ends the file."""
    page = 1
    try:
        for scan in open_scans(task.path):
            page = scan.page
            yield replace(reader.read(scan), file=task.file)
    except ChequeReaderError as error:
        if isinstance(error, UnreadableInputError):
            page = error.page
        yield Reading.failed(task.file, page, str(error), model=reader.model)
