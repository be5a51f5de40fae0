"""What each candidate of a segmentation graph is, where the truth of the pixels is known.

A candidate that holds one character nearly whole and little else is that character; one that holds parts of
characters, or several, is rubbish; in between nothing is said. Not for strings whose characters have no
known place: those are learned through the graph.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.alphabet import Alphabet
from chequereader.box import Box
from chequereader.segmentation.segmenter import Segmentation

UNKNOWN = -1
OTHER = -2
"""Owner of ink that is there but of which nothing is known: signs that no box was drawn for, stains."""

SHARED = -3
"""Owner of ink in more than one box: counts for neither."""

_WHOLE, _PART = 0.85, 0.65


def candidate_labels(
    segmentation: Segmentation, owner: NDArray[np.int16], text: str, alphabet: Alphabet
) -> NDArray[np.int64]:
    """Return the label of each candidate, int64 [arcs]; ``UNKNOWN`` where it can't be said.

    ``owner`` int16 [height, width] over the segmented image: an index into ``text``, -1 or ``OTHER`` where
    there is none.
    """
    field = segmentation.field
    count = segmentation.cuts - 1
    if count < 1:
        return np.zeros(0, np.int64)
    y, x = np.nonzero(field.ink.mask)
    at = field.to_image @ np.stack([x + 0.5, y + 0.5, np.ones(len(x))])
    column = np.clip(at[0].astype(int), 0, owner.shape[1] - 1)
    row = np.clip(at[1].astype(int), 0, owner.shape[0] - 1)
    whose = owner[row, column].astype(np.int64)
    piece = np.zeros(len(x), np.int64)
    for line in segmentation.lines.x[1:-1]:
        piece += x >= line[y]
    # ink [pieces, characters], then other ink, then paper that was taken for ink
    kinds = len(text) + 2
    kind = np.where(whose >= 0, whose, np.where(whose == OTHER, len(text), len(text) + 1))
    kept = whose != SHARED
    ink = np.bincount(piece[kept] * kinds + kind[kept], minlength=count * kinds).reshape(count, kinds)
    before = np.concatenate([np.zeros((1, kinds), np.int64), np.cumsum(ink, axis=0)])
    held = before[segmentation.target] - before[segmentation.source]
    total = np.maximum(held.sum(axis=1), 1)
    # ink of nobody inside a character, such as a crossing line, is no fault of the cut
    known = np.maximum(total - held[:, len(text) + 1], 1)
    whole = np.maximum(before[-1], 1)
    characters = held[:, : len(text)]
    share_of_character = characters / whole[: len(text)]
    share_of_candidate = characters / known[:, None]
    label_of = np.array([alphabet.index(c) if c in alphabet.labels else alphabet.rubbish for c in text])
    labels = np.full(len(total), alphabet.rubbish, np.int64)
    best = (share_of_character * share_of_candidate).argmax(axis=1)
    rows = np.arange(len(total))
    own, mine = share_of_character[rows, best], share_of_candidate[rows, best]
    clean = held[:, len(text) + 1] <= 0.4 * total
    labels[(own >= _PART) & (mine >= _PART)] = UNKNOWN
    good = (own >= _WHOLE) & (mine >= _WHOLE) & clean
    labels[good] = label_of[best[good]]
    labels[held[:, len(text)] > 0.5 * known] = UNKNOWN
    return labels


def owners_from_boxes(shape: tuple[int, int], boxes: list[Box]) -> NDArray[np.int16]:
    """Return owners int16 [height, width] from a box for each character: ``OTHER`` outside all boxes."""
    owner = np.full(shape, OTHER, np.int16)
    for index, (x0, y0, x1, y1) in enumerate(boxes):
        window = owner[max(y0 - 1, 0) : y1 + 1, max(x0 - 1, 0) : x1 + 1]
        window[:] = np.where(window == OTHER, index, SHARED)
    return owner


def read_character_boxes(path: Path) -> dict[str, list[tuple[str, Box]]]:
    """Read ``digit_boxes.csv``: columns file, digit, x0, y0, x1, y1; returns the boxes of each file."""
    boxes: dict[str, list[tuple[str, Box]]] = {}
    with path.open(encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            file, digit, *corners = line.strip().split(",")
            boxes.setdefault(file, []).append((digit, Box(*map(int, corners))))
    return boxes


def without_ink(image: NDArray[np.uint8], segmentation: Segmentation) -> NDArray[np.uint8]:
    """Return the paper of a field: its ink filled in from around."""
    mask = segmentation.field.ink.mask.astype(np.uint8)
    size = image.shape[1], image.shape[0]
    ink = cv2.warpAffine(mask * 255, segmentation.field.to_image, size, flags=cv2.INTER_LINEAR)
    ink = cv2.dilate((ink > 40).astype(np.uint8), np.ones((5, 5), np.uint8))
    return np.asarray(cv2.inpaint(image, ink, 3, cv2.INPAINT_TELEA), np.uint8)
