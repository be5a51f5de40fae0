"""The sliding recogniser: LeNet-5 over a whole strip, one row of penalties every four pixels (section VII).

The space displacement network: no cuts are chosen beforehand, and what is looked at twice is computed once.
Its penalties stand on a chain of positions, composed with a grammar over positions (``grammar.held``). Not
for single candidates: see ``recogniser``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from chequereader.alphabet import Alphabet
from chequereader.graph import Graph
from chequereader.recognition.layers import spread_start
from chequereader.recognition.lenet import LeNet5
from chequereader.segmentation.packing import pack_arcs
from chequereader.segmentation.strip import REACH, STRIDE, STRIP, positions

_DISTANCE = 8.0  # squared RBF distance that makes one unit of penalty


class SlidingRecogniser(nn.Module):
    """LeNet-5 with an output for every label, rubbish standing for none.

    ``forward`` takes strips uint8 [batch, 32, width] and gives penalties float [batch, positions, labels]:
    minus the logarithm of each label's probability at each position.
    """

    def __init__(self, alphabet: Alphabet, architecture: str = "lenet5-wide") -> None:
        super().__init__()
        self.alphabet, self.architecture = alphabet, architecture
        self.network = LeNet5(alphabet.labels, architecture)
        spread_start(self.network)
        self.prior = nn.Parameter(torch.zeros(len(alphabet.labels)))

    def penalties(self, distances: Tensor) -> Tensor:
        """Return penalties of squared distances, both [batch, positions, labels]."""
        return -torch.log_softmax(self.prior - distances / _DISTANCE, dim=-1)

    def forward(self, strips: Tensor) -> Tensor:
        """Return the penalties of all positions."""
        return self.penalties(self.network.distances(strips))


def chain(counts: Sequence[int], device: torch.device | None = None) -> Graph:
    """Return a chain of positions for each strip, packed; ``counts`` tells how many positions each has."""
    source = np.concatenate([np.arange(n) for n in counts])
    return pack_arcs([n + 1 for n in counts], counts, source, source + 1, device)


def padded(strips: Sequence[NDArray[np.uint8]]) -> tuple[Tensor, list[int]]:
    """Put strips of several widths into one tensor uint8 [batch, 32, width]; with it each one's positions."""
    width = max(one.shape[1] for one in strips)
    # whole strides: what is left over would be lost at a subsampling anyway
    width += (REACH - width) % STRIDE
    out = np.zeros((len(strips), STRIP, width), np.uint8)
    for row, one in zip(out, strips, strict=True):
        row[:, : one.shape[1]] = one
    return torch.from_numpy(out), [positions(one.shape[1]) for one in strips]
