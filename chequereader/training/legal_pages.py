"""Pages with the lines of their legal amounts: drawn ones, and real ones whose lines are found by words.

Not for lines without a page: see ``pen_words``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.cheque_set import ChequeSet
from chequereader.fields.page_ink import GreyImage
from chequereader.fields.page_text import find_text
from chequereader.fields.upright import upright
from chequereader.legal.agreement import fit
from chequereader.legal.line import words_strip
from chequereader.legal.reader import LegalReader
from chequereader.scan import open_scans
from chequereader.synthetic import SyntheticConfig, generate

_LEFT, _RIGHT, _HIGH = 230, 300, (-0.1, 0.35)
"""Pixels, at most, and heights of the line that a line's picture reaches beyond its ink."""
_BAND = 24  # pixels above and below a line's middle that its ink is followed in
_GAP = 70  # pixels without ink that end a line
_MARGIN = Box(-20, -5, 10, 5)


@dataclass(frozen=True)
class LegalPage:
    """An upright page and the lines of its legal amount: each with its words and the box of its ink."""

    image: GreyImage
    lines: tuple[tuple[str, Box], ...]


def drawn_pages(seed: int, count: int) -> Iterator[LegalPage]:
    """Yield synthetic cheques, a quarter of them hard."""
    for index in range(count):
        cheque = generate(seed, index, SyntheticConfig(preset="hard" if index % 4 == 0 else "mixed"))
        page = upright(cheque.image, cheque.dpi)
        to_page = np.asarray(cv2.invertAffineTransform(page.matrix), np.float64)
        yield LegalPage(page.image, tuple((words, _mapped(box, to_page)) for words, box in cheque.legal))


def real_pages(cheques: ChequeSet, reader: LegalReader) -> Iterator[LegalPage]:
    """Yield the cheques of a set whose words are known, with the line that says their amount best.

    Of the lines found on a page; it ends where no ink follows any more.
    """
    for truth in cheques.truths:
        if not truth.words or truth.amount is None:
            continue
        scan = next(iter(open_scans(cheques.path(truth))))
        image = upright(scan.image, scan.dpi).image
        looks = [(box, reader.look_at(image, [box])) for box in reader.lines(image)]
        fits = [
            (fit(look, int(abs(truth.amount) * Decimal(100))), box) for box, look in looks if look is not None
        ]
        if fits:
            yield LegalPage(image, ((truth.words, _followed(image, min(fits)[1])),))


def strips_of(
    pages: Iterable[LegalPage], rng: np.random.Generator, views: int = 1
) -> Iterator[tuple[NDArray[np.uint8], str]]:
    """Yield the strips of pages' lines and their words, each in so many views, wider by chance."""
    for page in pages:
        height, width = page.image.shape
        for words, box in page.lines:
            for _ in range(views):
                above, below = rng.uniform(*_HIGH, 2) * box.height
                x0, x1 = (
                    max(int(box.x0 - rng.uniform(0, _LEFT)), 0),
                    min(int(box.x1 + rng.uniform(0, _RIGHT)), width),
                )
                y0, y1 = max(int(box.y0 - above), 0), min(int(box.y1 + below), height)
                if min(x1 - x0, y1 - y0) >= 8:
                    strip = words_strip(np.ascontiguousarray(page.image[y0:y1, x0:x1]))
                    if strip is not None:
                        yield strip, words


def _followed(image: GreyImage, box: Box) -> Box:
    """Return the box around the ink of a line that was found on a page, as far as it goes on."""
    text = find_text(image)
    scale = text.page.scale
    rules = cv2.dilate(text.rules.horizontal | text.rules.vertical, np.ones((3, 3), np.uint8))
    middle = (box.y0 + box.y1) / 2
    rows = slice(max(round((middle - _BAND) * scale), 0), round((middle + _BAND) * scale))
    ink = cv2.morphologyEx((text.page.ink & (1 - rules))[rows], cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    columns = np.flatnonzero(ink.any(axis=0)) / scale
    if not len(columns):
        return box
    # runs of ink that no wide gap parts; the line is those that lie within what was found
    run = np.cumsum(np.diff(columns, prepend=columns[0]) > _GAP)
    inside = np.unique(run[(columns >= box.x0) & (columns <= box.x1)])
    chosen = columns[np.isin(run, inside)] if len(inside) else columns
    left, right = int(chosen.min()), int(chosen.max())
    high, wide = image.shape
    return Box(
        max(left + _MARGIN.x0, 0),
        max(round(middle) - _BAND + _MARGIN.y0, 0),
        min(right + _MARGIN.x1, wide),
        min(round(middle) + _BAND + _MARGIN.y1, high),
    )


def _mapped(box: Box, matrix: NDArray[np.float64]) -> Box:
    """Return the box around a box that a matrix [2, 3] has moved."""
    corners = np.array([(x, y, 1) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]) @ matrix.T
    return Box(*(round(v) for v in (*corners.min(axis=0), *corners.max(axis=0))))
