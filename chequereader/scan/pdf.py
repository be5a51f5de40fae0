"""Pages of PDF files, drawn at the resolution that the reader works at, by pypdfium2 (the ``pdf`` extra).

Not for text inside a PDF: a cheque is read from its picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from chequereader.errors import UnreadableInputError, one_line
from chequereader.scan.limits import MAX_PAGES, check_size
from chequereader.scan.page import Scan

DPI = 200
"""Resolution at which pages are drawn."""

_POINTS_PER_INCH = 72


def pdf_scans(file: BinaryIO, name: str) -> Iterator[Scan]:
    """Yield the pages of a PDF file, drawn in grey at 200 dpi.

    Raises ``UnreadableInputError`` for a damaged file, a password, pages outside the limits, or if pypdfium2
    isn't installed.
    """
    shown = one_line(name)
    try:
        import pypdfium2
    except ImportError:
        raise UnreadableInputError(
            f"{shown}: PDF files need pypdfium2; pip install 'chequereader[pdf]'"
        ) from None
    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        remedy = "save it without one" if "assword" in str(error) else "export or copy it again"
        raise UnreadableInputError(
            f"{shown}: the PDF can't be opened ({one_line(error)}); {remedy}"
        ) from None
    with document:
        if len(document) == 0:
            raise UnreadableInputError(f"{shown}: the PDF has no pages; export it again")
        if len(document) > MAX_PAGES:
            raise UnreadableInputError(f"{shown}: more than {MAX_PAGES} pages; split the file")
        for number in range(1, len(document) + 1):
            try:
                page = document[number - 1]
                width, height = (round(side * DPI / _POINTS_PER_INCH) for side in page.get_size())
                check_size(name, width, height, number)
                bitmap = page.render(scale=DPI / _POINTS_PER_INCH, grayscale=True)
            except pypdfium2.PdfiumError as error:
                raise UnreadableInputError(
                    f"{shown}: page {number} can't be drawn ({one_line(error)}); export or copy it again",
                    number,
                ) from None
            image = np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)
            bitmap.close()
            page.close()
            yield Scan(image, float(DPI), name, number)
