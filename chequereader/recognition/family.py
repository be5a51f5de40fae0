"""LeNet-1 and LeNet-4, LeNet-5's elders (section III), and the LeNet that courses teach today.

They read digits and are there to be compared with LeNet-5; the reader of cheques uses none of them. The paper
gives both elders in a few sentences, with round counts; what it leaves open was filled in so that the counts
come out, and is said at each place.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from chequereader.recognition.codes import place_codes
from chequereader.recognition.layers import RBF, Convolution, Subsampling
from chequereader.recognition.lenet import INK, PAPER, LeNet, LeNet5, full_table
from chequereader.recognition.maxpool import MAX_POOL_ARCHITECTURES, MaxPoolLeNet5

DIGITS = "0123456789"

_LENET1_TABLE = (
    (0,), (0, 1), (0, 1), (1,), (0, 1), (0, 1),
    (2,), (2, 3), (2, 3), (3,), (2, 3), (2, 3),
)  # fmt: skip
# Which H2 maps feed each H3 map. The paper of 1998 says nothing; twenty kernels give the 2,578 parameters and
# 98,442 connections that LeCun et al. published in 1990, whose maps take one or two inputs out of one half.

_LENET4_C3_TABLE = (
    (0, 2, 4), (1, 3, 5), (2, 4, 6), (3, 5, 7),
    (0, 2, 4, 6), (1, 3, 5, 7), (0, 3, 4, 7), (1, 2, 5, 6),
    (0, 2, 5, 7), (1, 3, 4, 6), (0, 3, 5, 6), (1, 2, 4, 7),
    (0, 1, 2, 4), (2, 3, 5, 6), (1, 4, 5, 7), (0, 3, 6, 7),
)  # fmt: skip
# Sixty kernels, as Table I has; maps 2i and 2i + 1 of S2 see the same map of C1.


def _lenet4_c5_table() -> tuple[tuple[int, ...], ...]:
    """Return which S4 maps feed each of 120 units: five for the first 80 and four for the others.

    The paper calls them fully connected, which would take 48,120 parameters; it also counts "about 17,000
    parameters and 260,000 connections" in all, which only some five maps a unit allow.
    """
    return tuple(
        tuple(sorted((unit + k * (2 * (unit // 16) + 1)) % 16 for k in range(5 if unit < 80 else 4)))
        for unit in range(120)
    )


class LeNet1(LeNet):
    """28 x 28 window; 4 maps, subsampled, 12 maps, subsampled, 10 outputs (section III-C).

    2,578 parameters and 98,442 connections. Outputs are squashed units with place codes as targets: 1998 says
    nothing of them, 1990 has mean squared error.
    """

    def __init__(self) -> None:
        super().__init__()
        self.c1 = Convolution(1, full_table(1, 4))
        self.s2 = Subsampling(4)
        self.c3 = Convolution(4, _LENET1_TABLE)
        self.s4 = Subsampling(12)
        self.output = Convolution(12, full_table(12, 10), size=4)
        self.rbf = RBF(place_codes(10))

    def prepare(self, digits: Tensor) -> Tensor:
        """Turn pictures uint8 [batch, 28, 28], digits of 20 x 20, into inputs with digits of 16 x 16."""
        theta = torch.tensor([[1.25, 0.0, 0.0], [0.0, 1.25, 0.0]], device=digits.device)
        theta = theta.expand(len(digits), 2, 3)
        grid = F.affine_grid(theta, [len(digits), 1, 28, 28], align_corners=False)
        small = F.grid_sample(digits[:, None].float(), grid, align_corners=False)
        return small * ((INK - PAPER) / 255.0) + PAPER


class LeNet4(LeNet):
    """32 x 32; 4 maps, 8 subsampling maps in pairs, 16 maps, subsampled, 120 units, 10 outputs.

    Section III-C. 16,998 parameters and 258,306 connections; the paper says about 17,000 and 260,000.
    """

    def __init__(self) -> None:
        super().__init__()
        self.c1 = Convolution(1, full_table(1, 4))
        self.s2 = Subsampling(8, copies=2)
        self.c3 = Convolution(8, _LENET4_C3_TABLE)
        self.s4 = Subsampling(16)
        self.c5 = Convolution(16, _lenet4_c5_table())
        self.output = Convolution(120, full_table(120, 10), size=1)
        self.rbf = RBF(place_codes(10))


class LeNet5MaxPool(MaxPoolLeNet5):
    """The LeNet-5 of today's courses over digits: C3 fully connected, 120-84-10, softmax.

    Takes [batch, channels, 32, 32], ink 1 on paper 0, and gives penalties [batch, 10], minus the logarithm of
    each class's probability. 61,706 parameters with one channel; with the maps of "lenet5-wide-maxpool" and
    ``normalised`` it is what teaches LeNet-5 in the modern recipe.
    """

    def __init__(
        self,
        channels: int = 1,
        architecture: str = "lenet5-maxpool",
        *,
        normalised: bool = False,
        dropped: float = 0.0,
    ) -> None:
        shape = MAX_POOL_ARCHITECTURES[architecture]
        super().__init__(shape, len(DIGITS), channels, normalised=normalised, dropped=dropped)
        self.channels = channels

    def forward(self, x: Tensor) -> Tensor:
        """Return the penalties."""
        return -F.log_softmax(self.scores(x).flatten(1), dim=1)

    def prepare(self, digits: Tensor) -> Tensor:
        """Turn pictures uint8 [batch, 28, 28] into inputs, stretched to 32 x 32."""
        pictures = digits[:, None].to(torch.get_default_dtype()) / 255.0
        large = F.interpolate(pictures, size=(32, 32), mode="bilinear", align_corners=False)
        return large.expand(-1, self.channels, -1, -1)


DigitNetwork = LeNet | LeNet5MaxPool
"""Reads MNIST's digits: ``prepare`` makes its input of pictures, calling it gives a penalty a class."""

DIGIT_ARCHITECTURES = ("lenet1", "lenet4", "lenet5", "lenet5-maxpool", "lenet5-wide-maxpool")


def digit_network(architecture: str) -> DigitNetwork:
    """Return a new network of one of ``DIGIT_ARCHITECTURES`` for the ten digits; ``KeyError`` otherwise."""
    if architecture == "lenet5":
        return LeNet5(DIGITS)
    if architecture == "lenet5-wide-maxpool":
        return LeNet5MaxPool(architecture=architecture, normalised=True, dropped=0.2)
    return {"lenet1": LeNet1, "lenet4": LeNet4, "lenet5-maxpool": LeNet5MaxPool}[architecture]()


def digit_penalties(network: DigitNetwork, digits: Tensor) -> Tensor:
    """Return the penalties [batch, 10] of pictures uint8 [batch, 28, 28]."""
    return network(network.prepare(digits)).flatten(1)
