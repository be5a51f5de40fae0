"""Whether two graphs give the same label strings the same penalties, however they are built."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from chequereader.graph.composition import compose
from chequereader.graph.graph import EPSILON, Graph
from chequereader.graph.paths import best_values
from chequereader.graph.scores import forward_penalty

STATES = 3
"""States of the random graphs that strings are weighed with; two would do to tell all strings apart."""

SCALES = (1.0, 30.0, 1000.0)
"""Half the spread of the random penalties, in turn."""

CENTRES = (0.0, 1.0, -1.0)
"""Their middle in units of the scale, in turn: short strings come out best as well as long ones."""


def equivalent(
    left: Graph,
    right: Graph,
    tolerance: float,
    generator: np.random.Generator,
    *,
    best: bool = False,
    trials: int = 27,
) -> Tensor:
    """Return for each member whether both graphs give every label string the same penalty, bool [members].

    The penalty of a string is the forward penalty of its paths, or with ``best`` the least. Both graphs,
    acyclic, are composed with random graphs over their labels, under which almost surely no two strings weigh
    the same, and the scores compared: a difference beyond ``tolerance`` in a score is a proof, agreement in
    all ``trials`` is strong evidence. Trials differ in how wide the random penalties are: narrow ones weigh
    all strings together, wide ones let a single string decide, however bad it is.
    """
    same = torch.ones(max(left.members, right.members), dtype=torch.bool, device=left.device)
    labels = torch.unique(torch.cat([left.label, right.label]))
    labels = labels[labels != EPSILON].tolist()
    for trial in range(trials):
        scale = SCALES[trial % len(SCALES)]
        centre = scale * CENTRES[trial // len(SCALES) % len(CENTRES)]
        weights = _random_graph(labels, centre, scale, generator).to(left.device, torch.float64)
        first, second = (
            _score(compose(graph.to(dtype=torch.float64), weights), best) for graph in (left, right)
        )
        both_none = (first == torch.inf) & (second == torch.inf)
        same &= both_none | ((first - second).abs() <= tolerance)
    return same


def _score(graph: Graph, best: bool) -> Tensor:
    return best_values(graph).total if best else forward_penalty(graph).detach()


def _random_graph(labels: list[int], centre: float, scale: float, generator: np.random.Generator) -> Graph:
    """All labels between all pairs of states at random penalties; any state may end.

    Each label has a level of its own: else the least of so many ways would be alike for all labels.
    """
    level = dict(zip(labels, generator.uniform(-2 * scale, 2 * scale, len(labels)), strict=True))
    ends = [(s, t, label) for s in range(STATES) for t in range(STATES) for label in labels]
    spread = generator.uniform(-scale, scale, len(ends))
    arcs = [(*end, float(centre + level[end[2]] + x)) for end, x in zip(ends, spread, strict=True)]
    return Graph.from_arcs(arcs, final=range(STATES), dtype=torch.float64)
