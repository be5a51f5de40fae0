"""Amounts of whole cheques to learn from, cut out as the field stage finds them, print beside them included.

What reading meets: the best zone that holds the amount, and what zones grow to. Not for fields that are
given, cut out or drawn: see ``material``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.cheque_set import ChequeSet
from chequereader.fields.grown import wholes
from chequereader.fields.locate import locate
from chequereader.fields.upright import upright
from chequereader.scan import open_scans
from chequereader.segmentation.ink import find_ink
from chequereader.segmentation.segmenter import segment
from chequereader.synthetic import generate
from chequereader.synthetic.config import SyntheticConfig
from chequereader.training.material import Example, RealField, example, legible
from chequereader.training.sight import Sight

_ZONES = 4
_HELD = 0.95  # share of the amount's ink that a zone has to hold


def real_zones(cheques: ChequeSet) -> list[RealField]:
    """Read the amounts of a set of whole cheques as the field stage cuts them out, by ``zone_images``.

    Rows without a box, that tell no amount as written, or whose amount no zone holds, are left out.
    """
    zones = []
    for truth in cheques.truths:
        written = legible(truth.text)
        if not written or truth.box is None:
            continue
        scan = next(iter(open_scans(cheques.path(truth))))
        holding = zone_images(scan.image, scan.dpi, truth.box)
        zones += [RealField(image, written) for image in holding]
    return zones


def located(count: int, seed: int, config: SyntheticConfig, see: Sight = segment) -> Iterator[Example]:
    """Amount zones of whole synthetic cheques as the field stage cuts them out, with what print it leaves in.

    Nothing is said of single candidates. Cheques whose amount no zone holds are passed over.
    """
    made = index = 0
    while made < count:
        cheque = generate(seed, index, config)
        index += 1
        found = zone_images(cheque.image, cheque.dpi, cheque.ink)
        if not found:
            continue
        # its whole for every second cheque that has one
        yield example(RealField(found[index % len(found)], legible(cheque.text)), see)
        made += 1


def zone_images(image: NDArray[np.uint8], dpi: float | None, amount: Box) -> list[NDArray[np.uint8]]:
    """Return the best zone of a scan that holds its amount, and the first of what zones grow to that does.

    ``amount`` is in pixels of the scan. What counts is its ink: boxes drawn by hand are generous.
    """
    page = upright(image, dpi)
    field = image[amount.y0 : amount.y1, amount.x0 : amount.x1]
    y, x = np.nonzero(find_ink(field, height=0.5 * field.shape[0]).mask)
    zones = [zone.boxes[0] for zone in locate(page.image, limit=_ZONES)]
    grown, _ = wholes(page.image, zones)

    def holds(zone: Box) -> bool:
        held = page.to_scan(zone).moved(-amount.x0, -amount.y0)
        inside = (x >= held.x0) & (x < held.x1) & (y >= held.y0) & (y < held.y1)
        return bool(len(x)) and float(inside.mean()) >= _HELD

    best = (next(filter(holds, boxes), None) for boxes in (zones, grown))
    return [page.image[box.y0 : box.y1, box.x0 : box.x1] for box in best if box is not None]
