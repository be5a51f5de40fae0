"""Graph transformer networks: packed weighted graphs, composed and scored (sections VI and VIII)."""

from chequereader.graph.compose import REFUSED, compose
from chequereader.graph.errors import CycleError, GraphError, LabelError, PenaltyError, UnreachableFinalError
from chequereader.graph.fused import BestPaths, expand, forward, posteriors, viterbi
from chequereader.graph.graph import EPSILON, Graph, pack, unpack
from chequereader.graph.interpretation import interpret, nbest
from chequereader.graph.nbest import nbest_paths
from chequereader.graph.paths import Paths, best_path, random_paths
from chequereader.graph.scores import arc_posteriors, expected_cost, forward_penalty, label_posteriors
from chequereader.graph.trim import connect, subgraph

__all__ = [
    "EPSILON",
    "REFUSED",
    "BestPaths",
    "CycleError",
    "Graph",
    "GraphError",
    "LabelError",
    "Paths",
    "PenaltyError",
    "UnreachableFinalError",
    "arc_posteriors",
    "best_path",
    "compose",
    "connect",
    "expand",
    "expected_cost",
    "forward",
    "forward_penalty",
    "interpret",
    "label_posteriors",
    "nbest",
    "nbest_paths",
    "pack",
    "posteriors",
    "random_paths",
    "subgraph",
    "unpack",
    "viterbi",
]
