"""What can be wrong with a graph; messages name the member and the arc. Not the command line's errors."""

from __future__ import annotations


class GraphError(ValueError):
    """A graph, or what it is asked for, makes no sense."""


class CycleError(GraphError):
    """The operation needs an order of the nodes and a member has a cycle."""


class UnreachableFinalError(GraphError):
    """A member has no path from a start node to a final node where one is needed."""


class PenaltyError(GraphError):
    """A penalty is not a number, or minus infinity."""


class LabelError(GraphError):
    """A label lies outside the alphabet, or is epsilon where epsilon can't be handled."""
