"""LeNet-5 as the paper has it, for any class set, and the same layers with more maps.

Input [batch, 1, 32, 32], paper -0.1 and ink 1.175; output: the RBF penalty of each class. Wider inputs give
one column of penalties every four pixels. Not for losses or for what a penalty means in a graph: see
``training`` and ``recogniser``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from chequereader.recognition.codes import rbf_codes
from chequereader.recognition.layers import RBF, Convolution, Subsampling

PAPER, INK = -0.1, 1.175
"""Input values of paper and of ink: mean about 0, variance about 1 (section II-B)."""

TABLE_I: tuple[tuple[int, ...], ...] = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip
"""Which S2 maps feed each C3 map."""


@dataclass(frozen=True)
class Architecture:
    """Maps of each layer; ``table`` connects S2 to C3."""

    c1: int
    table: Sequence[Sequence[int]]
    c5: int
    f6: int = 84


def _full(inputs: int, outputs: int) -> tuple[tuple[int, ...], ...]:
    return (tuple(range(inputs)),) * outputs


ARCHITECTURES = {
    "lenet5": Architecture(6, TABLE_I, 120),
    "lenet5-wide": Architecture(16, _full(16, 48), 280),
}
"""``lenet5`` is the paper's: 60,000 parameters whatever the classes, as the RBF codes are fixed."""


class LeNet5(nn.Module):
    """C1, S2, C3, S4, C5, F6, RBF (section II-B, Fig. 2)."""

    def __init__(self, classes: str, architecture: str = "lenet5") -> None:
        super().__init__()
        shape = ARCHITECTURES[architecture]
        c3 = len(shape.table)
        self.classes, self.architecture = classes, architecture
        self.c1 = Convolution(1, _full(1, shape.c1))
        self.s2 = Subsampling(shape.c1)
        self.c3 = Convolution(shape.c1, shape.table)
        self.s4 = Subsampling(c3)
        self.c5 = Convolution(c3, _full(c3, shape.c5))
        self.f6 = Convolution(shape.c5, _full(shape.c5, shape.f6), size=1)
        self.rbf = RBF(rbf_codes(classes))

    def features(self, x: Tensor) -> Tensor:
        """Return F6, [batch, 84, 1, positions]."""
        for layer in (self.c1, self.s2, self.c3, self.s4, self.c5, self.f6):
            x = layer(x)
        return x

    def forward(self, x: Tensor) -> Tensor:
        """Return the penalties [batch, classes, 1, positions] of inputs [batch, 1, 32, width]."""
        return self.rbf(self.features(x))


def to_input(crops: Tensor) -> Tensor:
    """Turn uint8 crops [batch, 32, width], ink 255 on 0, into the network's input [batch, 1, 32, width]."""
    return (crops.to(torch.get_default_dtype()) * ((INK - PAPER) / 255.0) + PAPER)[:, None]
