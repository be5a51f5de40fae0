"""Where a sliding network sees digits on a strip, and the ink that they are made of.

A field is brought to size, slant and line by all its ink at first, and then frames, barcodes and printed
signs count like digits; what a first look recognised says which ink is digits. Not for reading: nothing is
composed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chequereader.alphabet import AMOUNTS
from chequereader.grammar.numbers import FIGURES
from chequereader.recognition.recognition_graph import RecognitionGraph
from chequereader.segmentation.normalise import Field, fits, moved
from chequereader.segmentation.strip import REACH, STRIDE, STRIP, strip_transform

_SURE = 0.5
"""Probability from which on a digit is seen."""

_LARGER = 75
"""Percentile of digits' heights that stands for the large ones: many people's noughts are half as tall."""

_ALIKE = 0.4, 1.5
"""Heights beside that: others are torn apart, or hang together with something."""

_TOGETHER = 2
"""Digits that touch, at most; what more of them stand on is a rule or a frame, if others stand alone."""

_OFF = 2.0  # columns of a strip that ink may stand beside where it is seen
_EDGE = 4.0  # rows at the strip's edges; what ends there is another line's

_FIGURES = np.array([AMOUNTS.index(figure) for figure in FIGURES])


def unfitting_digits(field: Field, graph: RecognitionGraph) -> NDArray[np.float64] | None:
    """Return the digits of a field that a sliding network saw on its strip, if the field doesn't fit them.

    x, y, width, height and area in the image that the field was taken from, [digits, 5], as ``normalise``
    takes them; None if the field has their size, slant and line already, or none were seen.
    """
    digits = _digits(field, graph)
    if not len(digits) or fits(field, digits):
        return None
    return moved(digits, field.to_image)


def _digits(field: Field, graph: RecognitionGraph) -> NDArray[np.float64]:
    """Return the components that digits stand on, in the field's pixels."""
    columns = _columns(graph)
    boxes = field.components
    if not len(columns) or not len(boxes):
        return boxes[:0]
    to_strip = strip_transform(field)
    in_strip = moved(boxes, to_strip)
    left, top = in_strip[:, 0], in_strip[:, 1]
    right, bottom = left + in_strip[:, 2], top + in_strip[:, 3]
    on_line = (bottom > _EDGE) & (top < STRIP - _EDGE)
    under = (left - _OFF <= columns[:, None]) & (columns[:, None] <= right + _OFF) & on_line
    alone = under & (under.sum(axis=0) <= _TOGETHER)
    under = alone if alone.any() else under
    # of several the one with most ink; what is seen without any is left out
    digits = boxes[np.unique(np.where(under, boxes[:, 4], 0.0).argmax(axis=1)[under.any(axis=1)])]
    if not len(digits):
        return digits
    large = np.percentile(digits[:, 3], _LARGER)
    return digits[(digits[:, 3] >= _ALIKE[0] * large) & (digits[:, 3] <= _ALIKE[1] * large)]


def _columns(graph: RecognitionGraph) -> NDArray[np.float64]:
    """Return the columns of the standard strip in the middle of which digits are seen, [digits]."""
    if graph.scale is None or not len(graph.source):
        return np.zeros(0)
    shares = np.exp(-graph.misfits[:, : len(AMOUNTS.labels)].numpy())
    said, share = shares.argmax(axis=1), shares.max(axis=1)
    # the same label at successive positions is one character
    starts = np.flatnonzero(np.diff(said, prepend=-1))
    ends = np.append(starts[1:], len(said))
    sure = np.maximum.reduceat(share, starts) >= _SURE
    digit = sure & np.isin(said[starts], _FIGURES)
    middles = (starts + ends - 1)[digit] / 2
    return (middles * STRIDE + REACH / 2) / graph.scale.across
