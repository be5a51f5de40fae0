"""The characters of an answer, each with its place on the scan and how sure it is.

Between cuts a character has its candidate's box; over positions the ink between its neighbours' middles.
Only looks at what the stages left. Not for choosing answers.
"""

from __future__ import annotations

import numpy as np
from torch import Tensor

from chequereader.alphabet import AMOUNTS
from chequereader.box import Box
from chequereader.grammar.held import HOLDING
from chequereader.interpretation import Path
from chequereader.segmentation.normalise import Field
from chequereader.segmentation.segmenter import Segmentation
from chequereader.segmentation.strip import REACH, STRIDE, Scale, strip_transform


def spoken(path: Path) -> list[tuple[int, int, int]]:
    """Return the characters of a path: label of ``AMOUNTS``, first and last arc of each."""
    found: list[tuple[int, int, int]] = []
    for arc, column in zip(path.arcs, path.columns, strict=True):
        if column >= HOLDING:
            label, first, _ = found[-1]
            found[-1] = label, first, arc
        elif column != AMOUNTS.rubbish:
            found.append((column, arc, arc))
    return found


def boxes(path: Path, segmentation: Segmentation) -> list[Box]:
    """Return the box of each character of a path between cuts, in pixels of the zone's image."""
    return [segmentation.image_box(first) for _, first, _ in spoken(path)]


def confidences(path: Path, posterior: Tensor) -> list[float]:
    """Return how sure each character of a path is: the posterior of its label on its first arc.

    ``posterior`` float [arcs, columns]. Over positions a character may begin at one or the next: its label
    counts there wherever it stands.
    """
    found = []
    for label, first, last in spoken(path):
        sure = posterior[first, label]
        if posterior.shape[1] > HOLDING:
            sure = (posterior[first : last + 1, label] + posterior[first : last + 1, HOLDING + label]).max()
        found.append(min(float(sure), 1.0))
    return found


def boxes_over_positions(path: Path, field: Field, scale: Scale) -> list[Box]:
    """Return the box of each character of a path over positions, in pixels of the zone's image.

    ``scale``: of the strip of ``field`` that the positions are on.
    """
    to_strip = strip_transform(field)
    # a position sees REACH pixels; what it names stands in their middle
    middle = np.array([(first + last) / 2 * STRIDE + REACH / 2 for _, first, last in spoken(path)])
    middle = (middle / scale.across - to_strip[0, 2]) / to_strip[0, 0]
    half = np.diff(middle) / 2
    left = middle - np.concatenate([[REACH / 4 / to_strip[0, 0]], half])
    right = middle + np.concatenate([half, [REACH / 4 / to_strip[0, 0]]])
    height, width = field.ink.mask.shape
    found = []
    for a, b in zip(left, right, strict=True):
        x0 = int(np.clip(np.floor(a), 0, width - 1))
        x1 = int(np.clip(np.ceil(b), x0 + 1, width))
        y, x = np.nonzero(field.ink.mask[:, x0:x1])
        x0, x1 = (x0 + int(x.min()), x0 + int(x.max()) + 1) if len(x) else (x0, x1)
        y0, y1 = (int(y.min()), int(y.max()) + 1) if len(y) else (0, height)
        corners = np.array([[x0, y0, 1], [x1, y0, 1], [x0, y1, 1], [x1, y1, 1]]) @ field.to_image.T
        low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
        found.append(Box(max(int(low[0]), 0), max(int(low[1]), 0), int(high[0]), int(high[1])))
    return found
