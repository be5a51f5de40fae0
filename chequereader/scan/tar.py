"""A walk through tar archives, plain or compressed by gzip or bzip2, in one pass and with little memory.

The standard library's walk keeps every header and reads names of any length into memory, which a hostile
archive can use; this one keeps nothing. Links, devices and folders are passed over. Not for what is inside
the members.
"""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from chequereader.errors import UnreadableInputError, one_line
from chequereader.scan.archive import Member
from chequereader.scan.limits import MAX_EXPANDED_BYTES, MAX_NAME_BYTES

_BLOCK = 512
_PIECE = 2**20
_PAX, _PAX_FOR_ALL, _GNU_NAME, _GNU_LINK = tarfile.XHDTYPE, tarfile.XGLTYPE, b"L", b"K"
_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_DAMAGE = (tarfile.TarError, zlib.error, OSError, EOFError, ValueError)
_PAX_PATH = re.compile(rb"(?:^|\n)\d+ path=([^\n]*)\n")
_PAX_SIZE = re.compile(rb"(?:^|\n)\d+ size=(\d{1,20})\n")


def is_tar(head: bytes) -> bool:
    """Tell whether a file that begins so may be a tar archive, compressed or not."""
    return head.startswith((b"\x1f\x8b", b"BZh")) or head[257:262] == b"ustar"


def tar_members(file: BinaryIO, name: str) -> Iterator[Member]:
    """Yield the files of a tar archive in their order; each has to be opened before the next is asked for.

    Raises ``UnreadableInputError`` where the archive is damaged or expands beyond the limit.
    """
    try:
        yield from _walk(_Counted(_expanding(file)))
    except _DAMAGE as error:
        raise UnreadableInputError(
            f"{one_line(name)}: the tar archive is cut off or damaged ({one_line(error)}); "
            "copy or make it again"
        ) from None


def _expanding(file: BinaryIO) -> BinaryIO:
    head = file.read(3)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)  # type: ignore[return-value]
    return bz2.BZ2File(file) if head == b"BZh" else file  # type: ignore[return-value]


class _Counted:
    """A stream that is read once, up to the limit of what an archive may expand to."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.position = 0

    def read(self, size: int) -> bytes:
        """Return exactly so many bytes; ``EOFError`` if there are fewer."""
        self.position += size
        if self.position > MAX_EXPANDED_BYTES:
            raise ValueError(f"more than {MAX_EXPANDED_BYTES} bytes")
        data = self._stream.read(size)
        while len(data) < size:
            more = self._stream.read(size - len(data))
            if not more:
                raise EOFError("its end is missing")
            data += more
        return data

    def skip_to(self, position: int) -> None:
        while self.position < position:
            self.read(min(_PIECE, position - self.position))


def _walk(stream: _Counted) -> Iterator[Member]:
    name: str | None = None
    size: int | None = None
    while (block := stream.read(_BLOCK)).strip(b"\0"):
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if header.size < 0:
            raise ValueError("a size below nought")
        if header.type in (_PAX, _PAX_FOR_ALL, _GNU_NAME, _GNU_LINK):
            if header.size > MAX_NAME_BYTES:
                raise ValueError(f"a name of {header.size} bytes")
            end = stream.position + _whole_blocks(header.size)
            told = stream.read(header.size)
            if header.type == _GNU_NAME:
                name = told.rstrip(b"\0").decode("utf-8", "surrogateescape")
            elif header.type == _PAX:
                if path := _PAX_PATH.search(told):
                    name = path[1].decode("utf-8", "surrogateescape")
                if length := _PAX_SIZE.search(told):
                    size = int(length[1])
            stream.skip_to(end)
            continue
        length_of_data = header.size if size is None else size
        end = stream.position + _whole_blocks(length_of_data)
        if header.type in _FILES:
            inside = _Inside(stream, length_of_data)
            plain_name = (header.name if name is None else name).lstrip("/")
            yield Member(plain_name, functools.partial(_opened, inside))
        stream.skip_to(end)
        name = size = None


class _Inside(io.RawIOBase):
    """The bytes of one member, read from the stream that they stand in."""

    def __init__(self, stream: _Counted, size: int) -> None:
        self._stream = stream
        self._left = size

    def read(self, size: int = -1) -> bytes:
        size = self._left if size < 0 else min(size, self._left)
        self._left -= size
        return self._stream.read(size)


def _opened(inside: _Inside) -> BinaryIO:
    return inside  # type: ignore[return-value]


def _whole_blocks(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK
