"""What a candidate zone's penalty is computed from: its place, surroundings, writing, what is spotted there.

All features are free of the template's absolute coordinates: shares of the page, ratios, or lengths in
inches brought to a saturating scale. Not the place for the penalty itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chequereader.fields import spotted, surroundings, writing
from chequereader.fields.candidates import Candidate, centres_inside
from chequereader.fields.groups import Components, FloatArray, IntArray
from chequereader.fields.page_ink import INCH, GreyImage
from chequereader.fields.rules import Rules

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
    *writing.NAMES,
    *surroundings.NAMES,
    *spotted.NAMES,
)


def describe(
    candidates: Sequence[Candidate],
    components: Components,
    rules: Rules,
    likeness: FloatArray,
    paper: GreyImage,
    spots: FloatArray,
) -> FloatArray:
    """Return the features of the candidates, float32 [candidates, len(NAMES)].

    ``likeness`` float32 [n] is each component's likeness to a currency sign; ``paper`` uint8 [height, width]
    the grey of the coarse page's paper; ``spots`` float32 [rows, columns] the spotter's logits.
    """
    if not candidates:
        return np.zeros((0, len(NAMES)), np.float32)
    height, width = paper.shape
    boxes = np.array([c.box for c in candidates], np.int32)
    inside = np.zeros((len(candidates), len(components.boxes)), bool)
    for row, candidate in zip(inside, candidates, strict=True):
        row[candidate.members] = True
    written = writing.describe_writing(candidates, components)
    columns = [
        *_position(boxes, (height, width)),
        *_frame(candidates, components, rules, boxes, width),
        *written.columns,
        *surroundings.describe_surroundings(boxes, inside, written, components, likeness, paper),
        *spotted.describe_spotted(boxes, spots),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


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
    page_width: int,
) -> list[FloatArray]:
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
    below = np.stack([x0, y1 - reach // 2, x1, y1 + reach], axis=1)
    above = np.stack([x0, y0 - reach, x1, y0 + reach // 2], axis=1)
    covered = rules.ruled(np.concatenate([below, above]))
    return [*rows.T, *np.split(covered, 2)]
