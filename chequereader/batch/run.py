"""A batch: a folder of scans in, a file of records out, and a count of how it went.

Not for reading a cheque, for processes or for formats: those are the reader's, ``workers`` and ``results``.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from chequereader.batch.results import Results
from chequereader.batch.serving import Limits, Task, fingerprint
from chequereader.batch.workers import WorkerPool
from chequereader.errors import UnreadableInputError, one_line
from chequereader.options import ReadOptions
from chequereader.reading import ReadsScans
from chequereader.scan import SUFFIXES


@dataclass(frozen=True)
class BatchSummary:
    """How many pages were accepted, rejected and failed, and how many files an earlier run had read."""

    accepted: int
    rejected: int
    failed: int
    skipped: int

    def line(self) -> str:
        """Return one line for people."""
        skipped = f"; {self.skipped} files were read before" if self.skipped else ""
        return f"{self.accepted} accepted, {self.rejected} rejected, {self.failed} failed{skipped}"


def find_scans(folder: Path) -> list[str]:
    """Return the scans in a folder and below, sorted, as paths from the folder with forward slashes.

    Scans are known by their suffix; what starts with a dot is passed over, and links to folders are not
    followed. Raises ``UnreadableInputError`` if the folder, or one below, can't be listed, or none holds a
    scan.
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
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES
        ]
    if not found:
        raise UnreadableInputError(
            f"{one_line(folder)}: no scans here; they are known by their names: {' '.join(sorted(SUFFIXES))}"
        )
    return sorted(found)


def run_batch(
    folder: Path,
    out: Path,
    options: ReadOptions,
    *,
    resume: bool = False,
    workers: int = 1,
    make_reader: Callable[[], ReadsScans] | None = None,
    limits: Limits | None = None,
) -> BatchSummary:
    """Read all scans in a folder with ``workers`` processes and write a record a page to ``out``.

    A file that can't be read, ends its process or goes beyond the limits of time becomes a failed record; the
    others go on. With ``resume``, files that an earlier run has read are skipped if their
    bytes, the options and the weights are the same. On Ctrl-C everything finished is in ``out`` before
    ``KeyboardInterrupt`` goes on. ``make_reader`` (picklable) stands in for the package's own reader.

    Raises ``UnreadableInputError`` for a folder without scans, ``OutputError`` where ``out`` can't be
    written, ``WeightsError`` and ``UsageError`` where no reader can be made.
    """
    files = find_scans(folder)
    results = Results(out, resume=resume)
    given = dataclasses.asdict(options)
    # The device decides about speed, not about answers.
    settings = json.dumps({name: value for name, value in given.items() if name != "device"})
    counts: Counter[str] = Counter()
    make = make_reader or functools.partial(_reader, given)
    with WorkerPool(make, settings, workers, limits or Limits()) as pool:
        done = _unchanged(folder, results.earlier(), settings, pool.model)
        # Records of files that have gone since are kept: a folder may be emptied as it is read.
        results.start(keep=done)
        tasks = [Task(folder / file, file) for file in files if file not in done]
        skipped = len(files) - len(tasks)
        try:
            with tqdm(total=len(files), initial=skipped, unit="scan", disable=None) as progress:
                for finished in pool.read(tasks):
                    results.add(finished.readings, finished.fingerprint)
                    counts.update(reading.status for reading in finished.readings)
                    progress.update()
        except KeyboardInterrupt:
            for finished in pool.finished_early():
                results.add(finished.readings, finished.fingerprint)
            results.finish()
            raise
    results.finish()
    return BatchSummary(counts["accepted"], counts["rejected"], counts["failed"], skipped)


def _unchanged(folder: Path, earlier: Mapping[str, str], settings: str, model: str) -> frozenset[str]:
    """Return the files among those read earlier that would be read alike now, or have gone."""
    return frozenset(
        file
        for file, mark in earlier.items()
        if not (path := folder / file).is_file() or fingerprint(path, settings, model) == mark
    )


def _reader(options: Mapping[str, Any]) -> ReadsScans:
    """Make the package's reader, in the worker: torch is imported here and nowhere else in a batch."""
    from chequereader.readers import reader_for

    return reader_for(ReadOptions(**options))
