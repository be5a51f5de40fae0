"""Processes that decode and read, so that a file that crashes, hangs or eats memory costs one record only.

Each worker is a fresh process (spawned, never forked: torch and CUDA don't survive a fork) that keeps one
reader and talks over a pipe; ``serving`` is what it runs. Not for files of results.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType

from chequereader.batch.serving import Limits, Task, serve
from chequereader.errors import ChequeReaderError, UsageError
from chequereader.reading import Reading, ReadsScans

START_LIMIT_S = 300.0
"""Seconds that a worker may take to load its libraries and weights."""

LOT = 8
"""Files given to a worker at a time at most, so that it can read them together."""

_AHEAD = 4 * LOT
"""Files handed out ahead of the oldest unfinished one, for each worker: it bounds what is kept in memory."""


@dataclass(frozen=True)
class Finished:
    """All readings of one file, one a page; the fingerprint is empty if any of them failed."""

    readings: tuple[Reading, ...]
    fingerprint: str


Lot = Sequence[tuple[int, Task]]
"""Successive files with their numbers."""


@dataclass
class _Worker:
    """A process, the files that it has yet to finish, and the pages of the first of them read so far."""

    process: BaseProcess
    connection: Connection
    deadline: float
    ready: bool = False
    unfinished: deque[tuple[int, Task]] = field(default_factory=deque)
    readings: list[Reading] = field(default_factory=list)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


class WorkerPool:
    """Workers that read files; results come in the order of the files.

    ``make_reader`` is called once in each worker and must be picklable; ``settings`` stands for the reader's
    options in fingerprints. A worker that ends, or goes beyond the limits, is replaced; its files are then
    read one by one, so that only the one at fault gets a failed reading. Use it as a context manager; leaving
    it ends the workers.
    """

    def __init__(
        self, make_reader: Callable[[], ReadsScans], settings: str, workers: int, limits: Limits
    ) -> None:
        self._make_reader = make_reader
        self._settings = settings
        self._limits = limits
        self._count = workers
        self._workers: list[_Worker] = []
        self._again: deque[Lot] = deque()
        self._finished: dict[int, Finished] = {}
        self._model: str | None = None

    def __enter__(self) -> WorkerPool:
        self._workers = [self._started() for _ in range(self._count)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.end()

    @property
    def model(self) -> str:
        """Name and checksum of the weights, once the first worker has loaded them.

        Raises what making the reader raised, or ``UsageError`` if a worker ended before it was ready.
        """
        while self._model is None:
            self._attend()
        return self._model

    def read(self, tasks: Sequence[Task]) -> Iterator[Finished]:
        """Yield the readings of each file in the order of the tasks."""
        # Small batches go out in smaller lots, so that all workers have something to do to the end.
        size = max(1, min(LOT, len(tasks) // (4 * self._count)))
        handed_out = given = 0
        while given < len(tasks):
            for worker in [w for w in self._workers if w.ready and not w.unfinished]:
                if not worker.process.is_alive():
                    self._replace(worker)
                elif self._again:
                    self._hand_out(worker, self._again.popleft())
                elif handed_out < min(len(tasks), given + _AHEAD * self._count):
                    lot = range(handed_out, min(handed_out + size, len(tasks)))
                    self._hand_out(worker, [(number, tasks[number]) for number in lot])
                    handed_out = lot.stop
            while given in self._finished:
                yield self._finished.pop(given)
                given += 1
            if given < len(tasks):
                self._attend()

    def finished_early(self) -> list[Finished]:
        """Return, after an interruption, what was finished but waited for an earlier file."""
        return [self._finished[number] for number in sorted(self._finished)]

    def _started(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve, args=(theirs, self._make_reader, self._settings, self._limits), daemon=True
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

    def _hand_out(self, worker: _Worker, lot: Lot) -> None:
        worker.unfinished.extend(lot)
        worker.deadline = time.monotonic() + self._limits.waiting_s
        try:
            worker.connection.send([task for _, task in lot])
        except OSError:
            self._lost(worker)

    def _attend(self) -> None:
        """Wait until a worker says something, ends, or runs out of time, and act on it."""
        waited_for = [w for w in self._workers if w.unfinished or not w.ready]
        if not waited_for:
            return
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
                self._lost(worker, f"took longer than {self._limits.waiting_s:g} s")

    def _heed(self, worker: _Worker, message: object) -> None:
        """Act on what a worker sent: an error, a reading, or a text (see ``serving.serve``)."""
        if isinstance(message, ChequeReaderError):
            raise message
        worker.deadline = time.monotonic() + self._limits.waiting_s
        if isinstance(message, Reading):
            worker.readings.append(message)
            return
        assert isinstance(message, str)
        if not worker.ready:
            worker.ready = True
            self._model = message
        else:
            self._finish(worker, message)

    def _lost(self, worker: _Worker, reason: str | None = None) -> None:
        """Replace a worker that ended or has to be ended; its files are read again one by one, or failed."""
        worker.end()
        if not worker.unfinished:
            raise UsageError(
                "a worker process ended while it started, perhaps for want of memory; use fewer --workers"
            )
        if len(worker.unfinished) > 1:
            self._again.extend([one] for one in worker.unfinished)
        else:
            if reason is None:
                reason = self._exit_reason(worker.process.exitcode)
            file, page = worker.unfinished[0][1].file, len(worker.readings) + 1
            worker.readings.append(
                Reading.failed(file, page, f"{reason}; the file may be damaged", model=self._model)
            )
            self._finish(worker, "")
        self._replace(worker)

    def _finish(self, worker: _Worker, fingerprint: str) -> None:
        number, _ = worker.unfinished.popleft()
        whole = all(reading.status != "failed" for reading in worker.readings)
        self._finished[number] = Finished(tuple(worker.readings), fingerprint if whole else "")
        worker.readings = []

    def _replace(self, worker: _Worker) -> None:
        self._workers[self._workers.index(worker)] = self._started()

    def _exit_reason(self, code: int | None) -> str:
        if code == -signal.SIGPROF:
            return f"took more than {self._limits.computing_s:g} s of computing"
        how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        return f"the process that read it ended ({how})"
