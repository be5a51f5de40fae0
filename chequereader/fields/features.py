"""What a candidate zone's penalty is computed from: its place, what surrounds it, what is written in it.

All features are free of the template's absolute coordinates: shares of the page, ratios, or lengths in
inches brought to a saturating scale. Not the place for the penalty itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from chequereader.fields.candidates import Candidate, centres_inside
from chequereader.fields.groups import Components, FloatArray, IntArray
from chequereader.fields.page_ink import INCH
from chequereader.fields.rules import Rules, coverage

NAMES = (
    # Where it stands: shares of the page.
    "centre x",
    "centre y",
    "right edge",
    "left edge",
    "from the middle, squared",
    # Its size.
    "log width in inches",
    "log height in inches",
    "log aspect",
    # The printed box around it.
    "in a printed box",
    "box width",
    "box height",
    "box right edge",
    "posts of the box",
    "share of the box's ink",
    "height to the box's",
    "rule below",
    "rule above",
    # What is written in it.
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
    # What stands beside, above and below it.
    "space to the left",
    "space to the right",
    "components to the left",
    "components to the right",
    "left neighbour's height",
    "left neighbour like a sign",
    "first component like a sign",
    "text above",
    "text below",
    "text in the column above",
    "right of all beneath it",
)


def describe(
    candidates: Sequence[Candidate],
    components: Components,
    rules: Rules,
    likeness: FloatArray,
    page_size: tuple[int, int],
) -> FloatArray:
    """Return the features of the candidates, float32 [candidates, len(NAMES)].

    ``likeness`` float32 [n] is each component's likeness to a currency sign; ``page_size`` the height and
    width of the coarse page.
    """
    if not candidates:
        return np.zeros((0, len(NAMES)), np.float32)
    boxes = np.array([c.box for c in candidates], np.int32)
    inside = np.stack([_within(c, components) for c in candidates])
    columns = [
        *_position(boxes, page_size),
        *_frame(candidates, components, rules, boxes, page_size),
        *_writing(candidates, components),
        *_neighbours(boxes, inside, components, likeness),
        _rightmost(boxes, components, page_size),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _within(candidate: Candidate, components: Components) -> npt.NDArray[np.bool_]:
    member = np.zeros(len(components.boxes), bool)
    member[candidate.members] = True
    return member


def _saturated(pixels: npt.NDArray[np.float32], inches: float) -> FloatArray:
    """Return lengths in pixels as 0..1, half of it reached at ``inches``."""
    length = np.maximum(pixels, 0).astype(np.float32) / INCH
    return (length / (length + inches)).astype(np.float32)


def _position(boxes: IntArray, page_size: tuple[int, int]) -> list[FloatArray]:
    height, width = page_size
    x0, y0, x1, y1 = boxes.T.astype(np.float32)
    x, y = (x0 + x1) / 2 / width, (y0 + y1) / 2 / height
    return [
        x,
        y,
        x1 / width,
        x0 / width,
        (y - 0.4) ** 2 * 10,
        np.log((x1 - x0) / INCH),
        np.log((y1 - y0) / INCH),
        np.log((x1 - x0) / (y1 - y0)),
    ]


def _frame(
    candidates: Sequence[Candidate],
    components: Components,
    rules: Rules,
    boxes: IntArray,
    page_size: tuple[int, int],
) -> list[FloatArray]:
    page_width = page_size[1]
    rows = np.zeros((len(candidates), 7), np.float32)
    framed = [(i, c, c.printed) for i, c in enumerate(candidates) if c.printed is not None]
    ink = centres_inside(components.boxes, [p.inside for _, _, p in framed]) @ components.area
    for (i, candidate, printed), held in zip(framed, ink, strict=True):
        inside = printed.inside
        rows[i] = (
            1.0,
            inside.width / INCH / 3,
            inside.height / INCH * 2,
            inside.x1 / page_width,
            min(len(printed.posts), 8) / 4 - 0.5,
            min(components.area[candidate.members].sum() / max(held, 1), 1.0),
            candidate.box.height / inside.height,
        )
    x0, y0, x1, y1 = boxes.T
    reach = round(0.13 * INCH)
    below = coverage(rules.horizontal, np.stack([x0, y1 - reach // 2, x1, y1 + reach], axis=1))
    above = coverage(rules.horizontal, np.stack([x0, y0 - reach, x1, y0 + reach // 2], axis=1))
    return [*rows.T, below, above]


def _writing(candidates: Sequence[Candidate], components: Components) -> list[FloatArray]:
    """Return the features of what is written, all candidates at once: members lie in one array, by owner."""
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
    digits = large & (width <= 1.4 * height) & (height <= 1.7 * middle[owner])
    every_one = np.ones(len(rows), bool)
    widest = np.maximum.reduceat(width / np.maximum(height, 0.06 * INCH), starts)
    # Each owner's columns are moved beyond the last one's, so that one running maximum serves all.
    beyond = owner * (float(every[:, 2].max()) + 1)
    reached = np.maximum.accumulate(x1 + beyond)
    space = np.zeros(len(rows), np.float32)
    space[1:] = np.where(owner[1:] == owner[:-1], x0[1:] + beyond[1:] - reached[:-1], 0)
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
    return [
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
    ]


def _neighbours(
    boxes: IntArray, inside: npt.NDArray[np.bool_], components: Components, likeness: FloatArray
) -> list[FloatArray]:
    x0, y0, x1, y1 = (column[:, None].astype(np.float32) for column in boxes.T)
    a0, b0, a1, b1 = components.boxes.T.astype(np.float32)
    size = components.boxes[:, 3] - components.boxes[:, 1]
    shared = np.minimum(y1, b1) - np.maximum(y0, b0)
    level = (shared >= 0.5 * np.minimum(y1 - y0, b1 - b0)) & ~inside
    left, right = level & (a0 < x0), level & (a1 > x1)
    far = 3.0 * INCH
    space_left = np.where(left, x0 - a1, far)
    space_right = np.where(right, a0 - x1, far)
    nearest = space_left.argmin(axis=1)
    rows = np.arange(len(boxes))
    close = space_left[rows, nearest] < 0.6 * INCH
    own = np.maximum(boxes[:, 3] - boxes[:, 1], 1)
    over = ((a0 < x1) & (a1 > x0)) & ~inside
    above, below = over & (b1 <= y0 + 0.1 * INCH), over & (b0 >= y1 - 0.1 * INCH)
    first = np.where(inside, a0, np.inf).argmin(axis=1)
    area = components.area.astype(np.float32)
    total = max(float(area.sum()), 1.0)
    return [
        _saturated(space_left.min(axis=1), 0.25),
        _saturated(space_right.min(axis=1), 0.25),
        np.log1p(left.sum(axis=1)),
        np.log1p(right.sum(axis=1)),
        np.where(close, np.minimum(size[nearest] / own, 2.0), 0.0),
        np.where(close, likeness[nearest], 0.0),
        likeness[first],
        _saturated(np.where(above, y0 - b1, far).min(axis=1), 0.2),
        _saturated(np.where(below, b0 - y1, far).min(axis=1), 0.2),
        (above @ area) / total * 5,
    ]


def _rightmost(boxes: IntArray, components: Components, page_size: tuple[int, int]) -> FloatArray:
    """Return how much of the page's ink below and level with a zone ends left of the zone's right edge."""
    _, b0, a1, _ = components.boxes.T
    lower = b0[None, :] >= boxes[:, 1][:, None]
    ends = a1[None, :] <= boxes[:, 2][:, None] + 0.02 * page_size[1]
    area = components.area.astype(np.float32)
    return ((lower & ends) @ area / np.maximum(lower @ area, 1.0)).astype(np.float32)
