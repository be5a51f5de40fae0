"""How large and how small a scan may be: a hostile file may neither fill the memory nor take for ever.

Sizes are checked from a file's header before its pixels are decoded. Not for judging a picture's quality.
"""

from __future__ import annotations

from chequereader.errors import UnreadableInputError, one_line

MAX_PIXELS = 64_000_000
"""Pixels of a page: A4 at 600 dpi has 35 million, a large telephone's photograph 50 million."""

MAX_SIDE = 20_000
"""Pixels across or down."""

MIN_SIDE = 8
"""Pixels across and down: less can't hold a character."""

MAX_PAGES = 1_000
"""Pages of one file."""

MAX_BYTES = 256 * 2**20
"""Bytes of one file."""


def check_size(path: str, width: int, height: int, page: int) -> None:
    """Raise ``UnreadableInputError`` for a page of ``width`` x ``height`` pixels outside the limits."""
    size = f"{one_line(path)}: {width} x {height} pixels"
    if width < MIN_SIDE or height < MIN_SIDE:
        raise UnreadableInputError(
            f"{size} are too few to hold an amount (at least {MIN_SIDE} x {MIN_SIDE}); "
            "scan at 200 dpi or more",
            page,
        )
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise UnreadableInputError(
            f"{size} are too many (at most {MAX_PIXELS // 10**6} million, {MAX_SIDE} a side); "
            "scan at 200 to 300 dpi or crop to the cheque",
            page,
        )
