"""The results file of a batch, never half written, and what an earlier run left in it.

While a batch runs, its records go whole and at once to a file of JSON lines: the results themselves, or a
journal beside them (``results.csv.part.jsonl``) that becomes CSV or Parquet at the end. Each record is the
JSON form of a reading with one key more, ``fingerprint``, by which a resumed batch knows what is done. Not
for running the batch, nor for the formats.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np

from chequereader.batch.formats import FINGERPRINT, JSON_LINES, Record, as_lines, by_suffix, record_of
from chequereader.batch.lock import only_run
from chequereader.batch.serving import page_key
from chequereader.errors import OutputError, one_line
from chequereader.output import output_errors, written_whole
from chequereader.reading import Reading

_PLACE_BITS = 40


class Results:
    """A results file being written: within ``with``, ``add`` for each page, then ``finish``.

    ``inputs`` are the names of the files of this run, in their order. Records of other files, from earlier
    runs, are kept as they are.
    """

    def __init__(self, out: Path, inputs: Mapping[str, int], *, resume: bool) -> None:
        """Prepare to write ``out``, in the format of its suffix; ``inputs`` maps names to their places.

        Raises ``OutputError`` if it is there already and may not be resumed, and what ``by_suffix`` raises.
        """
        self.out = out
        self.format = by_suffix(out)
        self.journal = out if self.format is JSON_LINES else out.with_name(f"{out.name}.part.jsonl")
        self._resume = resume
        self._inputs = inputs
        self._found()  # a refusal shouldn't wait for what comes before the writing
        self._open = ExitStack()
        self._file: BinaryIO | None = None
        self._done: dict[str, array[int]] = {}
        self._current: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Begin to write behind what an earlier run left, and keep other runs out until the end.

        Records of failed pages go, since they are read again, and so does a last line that was cut off.
        Raises ``OutputError`` if the file holds anything else than results, can't be written, or another run
        writes to it.
        """
        with ExitStack() as opened:
            opened.enter_context(only_run(self.out))
            earlier = self._found()  # only now: another run may have ended since
            if earlier is not None:
                with written_whole(self.journal) as temporary, temporary.open("wb") as file:
                    for record in self._earlier_records(earlier):
                        file.write(as_lines([record]))
            with output_errors(self.journal):
                self._file = opened.enter_context(self.journal.open("xb" if earlier is None else "ab"))
            self._open = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Let other runs write to the file."""
        with output_errors(self.journal):  # what couldn't be written before is tried once more
            self._open.close()

    def done(self, file: str) -> frozenset[int]:
        """Return the keys of the pages of an input (see ``page_key``) that an earlier run has read."""
        return frozenset(self._done.get(file, ()))

    def add(self, reading: Reading, fingerprint: str) -> None:
        """Append the record of a page; it is with the system when this returns."""
        assert self._file is not None
        with output_errors(self.journal):
            self._file.write(as_lines([record_of(reading, fingerprint)]))
            self._file.flush()

    def end(self, file: str, fingerprint: str, skipped: int) -> None:
        """Say that an input is done, and how many of its pages an earlier run had read from these bytes."""
        if skipped != len(self._done.get(file, ())):
            self._current[file] = fingerprint

    def finish(self, *, ordered: bool) -> None:
        """Drop what is out of date, and give the file its order and its format."""
        assert self._file is not None
        with output_errors(self.journal):
            os.fsync(self._file.fileno())
        if self.format is not JSON_LINES or ordered or self._current:
            with written_whole(self.out) as temporary:
                self.format.write(temporary, self._ordered() if ordered else self._up_to_date())
        if self.journal != self.out:
            with output_errors(self.journal):
                self.journal.unlink()

    def _found(self) -> Path | None:
        """Return what an earlier run left; ``OutputError`` if there is anything and it may not be resumed."""
        # A journal that is still there holds more than the results beside it.
        with output_errors(self.out):
            present = [path for path in (self.journal, self.out) if path.exists()]
        if present and not self._resume:
            raise OutputError(
                f"{one_line(present[0])}: is there already; continue it with --resume or choose another --out"
            )
        return present[0] if present else None

    def _input_of(self, file: str) -> str | None:
        """Return the input that a record belongs to: its file, or the archive that the file is in."""
        while file not in self._inputs:
            file, slash, _ = file.rpartition("/")
            if not slash:
                return None
        return file

    def _earlier_records(self, earlier: Path) -> Iterator[Record]:
        """Yield the records of an earlier run that hold, and note which pages they are."""
        source = JSON_LINES if earlier == self.journal else self.format
        with output_errors(earlier):
            for record in source.read(earlier):
                name = self._input_of(record["file"])
                if name is not None:
                    if record["status"] == "failed" or not record[FINGERPRINT]:
                        continue
                    key = page_key(record["file"], record["page"], record[FINGERPRINT])
                    self._done.setdefault(name, array("Q")).append(key)
                yield record

    def _up_to_date(self) -> Iterator[Record]:
        """Yield the records of the journal without those of bytes, options or weights of earlier."""
        return (record for _, record in self._located())

    def _ordered(self) -> Iterator[Record]:
        """Yield the records that are up to date in the order of the inputs; those of no input come last."""
        places = array("Q")
        for place, record in self._located():
            name = self._input_of(record["file"])
            number = len(self._inputs) if name is None else self._inputs[name]
            places.append(number << _PLACE_BITS | place)
        if not places:
            return
        with self.journal.open("rb") as file:
            for place in np.sort(np.frombuffer(places, np.uint64)):
                file.seek(int(place) & ((1 << _PLACE_BITS) - 1))
                yield JSON_LINES.parse(file.readline())

    def _located(self) -> Iterator[tuple[int, Record]]:
        for place, record in JSON_LINES.located(self.journal):
            name = self._input_of(record["file"])
            mark = record[FINGERPRINT]
            if name is None or not mark or self._current.get(name, mark) == mark:
                yield place, record
