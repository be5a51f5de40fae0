"""What is known of a training field, and the texts that are correct for it: constrained graphs of section VI.

A truth is the amount as written, ``1,234.50``, or where no more is known its digits alone behind a ``?``:
``?123450``. Not for evaluation, which compares amounts.
"""

from __future__ import annotations

from dataclasses import replace

import torch

from chequereader.alphabet import AMOUNTS
from chequereader.grammar import Grammar, with_digits, with_same_amount, with_text
from chequereader.graph import Graph, subgraph

_ALONE = "?"
_HUNDREDTHS = "/100"


def digits_alone(digits: str) -> str:
    """Return the truth of a field of which only the digits are known, raised cents among them if any."""
    return _ALONE + digits


def is_written(truth: str) -> bool:
    """Tell whether a truth is the amount as written."""
    return not truth.startswith(_ALONE)


def constrained(grammar: Grammar, truth: str) -> Graph:
    """Return the grammar constrained to a truth: a text as it stands, or digits with any signs.

    A row of digits says nothing of raised cents, which have the same digits: it is read without any.
    ``UsageError`` if the grammar has no such amount.
    """
    if is_written(truth):
        return with_text(grammar, truth)
    graph = with_digits(grammar, truth.removeprefix(_ALONE))
    raised = torch.tensor([c in AMOUNTS.raised for c in AMOUNTS.labels])
    level = subgraph(graph, torch.nonzero(~raised[graph.label]).flatten())
    return replace(level, origin=graph.arc_map[level.arc_map])


def constrained_to_amount(grammar: Grammar, truth: str) -> Graph:
    """Return the grammar constrained to the digits of a truth and what they are worth, however set apart.

    What counts in the end: ``1.234,50`` and ``1,234⁵⁰`` are as correct as ``1,234.50``. A row of digits is
    worth anything. ``UsageError`` as for ``constrained``.
    """
    return with_same_amount(grammar, truth) if is_written(truth) else constrained(grammar, truth)


def ways_to_write(truth: str) -> list[str]:
    """Return a truth and what else a strip may show of it.

    Cents over a hundred may stand one above the other: then nothing is written behind the cents.
    """
    if truth.endswith(_HUNDREDTHS) and truth[: -len(_HUNDREDTHS)][-2:].strip(AMOUNTS.raised) == "":
        return [truth, truth.removesuffix(_HUNDREDTHS)]
    return [truth]
