"""The recognition transformer: candidates in, a penalty for every label out (sections V and X).

The penalty of a label on an arc is minus the logarithm of its probability, from what the candidate looks like
(LeNet-5, the RBF penalties of its class) and from how it stands in the line (its geometry); "none of the
classes" competes with the constant of eq. (9). All of it is trained together through the graph. Not the place
for loading weights (``store``) or for searching the graph.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from chequereader.alphabet import Alphabet
from chequereader.recognition.maxpool import MaxPoolLeNet5
from chequereader.recognition.networks import reading_network

NONE_PENALTY = 3.0
"""j of eq. (9): the penalty of "none of the classes". Not printed in the paper."""

_HIDDEN = 40


class Recogniser(nn.Module):
    """LeNet-5, either form, and two small networks for the geometry.

    ``forward`` takes crops uint8 [arcs, 32, 32] and geometry float [arcs, features] and gives penalties float
    [arcs, labels], lower is better. ``architecture``, ``normalised`` and ``dropped`` as for
    ``reading_network``.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        features: int,
        architecture: str = "lenet5",
        *,
        normalised: bool = False,
        dropped: float = 0.0,
    ) -> None:
        super().__init__()
        self.alphabet, self.architecture, self.features = alphabet, architecture, features
        self.network = reading_network(alphabet.classes, architecture, normalised=normalised, dropped=dropped)
        self.geometry = nn.Sequential(
            nn.Linear(features, _HIDDEN), nn.Tanh(), nn.Linear(_HIDDEN, len(alphabet.labels))
        )
        self.place = nn.Sequential(nn.Linear(features, _HIDDEN), nn.Tanh(), nn.Linear(_HIDDEN, 1))
        for parameter in self.place[-1].parameters():
            nn.init.zeros_(parameter)
        self.register_buffer("class_of_label", torch.tensor(alphabet.class_of_label), persistent=False)

    class_of_label: Tensor

    def shape_penalties(self, crops: Tensor) -> Tensor:
        """Return the penalties [arcs, classes] of the pictures, by their shape alone."""
        return -self.network.picture_scores(crops).flatten(1)

    def label_penalties(self, shape: Tensor, geometry: Tensor) -> Tensor:
        """Return minus the logarithm of each label's probability [arcs, labels], eq. (9) for each label.

        ``shape`` float [arcs, classes] as ``shape_penalties`` gives it.
        """
        scores = self.geometry(geometry) - shape[:, self.class_of_label]
        none = scores.new_full((len(scores), 1), -NONE_PENALTY)
        return -torch.log_softmax(torch.cat([scores, none], dim=1), dim=1)[:, :-1]

    def segment_penalties(self, geometry: Tensor) -> Tensor:
        """Return [arcs, labels]: how bad a place it is for a character, whichever; nought for rubbish.

        From gaps, cuts and the fit to the base line (section X); of either sign, learned through the graph.
        """
        penalty = self.place(geometry).expand(-1, len(self.alphabet.labels)).clone()
        penalty[:, self.alphabet.rubbish] = 0.0
        return penalty

    def penalties(self, shape: Tensor, geometry: Tensor) -> Tensor:
        """Return the penalties of the recognition graph from ``shape_penalties``."""
        return self.label_penalties(shape, geometry) + self.segment_penalties(geometry)

    def plain(self) -> Recogniser:
        """Return the recogniser as it reads, without what only the first training needs."""
        made = Recogniser(self.alphabet, self.features, self.architecture)
        own = self.network.plain() if isinstance(self.network, MaxPoolLeNet5) else self.network
        made.network.load_state_dict(own.state_dict())
        made.geometry.load_state_dict(self.geometry.state_dict())
        made.place.load_state_dict(self.place.state_dict())
        return made

    def forward(self, crops: Tensor, geometry: Tensor) -> Tensor:
        """Return the penalties of the recognition graph."""
        return self.penalties(self.shape_penalties(crops), geometry)
