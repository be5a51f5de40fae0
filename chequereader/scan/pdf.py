"""Pages of PDF files as pictures, drawn by pypdfium2 (the ``pdf`` extra).

A page that is a scan is drawn pixel for pixel, so that nothing is lost or made up; any other at 200 dpi. Not
for text inside a PDF: a cheque is read from its picture.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from chequereader.errors import UnreadableInputError, one_line
from chequereader.scan.limits import MAX_PAGES, MAX_PIXELS, check_size
from chequereader.scan.page import PLAUSIBLE_DPI, Page, Scan

DPI = 200.0
"""Resolution at which pages without a scan are drawn."""

_POINTS_PER_INCH = 72
_SHARE_OF_A_SCAN = 0.25
_OBJECTS = 10_000


def pdf_pages(file: BinaryIO, name: str) -> Iterator[Page]:
    """Yield the pages of a PDF file.

    Raises ``UnreadableInputError`` for a damaged file, a password, too many pages, or if pypdfium2 isn't
    installed.
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
            yield Page(name, number, functools.partial(_drawn, document, name, number))


def _drawn(document: Any, name: str, number: int) -> Scan:
    """Draw a page in grey."""
    import pypdfium2

    try:
        page = document[number - 1]
        dpi = _dpi_of_scan(page) or DPI
        width, height = (math.ceil(side * dpi / _POINTS_PER_INCH) for side in page.get_size())
        check_size(name, width, height, number)
        bitmap = page.render(scale=dpi / _POINTS_PER_INCH, grayscale=True)
    except (pypdfium2.PdfiumError, ValueError, OverflowError) as error:
        raise UnreadableInputError(
            f"{one_line(name)}: page {number} can't be drawn ({one_line(error)}); export or copy it again",
            number,
        ) from None
    image = np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)
    bitmap.close()
    page.close()
    return Scan(image, dpi, name, number)


def _dpi_of_scan(page: Any) -> float | None:
    """Return the resolution of the largest picture on a page, ``None`` if it holds none worth the name."""
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    width, height = page.get_size()
    largest, dpi = _SHARE_OF_A_SCAN * width * height, None
    pictures = page.get_objects([FPDF_PAGEOBJ_IMAGE], max_depth=1)
    for _, picture in zip(range(_OBJECTS), pictures, strict=False):
        left, bottom, right, top = picture.get_bounds()
        area = (right - left) * (top - bottom)
        across, down = picture.get_px_size()
        if area >= largest > 0 and across * down <= MAX_PIXELS:
            # By areas, so that a picture turned on its side counts alike.
            largest, dpi = area, _POINTS_PER_INCH * math.sqrt(across * down / area)
    lowest, highest = PLAUSIBLE_DPI
    return dpi if dpi is not None and lowest <= dpi <= highest else None
