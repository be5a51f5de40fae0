"""Opening a scan file: what it is, judged by its first bytes, and who reads it.

Not for the formats themselves: ``raster`` and ``pdf`` hold those.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from chequereader.errors import UnreadableInputError, one_line
from chequereader.scan.limits import MAX_BYTES
from chequereader.scan.page import Scan

SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".pdf", ".png", ".tif", ".tiff", ".webp"})
"""Names by which scans are found in a folder; a file that is named outright may be called anything."""

_HEAD = 1024


def open_scans(path: str | os.PathLike[str]) -> Iterator[Scan]:
    """Yield the pages of a file in their order, each decoded when it is asked for.

    Raises ``UnreadableInputError`` where the file is missing, forbidden, empty, too large, cut off, damaged
    or no image, or a page is too large or too small. Pages before a bad one have been given by then; those
    after it are not read.
    """
    name = os.fspath(path)
    with _opened(name) as file:
        head = file.read(_HEAD)
        file.seek(0)
        if b"%PDF-" in head:
            from chequereader.scan.pdf import pdf_scans

            yield from pdf_scans(file, name)
        else:
            from chequereader.scan.raster import raster_scans

            yield from raster_scans(file, name, head)


def _opened(name: str) -> BinaryIO:
    """Open a file that is there, may be read and has a sensible size."""
    shown = one_line(name)
    try:
        status = os.stat(name)
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableInputError(f"{shown}: a folder; read folders with 'chequereader batch'")
        # Opening a pipe or a device could wait for ever.
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableInputError(f"{shown}: not a regular file; save the scan to a file first")
        if status.st_size == 0:
            raise UnreadableInputError(f"{shown}: the file is empty; scan or copy it again")
        if status.st_size > MAX_BYTES:
            raise UnreadableInputError(
                f"{shown}: {status.st_size} bytes are too many (at most {MAX_BYTES}); "
                "split the file or compress the scan"
            )
        return open(name, "rb")
    except FileNotFoundError:
        raise UnreadableInputError(f"{shown}: no such file; check the name") from None
    except PermissionError:
        raise UnreadableInputError(f"{shown}: may not be read; give yourself the permission") from None
    except (OSError, ValueError) as error:
        # A ValueError is a name that no file can have, such as one with a null character.
        raise UnreadableInputError(f"{shown}: can't be opened ({one_line(error)}); check the name") from None
