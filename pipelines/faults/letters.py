"""Writes image cash letters, as X9.100-187 lays them out, to read back. Not for letters to send to a bank."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

FRONT, BACK = "0", "1"


@dataclass(frozen=True)
class View:
    """An image of an item: its bytes and side; ``part`` is ``00`` for a full view."""

    image: bytes
    side: str = FRONT
    part: str = "00"


@dataclass(frozen=True)
class Item:
    """A cheque, or a returned one: the amount in cents, as keyed, and its views."""

    cents: int
    views: Sequence[View]
    returned: bool = False


def letter(items: Sequence[Item], encoding: str = "ascii") -> bytes:
    """Return a cash letter of one bundle."""
    records = [_record(kind, "", encoding) for kind in ("01", "10", "20")]
    for number, item in enumerate(items, 1):
        if item.returned:
            # routing number with its check digit, on-us field, amount
            records.append(_record("31", f"{'123456780'}{'1234/':>20}{item.cents:010d}", encoding))
        else:
            # auxiliary on-us and processing code, routing number, on-us field, amount, sequence number
            fields = f"{'':16}{'123456780'}{'1234/':>20}{item.cents:010d}{number:15d}"
            records.append(_record("25", fields, encoding))
        records.append(_record("26", "1", encoding))
        for view in item.views:
            # present, creator, date, format and compression, size, side, part
            detail = f"1{'123456780'}20260131{'0000'}{len(view.image):07d}{view.side}{view.part}"
            records += [_record("50", detail, encoding), _view_data(view, encoding)]
    records += [_record(kind, "", encoding) for kind in ("70", "90", "99")]
    return b"".join(struct.pack(">I", len(record)) + record for record in records)


def _record(kind: str, fields: str, encoding: str) -> bytes:
    return f"{kind + fields:80}".encode(encoding)


def _view_data(view: View, encoding: str) -> bytes:
    key, signature = "KEY-1", "signed"
    head = f"52{'':99}{len(key):04d}{key}{len(signature):05d}{signature}{len(view.image):07d}"
    return head.encode(encoding) + view.image
