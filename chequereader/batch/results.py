"""The results file of a batch, never half written, and what an earlier run left in it.

While a batch runs, its records go whole and at once to a file of JSON lines: the results themselves, or a
journal beside them (``results.csv.part.jsonl``) that becomes CSV or Parquet at the end. Each record is the
JSON form of a reading with one key more, ``fingerprint``, by which a resumed batch knows what is done. Not
for running the batch, nor for the formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from chequereader.batch.formats import FINGERPRINT, JSON_LINES, Record, as_lines, by_suffix
from chequereader.errors import OutputError, one_line
from chequereader.output import output_errors, written_whole
from chequereader.reading import Reading


class Results:
    """A results file being written: ``start``, then ``add`` for each file, then ``finish``."""

    def __init__(self, out: Path, *, resume: bool) -> None:
        """Prepare to write ``out``, in the format of its suffix.

        Raises ``OutputError`` if it is there already and may not be resumed, and what ``by_suffix`` raises.
        """
        self.out = out
        self.format = by_suffix(out)
        self.journal = out if self.format is JSON_LINES else out.with_name(f"{out.name}.part.jsonl")
        # A journal that is still there holds more than the results beside it.
        present = [path for path in (self.journal, out) if path.exists()]
        if present and not resume:
            raise OutputError(
                f"{one_line(present[0])}: is there already; continue it with --resume or choose another --out"
            )
        self._earlier = present[0] if present else None
        self._file: BinaryIO | None = None
        self._last = ""
        self._in_order = True

    def earlier(self) -> dict[str, str]:
        """Return the fingerprint by file of what an earlier run has read; failed files are left out."""
        return {file: records[0][FINGERPRINT] for file, records in self._earlier_files()}

    def start(self, keep: Iterable[str]) -> None:
        """Begin to write, with the earlier records of the files in ``keep`` and no others."""
        kept = frozenset(keep)
        if self._earlier is not None:
            with written_whole(self.journal) as temporary, temporary.open("wb") as file:
                for name, records in self._earlier_files():
                    if name in kept:
                        self._note(name)
                        file.write(as_lines(records))
        with output_errors(self.journal):
            self._file = self.journal.open("ab" if self._earlier is not None else "xb")

    def add(self, readings: Iterable[Reading], fingerprint: str) -> None:
        """Append the records of one file; they are with the system when this returns."""
        assert self._file is not None
        records = [{**reading.to_dict(), FINGERPRINT: fingerprint} for reading in readings]
        self._note(records[0]["file"])
        with output_errors(self.journal):
            self._file.write(as_lines(records))
            self._file.flush()

    def finish(self) -> None:
        """Close the file and give it its format, its records in the order of the files' names."""
        assert self._file is not None
        self._file.close()
        if self.format is JSON_LINES and self._in_order:
            return
        with written_whole(self.out) as temporary:
            self.format.write(temporary, self._ordered())
        if self.journal != self.out:
            with output_errors(self.journal):
                self.journal.unlink()

    def _note(self, file: str) -> None:
        self._in_order = self._in_order and self._last <= file
        self._last = file

    def _ordered(self) -> Iterator[Record]:
        if self._in_order:
            yield from JSON_LINES.read(self.journal)
            return
        places = sorted((record["file"], place) for place, record in JSON_LINES.located(self.journal))
        with self.journal.open("rb") as file:
            for _, place in places:
                file.seek(place)
                yield JSON_LINES.parse(file.readline())

    def _earlier_files(self) -> Iterator[tuple[str, list[Record]]]:
        """Yield the records of an earlier run, file by file, where all pages of the file have been read."""
        if self._earlier is None:
            return
        source = JSON_LINES if self._earlier == self.journal else self.format
        records: list[Record] = []
        for record in source.read(self._earlier):
            if records and record["file"] != records[0]["file"]:
                if _all_read(records):
                    yield records[0]["file"], records
                records = []
            records.append(record)
        # If the earlier run was killed, the pages of the last file may not all be there.
        whole = source is not JSON_LINES or len(records) == 1
        if records and whole and _all_read(records):
            yield records[0]["file"], records


def _all_read(records: list[Record]) -> bool:
    return all(record["status"] != "failed" and record[FINGERPRINT] for record in records)
