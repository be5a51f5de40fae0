"""A grammar over the positions of a sliding network, where a character holds on (section VII, Fig. 25).

What the paper's character model transducer does: at each position the network says one label or none; the
same label at successive positions is one character, and a position of none stands between any two. Not for
amounts themselves: see ``amounts``.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from chequereader.alphabet import AMOUNTS
from chequereader.graph.graph import EPSILON, Graph, by_member

HOLDING = len(AMOUNTS.labels)
"""Labels from here on are those of ``AMOUNTS`` held on; ``AMOUNTS.rubbish`` is none."""


def held(graph: Graph) -> Graph:
    """Return a grammar's graph over positions; arcs labelled rubbish in it become positions of none.

    As many members. ``origin`` int64 [arcs]: the arc of ``graph`` that each character's first position takes,
    -1 for the other arcs. Penalties are those of the characters' arcs.
    """
    source, target, label = (t.cpu().numpy() for t in (graph.source, graph.target, graph.label))
    spoken = np.flatnonzero(label != AMOUNTS.rubbish)
    source, target, label = source[spoken], target[spoken], label[spoken]
    # nodes: first those of the grammar, between characters; then one for each character on the way into each
    within, state = np.unique(target * HOLDING + label, return_inverse=True)
    into, which = within // HOLDING, within % HOLDING
    rest, inside = np.arange(graph.nodes), graph.nodes + np.arange(len(within))
    none = AMOUNTS.rubbish
    parts = [
        (rest, rest, np.full(len(rest), none), np.full(len(rest), -1)),
        (inside, into, np.full(len(inside), none), np.full(len(inside), -1)),
        (inside, inside, HOLDING + which, np.full(len(inside), -1)),
        (source, inside[state], label, spoken),
    ]
    from_, to, labels, origin = (
        np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True)
    )
    final = graph.final.cpu().numpy()
    device = graph.device
    where = torch.from_numpy(origin).to(device)
    member = graph.node_member.cpu().numpy()
    return by_member(
        Graph(
            source=torch.from_numpy(from_).to(device),
            target=torch.from_numpy(to).to(device),
            label=torch.from_numpy(labels).to(device),
            penalty=graph.penalty[where.clamp(min=0)].masked_fill(where < 0, 0.0),
            node_member=torch.from_numpy(np.concatenate([member, member[into]])).to(device),
            start=torch.cat([graph.start, torch.zeros(len(within), dtype=torch.bool, device=device)]),
            final=torch.from_numpy(np.concatenate([final, final[into]])).to(device),
            members=graph.members,
            origin=where,
        )
    )


def spoken_labels(device: torch.device | None = None) -> Tensor:
    """Return what each label says, int64 [2 * labels]: itself; ``EPSILON`` for none and for holding on."""
    key = torch.arange(2 * HOLDING, device=device)
    key[AMOUNTS.rubbish] = EPSILON
    key[HOLDING:] = EPSILON
    return key


def holding_penalties(penalties: Tensor) -> Tensor:
    """Return penalties [.., 2 * labels] of penalties [.., labels]: to hold on costs what to begin does."""
    return torch.cat([penalties, penalties], dim=-1)
