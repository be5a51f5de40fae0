"""LeNet-5 for reading: the same function of the same pictures, in fewer passes over memory.

As A tanh(Sa) = 2A sigmoid(2Sa) - A, the squash is a sigmoid between two linear maps. These go into the
weights and biases on either side, and so do the scale of the input and the coefficients of the subsampling.
Not for training: gradients don't reach the layers in ``lenet`` from here, nor does what they learn later get
here.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from chequereader.recognition.layers import AMPLITUDE, RBF, STEEPNESS, Convolution, Subsampling

STATE = 2.0 * AMPLITUDE, -AMPLITUDE
"""Scale and offset that make a unit's state of its sigmoid."""


class FoldedLeNet5(nn.Module):
    """C1, S2, C3, S4, C5, F6 and the RBF output, from these layers as they are now.

    ``picture`` (scale, offset) makes the network's input of a picture's bytes. ``forward`` takes pictures
    uint8 [batch, 32, width] and gives squared distances to the codes, [batch, positions, classes].
    """

    def __init__(
        self,
        maps: Sequence[Convolution | Subsampling],
        columns: Sequence[Convolution],
        rbf: RBF,
        picture: tuple[float, float],
    ) -> None:
        super().__init__()
        self.maps = nn.ModuleList(
            FoldedMaps(layer, *(STATE if i else picture)) for i, layer in enumerate(maps)
        )
        self.columns = nn.ModuleList(_FoldedColumns(layer, *STATE) for layer in columns)
        self.reach = columns[0].size
        self.register_buffer("codes", rbf.codes, persistent=False)
        self.register_buffer("lengths", (rbf.codes**2).sum(dim=1), persistent=False)

    codes: Tensor
    lengths: Tensor

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the squared distances at every position."""
        x = pictures[:, None].to(self.codes)
        for layer in self.maps:
            x = layer(x)
        # C5 sees all of S4's height, so a position is one row for it: a product of matrices, not of maps
        x = x.unfold(3, self.reach, 1).permute(0, 3, 1, 2, 4).flatten(2)
        for layer in self.columns:
            x = layer(x)
        scale, offset = STATE
        x = scale * x + offset
        return (x**2).sum(dim=2, keepdim=True) - 2.0 * F.linear(x, self.codes) + self.lengths


class _Folded(nn.Module):
    """Weights and bias of one layer, for sigmoids before and behind it."""

    weight: Tensor
    bias: Tensor

    def __init__(self, layer: Convolution | Subsampling, scale: float, offset: float) -> None:
        super().__init__()
        weight, slope = layer.weight().detach(), 2.0 * STEEPNESS
        bias = layer.bias.detach() + offset * weight.flatten(1).sum(dim=1)
        self.register_buffer("weight", slope * scale * weight, persistent=False)
        self.register_buffer("bias", slope * bias, persistent=False)


class FoldedMaps(_Folded):
    """A layer of maps; takes and gives sigmoids [batch, maps, height, width]."""

    def __init__(self, layer: Convolution | Subsampling, scale: float, offset: float) -> None:
        super().__init__(layer, scale, offset)
        self.stride, self.groups = (2, layer.maps) if isinstance(layer, Subsampling) else (1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the sigmoids of the layer's maps."""
        return F.conv2d(x, self.weight, self.bias, self.stride, groups=self.groups).sigmoid_()


class _FoldedColumns(_Folded):
    """A layer of columns one unit high; takes and gives sigmoids [batch, positions, units]."""

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight.flatten(1), self.bias).sigmoid_()
