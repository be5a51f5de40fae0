"""Where networks run: the processor or a GPU. Not for which networks, or for how fast they are there."""

from __future__ import annotations

import torch

from chequereader.errors import UsageError


def choose_device(name: str) -> torch.device:
    """Return the device of that name; "auto" is the GPU if there is one. ``UsageError`` if it isn't there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise UsageError(f"no such device: {name}; use auto, cpu or cuda") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise UsageError(f"device {name}: this machine has no GPU that torch can use; use --device cpu")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise UsageError(f"device {name}: this machine has {torch.cuda.device_count()} GPUs, counted from 0")
    return device
