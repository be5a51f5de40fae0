"""Whether a zone holds the true amount: the oracle for training the penalty and for counting recall.

Not for reading: nothing here is known of a cheque without its truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from chequereader.box import Box
from chequereader.fields.page_ink import PAGE_DPI, GreyImage, dilated
from chequereader.fields.page_text import find_text

COVERED = 0.9
TOO_LARGE = 2.2
SPARE = 2
"""Power of the share of a zone that the amount takes, in what the zone is worth."""
SIGN = 0.35
"""Inches left of the amount that a currency sign takes; a zone may hold it."""


@dataclass(frozen=True)
class TrueInk:
    """The amount's ink: coarse ``mask`` uint8 [height, width], ``box`` around it on the page, ``scale``."""

    mask: GreyImage
    box: Box
    scale: float


def true_ink(page_image: GreyImage, truth: Box, sign_share: float = 0.0) -> TrueInk | None:
    """Return the ink in a truth box of an upright page, printed rules left out; ``None`` if there is none.

    ``sign_share`` of the box's width on the left is left out where a printed currency sign stands there,
    because a zone may hold the sign or not.
    """
    text = find_text(page_image)
    page, rules = text.page, text.rules
    lines = dilated(rules.horizontal | rules.vertical, 3, 3)
    mask = np.zeros_like(page.ink)
    left = truth.x0 + sign_share * truth.width
    x0, y0, x1, y1 = (max(round(v * page.scale), 0) for v in (left, *truth[1:]))
    mask[y0:y1, x0:x1] = page.ink[y0:y1, x0:x1] & (1 - lines[y0:y1, x0:x1])
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
    if not mask.any():
        return None
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    edges = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    return TrueInk(mask, Box(*(round(int(v) / page.scale) for v in edges)), page.scale)


def worth(boxes: Sequence[Box], truth: TrueInk) -> npt.NDArray[np.float32]:
    """Return what each page box is worth as the amount's zone, float32 [n] in 0..1; nought if it is wrong.

    It is right when the centre of the amount's ink is inside, ``COVERED`` of the ink is, and its area is at
    most ``TOO_LARGE`` times that of the ink's box with a narrow margin and room for a sign. Of right zones
    those that miss ink or hold much else are worth less.
    """
    x, y = (truth.box.x0 + truth.box.x1) / 2, (truth.box.y0 + truth.box.y1) / 2
    total = int(truth.mask.sum())
    margin = round(0.05 * PAGE_DPI)
    width = truth.box.width + 2 * margin + round(SIGN * PAGE_DPI)
    tight = width * (truth.box.height + 2 * margin)
    values = np.zeros(len(boxes), np.float32)
    for i, box in enumerate(boxes):
        x0, y0, x1, y1 = (max(round(v * truth.scale), 0) for v in box)
        covered = int(truth.mask[y0:y1, x0:x1].sum()) / total
        central = box.x0 <= x < box.x1 and box.y0 <= y < box.y1
        if covered >= COVERED and central and box.area <= TOO_LARGE * tight:
            missing = (1 - covered) / (1 - COVERED)
            values[i] = (1 - 0.8 * missing) * min(1.15 * tight / box.area, 1.0) ** SPARE
    return values
