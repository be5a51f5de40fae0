"""Graph transformer networks: packed weighted graphs, composed and scored (sections VI and VIII)."""

from chequereader.graph.chains import chain_forward
from chequereader.graph.composition import REFUSED, compose
from chequereader.graph.draw import to_dot, to_svg
from chequereader.graph.epsilon import remove_epsilon
from chequereader.graph.equivalence import equivalent
from chequereader.graph.errors import (
    CycleError,
    GraphError,
    LabelError,
    PenaltyError,
    UnreachableFinalError,
)
from chequereader.graph.fused import BestPaths, expand, forward, posteriors, viterbi
from chequereader.graph.graph import EPSILON, Graph, pack, unpack
from chequereader.graph.interpretation import interpret, nbest, nbest_likely
from chequereader.graph.paths import Paths, best_path, random_paths
from chequereader.graph.probabilities import Probabilities
from chequereader.graph.prune import prune_margin, prune_posterior
from chequereader.graph.rational import closure, concatenation, relabel, reverse, union
from chequereader.graph.scores import arc_posteriors, expected_cost, forward_penalty, label_posteriors
from chequereader.graph.strings import nbest_paths
from chequereader.graph.text import from_text, to_text
from chequereader.graph.transducer import input_projection, output_projection, pair_label, transduce
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
    "Probabilities",
    "UnreachableFinalError",
    "arc_posteriors",
    "best_path",
    "chain_forward",
    "closure",
    "compose",
    "concatenation",
    "connect",
    "equivalent",
    "expand",
    "expected_cost",
    "forward",
    "forward_penalty",
    "from_text",
    "input_projection",
    "interpret",
    "label_posteriors",
    "nbest",
    "nbest_likely",
    "nbest_paths",
    "output_projection",
    "pack",
    "pair_label",
    "posteriors",
    "prune_margin",
    "prune_posterior",
    "random_paths",
    "relabel",
    "remove_epsilon",
    "reverse",
    "subgraph",
    "to_dot",
    "to_svg",
    "to_text",
    "transduce",
    "union",
    "unpack",
    "viterbi",
]
