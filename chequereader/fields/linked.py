"""Groups of things that are linked pair by pair. Not for which pieces of a page are linked."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt


def linked_groups(
    first: npt.NDArray[np.integer], second: npt.NDArray[np.integer], count: int
) -> list[npt.NDArray[np.int32]]:
    """Return the groups of ``count`` things that pairs ``first`` and ``second`` [pairs] link, each ascending.

    They are ordered by their first members; what is linked to nothing is a group by itself. For some hundreds
    of things: building a sparse matrix for ``scipy.sparse.csgraph`` would take five times as long.
    """
    if count == 0:
        return []
    # the first member of each thing's group, as far as it is known
    owner = np.arange(count)
    while not np.array_equal(one := owner[first], other := owner[second]):
        np.minimum.at(owner, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(owner, above := owner[owner]):
            owner = above
    order = np.argsort(owner, kind="stable").astype(np.int32)
    starts = np.flatnonzero(np.diff(owner[order], prepend=-1))
    return [order[a:b] for a, b in pairwise([*starts.tolist(), count])]
