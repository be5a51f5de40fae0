"""Groups of things that are linked pair by pair. Not for which pieces of a page are linked."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def linked_groups(
    first: npt.NDArray[np.integer], second: npt.NDArray[np.integer], count: int
) -> list[npt.NDArray[np.int32]]:
    """Return the groups of ``count`` things that pairs ``first`` and ``second`` [pairs] link, each ascending.

    They are ordered by their first members; what is linked to nothing is a group by itself.
    """
    if count == 0:
        return []
    graph = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(count, count))
    groups, owner = connected_components(graph, directed=False)
    order = np.argsort(owner, kind="stable").astype(np.int32)
    ends = np.searchsorted(owner[order], np.arange(groups + 1))
    return [order[a:b] for a, b in pairwise(ends.tolist())]
