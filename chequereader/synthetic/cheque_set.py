"""Sets of synthetic cheques on disk: a folder of PNG images, ``truth.csv`` and ``characters.csv``.

The format is that of every cheque set, with more columns. Not for reading sets.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from functools import reduce
from pathlib import Path

import cv2
from tqdm import tqdm

from chequereader.box import Box
from chequereader.errors import OutputError, UsageError
from chequereader.synthetic.cheque import SyntheticCheque, generate
from chequereader.synthetic.config import SyntheticConfig

COLUMNS = [
    "file",
    "amount",
    "digits",
    "text",
    "words",
    "date",
    "micr",
    "x0",
    "y0",
    "x1",
    "y1",
    "group",
    "notes",
    "ink_x0",
    "ink_y0",
    "ink_x1",
    "ink_y1",
    "layout",
    "country",
    "currency",
    "bank",
    "printed",
    "style",
    "sign",
    "dpi",
    "words_x0",
    "words_y0",
    "words_x1",
    "words_y1",
]
"""Columns of ``truth.csv``: those of any cheque set, then what only a generator knows."""

CHARACTER_COLUMNS = ["file", "index", "character", "x0", "y0", "x1", "y1"]
"""Columns of ``characters.csv``; a printed currency sign has the index -1."""


def truth_row(name: str, cheque: SyntheticCheque) -> dict[str, str | int]:
    """Return a cheque's row of ``truth.csv``, its image called ``name``."""
    values: list[str | int] = [
        name, cheque.amount, cheque.digits, cheque.text, cheque.words, cheque.date, cheque.micr, *cheque.zone,
        "machine" if cheque.printed else f"w{cheque.writer}", "", *cheque.ink, cheque.layout.name,
        cheque.layout.country, cheque.layout.currency, cheque.bank, int(cheque.printed), cheque.style,
        cheque.printed_sign, f"{cheque.dpi:.1f}", *reduce(Box.union, [box for _, box in cheque.legal]),
    ]  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def character_rows(name: str, cheque: SyntheticCheque) -> list[dict[str, str | int]]:
    """Return a cheque's rows of ``characters.csv``."""
    rows = [(index, character, box) for index, (character, box) in enumerate(cheque.characters)]
    if cheque.sign_box is not None:
        rows.append((-1, cheque.printed_sign, cheque.sign_box))
    return [dict(zip(CHARACTER_COLUMNS, (name, index, c, *box), strict=True)) for index, c, box in rows]


def write_set(out: Path, count: int, seed: int, config: SyntheticConfig | None = None) -> None:
    """Write ``count`` cheques of ``seed`` into the new or empty folder ``out``; progress goes to stderr.

    The folder appears only when it is complete. ``OutputError`` if it holds anything already or can't be
    written, ``UsageError`` for a count below one.
    """
    if count < 1:
        raise UsageError("a set needs one cheque at least: ask for --count 1 or more")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(f"{out} is not an empty folder: name another one or empty it")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
            whole = Path(scratch) / "set"
            whole.mkdir()
            _write(whole, count, seed, config or SyntheticConfig())
            if out.exists():
                out.rmdir()
            shutil.move(whole, out)
    except OSError as error:
        raise OutputError(f"{out} can't be written: {error.strerror or error}") from error


def _write(folder: Path, count: int, seed: int, config: SyntheticConfig) -> None:
    digits = max(len(str(count - 1)), 5)
    with (
        open(folder / "truth.csv", "w", newline="", encoding="utf-8") as truth_file,
        open(folder / "characters.csv", "w", newline="", encoding="utf-8") as character_file,
    ):
        truth = csv.DictWriter(truth_file, COLUMNS, lineterminator="\n")
        characters = csv.DictWriter(character_file, CHARACTER_COLUMNS, lineterminator="\n")
        truth.writeheader()
        characters.writeheader()
        for index in tqdm(range(count), desc="cheques", unit="cheque", disable=None):
            cheque = generate(seed, index, config)
            name = f"{index:0{digits}d}.png"
            _, data = cv2.imencode(".png", cheque.image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
            (folder / name).write_bytes(data.tobytes())
            truth.writerow(truth_row(name, cheque))
            characters.writerows(character_rows(name, cheque))
