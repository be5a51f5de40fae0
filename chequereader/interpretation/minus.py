"""A minus before an amount: what is read behind it is not what the cheque says.

The grammar has no negative amounts, as nobody pays by them, and would read past the sign. Not for dashes
behind an amount, which end it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from chequereader.alphabet import AMOUNTS
from chequereader.interpretation.vote import Answer
from chequereader.recognition.recognition_graph import RecognitionGraph

_MINUS = AMOUNTS.index("-")
_DIGITS = [index for index, label in enumerate(AMOUNTS.labels) if label.isdigit()]


def doubted(answers: Sequence[Answer], graphs: Sequence[RecognitionGraph]) -> list[Answer]:
    """Return the answers of a page, surest first, each as sure as it may be with what stands before it.

    ``graphs``: of the sliding network, one for each zone.
    """
    found = [replace(a, confidence=a.confidence * (1.0 - minus_before(graphs[a.zone]))) for a in answers]
    return sorted(found, key=lambda answer: -answer.confidence)


def minus_before(graph: RecognitionGraph) -> float:
    """Return how probable a minus is before the first digit, nought where there is no digit.

    The first digit is where digits together are likelier than all else; a chain's columns are the labels,
    then those held on.
    """
    shares = torch.exp(-graph.penalties[:, : len(AMOUNTS.labels)]).numpy()
    digit = np.flatnonzero(shares[:, _DIGITS].sum(axis=1) > 0.5)
    return float(shares[: digit[0], _MINUS].max(initial=0.0)) if len(digit) else 0.0
