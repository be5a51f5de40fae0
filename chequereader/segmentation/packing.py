"""Many segmentation graphs packed into one ``Graph``. Not for building them: see ``segmenter``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from chequereader.graph import Graph


def pack_arcs(
    nodes: Sequence[int] | NDArray[np.int64],
    arcs: Sequence[int] | NDArray[np.int64],
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    device: torch.device | None = None,
) -> Graph:
    """Return segmentation graphs packed, members in order, penalties nought.

    ``nodes`` and ``arcs`` tell each member's number of cuts and of candidates; ``source`` and ``target``
    int64 [arcs] are cuts within the member. The first cut is the start, the last one final. An arc's label
    is its place in the pack.
    """
    sizes = np.asarray(nodes, np.int64)
    node_start = np.concatenate([[0], np.cumsum(sizes)])
    shift = np.repeat(node_start[:-1], np.asarray(arcs, np.int64))
    start, final = np.zeros(node_start[-1], bool), np.zeros(node_start[-1], bool)
    start[node_start[:-1]] = True
    final[node_start[1:] - 1] = True
    graph = Graph(
        source=torch.from_numpy(source + shift),
        target=torch.from_numpy(target + shift),
        label=torch.arange(len(source)),
        penalty=torch.zeros(len(source)),
        node_member=torch.from_numpy(np.repeat(np.arange(len(sizes)), sizes)),
        start=torch.from_numpy(start),
        final=torch.from_numpy(final),
        members=len(sizes),
    )
    return graph if device is None else graph.to(device)
