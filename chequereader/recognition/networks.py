"""The networks that readers can be built around, by name: the paper's LeNet-5 and the one taught today.

Each gives ``picture_scores``. Not for the elders, which read digits only: see ``family``.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from torch import Tensor

from chequereader.recognition.layers import spread_start
from chequereader.recognition.lenet import ARCHITECTURES, LeNet5
from chequereader.recognition.maxpool import MAX_POOL_ARCHITECTURES, MaxPoolLeNet5


@runtime_checkable
class ScoresPictures(Protocol):
    """What recognisers ask of a network, whatever runs it."""

    def picture_scores(self, pictures: Tensor) -> Tensor:
        """Return scores [batch, positions, outputs] of pictures uint8 [batch, 32, width]."""


READING_ARCHITECTURES = (*ARCHITECTURES, *MAX_POOL_ARCHITECTURES)


def reading_network(
    classes: str, architecture: str, *, normalised: bool = False, dropped: float = 0.0
) -> LeNet5 | MaxPoolLeNet5:
    """Return a new network with an output for every class; ``KeyError`` for unknown architectures.

    ``normalised`` and ``dropped`` are for training (see ``MaxPoolLeNet5``); networks as the paper has them
    know neither.
    """
    if architecture in ARCHITECTURES:
        network = LeNet5(classes, architecture)
        spread_start(network)
        return network
    shape = MAX_POOL_ARCHITECTURES[architecture]
    return MaxPoolLeNet5(shape, len(classes), normalised=normalised, dropped=dropped)
