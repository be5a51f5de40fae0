"""Cheque sets: a folder of images and the truth about them in ``truth.csv``.

Shared by evaluation, training and drawing. The format is described in ``data/README.md``. Not for opening the
images: ``scan`` does that.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from chequereader.box import Box
from chequereader.errors import UnreadableInputError, UsageError, one_line
from chequereader.output import write_text

TRUTH = "truth.csv"

_TEXTS = ("digits", "text", "words", "date", "micr", "group", "notes")
_SIDES = ("x0", "y0", "x1", "y1")
COLUMNS = ("file", "amount", "digits", "text", "words", "date", "micr", *_SIDES, "group", "notes")
"""The columns that every truth file has; more may follow."""


@dataclass(frozen=True)
class Truth:
    """What is known of one image; empty, or ``None``, where nothing is.

    ``amount`` is the value; ``digits`` are the digits as written, in order; ``text`` is the amount as
    written; ``box`` is where it stands, in pixels of the image; ``group`` is what must not be split between
    training and validation (the writer, or the physical cheque); ``more`` holds the columns beyond the usual
    ones.
    """

    file: str
    amount: Decimal | None = None
    digits: str = ""
    text: str = ""
    words: str = ""
    date: str = ""
    micr: str = ""
    box: Box | None = None
    group: str = ""
    notes: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    def digits_as_written(self) -> str:
        """Return the digits of the amount as written, or nothing if only its value is known."""
        return self.digits or "".join(c for c in self.text if c in "0123456789")


@dataclass(frozen=True)
class ChequeSet:
    """The rows of a truth file and the folder that their images lie in."""

    folder: Path
    truths: tuple[Truth, ...]

    def path(self, truth: Truth) -> Path:
        """Return where the image of a row lies."""
        return self.folder / truth.file

    def restricted(self, names: Iterable[str]) -> ChequeSet:
        """Return the set with the named files only; ``UsageError`` if it lacks one of them."""
        wanted = frozenset(names)
        missing = wanted - {truth.file for truth in self.truths}
        if missing:
            raise UsageError(
                f"{one_line(self.folder)}: {len(missing)} of the names are not in the set, "
                f"{one_line(min(missing))} for one; give a list that belongs to it"
            )
        return ChequeSet(self.folder, tuple(truth for truth in self.truths if truth.file in wanted))


def read_cheque_set(folder: Path) -> ChequeSet:
    """Return the cheque set in a folder.

    Raises ``UnreadableInputError`` if there is no truth file, if it lacks columns, if a value can't be meant
    (the line is named), or if an image that it names is not there.
    """
    path = folder / TRUTH
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise UnreadableInputError(
            f"{one_line(path)}: no such file; a cheque set has its truth there"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError(f"{one_line(path)}: can't be read as UTF-8 ({one_line(error)})") from None
    rows = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="", strict=True)
    try:
        missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
        if missing:
            raise UnreadableInputError(
                f"{one_line(path)}: no column {', '.join(missing)}; add it, empty if unknown"
            )
        truths = tuple(_truth(row, f"{one_line(path)}: line {rows.line_num}") for row in rows)
    except csv.Error as error:
        raise UnreadableInputError(
            f"{one_line(path)}: line {rows.line_num}: {error}; mend the line"
        ) from None
    _check_files(folder, truths, one_line(path))
    return ChequeSet(folder, truths)


def read_names(path: Path) -> list[str]:
    """Return the file names of a list such as ``data/splits/*.txt``: one a line, ``#`` starts a comment line.

    Raises ``UnreadableInputError`` if the list can't be read or is empty.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError(
            f"{one_line(path)}: can't be read ({one_line(error)}); check the name"
        ) from None
    names = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if not names:
        raise UnreadableInputError(f"{one_line(path)}: no names in it; give one file name a line")
    return names


def write_truth(folder: Path, truths: Iterable[Truth]) -> None:
    """Write ``truth.csv`` whole, with the columns of ``more`` in the order in which they first come.

    Raises ``OutputError`` where the system refuses.
    """
    rows = list(truths)
    more = list(dict.fromkeys(column for truth in rows for column in truth.more))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, [*COLUMNS, *more], restval="")
    writer.writeheader()
    for truth in rows:
        sides = {} if truth.box is None else dict(zip(_SIDES, truth.box, strict=True))
        texts = {column: getattr(truth, column) for column in _TEXTS}
        amount = "" if truth.amount is None else str(truth.amount)
        writer.writerow({"file": truth.file, "amount": amount, **texts, **sides, **truth.more})
    write_text(folder / TRUTH, buffer.getvalue())


def _truth(row: dict[str, str], line: str) -> Truth:
    if "" in row:
        raise UnreadableInputError(f"{line}: more cells than columns; quote the cells that hold commas")
    if not row["file"]:
        raise UnreadableInputError(f"{line}: no file name; fill it in or leave the line out")
    if row["digits"].strip("0123456789"):
        raise UnreadableInputError(f"{line}: digits {one_line(row['digits'])} holds more than digits")
    more = {column: cell for column, cell in row.items() if column not in COLUMNS}
    texts = {column: row[column] for column in _TEXTS}
    return Truth(row["file"], _amount(row["amount"], line), box=_box(row, line), more=more, **texts)


def _amount(cell: str, line: str) -> Decimal | None:
    if not cell:
        return None
    try:
        amount = Decimal(cell)
        # Below nought is allowed: what a cheque may not say can still be written on one.
        if amount.is_finite():
            return amount
    except InvalidOperation:
        pass
    raise UnreadableInputError(f"{line}: amount {one_line(cell)} is none; write it as 1234.56")


def _box(row: dict[str, str], line: str) -> Box | None:
    cells = [row[side] for side in _SIDES]
    if not any(cells):
        return None
    try:
        box = Box(*(int(cell) for cell in cells))
    except ValueError:
        box = Box(0, 0, 0, 0)
    if box.width > 0 and box.height > 0:
        return box
    raise UnreadableInputError(f"{line}: {','.join(cells)} is no box; write x0, y0, x1 and y1 in pixels")


def _check_files(folder: Path, truths: tuple[Truth, ...], path: str) -> None:
    seen = set[str]()
    for truth in truths:
        if truth.file in seen:
            raise UnreadableInputError(f"{path}: {one_line(truth.file)} comes twice; leave one line out")
        seen.add(truth.file)
        if not (folder / truth.file).is_file():
            raise UnreadableInputError(
                f"{one_line(folder / truth.file)}: no such file, but {TRUTH} names it; "
                "add it or leave the line out"
            )
