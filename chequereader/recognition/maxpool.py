"""LeNet-5 as it is taught today: rectified units, the greatest of 2 x 2 instead of a sum, a linear output.

The layers and their windows are LeNet-5's, so it slides as LeNet-5 does (section VII); Table I, the trainable
subsampling and the RBF output are gone. Not the paper's network: that is in ``lenet``.
"""

from __future__ import annotations

import copy
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from chequereader.recognition.lenet import Architecture, full_table, to_input

MAX_POOL_ARCHITECTURES = {
    "lenet5-maxpool": Architecture(6, full_table(6, 16), 120),
    "lenet5-wide-maxpool": Architecture(16, full_table(16, 48), 280),
}
"""The paper's numbers of maps, and the same layers with more."""


_FEW = 8
"""Maps of a layer up to which a CPU is quicker with all four places of a maximum side by side."""


class MaxPoolLeNet5(nn.Module):
    """C1, S2, C3, S4, C5, F6, output; S2 and S4 take the greatest of 2 x 2 and have no parameters.

    ``normalised``: with batch normalisation behind every layer but the output, for training; ``plain``
    returns the same network without. ``dropped``: share of the states of C5 and of F6 that a step of training
    leaves out.
    """

    def __init__(
        self,
        shape: Architecture,
        outputs: int,
        channels: int = 1,
        *,
        normalised: bool = False,
        dropped: float = 0.0,
    ) -> None:
        super().__init__()
        c3 = len(shape.table)
        self.c1 = _layer(channels, shape.c1, 5, normalised)
        self.c3 = _layer(shape.c1, c3, 5, normalised)
        self.c5 = _layer(c3, shape.c5, 5, normalised)
        self.f6 = _layer(shape.c5, shape.f6, 1, normalised)
        self.output = _Convolution(shape.f6, outputs, 1)
        self.dropped = dropped
        self._side_by_side()

    def _side_by_side(self) -> None:
        """Keep the maps of a place side by side in memory: convolutions and maxima take half the time."""
        for parameter in self.parameters():
            if parameter.dim() == 4:
                # a clone: what has a single map counts as side by side already, and its outputs would not be
                parameter.data = parameter.data.clone(memory_format=torch.channels_last)

    def scores(self, x: Tensor) -> Tensor:
        """Return scores [batch, outputs, 1, positions] of inputs [batch, channels, 32, width].

        Higher is better.
        """
        # the greatest first: the rectifier doesn't change which one that is
        x = F.relu(_greatest_of(self.c1, x))
        x = F.relu(_greatest_of(self.c3, x))
        x = F.dropout(F.relu(self.c5(x)), self.dropped, self.training)
        x = F.dropout(F.relu(self.f6(x)), self.dropped, self.training)
        return self.output(x)

    def picture_scores(self, pictures: Tensor) -> Tensor:
        """Return scores [batch, positions, outputs] of pictures uint8 [batch, 32, width]."""
        return self.scores(to_input(pictures))[:, :, 0].transpose(1, 2)

    def plain(self) -> Self:
        """Return the network as it reads, batch normalisation multiplied into the weights."""
        made = copy.deepcopy(self).eval()
        for name in ("c1", "c3", "c5", "f6"):
            layer = getattr(made, name)
            if isinstance(layer, nn.Sequential):
                setattr(made, name, nn.utils.fuse_conv_bn_eval(*layer))
        made._side_by_side()
        return made

    def normalised(self, pictures: Tensor, dropped: float = 0.0) -> Self:
        """Return a ``plain`` network as it goes on training: the same function, with batch normalisation.

        Its means and variances are those of ``pictures`` uint8 [batch, 32, width]; ``dropped`` as for a new
        network.
        """
        made = copy.deepcopy(self)
        x = to_input(pictures)
        for name in ("c1", "c3", "c5", "f6"):
            old = getattr(made, name)
            assert isinstance(old, nn.Conv2d)
            assert old.bias is not None
            convolution = _Convolution(old.in_channels, old.out_channels, old.kernel_size[0], bias=False)
            batch = nn.BatchNorm2d(old.out_channels)
            layer = nn.Sequential(convolution, batch)
            with torch.no_grad():
                convolution.weight.copy_(old.weight)
                variance, mean = torch.var_mean(convolution(x), dim=(0, 2, 3), correction=0)
                batch.load_state_dict(
                    {
                        "running_mean": mean,
                        "running_var": variance,
                        "weight": (variance + batch.eps).sqrt(),
                        "bias": mean + old.bias,
                        "num_batches_tracked": torch.tensor(0),
                    }
                )
                x = layer.eval()(x)
                x = F.relu(F.max_pool2d(x, 2) if name in ("c1", "c3") else x)
            setattr(made, name, layer)
        made.dropped = dropped
        made._side_by_side()
        return made.train()


def _greatest_of(layer: nn.Module, x: Tensor) -> Tensor:
    """Return the greatest of each 2 x 2 of what a layer makes of its inputs."""
    if (
        isinstance(layer, nn.Conv2d)
        and layer.out_channels <= _FEW
        and not (torch.is_grad_enabled() or x.is_cuda)
    ):
        return _places_side_by_side(layer, x)
    return _greatest(layer(x))


def _places_side_by_side(layer: nn.Conv2d, x: Tensor) -> Tensor:
    """Return the greatest of 2 x 2 by one convolution with a map for each of the four places.

    The same sums; with few maps half the time, as a CPU works on eight or sixteen maps at once.
    """
    maps, inputs, height, width = layer.weight.shape
    weight = layer.weight.new_zeros(2, 2, maps, inputs, height + 1, width + 1)
    for down in range(2):
        for right in range(2):
            weight[down, right, :, :, down : down + height, right : right + width] = layer.weight
    bias = None if layer.bias is None else layer.bias.repeat(4)
    weight = weight.flatten(0, 2).contiguous(memory_format=torch.channels_last)
    places = F.conv2d(x, weight, bias, stride=2).permute(0, 2, 3, 1).unflatten(3, (4, maps))
    upper, lower = (torch.maximum(places[..., k, :], places[..., k + 1, :]) for k in (0, 2))
    return torch.maximum(upper, lower).permute(0, 3, 1, 2)


def _greatest(x: Tensor) -> Tensor:
    """Return the greatest of each 2 x 2; a last row or column that is alone is left out."""
    if x.requires_grad or x.is_cuda:
        return F.max_pool2d(x, 2)
    # on a CPU that also notes where the greatest stood, for gradients, and takes twice as long
    height, width = x.shape[2] // 2 * 2, x.shape[3] // 2 * 2
    x = torch.maximum(x[:, :, :height, 0:width:2], x[:, :, :height, 1:width:2])
    return torch.maximum(x[:, :, 0::2], x[:, :, 1::2])


class _Convolution(nn.Conv2d):
    """A convolution; where it has a single position, it is the product of matrices that takes less time."""

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[2:] != self.kernel_size:
            return super().forward(x)
        # maps last, as they lie in memory: neither is copied
        rows, weight = (t.permute(0, 2, 3, 1).flatten(1) for t in (x, self.weight))
        return F.linear(rows, weight, self.bias)[:, :, None, None]


def _layer(inputs: int, outputs: int, size: int, normalised: bool) -> nn.Module:
    if not normalised:
        return _Convolution(inputs, outputs, size)
    return nn.Sequential(_Convolution(inputs, outputs, size, bias=False), nn.BatchNorm2d(outputs))
