"""From an upright page to candidate amount zones: the field location transformer of the paper's section X.

Several zones go on, each with a penalty; the recognition graph decides between them. Not for reading them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from chequereader.box import Box
from chequereader.fields.candidates import find_candidates
from chequereader.fields.features import describe
from chequereader.fields.groups import FloatArray
from chequereader.fields.page_ink import INCH, GreyImage
from chequereader.fields.page_text import find_text
from chequereader.fields.penalty import ZonePenalty
from chequereader.fields.rules import tinted_boxes
from chequereader.fields.signs import currency_at, sign_likeness
from chequereader.fields.spotted import regions
from chequereader.fields.spotter import shipped_spotter
from chequereader.fields.upright import Upright

MARGIN = round(0.05 * INCH)
ALIKE = 0.7
UNLIKELY = 0.5
"""Penalty of a page's best zone from which on the page may stand on its head."""
FAR_LIKELIER = 1.5
"""How much lower the penalty on its head must be: scans are seldom upside down."""
SAME_PLACE = 0.5
"""Share of the smaller one's area that zones have in common from which on they are at one place."""
_LEAST = 1e-6  # a penalty is a single-precision number: less is not told from nothing


@dataclass(frozen=True)
class Zone:
    """Where an amount may stand.

    ``boxes`` in upright page coordinates, in reading order (one, unless the cents stand apart); ``penalty``
    -log of the probability that the amount stands there; ``features`` float32 [F], what the penalty was
    computed from; ``currency`` the ISO code that a printed sign told.
    """

    boxes: tuple[Box, ...]
    penalty: float
    features: FloatArray
    currency: str | None


@dataclass(frozen=True)
class Proposals:
    """All candidates of a page before the penalty: zones' boxes on the page, features [n, F].

    ``currency`` tells the ISO code that a printed sign at a candidate gives; few candidates are asked.
    """

    boxes: list[Box]
    features: FloatArray
    currency: Callable[[int], str | None]


def propose(page_image: GreyImage) -> Proposals:
    """Return every candidate zone of an upright page, grey uint8 [height, width] at about 200 dpi."""
    height, width = page_image.shape
    text = find_text(page_image)
    components = text.components
    spots = shipped_spotter().spot(text.page)
    candidates = find_candidates(components, [*text.printed, *tinted_boxes(text.page)], regions(spots))
    likeness, signs = sign_likeness(components)
    features = describe(candidates, components, text.rules, likeness, text.page.paper, spots)
    boxes = [_on_page(c.box, text.page.scale, width, height) for c in candidates]

    def currency(candidate: int) -> str | None:
        return currency_at(candidates[candidate].box, components, likeness, signs)

    return Proposals(boxes, features, currency)


def locate(page_image: GreyImage, limit: int = 6) -> list[Zone]:
    """Return at most ``limit`` zones of an upright page, best first; none for a blank sheet.

    Of zones that are much alike (intersection over union above ``ALIKE``) the best alone goes on.
    """
    return best_zones(propose(page_image), shipped_penalty(), limit)


def either_way_up(page: Upright, limit: int = 6) -> tuple[Upright, list[Zone]]:
    """Return a page, turned over if it stands on its head, and its zones; for pages without a MICR line.

    A page without a likely zone is tried on its head too, and turned if its best zone is then far likelier.
    """
    zones = locate(page.image, limit)
    if zones and zones[0].penalty < UNLIKELY:
        return page, zones
    over = page.turned_over()
    others = locate(over.image, limit)
    if others and (not zones or others[0].penalty < zones[0].penalty - FAR_LIKELIER):
        return over, others
    return page, zones


def best_zones(proposals: Proposals, penalty: ZonePenalty, limit: int) -> list[Zone]:
    """Return the ``limit`` proposals of least penalty that differ from each other, best first."""
    penalties = penalty(proposals.features)
    zones: list[Zone] = []
    for i in np.argsort(penalties, kind="stable"):
        box = proposals.boxes[i]
        if len(zones) == limit:
            break
        if all(box.overlap(zone.boxes[0]) <= ALIKE for zone in zones):
            zones.append(Zone((box,), float(penalties[i]), proposals.features[i], proposals.currency(int(i))))
    return zones


def against_others(zones: Sequence[Zone]) -> list[float]:
    """Return the penalties of a page's zones beside each other, of whose places one holds the amount.

    Of places 0.98 and 0.47 likely the first one is so by 50 to 1: what tells places apart is -log of the odds
    of the best zone at each. Zones at one place may hold the amount both, and differ by their own penalties.
    """
    places = list(range(len(zones)))
    for one, other in combinations(range(len(zones)), 2):
        a, b = zones[one].boxes[0], zones[other].boxes[0]
        if a.intersection(b).area >= SAME_PLACE * min(a.area, b.area):
            places = [places[one] if place == places[other] else place for place in places]
    found = []
    for zone, place in zip(zones, places, strict=True):
        best = min(other.penalty for other, where in zip(zones, places, strict=True) if where == place)
        elsewhere = -math.log(-math.expm1(-max(best, _LEAST)))
        found.append(zone.penalty - elsewhere)
    return found


@cache
def shipped_penalty() -> ZonePenalty:
    """Return the penalty that ships with the package, loaded once."""
    return ZonePenalty.load()


def _on_page(box: Box, scale: float, width: int, height: int) -> Box:
    """Return a coarse box in page pixels with a margin, inside the page."""
    grown = box.padded(MARGIN, MARGIN, box.x1 + MARGIN, box.y1 + MARGIN)
    x0, y0, x1, y1 = (round(v / scale) for v in grown)
    return Box(x0, y0, min(x1, width), min(y1, height))
