"""Weights on disk: safetensors with what is needed to build the reader around them, and their checksum.

No pickle, so a file can't run code. Metadata: architecture, class set, and a name. Not for
training state: checkpoints belong to the recipes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from chequereader.alphabet import Alphabet
from chequereader.errors import WeightsError
from chequereader.output import written_whole
from chequereader.recognition import onnx_networks
from chequereader.recognition.lenet import LeNet5
from chequereader.recognition.recogniser import Recogniser
from chequereader.recognition.sliding import SlidingRecogniser
from chequereader.segmentation.strip import Scale
from chequereader.shipped import SHIPPED, verified

DEFAULT = SHIPPED / "amounts.safetensors"
NAMED = {"standard": DEFAULT, "small": SHIPPED / "amounts-small.safetensors"}
"""The shipped weights of amounts by the names that the options of reading know them by."""

DIGITS = SHIPPED / "digits.safetensors"
"""LeNet-5 for digits alone, seed 0 of the modern recipe."""

MOST_NETWORKS = 5
"""Sliding networks of one scale, and scales, at most."""

LEAST_ACROSS = 0.25
"""Of a scale that weights may ask for: strips of no width, or of any, would take no time or all memory."""

_GRAMMAR = "grammar_penalty"
_Module = TypeVar("_Module", bound=nn.Module)


@dataclass(frozen=True)
class Weights:
    """What a file of weights holds.

    ``sliding`` are recognisers of different scales, none in files without. ``grammar_penalty`` float [arcs]
    replaces the penalties of the grammar of locale "auto" that was trained together with the recogniser;
    ``model`` is the name and the checksum, as readings tell it.
    """

    recogniser: Recogniser
    sliding: tuple[SlidingRecogniser, ...]
    grammar_penalty: Tensor
    model: str


def save_weights(
    path: Path,
    name: str,
    recogniser: Recogniser,
    grammar_penalty: Tensor,
    sliding: Sequence[SlidingRecogniser] = (),
) -> None:
    """Write weights; the file appears whole or not at all. ``OutputError`` if it can't be written."""
    modules = {"recogniser": recogniser} | {f"sliding{k}": one for k, one in enumerate(sliding)}
    tensors = {
        f"{part}.{k}": v.detach().cpu().contiguous()
        for part, module in modules.items()
        for k, v in module.state_dict().items()
    }
    tensors[_GRAMMAR] = grammar_penalty.detach().cpu().contiguous()
    about: dict[str, object] = {
        "name": name,
        "architecture": recogniser.architecture,
        "features": str(recogniser.features),
        "classes": recogniser.alphabet.classes,
        "raised": recogniser.alphabet.raised,
    }
    about["sliding"] = [
        {"architecture": one.architecture, "networks": len(one.networks), **asdict(one.scale)}
        for one in sliding
    ]
    with written_whole(path) as temporary:
        temporary.write_bytes(save(tensors, metadata={"chequereader": json.dumps(about)}))


def weights_file(name: str) -> Path:
    """Return the file of weights for the name of shipped ones, or for a path."""
    return NAMED.get(name, Path(name))


def load_weights(where: Path = DEFAULT) -> Weights:
    """Read weights, the shipped ones by default.

    ``WeightsError`` if the file is missing, damaged, or doesn't fit its own description; for the shipped ones
    also if the checksum isn't the one that came with them.
    """
    if not where.is_file():
        raise WeightsError(
            f"{where}: no such weights; reinstall chequereader or give another file of weights"
        )
    checksum = verified(where)
    try:
        with safe_open(where, framework="pt") as file:
            about = json.loads((file.metadata() or {})["chequereader"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        alphabet = Alphabet(about["classes"], about["raised"])
        recogniser = Recogniser(alphabet, int(about["features"]), about["architecture"])
        told = about.get("sliding", [])
        if len(told) > MOST_NETWORKS:
            raise ValueError(f"{len(told)} sliding recognisers")
        sliding = tuple(_sliding(alphabet, **one) for one in told)
        grammar_penalty = tensors.pop(_GRAMMAR)
        model = f"{about['name']}@{checksum[:12]}"
        recogniser.load_state_dict(_part(tensors, "recogniser."))
        for k, one in enumerate(sliding):
            one.load_state_dict(_part(tensors, f"sliding{k}."))
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as broken:
        raise WeightsError(
            f"{where}: not weights of this program ({type(broken).__name__}); reinstall or train them again"
        ) from broken
    return Weights(recogniser.eval(), tuple(one.eval() for one in sliding), grammar_penalty, model)


def _sliding(alphabet: Alphabet, architecture: str, networks: int, across: float) -> SlidingRecogniser:
    if not 1 <= networks <= MOST_NETWORKS or not LEAST_ACROSS <= across <= 1.0 / LEAST_ACROSS:
        raise ValueError(f"{networks} sliding networks at {across}")
    return SlidingRecogniser(alphabet, architecture, networks, scale=Scale(across))


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def made_ready(module: _Module, device: torch.device) -> _Module:
    """Return a recogniser ready to read on a device, changed in place: nothing in it learns any more.

    On a CPU its networks run by ONNX Runtime where that is installed; else the paper's are folded.
    """
    for parameter in module.parameters():
        parameter.requires_grad_(False)
    if device.type == "cpu" and onnx_networks.installed():
        onnx_networks.put_in(module)
    else:
        for network in list(module.modules()):
            if isinstance(network, LeNet5):
                network.fold()
    return module.eval().to(device)


def to_device(weights: Weights, device: torch.device) -> Weights:
    """Return the weights on a device, ready to read."""
    for module in (weights.recogniser, *weights.sliding):
        made_ready(module, device)
    return replace(weights, grammar_penalty=weights.grammar_penalty.to(device))
