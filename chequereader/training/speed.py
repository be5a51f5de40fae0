"""The networks' pictures-to-penalties part, fast enough to train on two cores or a GPU.

Half precision where the device has it, compiled where asked for, in calls of one size. Not for reading: what
is shipped runs as it is written.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from chequereader.recognition.recogniser import Recogniser

CALL = 192
"""Pictures a call; a compiled network is compiled for this number."""


def half_precision(device: torch.device) -> torch.autocast:
    """Return the context in which networks train in half precision, where the ``device`` is faster for it."""
    enabled = device.type == "cuda" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


def shape_function(recogniser: Recogniser, compiled: bool) -> Callable[[Tensor], Tensor]:
    """Return ``recogniser.shape_penalties`` for any number of pictures, on a CPU in calls of ``CALL``.

    ``compiled``: through ``torch.compile``, about twice as fast; needs a C++ compiler.
    """
    penalties = recogniser.shape_penalties
    if compiled:
        penalties = torch.compile(penalties, dynamic=False)

    def shapes(crops: Tensor) -> Tensor:
        if crops.device.type != "cpu":
            with half_precision(crops.device):
                return penalties(crops).float()
        missing = -len(crops) % CALL
        padded = torch.cat([crops, crops.new_zeros(missing, *crops.shape[1:])]) if missing else crops
        with half_precision(crops.device):
            done = torch.cat([penalties(part) for part in padded.split(CALL)])
        return done[: len(crops)].float()

    return shapes
