"""The place for the amount on a form: its box, tint or line, and the printed currency sign.

Readers find the amount by these, so they vary more than anything else on the page. Not for the amount itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.synthetic.press import Press
from chequereader.synthetic.printing import Face

_WORDS = 1.6, 3.2
"""Millimetres that capitals of a printed currency word are high; a sign of one character may be larger."""

_SIGN_SHARE = 0.25
"""Share of a box's width that the sign printed inside it takes at most: the box is there for the amount."""


@dataclass(frozen=True)
class AmountPlace:
    """Boxes in pixels of the page.

    ``writing`` is where the amount goes; ``zone`` the box printed there, or None; ``style`` how it is marked;
    ``sign_box`` the printed currency sign's box and ``sign`` its text (None and empty if there is none).
    """

    writing: Box
    zone: Box | None
    style: str
    sign: str
    sign_box: Box | None

    @property
    def taken(self) -> Box:
        """Everything that belongs to the place."""
        return self.writing if self.sign_box is None else self.writing.union(self.sign_box)


def print_amount_place(
    press: Press, box: Box, style: str, sign: str, face: Face, *, weight: float, dotted: bool
) -> AmountPlace:
    """Print the place at ``box`` in a style of ``layouts.BOXES``, its lines ``weight`` pixels wide."""
    _print_box(press, box, style, weight, dotted)
    rng = press.rng
    height = box.height * float(rng.uniform(0.3, 0.6))
    if len(sign) > 1:
        height = min(height, press.px(float(rng.uniform(*_WORDS))))
    baseline = box.y0 + 0.5 * (box.height + height) + float(rng.uniform(-0.08, 0.08)) * box.height
    bold = Face(face.font, face.stretch, 0.0, float(rng.choice([0.0, 1.0])))
    zone = None if style in ("none", "underline") else box
    where = str(rng.choice(["inside", "before", "none"], p=[0.5, 0.42, 0.08]))
    if where == "inside":
        height *= min(_SIGN_SHARE * box.width / max(press.width(sign, height, bold), 1), 1.0)
        left = box.x0 + float(rng.uniform(0.15, 0.5)) * height
        sign_box = press.text(sign, left, baseline, height, bold)
        if rng.random() < 0.15:
            press.upright(sign_box.x1 + 0.3 * height, box.y0, box.y1, 1)
        writing = Box(sign_box.x1 + round(0.2 * height), box.y0, box.x1, box.y1)
        return AmountPlace(writing, zone, style, sign, sign_box)
    if where == "before":
        gap = float(rng.uniform(0.15, 0.7)) * height
        sign_box = press.text(sign, box.x0 - gap, baseline, height, bold, anchor="right")
        return AmountPlace(box, zone, style, sign, sign_box)
    return AmountPlace(box, zone, style, "", None)


def _print_box(press: Press, box: Box, style: str, weight: float, dotted: bool) -> None:
    rng = press.rng
    if style == "shaded":
        part = press.page[box.y0 : box.y1, box.x0 : box.x1]
        part *= 0.3
        part += 0.7 * float(rng.choice([180, 215, 250]))
    elif style == "hatched":
        press.hatch(box, float(rng.uniform(0.1, 0.35)))
    if style in ("box", "double") or (style in ("shaded", "hatched") and rng.random() < 0.5):
        press.frame(box, weight)
    if style == "double":
        press.frame(Box(box.x0 + 5, box.y0 + 5, box.x1 - 5, box.y1 - 5), 1)
    elif style == "rounded":
        press.outline(_rounded(box), round(weight))
    elif style == "underline":
        press.rule(box.x0, box.x1, box.y1, weight, dotted)
    elif style == "corners":
        reach = 0.3 * box.height
        for x, inwards in ((box.x0, reach), (box.x1, -reach)):
            for y, down in ((box.y0, reach), (box.y1, -reach)):
                press.rule(min(x, x + inwards), max(x, x + inwards), y, weight)
                press.upright(x, min(y, y + down), max(y, y + down), weight)


def _rounded(box: Box) -> NDArray[np.int32]:
    """Return the outline of a box with round corners, [n, 2]."""
    radius = 0.3 * box.height
    centres = (
        (box.x1, box.y1, -1, -1),
        (box.x0, box.y1, 1, -1),
        (box.x0, box.y0, 1, 1),
        (box.x1, box.y0, -1, 1),
    )
    points = []
    for quarter, (x, y, sx, sy) in enumerate(centres):
        angle = np.linspace(quarter, quarter + 1, 6) * np.pi / 2
        arc = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        points.append(arc + np.array([x + sx * radius, y + sy * radius]))
    return np.rint(np.concatenate(points)).astype(np.int32)
