"""The layers of the 1998 networks: squash, trainable subsampling, partly connected convolution, RBF output.

All of them slide: given a wider input they give a wider output, with the same weights (section VII). Not the
place for networks put together from them: those are in ``lenet``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

AMPLITUDE, STEEPNESS = 1.7159, 2.0 / 3.0
"""A and S of the squashing function (Appendix A)."""


def squash(a: Tensor) -> Tensor:
    """Return 1.7159 tanh(2a/3), the squashing function of section II-B (Appendix A)."""
    return AMPLITUDE * torch.tanh(a * STEEPNESS)


def squash_slope(a: Tensor) -> Tensor:
    """Return the squashing function's first derivative at ``a``."""
    return AMPLITUDE * STEEPNESS / torch.cosh(a * STEEPNESS) ** 2


def initialise(weight: Tensor, fan_in: int) -> None:
    """Fill weights in place, uniformly in +-2.4 / fan-in (section II-B)."""
    nn.init.uniform_(weight, -2.4 / fan_in, 2.4 / fan_in)


def spread_start(network: nn.Module) -> None:
    """Draw the kernels of a network anew, uniformly in +-sqrt(3 / fan-in).

    Signals keep their variance from layer to layer. The paper's +-2.4 / fan-in leaves the deep layers almost
    silent at first: plain gradients vanish there, and so do the estimates of second derivatives, whose steps
    then grow so large that training diverges.
    """
    for layer in network.modules():
        if isinstance(layer, Convolution):
            fan_in = layer.kernels.numel() / layer.outputs
            nn.init.uniform_(layer.kernels, -((3 / fan_in) ** 0.5), (3 / fan_in) ** 0.5)


class Squashed(nn.Module, ABC):
    """A layer of units: a weighted sum of the inputs, ``total``, then the squash.

    ``total`` is linear in the inputs and in each weight, and each weight meets each input in one product at
    most: what the back-propagation of second derivatives builds on (Appendix C).
    """

    @abstractmethod
    def total(self, x: Tensor) -> Tensor:
        """Return the weighted sums before the squash."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the units' states."""
        return squash(self.total(x))


class Subsampling(Squashed):
    """S layers: the sum of 2 x 2 inputs times one coefficient a map, plus one bias a map, squashed.

    Takes [batch, maps / copies, height, width] and gives [batch, maps, height / 2, width / 2]; each input map
    feeds ``copies`` maps in a row. 2 parameters a map.
    """

    def __init__(self, maps: int, copies: int = 1) -> None:
        super().__init__()
        self.maps, self.copies = maps, copies
        self.coefficient = nn.Parameter(torch.empty(maps))
        self.bias = nn.Parameter(torch.zeros(maps))
        # four inputs, but one weight: a start near a plain average keeps the squash in its linear part
        nn.init.uniform_(self.coefficient, 0.2, 0.3)

    def weight(self) -> Tensor:
        """Return the weights [maps, 1, 2, 2] of the same as a convolution by steps of two."""
        return self.coefficient[:, None, None, None].expand(-1, 1, 2, 2)

    def total(self, x: Tensor) -> Tensor:
        """Return coefficient x sum of 2 x 2 inputs + bias, [batch, maps, height / 2, width / 2]."""
        sums = F.avg_pool2d(x, 2) * 4.0
        if self.copies > 1:
            sums = sums.repeat_interleave(self.copies, dim=1)
        return sums * self.coefficient[:, None, None] + self.bias[:, None, None]


class Convolution(Squashed):
    """C layers: 5 x 5 convolution, each map fed by the maps its row of the table names, squashed.

    ``table[i]`` lists the input maps of output map i; there is one kernel for each entry and one bias for
    each output map, however many maps feed it (Table I).
    """

    def __init__(self, inputs: int, table: Sequence[Sequence[int]], size: int = 5) -> None:
        super().__init__()
        self.inputs, self.outputs, self.size = inputs, len(table), size
        self.full = all(list(row) == list(range(inputs)) for row in table)
        to = [i for i, row in enumerate(table) for _ in row]
        self.kernels = nn.Parameter(torch.empty(len(to), size, size))
        self.bias = nn.Parameter(torch.zeros(self.outputs))
        position = [i * inputs + j for i, row in enumerate(table) for j in row]
        self.register_buffer("position", torch.tensor(position), persistent=False)
        start = 0
        for row in table:
            initialise(self.kernels.data[start : start + len(row)], len(row) * size * size)
            start += len(row)

    position: Tensor

    @property
    def matrix(self) -> tuple[int, int]:
        """Rows and columns of the kernels as one matrix: a map's a row, of partly connected maps a kernel."""
        rows = self.outputs if self.full else len(self.kernels)
        return rows, self.kernels.numel() // rows

    def weight(self) -> Tensor:
        """Return the dense weights [outputs, inputs, size, size], nought where maps aren't connected."""
        shape = self.outputs, self.inputs, self.size, self.size
        if self.full:
            return self.kernels.view(shape)
        dense = self.kernels.new_zeros(self.outputs * self.inputs, self.size, self.size)
        return dense.index_copy(0, self.position, self.kernels).view(shape)

    def total(self, x: Tensor) -> Tensor:
        """Convolve [batch, inputs, height, width]."""
        if x.shape[-2:] == (self.size, self.size):
            # one position: a product of matrices, which is faster
            return F.linear(x.flatten(1), self.weight().flatten(1), self.bias)[:, :, None, None]
        return F.conv2d(x, self.weight(), self.bias)


class RBF(nn.Module):
    """Output: y_i = sum_j (x_j - w_ij)^2 at each position, the penalty of class i.

    ``codes`` float [classes, features]. Takes [batch, features, height, width] and gives [batch, classes,
    height, width]. The codes are a buffer, not parameters: adapting them together with eq. (8) collapses.
    """

    codes: Tensor

    def __init__(self, codes: Tensor) -> None:
        super().__init__()
        self.register_buffer("codes", codes.clone())

    def forward(self, x: Tensor) -> Tensor:
        """Return squared distances to each code."""
        x = x.to(self.codes.dtype)
        # differences of large numbers: not in half precision
        with torch.autocast(x.device.type, enabled=False):
            return self._distances(x)

    def _distances(self, x: Tensor) -> Tensor:
        cross = F.conv2d(x, self.codes[:, :, None, None])
        lengths = (self.codes**2).sum(dim=1)[:, None, None]
        return (x**2).sum(dim=1, keepdim=True) - 2.0 * cross + lengths
