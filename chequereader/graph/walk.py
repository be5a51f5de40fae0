"""Walking back from the final nodes, all members a step at a time: what every such walk shares."""

from __future__ import annotations

import numpy as np


def window(first: np.ndarray, node: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions [nodes, width] of the arcs into each node, and which of them lie beyond its last."""
    arcs = first[node][:, None] + np.arange(width)
    closed = arcs >= first[node + 1][:, None]
    return np.minimum(arcs, first[-1] - 1, out=arcs), closed


def pick(arcs: np.ndarray, closed: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """The arc of least cost of each row; every row has one that is open."""
    cost[closed] = np.inf
    return arcs[np.arange(arcs.shape[0]), cost.argmin(1)]


def draw(
    summed: np.ndarray, begin: np.ndarray, end: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Draw one position of each range [begin, end) by weights whose running sum is ``summed``."""
    padded = np.concatenate([[0.0], summed])
    low, high = padded[begin], padded[end]
    position = np.searchsorted(summed, low + generator.random(begin.shape[0]) * (high - low), side="right")
    return np.clip(position, begin, end - 1)


def joined(steps: list[tuple[np.ndarray, ...]], parts: int) -> tuple[np.ndarray, ...]:
    """Join the steps of a walk back, ``parts`` arrays each: by the first array, first step first."""
    if not steps:
        return tuple(np.zeros(0, dtype=np.int64) for _ in range(parts))
    member, *rest = (np.concatenate(parts) for parts in zip(*reversed(steps), strict=True))
    order = np.argsort(member, kind="stable")
    return member[order], *(part[order] for part in rest)
