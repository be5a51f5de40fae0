"""Opening a file of scans: what it is, judged by its first bytes, and who reads it.

Not for the formats themselves: ``raster``, ``pdf``, ``x9``, ``archive`` and ``tar`` hold those.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from chequereader.errors import UnreadableInputError, one_line
from chequereader.scan.limits import MAX_BYTES, MAX_CONTAINER_BYTES, check_bytes
from chequereader.scan.page import Page, Scan
from chequereader.scan.tar import is_tar, tar_members
from chequereader.scan.x9 import is_cash_letter, x9_pages

_SCANS = (".bmp", ".jpeg", ".jpg", ".pdf", ".png", ".tif", ".tiff", ".webp", ".icl", ".x9", ".x937")
_ARCHIVES = (".tar", ".tar.bz2", ".tar.gz", ".tbz2", ".tgz", ".zip")
SUFFIXES = frozenset({*_SCANS, *_ARCHIVES})
"""Names by which scans are found in a folder; a file that is named outright may be called anything."""

_HEAD = 1024


def open_pages(path: str | os.PathLike[str]) -> Iterator[Page]:
    """Yield the pages of a file in their order, each to be decoded by its ``load``.

    Never raises ``UnreadableInputError`` itself: a file that is missing, forbidden, empty, too large, cut
    off, damaged or no image ends with a page whose ``load`` does. So a bad page doesn't hide those after it
    where they can still be found.
    """
    name = os.fspath(path)
    try:
        with _opened(name) as file:
            head = _head(file)
            if head.startswith((b"PK\3\4", b"PK\5\6")) or is_tar(head):
                yield from _archive_pages(file, name, head)
            else:
                yield from _file_pages(file, name)
    except UnreadableInputError as error:
        yield Page.bad(name, error)


def open_scans(path: str | os.PathLike[str]) -> Iterator[Scan]:
    """Yield the pages of a file in their order, each decoded when it is asked for.

    Raises ``UnreadableInputError`` at the first page that can't be read, of whatever reason ``open_pages``
    names; a page is also refused if it is too large or too small.
    """
    for page in open_pages(path):
        yield page.load()


def is_scan(name: str) -> bool:
    """Tell by its name whether a file in a folder or an archive may be a scan or a cash letter."""
    return name.lower().endswith(_SCANS)


def is_archive(name: str) -> bool:
    """Tell by its name whether a file in a folder or an archive may be an archive."""
    return name.lower().endswith(_ARCHIVES)


def _archive_pages(file: BinaryIO, name: str, head: bytes) -> Iterator[Page]:
    from chequereader.scan.archive import member_pages, zip_members

    check_bytes(name, os.fstat(file.fileno()).st_size, MAX_CONTAINER_BYTES)
    members = tar_members(file, name) if is_tar(head) else zip_members(file, name)
    yield from member_pages(members, name, _file_pages, is_scan, is_archive)


def _file_pages(file: BinaryIO, name: str) -> Iterator[Page]:
    """Yield the pages of a file that is not an archive, from its beginning."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = _head(file)
    if is_cash_letter(head):
        check_bytes(name, size, MAX_CONTAINER_BYTES)
        yield from x9_pages(file, name)
        return
    check_bytes(name, size, MAX_BYTES)
    if b"%PDF-" in head:
        from chequereader.scan.pdf import pdf_pages

        yield from pdf_pages(file, name)
    else:
        from chequereader.scan.raster import raster_pages

        yield from raster_pages(file, name, head)


def _head(file: BinaryIO) -> bytes:
    head = file.read(_HEAD)
    file.seek(0)
    return head


def _opened(name: str) -> BinaryIO:
    """Open a file that is there, may be read and isn't empty."""
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
        return open(name, "rb")
    except FileNotFoundError:
        raise UnreadableInputError(f"{shown}: no such file; check the name") from None
    except PermissionError:
        raise UnreadableInputError(f"{shown}: may not be read; give yourself the permission") from None
    except (OSError, ValueError) as error:
        # A ValueError is a name that no file can have, such as one with a null character.
        raise UnreadableInputError(f"{shown}: can't be opened ({one_line(error)}); check the name") from None
