"""The learned penalty of a candidate zone: a small network from features to -log of a probability.

The same penalty in two forms: numpy for reading, torch for training. Not the place where features are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn

from chequereader.errors import WeightsError
from chequereader.fields.features import NAMES
from chequereader.fields.groups import FloatArray
from chequereader.shipped import SHIPPED, load_tensors

HIDDEN = 24
WEIGHTS = SHIPPED / "fields.safetensors"


class ZoneNetwork(nn.Module):
    """Features [n, F] to logits [n], by one hidden layer; standardises its input with stored moments."""

    def __init__(self, mean: Tensor, spread: Tensor) -> None:
        super().__init__()
        self.mean = nn.Buffer(mean)
        self.spread = nn.Buffer(spread)
        self.hidden = nn.Linear(len(mean), HIDDEN)
        self.out = nn.Linear(HIDDEN, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return logits [n] that a zone holds the amount, for features [n, F]."""
        standard = ((features - self.mean) / self.spread).clamp(-4, 4)
        logits: Tensor = self.out(torch.tanh(self.hidden(standard))).squeeze(-1)
        return logits

    def penalty(self, features: Tensor) -> Tensor:
        """Return penalties [n], -log of the probability; differentiable, so that a graph can train it."""
        return nn.functional.softplus(-self(features))


@dataclass(frozen=True)
class ZonePenalty:
    """The trained penalty in numpy, as the reader uses it."""

    tensors: dict[str, FloatArray]

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> ZonePenalty:
        """Read the weights; ``WeightsError`` if they are missing, damaged or of other features."""
        tensors = load_tensors(path, "pipelines.train_fields")
        shapes = {name: tensor.shape for name, tensor in tensors.items()}
        if shapes != _shapes():
            raise WeightsError(
                f"{path} holds {shapes}, not {_shapes()}: train it with pipelines.train_fields"
            )
        return cls(tensors)

    @classmethod
    def of(cls, network: ZoneNetwork) -> ZonePenalty:
        """Return the numpy form of a trained network."""
        return cls({name: t.detach().numpy().copy() for name, t in network.state_dict().items()})

    def save(self, path: Path) -> None:
        """Write the weights as safetensors."""
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(self.tensors, path)

    def __call__(self, features: FloatArray) -> FloatArray:
        """Return penalties float32 [n] for features [n, F]: -log P(the zone holds the amount)."""
        t = self.tensors
        standard = ((features - t["mean"]) / t["spread"]).clip(-4, 4)
        hidden = np.tanh(standard @ t["hidden.weight"].T + t["hidden.bias"])
        logits = hidden @ t["out.weight"][0] + t["out.bias"][0]
        return np.logaddexp(0, -logits).astype(np.float32)


def _shapes() -> dict[str, tuple[int, ...]]:
    width = len(NAMES)
    return {
        "mean": (width,),
        "spread": (width,),
        "hidden.weight": (HIDDEN, width),
        "hidden.bias": (HIDDEN,),
        "out.weight": (1, HIDDEN),
        "out.bias": (1,),
    }
