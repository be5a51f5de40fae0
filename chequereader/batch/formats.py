"""Formats of results: how records, the JSON form of readings, become JSON lines, CSV or Parquet and back.

In CSV, lists and the MICR line stand as JSON in their cells and an empty cell is ``null`` where that can be.
In Parquet, lists are lists and the MICR line is JSON. Not for deciding what goes into a file or when.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from chequereader.errors import OutputError, UsageError, one_line
from chequereader.reading import KEYS, Reading

Record = dict[str, Any]

FINGERPRINT = "fingerprint"
"""The key that a batch adds to the JSON form of a reading."""

COLUMNS = (*KEYS, FINGERPRINT)

_ROWS_AT_ONCE = 1_000


class Format(Protocol):
    """A way to write records to a file and to read them back."""

    def write(self, path: Path, records: Iterable[Record]) -> None:
        """Write the records, a few at a time."""

    def read(self, path: Path) -> Iterator[Record]:
        """Yield the records; ``OutputError`` if the file holds anything else."""


def by_suffix(path: Path) -> Format:
    """Return the format of a results file by its name.

    Raises ``UsageError`` for another suffix than ``.jsonl``, ``.csv`` and ``.parquet``, and ``OutputError``
    if what Parquet needs isn't installed.
    """
    if path.suffix == ".parquet":
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError:
            raise OutputError(
                f"{one_line(path)}: Parquet needs pyarrow; pip install 'chequereader[parquet]'"
            ) from None
    formats: dict[str, Format] = {".jsonl": JSON_LINES, ".csv": Csv(), ".parquet": Parquet()}
    if path.suffix not in formats:
        raise UsageError(f"--out {one_line(path)}: the name has to end in .jsonl, .csv or .parquet")
    return formats[path.suffix]


def record_of(reading: Reading, fingerprint: str) -> Record:
    """Return a reading as a record of a batch; a failed one equals no other, so that it is read again."""
    return {**reading.to_dict(), FINGERPRINT: "" if reading.status == "failed" else fingerprint}


def as_lines(records: Iterable[Record]) -> bytes:
    """Return records as lines of JSON, in ASCII."""
    return b"".join(json.dumps(record, allow_nan=False).encode("ascii") + b"\n" for record in records)


class JsonLines:
    """One JSON object a line."""

    def write(self, path: Path, records: Iterable[Record]) -> None:
        """Write the records, one at a time."""
        with path.open("wb") as file:
            for record in records:
                file.write(as_lines([record]))

    def read(self, path: Path) -> Iterator[Record]:
        """Yield the records; a last line that was cut off is passed over."""
        for _, record in self.located(path):
            yield record

    def parse(self, line: bytes) -> Record:
        """Return the record of a line; ``ValueError`` if it holds none."""
        record = json.loads(line)
        if not isinstance(record, dict) or not record.keys() >= set(COLUMNS):
            raise ValueError("no record of a batch")
        return record

    def located(self, path: Path) -> Iterator[tuple[int, Record]]:
        """Yield where each record starts, in bytes, and the record."""
        with path.open("rb") as file:
            offset = 0
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield offset, self.parse(line)
                except ValueError:
                    raise _foreign(path, f"line {number}") from None
                offset += len(line)


JSON_LINES = JsonLines()


NESTED = "micr", "words"
"""Keys of records within records, that tables hold as JSON."""


class Csv:
    """Comma-separated values with a heading, in UTF-8."""

    _json = frozenset({"page", "confidence", "field", "symbols", "candidates", *NESTED, "elapsed_ms"})
    _nullable = frozenset({"amount", "currency", "reason", "model", "keyed_amount"})

    def write(self, path: Path, records: Iterable[Record]) -> None:
        """Write the records, one at a time."""
        # File names that are no Unicode keep their bytes.
        with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            rows = csv.DictWriter(file, COLUMNS)
            rows.writeheader()
            rows.writerows({key: self._cell(key, record[key]) for key in COLUMNS} for record in records)

    def read(self, path: Path) -> Iterator[Record]:
        """Yield the records; ``OutputError`` if the file is no results file."""
        csv.field_size_limit(2**24)
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            rows = csv.DictReader(file)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise _foreign(path, "the first line")
            for row in rows:
                try:
                    yield {key: self._value(key, row[key]) for key in COLUMNS}
                except (ValueError, TypeError):
                    raise _foreign(path, f"line {rows.line_num}") from None

    def _cell(self, key: str, value: Any) -> str:
        return json.dumps(value) if key in self._json else value or ""

    def _value(self, key: str, cell: str) -> Any:
        if key in self._json:
            return json.loads(cell)
        return None if cell == "" and key in self._nullable else cell


class Parquet:
    """A Parquet file with one row a record."""

    def write(self, path: Path, records: Iterable[Record]) -> None:
        """Write the records, a thousand at a time."""
        from pyarrow.parquet import ParquetWriter

        remaining = iter(records)
        with ParquetWriter(path, self._schema()) as writer:
            while some := list(islice(remaining, _ROWS_AT_ONCE)):
                writer.write_table(self.table(some))

    def table(self, records: Iterable[Record]) -> Any:
        """Return the records as a table of Arrow."""
        from pyarrow import Table

        # Arrow's texts are Unicode: bytes that are none stand as escapes
        rows = [
            {
                **record,
                "file": record["file"].encode("utf-8", "backslashreplace").decode(),
                **{key: json.dumps(record[key]) for key in NESTED},
            }
            for record in records
        ]
        return Table.from_pylist(rows, schema=self._schema())

    def read(self, path: Path) -> Iterator[Record]:
        """Yield the records; ``OutputError`` if the file is no results file."""
        from pyarrow import ArrowInvalid
        from pyarrow.parquet import ParquetFile

        try:
            with ParquetFile(path) as file:
                if tuple(file.schema_arrow.names) != COLUMNS:
                    raise _foreign(path, "the heading")
                for batch in file.iter_batches(_ROWS_AT_ONCE):
                    for row in batch.to_pylist():
                        yield {**row, **{key: json.loads(row[key]) for key in NESTED}}
        except ArrowInvalid:
            raise _foreign(path, "the heading") from None

    def _schema(self) -> Any:
        import pyarrow as pa

        box = pa.list_(pa.int32())
        symbol = pa.struct([("char", pa.string()), ("box", box), ("confidence", pa.float64())])
        candidate = pa.struct(
            [
                ("amount", pa.string()),
                ("text", pa.string()),
                ("digits", pa.string()),
                ("confidence", pa.float64()),
            ]
        )
        others = {
            "page": pa.int32(),
            "confidence": pa.float64(),
            "field": box,
            "symbols": pa.list_(symbol),
            "candidates": pa.list_(candidate),
            "elapsed_ms": pa.float64(),
        }
        return pa.schema([(key, others.get(key, pa.string())) for key in COLUMNS])


def _foreign(path: Path, where: str) -> OutputError:
    return OutputError(
        f"{one_line(path)}: {where} is not of a batch's results, so it can't be resumed; choose another --out"
    )
