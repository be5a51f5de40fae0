"""Parameters and connections of each layer, counted as the paper counts them (section II-B).

A connection is one product or one added bias of one unit; connections that share a weight count one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from chequereader.recognition.layers import Convolution, Squashed, Subsampling
from chequereader.recognition.lenet import LeNet


@dataclass(frozen=True)
class LayerCount:
    """A layer's name, its maps as "6@28x28", its trained parameters and its connections."""

    name: str
    shape: str
    parameters: int
    connections: int


def count_layers(network: LeNet, x: Tensor) -> list[LayerCount]:
    """Return the counts of each layer in order for one input [1, 1, height, width], the RBF output last."""
    counts = []
    with torch.no_grad():
        for name, layer in network.stages().items():
            x = layer(x)
            _, maps, height, width = x.shape
            parameters = sum(p.numel() for p in layer.parameters())
            connections = _unit_inputs(layer) * height * width
            counts.append(LayerCount(name, f"{maps}@{height}x{width}", parameters, connections))
    classes, features = network.rbf.codes.shape
    positions = x.shape[2] * x.shape[3]
    return [*counts, LayerCount("rbf", f"{classes}", 0, classes * features * positions)]


def _unit_inputs(layer: Squashed) -> int:
    """Return the connections of one unit in every map, biases among them, summed over the maps."""
    if isinstance(layer, Convolution):
        return layer.kernels.numel() + layer.outputs
    if isinstance(layer, Subsampling):
        return layer.maps * (4 + 1)
    raise TypeError(f"no count for {type(layer).__name__}")
