"""Groups of things that are linked pair by pair.

For the hundreds of pieces of a page, where scipy's graphs take longer to build than to search. Not for which
pieces are linked.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt


def linked_groups(
    first: npt.NDArray[np.integer], second: npt.NDArray[np.integer], count: int
) -> list[npt.NDArray[np.int32]]:
    """Return the groups of ``count`` things that pairs ``first`` and ``second`` [pairs] link, each ascending.

    They are ordered by their first members; what is linked to nothing is a group by itself.
    """
    least = np.arange(count)
    while True:
        # all take over the least of their neighbours, and what that has taken over
        lower = np.minimum(least[first], least[second])
        now = least.copy()
        np.minimum.at(now, first, lower)
        np.minimum.at(now, second, lower)
        now = now[now]
        if (now == least).all():
            break
        least = now
    order = np.argsort(least, kind="stable").astype(np.int32)
    ends = np.flatnonzero(np.diff(least[order], append=count)) + 1
    return [order[a:b] for a, b in pairwise([0, *ends.tolist()])]
