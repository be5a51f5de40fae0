"""A batch: files of scans in, a file of records out, and a count of how it went.

Not for reading a cheque, for processes or for formats: those are the reader's, ``workers`` and ``results``.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chequereader.batch.progress import BatchSummary, Progress, Tally
from chequereader.batch.results import Results
from chequereader.batch.serving import Limits, PageRead
from chequereader.batch.workers import FileDone, WorkerPool
from chequereader.options import SHIPPED_WEIGHTS, ReadOptions
from chequereader.reading import ReadsScans
from chequereader.scan.inputs import Input
from chequereader.shipped import SHIPPED


def run_batch(
    inputs: Sequence[Input],
    out: Path,
    options: ReadOptions,
    *,
    resume: bool = False,
    ordered: bool = False,
    workers: int = 1,
    quiet: bool = True,
    make_reader: Callable[[], ReadsScans] | None = None,
    limits: Limits | None = None,
) -> BatchSummary:
    """Read files with ``workers`` processes and write a record a page to ``out``, as they come.

    A page that can't be read, ends its process or goes beyond the limits becomes a failed record; the others
    go on. With ``resume``, pages that an earlier run has read are skipped if their file's bytes, the options
    and the weights are the same. With ``ordered``, records stand in the order of the inputs in the end. On
    Ctrl-C or SIGTERM everything finished is in ``out`` before ``KeyboardInterrupt`` is raised; what was not
    can be resumed. ``make_reader`` (picklable) stands in for the package's own reader.

    Raises ``OutputError`` where ``out`` can't be written, ``WeightsError`` and ``UsageError`` where no reader
    can be made.
    """
    results = Results(out, {one.file: place for place, one in enumerate(inputs)}, resume=resume)
    make, settings = make_reader or reader_maker(options), settings_of(options)
    tally = Tally()
    with _interruptions() as interrupted, WorkerPool(make, settings, workers, limits or Limits()) as pool:
        pool.wait_until_ready(interrupted.is_set)
        if not interrupted.is_set():
            with results:
                with Progress(len(inputs), quiet=quiet) as progress:
                    for event in _until(interrupted, pool, pool.read(inputs, results.done)):
                        if isinstance(event, PageRead):
                            results.add(event.reading, event.fingerprint)
                            tally.add(event.reading)
                        elif isinstance(event, FileDone):
                            results.end(event.file, event.fingerprint, event.skipped)
                            tally.skipped += event.skipped
                            progress.file()
                        progress.show(tally.pages)
                results.finish(ordered=ordered)
        if interrupted.is_set():
            raise KeyboardInterrupt
    return tally.summary()


def _until(
    interrupted: threading.Event, pool: WorkerPool, events: Iterator[PageRead | FileDone | None]
) -> Iterator[PageRead | FileDone | None]:
    """Yield what the workers send; after an interruption only what they had sent by then."""
    for event in events:
        yield event
        if interrupted.is_set():
            yield from pool.finished_early()
            return


@contextmanager
def _interruptions() -> Iterator[threading.Event]:
    """Set an event at the first Ctrl-C or SIGTERM, so that nothing is left half done; the next is final."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return

    def note(number: int, _: object) -> None:
        event.set()
        signal.signal(number, signal.default_int_handler)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def settings_of(options: ReadOptions) -> str:
    """Return what a record depends on beside its file and the weights that read it."""
    # The device decides about speed, not about answers.
    told = {name: value for name, value in dataclasses.asdict(options).items() if name != "device"}
    calibrated = None
    if options.weights not in SHIPPED_WEIGHTS:
        # of weights of one's own the model's name tells the bytes, but not how they were calibrated
        own = Path(options.weights).with_suffix(".calibration.json")
        calibrated = hashlib.sha256(own.read_bytes()).hexdigest() if own.is_file() else None
    return json.dumps([told, weights_checksum(SHIPPED), calibrated])


def reader_maker(options: ReadOptions) -> Callable[[], ReadsScans]:
    """Return what makes the package's own reader, in another process too."""
    return functools.partial(_reader, dataclasses.asdict(options))


def weights_checksum(folder: Path) -> str:
    """Return a checksum of all weights and calibrations in a folder, whichever reading they take part in."""
    files = [*folder.glob("*.safetensors"), *folder.glob("*.calibration.json")]
    parts = [f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in sorted(files)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _reader(options: Mapping[str, Any]) -> ReadsScans:
    """Make the package's reader, in the worker: torch is imported here and nowhere else in a batch."""
    from chequereader.readers import reader_for

    return reader_for(ReadOptions(**options))
