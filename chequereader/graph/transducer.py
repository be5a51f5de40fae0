"""Transducers (section VIII): arcs that read one label and write another, on graphs with one label an arc.

A pair of labels is coded as a single one, so that every operation on graphs works on transducers too; what
treats the two sides apart stands here. Either side may be epsilon.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from chequereader.graph.composition import compose
from chequereader.graph.errors import LabelError
from chequereader.graph.graph import EPSILON, Graph


def pair_label(read: int, written: int, outputs: int) -> int:
    """Return the label that codes reading ``read`` and writing ``written`` (below ``outputs``)."""
    if not EPSILON <= written < outputs or read < EPSILON:
        raise LabelError(f"can't code the labels {read}:{written} with {outputs} output labels")
    code = (read - EPSILON) * (outputs + 1) + written - EPSILON
    return code - 1


def read_label(label: Tensor, outputs: int) -> Tensor:
    """Return what coded labels [n] read."""
    return torch.div(label + 1, outputs + 1, rounding_mode="floor") + EPSILON


def written_label(label: Tensor, outputs: int) -> Tensor:
    """Return what coded labels [n] write."""
    return (label + 1) % (outputs + 1) + EPSILON


def input_projection(transducer: Graph, outputs: int) -> Graph:
    """Return the acceptor of what the transducer reads, arc for arc."""
    return replace(transducer, label=read_label(transducer.label, outputs))


def output_projection(transducer: Graph, outputs: int) -> Graph:
    """Return the acceptor of what the transducer writes, arc for arc."""
    return replace(transducer, label=written_label(transducer.label, outputs))


def transduce(graph: Graph, transducer: Graph, outputs: int) -> Graph:
    """Return the acceptor of what the transducer writes while it reads paths of ``graph``.

    ``transducer`` has coded labels with ``outputs`` output labels. As of :func:`compose`; epsilon arcs of
    ``graph`` write nothing.
    """
    result = compose(graph, input_projection(transducer, outputs))
    arc = result.arc_map[:, 1]
    written = torch.cat([written_label(transducer.label, outputs), arc.new_tensor([EPSILON])])
    return replace(result, label=written[arc])
