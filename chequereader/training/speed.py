"""The networks' pictures-to-penalties part, fast enough to train on two cores.

Half precision where the processor has it, compiled where asked for, in calls of one size. Not for reading:
what is shipped runs as it is written.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from chequereader.recognition.lenet import to_input
from chequereader.recognition.recogniser import Recogniser

CALL = 192
"""Pictures a call; a compiled network is compiled for this number."""


def shape_function(recogniser: Recogniser, compiled: bool) -> Callable[[Tensor], Tensor]:
    """Return ``recogniser.shape_penalties`` for any number of pictures, in calls of ``CALL``.

    ``compiled``: through ``torch.compile``, about twice as fast; needs a C++ compiler.
    """
    network = recogniser.network
    features = torch.compile(network.features, dynamic=False) if compiled else network.features
    half = torch.ops.mkldnn._is_mkldnn_bf16_supported()

    def shapes(crops: Tensor) -> Tensor:
        missing = -len(crops) % CALL
        padded = torch.cat([crops, crops.new_zeros(missing, *crops.shape[1:])]) if missing else crops
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            done = torch.cat([features(part) for part in to_input(padded).split(CALL)])
        # distances are differences of large numbers: not in half precision
        return recogniser.scaled(network.rbf(done[: len(crops)].float()))

    return shapes
