"""The networks' pictures-to-penalties part, fast enough to train on two cores or a GPU.

Half precision where the device has it, compiled where asked for, in calls of one size. Not for reading: what
is shipped runs as it is written.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from typing import Any, TypeVar, cast

import torch
from torch import Tensor

from chequereader.errors import UsageError
from chequereader.recognition.recogniser import Recogniser

Function = TypeVar("Function", bound=Callable[..., Any])

CALL = 192
"""Pictures a call; a compiled network is compiled for this number."""


def compiling(function: Function, **options: bool) -> Function:
    """Return a function that is compiled at its first call, for arguments of one shape.

    What was compiled before is forgotten: torch compiles only so many forms of one function, and calls it as
    it is written from then on. ``UsageError`` if there is no C++ compiler.
    """
    compiler = os.environ.get("CXX", "clang++" if sys.platform == "darwin" else "g++")
    if shutil.which(compiler) is None:
        raise UsageError(f"--compile needs a C++ compiler, {compiler}; install it or leave --compile out")
    torch.compiler.reset()
    compiled = torch.compile(function, dynamic=False, options=dict(options) or None)
    return cast(Function, compiled)


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
        penalties = compiling(penalties)

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
