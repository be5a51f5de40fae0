"""A grammar over the positions of a sliding network, where a character holds on (section VII, Fig. 25).

What the paper's character model transducer does: at each position the network says one label or none; the
same label at successive positions is one character, and a position of none stands between any two. Not for
amounts themselves: see ``amounts``.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chequereader.alphabet import AMOUNTS, Alphabet
from chequereader.graph.graph import EPSILON, Graph, by_member
from chequereader.graph.order import spans

Ints = NDArray[np.int64]

HOLDING = len(AMOUNTS.labels)
"""Labels of ``AMOUNTS`` from here on are those held on; ``AMOUNTS.rubbish`` is none."""


def held(graph: Graph, alphabet: Alphabet = AMOUNTS, *, touching: bool = False) -> Graph:
    """Return a grammar's graph over positions; arcs labelled rubbish in it become positions of none.

    Its labels are those of the ``alphabet``, then the same held on. As many members. ``origin`` int64 [arcs]:
    the arc of ``graph`` that each character's first position takes, -1 for the other arcs. Penalties are
    those of the characters' arcs. ``touching``: characters may follow each other without a position of none
    between them, unless they are alike, as in connectionist temporal classification (Graves et al. 2006).
    """
    source, target, label = (t.cpu().numpy() for t in (graph.source, graph.target, graph.label))
    holding, none = len(alphabet.labels), alphabet.rubbish
    spoken = np.flatnonzero(label != none)
    source, target, label = source[spoken], target[spoken], label[spoken]
    # nodes: first those of the grammar, between characters; then one for each character on the way into each
    within, state = np.unique(target * holding + label, return_inverse=True)
    into, which = within // holding, within % holding
    rest, inside = np.arange(graph.nodes), graph.nodes + np.arange(len(within))
    parts = [
        (rest, rest, np.full(len(rest), none), np.full(len(rest), -1)),
        (inside, into, np.full(len(inside), none), np.full(len(inside), -1)),
        (inside, inside, holding + which, np.full(len(inside), -1)),
        (source, inside[state], label, spoken),
    ]
    if touching:
        parts.append(_touching(source, label, spoken, inside[state], inside, into, which))
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


def _touching(
    source: Ints, label: Ints, spoken: Ints, reached: Ints, inside: Ints, into: Ints, which: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return arcs from within each character to within those that may follow it and aren't alike."""
    order = np.argsort(source, kind="stable")
    first, last = (np.searchsorted(source[order], into, side) for side in ("left", "right"))
    before, place = spans(first, last)
    after = order[place]
    unlike = label[after] != which[before]
    before, after = before[unlike], after[unlike]
    return inside[before], reached[after], label[after], spoken[after]


def spoken_labels(device: torch.device | None = None) -> Tensor:
    """Return what each label says, int64 [2 * labels]: itself; ``EPSILON`` for none and for holding on."""
    key = torch.arange(2 * HOLDING, device=device)
    key[AMOUNTS.rubbish] = EPSILON
    key[HOLDING:] = EPSILON
    return key


def holding_penalties(penalties: Tensor) -> Tensor:
    """Return penalties [.., 2 * labels] of penalties [.., labels]: to hold on costs what to begin does."""
    return torch.cat([penalties, penalties], dim=-1)
