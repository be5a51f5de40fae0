"""Stochastic diagonal Levenberg-Marquardt: a learning rate for each weight from its curvature (Appendix C).

The curvature h_kk is estimated on a few hundred patterns before each pass, by back-propagating Gauss-Newton
second derivatives through the squashed layers of a LeNet. Not for other networks.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from chequereader.recognition.layers import Squashed, squash, squash_slope
from chequereader.recognition.lenet import LeNet

MU = 0.02
"""Keeps steps bounded where the curvature is small; the paper's."""

AT_FEATURES = 2.0
"""Second derivative of the criterion with respect to each feature: that of the distance to the right code.

Of eq. (9) it is the first term's alone. With the second, which competes, it is 2 p_none + Var_p(dy/dx):
nothing on patterns that are learnt. h_kk then vanishes after the first pass, rates grow to eta / mu, and the
next pattern that isn't learnt throws the weights away."""


class LevenbergMarquardt(torch.optim.Optimizer):
    """w_k <- w_k - eta / (mu + h_kk) dE/dw_k, eq. 19 to 21 of Appendix C.

    ``rate`` is eta, the group's ``lr``. Until ``set_curvature`` is called, h_kk is nought.
    """

    def __init__(self, parameters: Iterable[Tensor], rate: float, mu: float = MU) -> None:
        super().__init__(parameters, {"lr": rate, "mu": mu})
        for parameter in self._parameters():
            self.state[parameter]["curvature"] = torch.zeros_like(parameter)

    def _parameters(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]

    def set_curvature(self, curvature: list[Tensor]) -> None:
        """Take new h_kk, one tensor a parameter, in the parameters' order."""
        for parameter, h in zip(self._parameters(), curvature, strict=True):
            self.state[parameter]["curvature"].copy_(h)

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        """Move the weights that have a gradient."""
        if closure is not None:
            raise ValueError("second-order steps take no closure")
        for group in self.param_groups:
            moved = [p for p in group["params"] if p.grad is not None]
            scale = torch._foreach_add([self.state[p]["curvature"] for p in moved], group["mu"])
            torch._foreach_addcdiv_(moved, [p.grad for p in moved], scale, -group["lr"])


@torch.no_grad()
def curvature(network: LeNet, x: Tensor) -> list[Tensor]:
    """Return h_kk of the distance to the right code for each parameter, in the order of ``parameters()``.

    ``x`` [batch, 1, height, width] are inputs that give one output position each. The mean over the patterns;
    no target is needed, see ``AT_FEATURES``. Three approximations, the paper's: off-diagonal terms are
    dropped, also between connections that share a weight; f'' is ignored; a sample stands for all patterns.
    """
    stages = list(network.stages().values())
    seen, totals = [], []
    for stage in stages:
        seen.append(x)
        totals.append(stage.total(x))
        x = squash(totals[-1])
    at_state = torch.full_like(x, AT_FEATURES)
    found: list[list[Tensor]] = []
    for stage, inputs, total in zip(reversed(stages), reversed(seen), reversed(totals), strict=True):
        at_state, at_weights = _back(stage, inputs, squash_slope(total) ** 2 * at_state)
        found.append([h / len(x) for h in at_weights])
    return [h for layer in reversed(found) for h in layer]


def _back(stage: Squashed, inputs: Tensor, at_total: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Return the second derivatives at a layer's inputs and at its weights from those at its weighted sums.

    Both are the ordinary back-propagation of the same layer with every weight and every input squared, since
    d2E/du_ij^2 = d2E/da_i^2 x_j^2 and d2E/dx_j^2 = sum_i u_ij^2 d2E/da_i^2.
    """
    squared = copy.deepcopy(stage)
    for parameter in squared.parameters():
        parameter.square_()
    with torch.enable_grad():
        at = inputs.square().requires_grad_()
        weights = list(squared.parameters())
        first, *others = torch.autograd.grad(squared.total(at), [at, *weights], at_total)
    return first, others
