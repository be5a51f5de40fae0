"""Real fields taken apart and put together again: known hands on known papers, saying other amounts.

Needs a box for each digit. Not for characters of several sources on one line: see ``strings``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from chequereader.box import Box
from chequereader.segmentation.ink import find_ink
from chequereader.segmentation.normalise import slant
from chequereader.segmentation.segmenter import segment
from chequereader.training.material import Example, RealField, example, varied
from chequereader.training.sight import Sight
from chequereader.training.truths import digits_alone

_LEAST_DIGITS = 3  # of a field, to have something to choose from
_TRIES = 20  # for each field, as not every one can be taken apart
_PAPER = 0.08  # heights of the field: paper that comes along on either side of a digit, at most


def spliced(fields: Sequence[RealField], count: int, seed: int, see: Sight = segment) -> Iterator[Example]:
    """Digits of real fields in another order, each field's on its own paper and by its own hand.

    What a field says is soon known by heart, however it is varied; the hand and the paper are what is to be
    learned. Fields with less than three boxes have no part in it.
    """
    rng = np.random.default_rng([seed, 4])
    boxed = [real for real in fields if len(real.boxes) >= _LEAST_DIGITS]
    made = 0
    for _ in range(_TRIES * count if boxed else 0):
        if made == count:
            break
        one = splice(varied(boxed[rng.integers(len(boxed))], rng), rng)
        if one is None:
            continue
        found = example(one, see)
        if len(found[1]):
            yield found
            made += 1


def splice(real: RealField, rng: np.random.Generator) -> RealField | None:
    """Return a field with two to eight of the digits of another one, None if they can't be told apart."""
    height = real.image.shape[0]
    mask = find_ink(real.image, height=0.5 * height).mask
    lean = slant(mask)
    wide = real.image.shape[1] + int(np.ceil(abs(lean) * height))
    shift = max(-lean, 0.0) * height
    matrix = np.array([[1.0, lean, shift], [0.0, 1.0, 0.0]])
    image = cv2.warpAffine(real.image, matrix, (wide, height), borderMode=cv2.BORDER_REPLICATE)
    sides = []
    for character, box in real.boxes:
        y, x = np.nonzero(mask[max(box.y0, 0) : box.y1, max(box.x0, 0) : box.x1])
        if not len(x):
            return None
        upright = x + max(box.x0, 0) + lean * (y + max(box.y0, 0)) + shift
        sides.append((float(upright.min()), float(upright.max()) + 1.0, character, box))
    sides.sort(key=lambda side: side[0])
    starts, ends = np.array([side[0] for side in sides]), np.array([side[1] for side in sides])
    middles = (ends[:-1] + starts[1:]) / 2
    reach = _PAPER * height
    left = np.maximum(np.concatenate([[0.0], middles]), starts - reach).round().astype(int)
    right = np.minimum(np.concatenate([middles, [wide]]), ends + reach).round().astype(int)
    if (right - left < 3).any() or left[0] < 0 or right[-1] > wide:
        return None
    order = rng.integers(len(sides), size=int(rng.integers(2, 9)))
    leading = [i for i in range(len(sides)) if sides[i][2] != "0"]
    if not leading:
        return None
    order[0] = leading[rng.integers(len(leading))]
    parts = [image[:, max(left[0] - int(0.5 * height), 0) : left[0]]] if rng.random() < 0.5 else []
    boxes, x = [], sum(part.shape[1] for part in parts)
    for i in order:
        _, _, character, box = sides[i]
        parts.append(image[:, left[i] : right[i]])
        inside = round(starts[i]) - left[i]
        boxes.append((character, Box(x + inside, box.y0, x + inside + round(ends[i] - starts[i]), box.y1)))
        x += right[i] - left[i]
    if rng.random() < 0.5:
        parts.append(image[:, right[-1] :])
    joined = np.concatenate(parts, axis=1)
    return RealField(joined, digits_alone("".join(character for character, _ in boxes)), tuple(boxes))
