"""What the second and the third network of boosted LeNet-4 are trained on (section III-C).

A digit network is right too often for its errors on the training set to teach another one: as in the paper,
distorted pictures give enough of them. Not for training itself: see ``digits``.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from chequereader.errors import UsageError
from chequereader.recognition.family import DigitNetwork
from chequereader.training.digit_recipes import DISTORTIONS
from chequereader.training.digits import predict
from chequereader.training.passes import DigitSet, derived_seed

_BATCH = 1000


def second_set(first: DigitNetwork, digits: DigitSet, distortion: str, views: int, seed: int) -> DigitSet:
    """Return distorted pictures, half of which net 1 gets right and half wrong.

    From ``views`` passes of distorted pictures, batch by batch: all of the rarer kind, and as many of the
    other. ``UsageError`` if there is only one kind.
    """

    def half_right(pictures: Tensor, labels: Tensor) -> Tensor:
        right = predict(first, pictures).argmin(dim=1) == labels
        each = int(min(right.sum(), (~right).sum()))
        return torch.cat([(~right).nonzero()[:each, 0], right.nonzero()[:each, 0]])

    return _filtered(half_right, digits, distortion, views, seed)


def third_set(
    first: DigitNetwork, second: DigitNetwork, digits: DigitSet, distortion: str, views: int, seed: int
) -> DigitSet:
    """Return the distorted pictures of ``views`` passes on which nets 1 and 2 disagree.

    ``UsageError`` if they never do.
    """

    def disputed(pictures: Tensor, _: Tensor) -> Tensor:
        answers = [predict(network, pictures).argmin(dim=1) for network in (first, second)]
        return (answers[0] != answers[1]).nonzero()[:, 0]

    return _filtered(disputed, digits, distortion, views, seed)


def _filtered(
    keep: Callable[[Tensor, Tensor], Tensor], digits: DigitSet, distortion: str, views: int, seed: int
) -> DigitSet:
    kept: list[tuple[Tensor, Tensor]] = []
    for view in range(views):
        for part, start in enumerate(range(0, len(digits), _BATCH)):
            chance = torch.Generator().manual_seed(derived_seed(seed, view, part))
            labels = digits.labels[start : start + _BATCH]
            pictures = DISTORTIONS[distortion](digits.pictures[start : start + _BATCH], chance)
            chosen = keep(pictures, labels)
            kept.append((pictures[chosen], labels[chosen]))
    if not sum(len(labels) for _, labels in kept):
        raise UsageError(
            "nothing to boost on: the first networks are right, or wrong, about everything; "
            "train on more digits, or distort them more"
        )
    return DigitSet(torch.cat([p for p, _ in kept]), torch.cat([y for _, y in kept]))
