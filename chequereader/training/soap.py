"""SOAP: Adam in the eigenbases of Shampoo's preconditioner (Vyas et al. 2024, arXiv 2409.11321).

A second-order method as the paper's stochastic diagonal Levenberg-Marquardt is one, but of whole layers: each
matrix of weights is turned into axes along which its gradients are uncorrelated, on either side, and there
every weight has a rate of its own. Not for criteria or rates: see ``digit_recipes`` and
``sliding``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import torch
from torch import Tensor, nn

from chequereader.recognition.layers import Convolution

DECAY = 0.95
"""What a step leaves of the running means: of gradients, of their squares, and of their products."""

REFRESHED = 20
"""Steps from one turn of the axes to the next."""

_LEAST = 1e-8


class Soap(torch.optim.Optimizer):
    """Updates of parameters, each as a matrix of a shape, or as a vector where there is none.

    ``parameters`` gives each with its shape (rows, columns). A vector is moved as by AdamW; a matrix stays
    where it is at the first step, which finds its axes. ``weight_decay``: share of the rate that weights lose
    at a step.
    """

    def __init__(
        self,
        parameters: Iterable[tuple[Tensor, tuple[int, int] | None]],
        rate: float,
        weight_decay: float = 0.0,
    ) -> None:
        groups = [{"params": [parameter], "shape": shape} for parameter, shape in parameters]
        super().__init__(groups, {"lr": rate, "weight_decay": weight_decay})

    @classmethod
    def of(cls, network: nn.Module, rate: float, weight_decay: float = 0.0) -> Self:
        """Return updates of all parameters of a network: of its convolutions' kernels as matrices."""
        shapes: dict[Tensor, tuple[int, int]] = {}
        for layer in network.modules():
            if isinstance(layer, Convolution):
                shapes[layer.kernels] = layer.matrix
            elif isinstance(layer, nn.Conv2d):
                shapes[layer.weight] = layer.out_channels, layer.weight[0].numel()
        parameters = [(parameter, shapes.get(parameter)) for parameter in network.parameters()]
        return cls(parameters, rate, weight_decay)

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Move the parameters that have a gradient."""
        if closure is not None:
            raise ValueError("the steps of Soap take no closure")
        for group in self.param_groups:
            (parameter,) = group["params"]
            if parameter.grad is None:
                continue
            gradient = parameter.grad.reshape(group["shape"] or -1)
            state = self.state[parameter]
            if not state:
                _begin(state, gradient)
                if gradient.dim() == 2:
                    continue
            parameter.mul_(1 - group["lr"] * group["weight_decay"])
            parameter.sub_(_direction(state, gradient).view_as(parameter), alpha=group["lr"])


def _begin(state: dict[str, Tensor], gradient: Tensor) -> None:
    state["done"] = torch.zeros((), dtype=torch.float64)
    state["mean"], state["square"] = torch.zeros_like(gradient), torch.zeros_like(gradient)
    if gradient.dim() == 2:
        for side, product in (("left", gradient @ gradient.T), ("right", gradient.T @ gradient)):
            state[side] = product
            state[f"{side}_axes"] = _as_kept(torch.linalg.eigh(product)[1].flip(1))


def _direction(state: dict[str, Tensor], gradient: Tensor) -> Tensor:
    """Return where to go, downhill being minus that, and take the gradient into the state."""
    state["done"] += 1
    unbiased = 1 - DECAY ** float(state["done"])
    state["mean"].lerp_(gradient, 1 - DECAY)
    turned = _turned(state, gradient)
    state["square"].lerp_(turned.square(), 1 - DECAY)
    scale = (state["square"] / unbiased).sqrt_().add_(_LEAST)
    direction = _turned(state, state["mean"]).div_(unbiased).div_(scale)
    if gradient.dim() == 1:
        return direction
    direction = state["left_axes"] @ direction @ state["right_axes"].T
    state["left"].lerp_(gradient @ gradient.T, 1 - DECAY)
    state["right"].lerp_(gradient.T @ gradient, 1 - DECAY)
    if state["done"] % REFRESHED == 1:
        _turn_axes(state, "left", 0)
        _turn_axes(state, "right", 1)
    return direction


def _turned(state: dict[str, Tensor], gradient: Tensor) -> Tensor:
    """Return a gradient along the axes, [rows, columns]; a vector as it is."""
    if gradient.dim() == 1:
        return gradient.clone()
    return state["left_axes"].T @ gradient @ state["right_axes"]


def _turn_axes(state: dict[str, Tensor], side: str, dimension: int) -> None:
    """Bring axes nearer to the eigenvectors by one power iteration, those of large eigenvalues first.

    The mean squares stay with their axes, which move little from one time to the next.
    """
    axes, product = state[f"{side}_axes"], state[side]
    order = (axes * (product @ axes)).sum(dim=0).argsort(descending=True, stable=True)
    state["square"] = state["square"].index_select(dimension, order)
    state[f"{side}_axes"] = _as_kept(torch.linalg.qr(product @ axes[:, order])[0])


def _as_kept(axes: Tensor) -> Tensor:
    """Return axes row by row, as a state file has them; columns first, products are rounded otherwise."""
    return axes.contiguous()
