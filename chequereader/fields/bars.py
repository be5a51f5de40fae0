"""Which edge of a page has a line of CMC-7 along it: the magnetic line of bars of France, Brazil, Argentina.

Each of its characters is seven bars within an eighth of an inch, so that a row of pixels through the line
crosses several times as many strokes as one through any text. Not for reading the line, and not for E-13B.
"""

from __future__ import annotations

import cv2
import numpy as np

from chequereader.fields.page_ink import GreyImage

EDGE = 0.25
"""Share of the page's height at either edge within which the line stands."""
STRETCH = 0.3
"""Share of the page's width in which strokes are counted: fifteen characters and more."""
STROKES = 85.0
"""Strokes that a row crosses there at least. Lines of small print have up to 80."""
AGAINST = 1.4
"""How many times as many strokes one edge has as the other at least: a dense pattern is everywhere."""

_AROUND = 0.02  # of the page's width: about the paper's grey beside a stroke
_DARKER, _NOISE = 0.2, 7.0  # of the darkest strokes' contrast; grey levels
_UPRIGHT = 3  # pixels in a column that are a stroke's, not a speck
_ROWS = 0.012  # of the page's height: less than a bar's


def bars_at_foot(page: GreyImage) -> bool | None:
    """Tell whether a line of bars stands at the foot of a level page, at its head (False), or at neither.

    ``page``: grey uint8 [height, width]. Coarse scans, in which bars run together, have it at neither.
    """
    height, width = page.shape
    if width < 2:
        return None
    around = max(round(_AROUND * width) | 1, 15)
    darker = cv2.subtract(cv2.blur(page, (around, around)), page)
    least = max(_DARKER * float(np.percentile(darker, 99.5)), _NOISE)
    ink = cv2.erode((darker > least).astype(np.uint8), np.ones((_UPRIGHT, 1), np.uint8))
    begun = (ink[:, 1:] > ink[:, :-1]).astype(np.float32)
    rows = max(round(_ROWS * height), 4)
    strokes = cv2.boxFilter(begun, -1, (round(STRETCH * width), rows), normalize=False) / rows
    edge = max(round(EDGE * height), 1)
    head, foot = float(strokes[:edge].max()), float(strokes[-edge:].max())
    if max(head, foot) < STROKES or max(head, foot) < AGAINST * min(head, foot):
        return None
    return foot > head
