"""Processes that decode and read, so that a page that crashes, hangs or eats memory costs one record only.

Each worker is a fresh process (spawned, never forked: torch and CUDA don't survive a fork) that keeps one
reader and talks over a pipe; ``serving`` is what it runs. Not for files of results.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType

from chequereader.batch.serving import (
    OUT_OF_MEMORY,
    Announced,
    FileRead,
    Limits,
    PageRead,
    PageSkipped,
    Task,
    page_key,
    serve,
)
from chequereader.errors import ChequeReaderError, UsageError
from chequereader.reading import Reading, ReadsScans
from chequereader.scan.inputs import Input

START_LIMIT_S = 300.0
"""Seconds that a worker may take to load its libraries and weights."""

LOT = 16
"""Files given to a worker at a time at most, so that it can read them together."""

TRIES = 2
"""Times that a page read alone loses its worker before it is to blame: something else may have ended one."""

HARMFUL_PAGES = 10
"""Pages of one file that may lose their workers before the rest of the file is given up."""

LOST_STARTS = 3
"""Workers that may end one after the other before they are ready, until the batch is given up."""

_TICK_S = 0.5


@dataclass
class _Job:
    """A file on its way: its task, its pages that are done, and what it has done to workers."""

    task: Task
    done: set[int] = field(default_factory=set)
    done_before: int = 0
    skipped: int = 0
    announced: Announced | None = None
    suspect: Announced | None = None
    losses: int = 0
    harmful: int = 0

    def again(self) -> list[Task]:
        """Return the task for a second time: page by page, without the pages that are done."""
        self.done_before, self.skipped = len(self.done), 0
        self.task = replace(self.task, careful=True, done=self.task.done | self.done)
        return [self.task]


@dataclass
class _Worker:
    """A process, and the files that it has yet to finish."""

    process: BaseProcess
    connection: Connection
    deadline: float
    ready: bool = False
    unfinished: deque[_Job] = field(default_factory=deque)

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


@dataclass(frozen=True)
class FileDone:
    """All pages of a file were read; ``skipped`` of them were done before the task was given."""

    file: str
    fingerprint: str
    skipped: int


class WorkerPool:
    """Workers that read files; results come as they are ready, the pages of one file in order.

    ``make_reader`` is called once in each worker and must be picklable; ``settings`` stands for the reader's
    options in fingerprints. A worker that ends, or goes beyond the limits, is replaced; its files are then
    read page by page, so that only the page at fault gets a failed reading. Use it as a context manager;
    leaving it ends the workers.
    """

    def __init__(
        self, make_reader: Callable[[], ReadsScans], settings: str, workers: int, limits: Limits
    ) -> None:
        self._make_reader = make_reader
        self._settings = settings
        self._limits = limits
        self._count = workers
        self._workers: list[_Worker] = []
        self._again: deque[_Job] = deque()
        self._events: deque[PageRead | FileDone] = deque()
        self._model: str | None = None
        self._lost_starts = 0

    def __enter__(self) -> WorkerPool:
        self._workers = [self._started() for _ in range(self._count)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.end()

    def wait_until_ready(self, interrupted: Callable[[], bool]) -> None:
        """Wait until a worker has made its reader, or an interruption.

        Raises what making the reader raised, or ``UsageError`` if workers keep ending before they are ready.
        """
        while self._model is None and not interrupted():
            self._attend()

    def read(
        self, inputs: Sequence[Input], done: Callable[[str], frozenset[int]]
    ) -> Iterator[PageRead | FileDone | None]:
        """Yield each page when it is read and each file when it is done; ``None`` while there is neither.

        ``done`` gives the keys (see ``page_key``) of a file's pages that are to be skipped. Raises what
        ``wait_until_ready`` does.
        """
        # Small batches go out in smaller lots, so that all workers have something to do to the end.
        size = max(1, min(LOT, len(inputs) // (4 * self._count)))
        handed_out = finished = 0
        while finished < len(inputs):
            for worker in [w for w in self._workers if w.ready and not w.unfinished]:
                if not worker.process.is_alive():
                    self._replace(worker)
                elif self._again:
                    job = self._again.popleft()
                    self._hand_out(worker, [job], job.again())
                elif handed_out < len(inputs):
                    lot = inputs[handed_out : handed_out + size]
                    tasks = [Task(one.path, one.file, done(one.file)) for one in lot]
                    self._hand_out(worker, [_Job(task) for task in tasks], tasks)
                    handed_out += len(lot)
            self._attend()
            while self._events:
                event = self._events.popleft()
                finished += isinstance(event, FileDone)
                yield event
            yield None

    def finished_early(self) -> Iterator[PageRead | FileDone]:
        """Yield, after an interruption, what the workers had sent by then."""
        for worker in self._workers:
            try:
                while worker.connection.poll():
                    self._heed(worker, worker.connection.recv())
            except (EOFError, OSError):
                continue
        yield from self._events

    def _started(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve, args=(theirs, self._make_reader, self._settings, self._limits), daemon=True
        )
        # A worker starts with these blocked and keeps them so: an interruption is the parent's to handle.
        # The helper process of multiprocessing has to be there before, since starting it lifts the block.
        resource_tracker.ensure_running()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        return _Worker(process, ours, time.monotonic() + START_LIMIT_S)

    def _hand_out(self, worker: _Worker, jobs: Sequence[_Job], tasks: Sequence[Task]) -> None:
        worker.unfinished.extend(jobs)
        worker.deadline = time.monotonic() + self._limits.waiting_s
        try:
            worker.connection.send(list(tasks))
        except OSError:
            self._lost(worker)

    def _attend(self) -> None:
        """Wait until a worker says something, ends, or runs out of time, and act on it; but never long."""
        waited_for = [w for w in self._workers if w.unfinished or not w.ready]
        if not waited_for:
            return
        patience = min(w.deadline for w in waited_for) - time.monotonic()
        heard = wait([w.connection for w in waited_for], timeout=min(max(patience, 0), _TICK_S))
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
        """Act on a ``serving.Message``."""
        if isinstance(message, ChequeReaderError):
            raise message
        worker.deadline = time.monotonic() + self._limits.waiting_s
        if isinstance(message, str):
            worker.ready = True
            self._lost_starts = 0
            self._model = message
            return
        job = worker.unfinished[0]
        if isinstance(message, Announced):
            job.announced = message
        elif isinstance(message, PageRead):
            self._page_read(job, message)
        elif isinstance(message, PageSkipped):
            job.skipped += 1
        elif isinstance(message, FileRead):
            self._finish(worker, message.fingerprint)

    def _page_read(self, job: _Job, page: PageRead) -> None:
        job.done.add(page_key(page.reading.file, page.reading.page, page.fingerprint))
        job.announced = None
        self._events.append(page)

    def _lost(self, worker: _Worker, reason: str | None = None) -> None:
        """Replace a worker that ended or has to be ended; what it had is read again, or failed."""
        worker.end()
        if not worker.ready:
            self._lost_starts += 1
            if self._lost_starts == LOST_STARTS:
                raise UsageError(
                    f"{LOST_STARTS} worker processes ended while they started, perhaps for want of memory; "
                    "use fewer --workers"
                )
        if worker.unfinished:
            job = worker.unfinished[0]
            if job.task.careful:
                self._blame(worker, job, reason, worker.process.exitcode)
            self._again.extend(worker.unfinished)
        self._replace(worker)

    def _blame(self, worker: _Worker, job: _Job, reason: str | None, code: int | None) -> None:
        """Count a loss against the page that was announced, and fail it if there is no doubt left."""
        place, job.announced = job.announced, None
        job.losses = job.losses + 1 if place == job.suspect else 1
        job.suspect = place
        out_of_time = reason is not None or code == -signal.SIGPROF
        if not out_of_time and job.losses < TRIES:
            return
        job.losses = 0
        job.harmful += 1
        text = f"{reason or self._exit_reason(code)}; the file may be damaged"
        if place is not None and job.harmful < HARMFUL_PAGES:
            self._fail(job, place, text)
            return
        if place is not None:
            self._fail(job, place, text)
            text = f"given up after {HARMFUL_PAGES} pages that ended their processes; the file may be damaged"
        page = place.page + 1 if place is not None and place.file == job.task.file else 1
        self._fail(job, Announced(job.task.file, page, None, ""), text)
        self._finish(worker, "" if place is None else place.fingerprint)

    def _fail(self, job: _Job, place: Announced, reason: str) -> None:
        reading = Reading.failed(
            place.file, place.page, reason, model=self._model, keyed_amount=place.keyed_amount
        )
        self._page_read(job, PageRead(reading, place.fingerprint))

    def _finish(self, worker: _Worker, fingerprint: str) -> None:
        job = worker.unfinished.popleft()
        self._events.append(FileDone(job.task.file, fingerprint, job.skipped - job.done_before))

    def _replace(self, worker: _Worker) -> None:
        self._workers[self._workers.index(worker)] = self._started()

    def _exit_reason(self, code: int | None) -> str:
        if code == -signal.SIGPROF:
            return f"took more than {self._limits.computing_s:g} s of computing"
        if code == OUT_OF_MEMORY:
            return f"needs more than {self._limits.memory_bytes / 2**30:g} GiB of memory"
        how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        return f"the process that read it ended twice ({how})"
