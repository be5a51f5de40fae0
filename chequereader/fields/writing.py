"""Features of what is written in candidate zones: sizes, strokes, spaces, points and dashes.

All candidates at once: their members lie in one array, by owner. Not for what stands around a zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chequereader.fields.candidates import Candidate
from chequereader.fields.groups import Components, FloatArray
from chequereader.fields.page_ink import INCH
from chequereader.fields.parts import spaces_before

NAMES = (
    "log count of components",
    "share that looks like digits",
    "mean height to its own",
    "spread of heights",
    "spread of baselines",
    "widest component to its height",
    "share of narrow components",
    "ink density",
    "stroke width",
    "spread of stroke widths",
    "darkness",
    "largest space to its height",
    "spread of pitch",
    "stroke width to the page's",
    "height to the page's",
    "points at its foot",
    "dashes at its middle",
)


@dataclass(frozen=True)
class Writing:
    """The writing in candidate zones, each array float32 [candidates].

    ``columns`` are the features of ``NAMES``; ``height`` is the median height of a zone's characters and
    ``stroke`` their mean stroke width, in coarse pixels.
    """

    columns: list[FloatArray]
    height: FloatArray
    stroke: FloatArray


def describe_writing(candidates: Sequence[Candidate], components: Components) -> Writing:
    """Return the writing in the candidates; there has to be one."""
    every = components.boxes
    page_stroke = max(float(np.median(components.stroke)), 0.5)
    page_height = float(np.median(every[:, 3] - every[:, 1]))
    count = len(candidates)
    rows = np.concatenate([c.members for c in candidates])
    size = np.array([len(c.members) for c in candidates])
    owner = np.repeat(np.arange(count), size)
    rows = rows[np.lexsort((every[rows, 0], owner))]
    x0, y0, x1, y1 = every[rows].T.astype(np.float32)
    width, height = x1 - x0, y1 - y0
    starts = np.cumsum(size) - size

    def mean(values: FloatArray, of: npt.NDArray[np.bool_]) -> FloatArray:
        total = np.bincount(owner, values * of, count)
        return (total / np.maximum(np.bincount(owner, of, count), 1)).astype(np.float32)

    def spread(values: FloatArray, of: npt.NDArray[np.bool_]) -> FloatArray:
        centred = values - mean(values, of)[owner]
        return np.sqrt(mean(centred * centred, of))

    ascending = height[np.lexsort((height, owner))]
    large = height >= 0.5 * ascending[starts + 3 * size // 4][owner]
    # The median of the large ones: they come last among their owner's heights.
    large_count = np.bincount(owner, large, count).astype(int)
    middle = np.maximum(ascending[starts + size - large_count + large_count // 2], 1.0)
    own_height = middle[owner]
    digits = large & (width <= 1.4 * height) & (height <= 1.7 * own_height)
    every_one = np.ones(len(rows), bool)
    widest = np.maximum.reduceat(width / np.maximum(height, 0.06 * INCH), starts)
    space = spaces_before(x0, x1, owner)
    main = np.flatnonzero(large)
    step, same = np.diff((x0 + x1)[main]), np.diff(owner[main]) == 0
    steps = np.zeros(len(rows), np.float32)
    steps[main[1:]] = step
    stepped = np.zeros(len(rows), bool)
    stepped[main[1:]] = same
    stroke = components.stroke[rows]
    mean_stroke = np.maximum(mean(stroke, every_one), 0.5)
    own = np.array([(c.box.height, c.box.area) for c in candidates], np.float32)
    area = np.bincount(owner, components.area[rows], count)
    # A separator is small and stands at the foot of the line, a date's dash at half its height.
    raised = (mean(y1, large)[owner] - (y0 + y1) / 2) / own_height
    small = ~large & (height < 0.5 * own_height)
    points = small & (width < 0.5 * own_height) & (raised < 0.25)
    dashes = small & (width > 1.3 * height) & (width < 1.3 * own_height) & (raised > 0.3) & (raised < 0.75)
    columns = [
        np.log(size),
        np.bincount(owner, digits, count) / large_count,
        mean(height, large) / own[:, 0],
        spread(height, large) / middle,
        spread(y1, large) / middle,
        np.minimum(widest, 6.0) / 3,
        mean((width < 0.45 * height).astype(np.float32), every_one),
        area / np.maximum(own[:, 1], 1),
        mean_stroke / INCH * 20,
        np.minimum(spread(stroke, every_one) / mean_stroke, 2.0),
        mean(components.dark[rows], every_one),
        np.clip(np.maximum.reduceat(space, starts) / middle, 0.0, 4.0) / 2,
        np.minimum(spread(steps, stepped) / np.maximum(mean(steps, stepped), 1.0), 2.0),
        np.minimum(mean_stroke / page_stroke, 4.0) / 2,
        np.minimum(middle / page_height, 5.0) / 2,
        np.minimum(np.bincount(owner, points, count), 4) / 2,
        np.minimum(np.bincount(owner, dashes, count), 4) / 2,
    ]
    return Writing([np.asarray(c, np.float32) for c in columns], middle, mean_stroke)
