"""Boosted LeNet-4: three networks whose outputs are added, two of them called only where the first is unsure.

How the second and third are trained is in ``training.boosting``.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from chequereader.recognition.family import LeNet4, digit_penalties

EXTRA_CALLS = 0.375
"""Share of patterns on which nets 2 and 3 are called: 1 + 2 x 0.375 = 1.75, the average cost that the paper
gives. The confidence below which they are is not printed; it is set so that this share comes out."""


def gap(penalties: Tensor) -> Tensor:
    """Return [batch]: the penalty of the second best class minus that of the best (the score of Fig. 10)."""
    best = penalties.topk(2, dim=1, largest=False).values
    return best[:, 1] - best[:, 0]


class BoostedLeNet4(nn.Module):
    """Three LeNet-4. ``confident``: the least gap of net 1 that makes the others needless."""

    confident: Tensor

    def __init__(self, networks: Sequence[LeNet4] | None = None) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks or [LeNet4() for _ in range(3)])
        self.register_buffer("confident", torch.tensor(torch.inf))

    def trust_first(self, digits: Tensor) -> None:
        """Set ``confident`` so that nets 2 and 3 are called on ``EXTRA_CALLS`` of these pictures."""
        self.confident.copy_(gap(digit_penalties(self.first, digits)).quantile(EXTRA_CALLS))

    @property
    def first(self) -> LeNet4:
        """Net 1."""
        first = self.networks[0]
        assert isinstance(first, LeNet4)
        return first

    def prepare(self, digits: Tensor) -> Tensor:
        """Turn pictures uint8 [batch, 28, 28] into the networks' input."""
        return self.first.prepare(digits)

    def forward(self, x: Tensor) -> Tensor:
        """Return penalties [batch, 10]: net 1's alone where it is confident, elsewhere the mean of all three.

        A mean, as a sum would put the two kinds of answer on different scales.
        """
        penalties = self.first(x).flatten(1)
        unsure = (gap(penalties) < self.confident).nonzero()[:, 0]
        if len(unsure):
            others = [net(x[unsure]).flatten(1) for net in self.networks[1:]]
            penalties = penalties.index_copy(0, unsure, torch.stack([penalties[unsure], *others]).mean(dim=0))
        return penalties

    def cost(self, x: Tensor) -> float:
        """Return how many networks are called for a pattern, on average."""
        return 1.0 + 2.0 * float((gap(self.first(x).flatten(1)) < self.confident).float().mean())
