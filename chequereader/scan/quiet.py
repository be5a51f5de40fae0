"""Decoding a page while C libraries' talk is kept off standard error, where failures are one line each.

Some damage shows in that talk alone, so it is looked through before it is dropped. For programs only: the
process's error stream is turned away for a while, which a library must not do behind one's back.
"""

from __future__ import annotations

import fcntl
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chequereader.errors import UnreadableInputError, one_line
from chequereader.scan.page import Page, Scan

_STANDARD_ERROR = 2

_MOST_TALK = 2**20  # bytes that are kept: a hostile file may have much to say

# libtiff of codes in G4 that no fax machine writes: it goes on, but every line builds on the one before
_DAMAGE = re.compile(rb"Fax4Decode: (Bad code word|Uncompressed data)")


def load_quietly(page: Page) -> Scan:
    """Decode a page, with nothing on standard error; ``UnreadableInputError`` as from ``page.load``.

    On Linux also if a page in G4 is damaged within, which ``load`` itself can't see.
    """
    with _kept_talk() as talk:
        scan = page.load()
        damaged = _DAMAGE.search(talk())
    if damaged:
        where = f"page {page.number}" if page.number > 1 else "the image"
        raise UnreadableInputError(
            f"{one_line(page.source)}: {where} is cut off or damaged; scan or copy it again", page.number
        )
    return scan


@contextmanager
def _kept_talk() -> Iterator[Callable[[], bytes]]:
    """Keep standard error's bytes within the block; what is given returns them, where they can be kept."""
    sys.stderr.flush()
    kept = os.dup(_STANDARD_ERROR)
    talk = _made_for_talk()
    os.dup2(talk, _STANDARD_ERROR)
    try:
        yield lambda: os.pread(talk, _MOST_TALK, 0)
    finally:
        os.dup2(kept, _STANDARD_ERROR)
        os.close(kept)
        os.close(talk)


def _made_for_talk() -> int:
    """Return a descriptor to write to: a file in memory that can't grow, on Linux, else nowhere."""
    if not hasattr(os, "memfd_create"):
        return os.open(os.devnull, os.O_RDWR)
    talk = os.memfd_create("talk", os.MFD_ALLOW_SEALING)
    os.ftruncate(talk, _MOST_TALK)
    fcntl.fcntl(talk, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW)
    return talk
