"""From files to scans: the pages of PNG, JPEG, BMP, WebP, TIFF and PDF files as grey images.

Everything that a file may do wrong ends here as an ``UnreadableInputError`` of one line. Not for finding or
straightening the cheque on the page: that is ``fields``.
"""

from __future__ import annotations

from chequereader.scan.files import SUFFIXES, open_scans
from chequereader.scan.limits import MAX_BYTES, MAX_PAGES, MAX_PIXELS, MAX_SIDE, MIN_SIDE
from chequereader.scan.page import Scan

__all__ = [
    "MAX_BYTES",
    "MAX_PAGES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "MIN_SIDE",
    "SUFFIXES",
    "Scan",
    "open_scans",
]
