"""The sliding recogniser: LeNet-5s over a whole strip, a row of penalties every four pixels (section VII).

The space displacement network: no cuts are chosen beforehand, and what is looked at twice is computed once.
Its penalties stand on a chain of positions, composed with a grammar over positions (``grammar.held``). Not
for single candidates: see ``recogniser``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from chequereader.alphabet import Alphabet
from chequereader.graph import Graph
from chequereader.recognition.maxpool import MaxPoolLeNet5
from chequereader.recognition.networks import ScoresPictures, reading_network
from chequereader.segmentation.packing import pack_arcs
from chequereader.segmentation.strip import REACH, STANDARD, STRIDE, STRIP, Scale, positions


class SlidingRecogniser(nn.Module):
    """One or more networks with an output for every label, rubbish standing for none.

    ``forward`` takes strips uint8 [batch, 32, width] and gives penalties float [batch, positions, labels]:
    minus the logarithm of each label's probability at each position, which is the networks' geometric mean.
    The strips are of its ``scale``. ``architecture``, ``normalised`` and ``dropped`` as for
    ``reading_network``.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        architecture: str = "lenet5-wide-maxpool",
        networks: int = 1,
        *,
        scale: Scale = STANDARD,
        normalised: bool = False,
        dropped: float = 0.0,
    ) -> None:
        super().__init__()
        self.alphabet, self.architecture, self.scale = alphabet, architecture, scale
        self.networks = nn.ModuleList(
            reading_network(alphabet.labels, architecture, normalised=normalised, dropped=dropped)
            for _ in range(networks)
        )
        # what each label is worth wherever it stands: RBF outputs have no bias of their own
        self.prior = nn.Parameter(torch.zeros(networks, len(alphabet.labels)))

    def forward(self, strips: Tensor) -> Tensor:
        """Return the penalties of all positions."""
        told = []
        for network, prior in zip(self.networks, self.prior, strict=True):
            assert isinstance(network, ScoresPictures)
            told.append(torch.log_softmax(network.picture_scores(strips).float() + prior, dim=-1))
        if len(told) == 1:
            return -told[0]
        return -torch.log_softmax(torch.stack(told).mean(dim=0), dim=-1)

    def plain(self) -> SlidingRecogniser:
        """Return the recogniser as it reads, without what only training needs."""
        return joined([self])

    def started(self, number: int, strips: Tensor, dropped: float) -> SlidingRecogniser:
        """Return one network of a plain recogniser as it goes on training.

        ``strips`` uint8 [batch, 32, width] and ``dropped`` as for ``MaxPoolLeNet5.normalised``; the paper's
        networks go on as they are. Numbers beyond the last network begin with the first again.
        """
        number %= len(self.networks)
        made = SlidingRecogniser(self.alphabet, self.architecture, scale=self.scale)
        network = self.networks[number]
        if isinstance(network, MaxPoolLeNet5):
            network = network.normalised(strips, dropped)
        made.networks[0] = network.requires_grad_(True)
        with torch.no_grad():
            made.prior.copy_(self.prior[number : number + 1])
        return made


def joined(recognisers: Sequence[SlidingRecogniser]) -> SlidingRecogniser:
    """Return one recogniser, as it reads, with the networks of several of one architecture and scale."""
    first = recognisers[0]
    networks = [network for recogniser in recognisers for network in recogniser.networks]
    made = SlidingRecogniser(first.alphabet, first.architecture, len(networks), scale=first.scale)
    for own, network in zip(made.networks, networks, strict=True):
        source = network.plain() if isinstance(network, MaxPoolLeNet5) else network
        own.load_state_dict(source.state_dict())
    with torch.no_grad():
        made.prior.copy_(torch.cat([recogniser.prior for recogniser in recognisers]))
    return made.eval()


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


def side_by_side(strips: Sequence[NDArray[np.uint8]]) -> tuple[Tensor, list[slice]]:
    """Put strips one after the other into one tensor uint8 [1, 32, width]; with it each one's positions.

    Each stands where a position begins, so that what is seen there is as in the strip alone; positions
    between two strips are nobody's.
    """
    # whole strides, as for ``padded``
    widths = [one.shape[1] + (REACH - one.shape[1]) % STRIDE for one in strips]
    starts = [end - width for end, width in zip(accumulate(widths), widths, strict=True)]
    out = np.zeros((1, STRIP, sum(widths)), np.uint8)
    for start, one in zip(starts, strips, strict=True):
        out[0, :, start : start + one.shape[1]] = one
    first = [start // STRIDE for start in starts]
    places = [slice(at, at + positions(one.shape[1])) for at, one in zip(first, strips, strict=True)]
    return torch.from_numpy(out), places
