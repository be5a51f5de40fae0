"""States of training on disk: tensors and numbers as safetensors, no pickle, so a file can't run code.

A state is whole or not there. Not for the weights that the reader ships: those are in ``recognition.store``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from chequereader.errors import WeightsError
from chequereader.output import written_whole

_ABOUT = "chequereader"


def save_state(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Write tensors and what JSON can hold; ``OutputError`` if the file can't be written."""
    plain = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()}
    with written_whole(path) as temporary:
        temporary.write_bytes(save(plain, metadata={_ABOUT: json.dumps(dict(about))}))


def load_state(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read what ``save_state`` wrote; ``WeightsError`` if the file is missing, damaged or no such state."""
    if not path.is_file():
        raise WeightsError(f"{path}: no such file; train first, or give the folder that training wrote to")
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})[_ABOUT])
            return {key: file.get_tensor(key) for key in file.keys()}, about  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError, OSError) as broken:
        raise WeightsError(
            f"{path}: damaged or not written by this program ({type(broken).__name__}); train again"
        ) from broken


def optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return all tensors of an optimiser's state as "<parameter number>.<name>"."""
    state = optimiser.state_dict()["state"]
    return {f"{i}.{name}": tensor for i, entry in state.items() for name, tensor in entry.items()}


def restore_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Put back what ``optimiser_tensors`` gave; rates and other settings stay the optimiser's own."""
    full = optimiser.state_dict()
    full["state"] = {}
    for key, tensor in tensors.items():
        number, name = key.split(".", 1)
        full["state"].setdefault(int(number), {})[name] = tensor
    optimiser.load_state_dict(full)


def prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors with ``prefix.`` before their names."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}


def unprefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors whose names begin with ``prefix.``, without it."""
    start = prefix + "."
    return {name.removeprefix(start): t for name, t in tensors.items() if name.startswith(start)}


def restore_network(path: Path, network: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Load a network's tensors, which came from ``path``; ``WeightsError`` if they don't fit it."""
    try:
        network.load_state_dict(dict(tensors))
    except RuntimeError as misfit:
        raise WeightsError(f"{path}: holds another network's weights; train again") from misfit
