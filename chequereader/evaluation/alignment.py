"""Which characters were taken for which: true and read texts laid side by side by edit distance.

Not for whether an amount is right: a confusion tells why it is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

Pair = tuple[str, str]
"""A true character and what was read for it; empty where one of them is missing."""


def align(truth: str, read: str) -> list[Pair]:
    """Return the pairs of the fewest edits that turn ``truth`` into ``read``.

    Among alignments with the same number of edits the one with substitutions towards the end is taken.
    """
    rows, columns = len(truth) + 1, len(read) + 1
    edits = [[i + j if i == 0 or j == 0 else 0 for j in range(columns)] for i in range(rows)]
    for i in range(1, rows):
        for j in range(1, columns):
            edits[i][j] = min(
                edits[i - 1][j - 1] + (truth[i - 1] != read[j - 1]), edits[i - 1][j] + 1, edits[i][j - 1] + 1
            )
    pairs: list[Pair] = []
    i, j = len(truth), len(read)
    while i or j:
        if i and j and edits[i][j] == edits[i - 1][j - 1] + (truth[i - 1] != read[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((truth[i], read[j]))
        elif i and edits[i][j] == edits[i - 1][j] + 1:
            i -= 1
            pairs.append((truth[i], ""))
        else:
            j -= 1
            pairs.append(("", read[j]))
    return pairs[::-1]


def confusions(texts: Iterable[Pair]) -> Counter[Pair]:
    """Count the pairs over many (true, read) texts, the equal ones among them."""
    return Counter(pair for truth, read in texts for pair in align(truth, read))
