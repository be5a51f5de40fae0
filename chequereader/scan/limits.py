"""How large and how small a scan may be: a hostile file may neither fill the memory nor take for ever.

Sizes are checked from a file's header before its pixels are decoded, and what is expanded is counted while it
is. Not for judging a picture's quality.
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
"""Pages of one image or PDF file."""

MAX_BYTES = 256 * 2**20
"""Bytes of one image or PDF file, and of one member of an archive."""

MAX_CONTAINER_BYTES = 16 * 2**30
"""Bytes of one archive or cash letter: they are walked through, never held."""

MAX_ITEMS = 200_000
"""Items of one cash letter, and members of one archive."""

MAX_RECORD_BYTES = 16 * 2**20
"""Bytes of one record of a cash letter: the length of an image has seven digits there."""

MAX_EXPANDED_BYTES = 64 * 2**30
"""Bytes that an archive may expand to, all members together."""

MAX_DIRECTORY_BYTES = 64 * 2**20
"""Bytes of a ZIP archive's directory, which is held in memory."""

MAX_NAME_BYTES = 2**20
"""Bytes of the records that tell a tar member's long name."""


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


def check_bytes(path: str, size: int, most: int) -> None:
    """Raise ``UnreadableInputError`` for a file of more than ``most`` bytes."""
    if size > most:
        raise UnreadableInputError(
            f"{one_line(path)}: {size} bytes are too many (at most {most}); "
            "split the file or compress the scan"
        )
