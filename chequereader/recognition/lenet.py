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
from torch.nn import functional as F

from chequereader.recognition.codes import rbf_codes
from chequereader.recognition.folded import FoldedLeNet5
from chequereader.recognition.layers import RBF, Convolution, Squashed, Subsampling

PAPER, INK = -0.1, 1.175
"""Input values of paper and of ink: mean about 0, variance about 1 (section II-B)."""

UNIT_DISTANCE = 8.0
"""Squared RBF distance that makes one unit of penalty in a recognition graph; the paper's would be 1."""

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


def full_table(inputs: int, outputs: int) -> tuple[tuple[int, ...], ...]:
    """Return the table of a layer whose every map is fed by all ``inputs``."""
    return (tuple(range(inputs)),) * outputs


ARCHITECTURES = {
    "lenet5": Architecture(6, TABLE_I, 120),
    "lenet5-wide": Architecture(16, full_table(16, 48), 280),
}
"""``lenet5`` is the paper's: 60,000 parameters whatever the classes, as the RBF codes are fixed."""


class LeNet(nn.Module):
    """What the networks of 1998 share: squashed stages, one after the other, and an RBF output.

    Subclasses register their stages in order, then ``rbf``.
    """

    rbf: RBF

    def stages(self) -> dict[str, Squashed]:
        """Return the trained layers in order, by name."""
        return {name: layer for name, layer in self.named_children() if isinstance(layer, Squashed)}

    def features(self, x: Tensor) -> Tensor:
        """Return what the RBF output sees, [batch, features, 1, positions]."""
        for layer in self.stages().values():
            x = layer(x)
        return x

    def forward(self, x: Tensor) -> Tensor:
        """Return the penalties [batch, classes, 1, positions] of inputs [batch, 1, height, width]."""
        return self.rbf(self.features(x))

    def prepare(self, digits: Tensor) -> Tensor:
        """Turn MNIST's pictures, uint8 [batch, 28, 28], ink 255 on 0, into inputs [batch, 1, 32, 32]."""
        return to_input(F.pad(digits, (2, 2, 2, 2)))


class LeNet5(LeNet):
    """C1, S2, C3, S4, C5, F6, RBF (section II-B, Fig. 2)."""

    def __init__(self, classes: str, architecture: str = "lenet5") -> None:
        super().__init__()
        shape = ARCHITECTURES[architecture]
        c3 = len(shape.table)
        self.classes, self.architecture = classes, architecture
        self.c1 = Convolution(1, full_table(1, shape.c1))
        self.s2 = Subsampling(shape.c1)
        self.c3 = Convolution(shape.c1, shape.table)
        self.s4 = Subsampling(c3)
        self.c5 = Convolution(c3, full_table(c3, shape.c5))
        self.f6 = Convolution(shape.c5, full_table(shape.c5, shape.f6), size=1)
        self.rbf = RBF(rbf_codes(classes))
        self.folded: FoldedLeNet5 | None = None

    def fold(self) -> None:
        """Make ``distances`` faster, without gradients, by the weights as they are now."""
        maps, columns = (self.c1, self.s2, self.c3, self.s4), (self.c5, self.f6)
        self.folded = FoldedLeNet5(maps, columns, self.rbf, picture=((INK - PAPER) / 255.0, PAPER))

    def distances(self, pictures: Tensor) -> Tensor:
        """Return the squared distances [batch, positions, classes] of pictures uint8 [batch, 32, width]."""
        if self.folded is not None:
            return self.folded(pictures)
        return self.at_positions(self.features(to_input(pictures)))

    def picture_scores(self, pictures: Tensor) -> Tensor:
        """Return scores [batch, positions, classes] of pictures uint8 [batch, 32, width].

        Higher is better.
        """
        return -self.distances(pictures) / UNIT_DISTANCE

    def at_positions(self, features: Tensor) -> Tensor:
        """Return the squared distances [batch, positions, classes] of what ``features`` gives."""
        return self.rbf(features)[:, :, 0].transpose(1, 2)


def to_input(crops: Tensor) -> Tensor:
    """Turn uint8 crops [batch, 32, width], ink 255 on 0, into the network's input [batch, 1, 32, width]."""
    return (crops.to(torch.get_default_dtype()) * ((INK - PAPER) / 255.0) + PAPER)[:, None]
