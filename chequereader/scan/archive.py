"""Archives: the scans in ZIP and tar files, one member at a time, without writing anything to the disk.

A member is named after the archive, ``scans.zip/a.png``. Only names that say scan or cash letter are read, as
in a folder; archives within archives are refused. What a member expands to is counted while it expands. Not
for the members' own formats.
"""

from __future__ import annotations

import functools
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from chequereader.errors import UnreadableInputError, one_line
from chequereader.scan.limits import (
    MAX_BYTES,
    MAX_DIRECTORY_BYTES,
    MAX_EXPANDED_BYTES,
    MAX_ITEMS,
    check_bytes,
)
from chequereader.scan.page import Page

OpenPages = Callable[[BinaryIO, str], Iterator[Page]]
"""Finds the pages of a file that is not an archive."""

_PIECE = 2**16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1
# What zipfile raises on damaged archives.
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, LookupError, struct.error)


@dataclass(frozen=True)
class Member:
    """A file in an archive: its name there, and a way to its bytes that may be opened once.

    ``open`` raises ``UnreadableInputError`` if the member can't be expanded. In a tar archive it has to be
    opened before the next member is asked for.
    """

    name: str
    open: Callable[[], BinaryIO]


def member_pages(
    members: Iterable[Member],
    archive: str,
    open_pages: OpenPages,
    is_scan: Callable[[str], bool],
    is_archive: Callable[[str], bool],
) -> Iterator[Page]:
    """Yield the pages of the scans among an archive's members.

    A member that can't be read is a page that can't be loaded, and the next one goes on. Two members of one
    name are told apart by ``#2`` behind the second. Raises ``UnreadableInputError`` if the archive is
    damaged, too large or without scans.
    """
    shown = one_line(archive)
    times: dict[str, int] = {}
    expanded = 0

    def count(size: int) -> None:
        nonlocal expanded
        expanded += size

    for number, member in enumerate(members, 1):
        if number > MAX_ITEMS:
            raise UnreadableInputError(f"{shown}: more than {MAX_ITEMS} files in it; split the archive")
        if not (is_scan(member.name) or is_archive(member.name)):
            continue
        times[member.name] = times.get(member.name, 0) + 1
        again = f"#{times[member.name]}" if times[member.name] > 1 else ""
        source = f"{archive}/{member.name}{again}"
        if is_archive(member.name):
            error = UnreadableInputError(f"{one_line(source)}: an archive within an archive; unpack it first")
            yield Page.bad(source, error)
            continue
        try:
            yield from open_pages(_expanded(member, source, count), source)
        except UnreadableInputError as error:
            yield Page.bad(source, error)
        if expanded > MAX_EXPANDED_BYTES:
            raise UnreadableInputError(
                f"{shown}: expands to more than {MAX_EXPANDED_BYTES} bytes; split the archive"
            )
    if not times:
        raise UnreadableInputError(f"{shown}: no scans in the archive; they are known by their names")


def _expanded(member: Member, source: str, count: Callable[[int], None]) -> io.BytesIO:
    """Return a member's bytes, no more than one scan may have; ``count`` is told of all, also if it fails."""
    buffer = io.BytesIO()
    with member.open() as file:
        try:
            while piece := file.read(_PIECE):
                count(len(piece))
                buffer.write(piece)
                check_bytes(source, buffer.tell(), MAX_BYTES)
        except _DAMAGE as error:
            count(_PIECE)  # how far the last piece had come isn't told
            raise UnreadableInputError(
                f"{one_line(source)}: can't be expanded ({one_line(error)}); make the archive again"
            ) from None
    if buffer.tell() == 0:
        raise UnreadableInputError(f"{one_line(source)}: the file is empty; scan or copy it again")
    buffer.seek(0)
    return buffer


def zip_members(file: BinaryIO, name: str) -> Iterator[Member]:
    """Yield the files of a ZIP archive in the order of its directory.

    Raises ``UnreadableInputError`` if the directory is damaged or too large.
    """
    shown = one_line(name)
    if _directory_bytes(file) > MAX_DIRECTORY_BYTES:
        raise UnreadableInputError(f"{shown}: more than {MAX_ITEMS} files in it; split the archive")
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGE as error:
        raise UnreadableInputError(
            f"{shown}: the ZIP archive is cut off or damaged ({one_line(error)}); copy or make it again"
        ) from None
    for info in archive.infolist():
        if not info.is_dir():
            yield Member(info.filename.lstrip("/"), functools.partial(_opened, archive, info, name))


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> BinaryIO:
    shown = one_line(f"{name}/{info.filename}")
    if info.flag_bits & _ENCRYPTED:
        raise UnreadableInputError(f"{shown}: needs a password; make the archive without one")
    if info.compress_type not in _METHODS:
        raise UnreadableInputError(f"{shown}: compressed in a rare way; make the archive with 'deflate'")
    check_bytes(shown, info.file_size, MAX_BYTES)
    try:
        return archive.open(info)  # type: ignore[return-value]
    except (*_DAMAGE, NotImplementedError, RuntimeError) as error:
        raise UnreadableInputError(
            f"{shown}: can't be expanded ({one_line(error)}); make the archive again"
        ) from None


def _directory_bytes(file: BinaryIO) -> int:
    """Return how long a ZIP archive says that its directory is, 0 if it doesn't say."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 2**16 - 22 - 20))
    tail = file.read()
    end = tail.rfind(b"PK\5\6")
    told = 0
    if 0 <= end <= len(tail) - 22:
        told = struct.unpack_from("<L", tail, end + 12)[0]
        if told == 0xFFFFFFFF and tail[max(0, end - 20) : end].startswith(b"PK\6\7"):
            file.seek(min(size, struct.unpack_from("<Q", tail, end - 12)[0]))
            record = file.read(56)
            told = struct.unpack_from("<Q", record, 40)[0] if len(record) == 56 else 0
    file.seek(0)
    return told
