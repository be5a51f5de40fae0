"""From files to scans: the pages of images, PDF files, X9 cash letters and archives of them, in grey.

Everything that a file may do wrong ends here as an ``UnreadableInputError`` of one line. Not for finding or
straightening the cheque on the page: that is ``fields``.
"""

from __future__ import annotations

from chequereader.scan.files import SUFFIXES, is_archive, is_scan, open_pages, open_scans
from chequereader.scan.limits import MAX_BYTES, MAX_PAGES, MAX_PIXELS, MAX_SIDE, MIN_SIDE
from chequereader.scan.page import Page, Scan

__all__ = [
    "MAX_BYTES",
    "MAX_PAGES",
    "MAX_PIXELS",
    "MAX_SIDE",
    "MIN_SIDE",
    "SUFFIXES",
    "Page",
    "Scan",
    "is_archive",
    "is_scan",
    "open_pages",
    "open_scans",
]
