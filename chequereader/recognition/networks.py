"""The networks that readers can be built around, by name: the paper's LeNet-5 and the one taught today.

Each gives ``picture_scores``. Not for the elders, which read digits only: see ``family``.
"""

from __future__ import annotations

from chequereader.recognition.layers import spread_start
from chequereader.recognition.lenet import ARCHITECTURES, LeNet5
from chequereader.recognition.maxpool import MAX_POOL_ARCHITECTURES, MaxPoolLeNet5

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
