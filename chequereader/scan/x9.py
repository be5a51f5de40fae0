"""Image cash letters: X9.37 and X9.100-187 files, in ASCII or EBCDIC, as the cheques that they hold.

A letter is a row of records, each behind its length in four bytes. A check detail (25) or return (31) begins
an item; an image view detail (50) says which side the image view data (52) after it shows. The first full
front of each item is its page; the keyed amount goes with it. Credits (61, 62) and their deposit tickets
are passed over. Not for checking a letter's totals, nor for the image formats: ``raster`` holds those.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from chequereader.errors import UnreadableInputError, one_line
from chequereader.scan.limits import MAX_ITEMS, MAX_RECORD_BYTES
from chequereader.scan.page import Page, Scan
from chequereader.scan.raster import raster_pages

_LENGTH = struct.Struct(">I")
_ENCODINGS = {b"01": "ascii", "01".encode("cp037"): "cp037"}

_CHECK, _RETURN, _CREDITS = "25", "31", ("61", "62")
_VIEW, _VIEW_DATA, _END = "50", "52", "99"
_BEFORE_ITEMS = frozenset({"01", "10", "20", "70", "85", "90", _END, *_CREDITS})
_AMOUNT = {_CHECK: slice(47, 57), _RETURN: slice(31, 41)}

# Of an image view detail: is there a view, which side, and how much of it.
_PRESENT, _SIDE, _PART = slice(2, 3), slice(31, 32), slice(32, 34)
_FRONT, _WHOLE = "0", ("00", "  ")
# Of image view data: the fixed fields; then come three fields that vary, each behind its length in digits.
_FIXED_BYTES = 101
_DIGITS_OF_LENGTHS = (4, 5, 7)


@dataclass(frozen=True)
class Item:
    """A cheque of a cash letter.

    ``number`` counts cheques and returns from 1; ``keyed_amount`` is what the paying bank was told, ``None``
    where the record holds no number; ``front`` is where the record with its front lies, (offset, bytes), and
    ``None`` if there is none.
    """

    number: int
    keyed_amount: Decimal | None
    front: tuple[int, int] | None


def is_cash_letter(head: bytes) -> bool:
    """Tell whether a file that begins so is a cash letter: its first record is a file header."""
    return head[:2] == b"\0\0" and head[4:6] in _ENCODINGS


def x9_pages(file: BinaryIO, name: str) -> Iterator[Page]:
    """Yield the items of a cash letter, each with its first full front as the page.

    An item without a front is a page that can't be loaded. Raises ``UnreadableInputError`` where the letter
    is cut off or makes no sense, after the items before.
    """
    for item in items(file, name):

        def load(item: Item = item) -> Scan:
            return _front(file, name, item)

        yield Page(name, item.number, load, item.keyed_amount)


def items(file: BinaryIO, name: str) -> Iterator[Item]:
    """Walk the records of a cash letter; no length in it is believed beyond the file's own.

    Raises ``UnreadableInputError`` as ``x9_pages`` does.
    """
    shown = one_line(name)
    size = file.seek(0, io.SEEK_END)
    file.seek(_LENGTH.size)
    encoding = _ENCODINGS.get(file.read(2), "ascii")
    item: Item | None = None
    number = offset = 0
    is_front = False
    problem = ""
    kind = ""
    while kind != _END:
        file.seek(offset)
        length = _length(file.read(_LENGTH.size))
        offset += _LENGTH.size
        if length is None or length > size - offset:
            problem = "is cut off"
            break
        kind = _text(file.read(min(length, 2)), encoding)
        if not (kind.isdecimal() and len(kind) == 2) or length > MAX_RECORD_BYTES:
            problem = f"has no record where one should be (byte {offset})"
            break
        if kind in _AMOUNT or kind in _BEFORE_ITEMS:
            if item is not None:
                yield item
            item = None
            is_front = False
        if kind in _AMOUNT:
            if number == MAX_ITEMS:
                problem = f"has more than {MAX_ITEMS} items"
                break
            number += 1
            file.seek(offset)
            item = Item(number, _amount(_text(file.read(min(length, 80)), encoding)[_AMOUNT[kind]]), None)
        elif kind == _VIEW:
            file.seek(offset)
            is_front = _is_front(_text(file.read(min(length, 80)), encoding))
        elif kind == _VIEW_DATA and item is not None and is_front and item.front is None:
            item = Item(item.number, item.keyed_amount, (offset, length))
        offset += length
    if problem:
        if item is not None:
            yield item
        raise UnreadableInputError(
            f"{shown}: the cash letter {problem}; ask for it again, what follows is not read", number + 1
        )
    if number == 0:
        raise UnreadableInputError(
            f"{shown}: the cash letter holds no cheques; check that it is the right one"
        )


def _front(file: BinaryIO, name: str, item: Item) -> Scan:
    """Decode the front of an item."""
    image = b"" if item.front is None else _image(file, *item.front)
    shown = f"{one_line(name)}: item {item.number}"
    if image is None:
        raise UnreadableInputError(
            f"{shown}: the record of its image is damaged; ask for the letter again", item.number
        )
    if not image.strip(b"\0 \x40"):
        raise UnreadableInputError(
            f"{shown}: no image of the front; ask for a letter with images", item.number
        )
    try:
        page = next(raster_pages(io.BytesIO(image), name, image[:16])).load()
    except UnreadableInputError as error:
        raise UnreadableInputError(f"{shown}: {_reason(str(error), name)}", item.number) from None
    return Scan(page.image, page.dpi, name, item.number, item.keyed_amount)


def _image(file: BinaryIO, offset: int, length: int) -> bytes | None:
    """Return the image in a record of image view data, ``None`` if its parts don't fit into it."""
    file.seek(offset)
    record = file.read(length)
    encoding = "cp037" if record[:2] == "52".encode("cp037") else "ascii"
    at = _FIXED_BYTES
    part = b""
    for digits in _DIGITS_OF_LENGTHS:
        told = _text(record[at : at + digits], encoding).strip() or "0"
        at += digits
        if not told.isdecimal() or int(told) > len(record) - at:
            return None
        part = record[at : at + int(told)]
        at += int(told)
    return part


def _length(four: bytes) -> int | None:
    return _LENGTH.unpack(four)[0] if len(four) == _LENGTH.size else None


def _text(field: bytes, encoding: str) -> str:
    text = field.decode(encoding, "replace")
    return text if text.isascii() else "".join(c if c.isascii() else "?" for c in text)


def _amount(cents: str) -> Decimal | None:
    return Decimal(int(cents)).scaleb(-2) if len(cents) == 10 and cents.strip().isdecimal() else None


def _is_front(detail: str) -> bool:
    return detail[_PRESENT] != "0" and detail[_SIDE] == _FRONT and detail[_PART] in _WHOLE


def _reason(message: str, name: str) -> str:
    return message.removeprefix(f"{one_line(name)}: ")
