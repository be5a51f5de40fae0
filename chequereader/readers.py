"""Which reader reads what is asked for: cheques and their amounts (``reader``), or lines (``line_reader``).

Light: either is imported when it is needed. Not for reading.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chequereader.errors import UsageError
from chequereader.options import ReadOptions

if TYPE_CHECKING:
    from chequereader.line_reader import LineReader
    from chequereader.reader import Reader
    from chequereader.reading import Reading


def reader_for(options: ReadOptions) -> Reader | LineReader:
    """Return the reader for these options.

    ``WeightsError`` if no weights fit, ``UsageError`` for weights of amounts to read a MICR line.
    """
    if options.field == "micr":
        if options.weights != ReadOptions.weights:
            raise UsageError("--weights are of amounts, --field micr reads none; leave one of them out")
        from chequereader.line_reader import LineReader

        return LineReader(options)
    from chequereader.reader import Reader

    return Reader(options)


def read(path: str | Path, options: ReadOptions | None = None) -> Reading:
    """Read the first page of a file."""
    from chequereader.scan import open_scans

    return reader_for(options or ReadOptions()).read(next(iter(open_scans(Path(path)))))
