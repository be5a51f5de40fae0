"""Where the legal amount stands: its lines on an upright page, found by a spotter of its own.

Not for the courtesy amount (``fields``) or for bringing a line to size (``line``).
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy.special import expit

from chequereader.box import Box
from chequereader.fields.groups import FloatArray
from chequereader.fields.page_ink import INCH, PAGE_DPI
from chequereader.fields.spotted import PLACE
from chequereader.shipped import SHIPPED

LEGAL_SPOTTER = SHIPPED / "legal-spotter.safetensors"
"""Weights of the network that was taught where the middles of the legal amount's lines are."""
MIDDLE = 0.6
"""Share of a line's height that counts as its middle: lines one below the other don't touch then."""
MOST_LINES = 3

_LEAST_LOGITS = 0.0, -2.0  # the second one on pages without a likely place
_FAINT = 0.15  # of the page's largest region: what has less of the probability is no line
_APART = 0.6  # of a place: rows nearer than that are one line
_LEFT, _RIGHT, _ABOVE = 10.0, 14.0, 2.4  # places that a line's box reaches beyond what was spotted


def legal_lines(logits: FloatArray) -> list[Box]:
    """Return the boxes of the legal amount's lines on the upright page, from the upper one on; maybe none.

    ``logits`` [rows, columns] of the page's places.
    """
    chances = expit(logits.astype(np.float64))
    least = next((least for least in _LEAST_LOGITS if (logits >= least).any()), np.inf)
    likely = (logits >= least).astype(np.uint8)
    count, labels = cv2.connectedComponents(likely, connectivity=8)
    regions = []
    for number in range(1, count):
        rows, columns = np.nonzero(labels == number)
        weight = chances[rows, columns]
        middle = float((weight * (rows + 0.5)).sum() / weight.sum())
        regions.append((middle, float(weight.sum()), int(columns.min()), int(columns.max()) + 1))
    most = max((weight for _, weight, _, _ in regions), default=0.0)
    lines: list[list[tuple[float, float, int, int]]] = []
    for region in sorted(region for region in regions if region[1] >= _FAINT * most):
        if lines and region[0] - lines[-1][-1][0] <= _APART:
            lines[-1].append(region)
        else:
            lines.append([region])
    strongest = sorted(lines, key=lambda line: -sum(region[1] for region in line))[:MOST_LINES]
    height, width = logits.shape
    step = PLACE * PAGE_DPI / INCH
    boxes = []
    for line in sorted(strongest, key=lambda line: line[0][0]):
        middle = float(np.average([region[0] for region in line], weights=[region[1] for region in line]))
        left, right = min(region[2] for region in line), max(region[3] for region in line)
        edges = (
            max(left - _LEFT, 0),
            max(middle - _ABOVE, 0),
            min(right + _RIGHT, width),
            min(middle + _ABOVE, height),
        )
        boxes.append(Box(*(round(edge * step) for edge in edges)))
    return boxes
