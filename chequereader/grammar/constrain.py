"""A grammar constrained to the texts of a truth: the numerator of discriminative training (section VI).

The product of the grammar with a small deterministic automaton that follows the digits. Unlike a general
composition the automaton sees what a digit is for, units or cents, and not only which digit it is.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch

from chequereader.alphabet import AMOUNTS, LOWERED
from chequereader.errors import UsageError
from chequereader.grammar.amount import MAX_UNIT_DIGITS, Role
from chequereader.grammar.grammar import Grammar
from chequereader.grammar.numbers import FIGURES
from chequereader.graph.graph import Graph

_NONE = 10
"""The symbol of a character that isn't followed; 0 .. 9 are digits."""
_CENTS = 11
"""Added to a digit's symbol where digits of cents are told from digits of units."""

MOST_DIGITS = MAX_UNIT_DIGITS + len("45") + len("100")
"""As many digits as can be written, with cents over a hundred."""
LIMIT = 100 * 10**MAX_UNIT_DIGITS
"""More hundredths than any amount has."""

_PRINTED = "$£€₹"

_DIGIT = np.array(
    [FIGURES.find(label) if label in FIGURES else _NONE for label in AMOUNTS.labels.translate(LOWERED)]
)
"""Symbol of each label of ``AMOUNTS``, raised digits as digits."""


def with_digits(grammar: Grammar, digits: str) -> Graph:
    """Return the texts whose digits as written, in order and raised ones included, are ``digits``.

    One trimmed member; its ``origin`` are arcs of ``grammar.graph``, from which it takes its penalties, so
    that gradients reach them. Digits of a denominator count as well: ``5 45/100`` has the digits 545100.
    ``UsageError`` if ``digits`` has other characters, or the grammar has no such text.
    """
    if not digits.isascii() or not digits.isdigit():
        raise UsageError(f"digits {digits!r} are not a row of the figures 0 to 9")
    if len(digits) > MOST_DIGITS:
        raise UsageError(f"{len(digits)} digits are more than any amount has ({MOST_DIGITS} with cents/100)")
    table = np.full((len(digits) + 1, _NONE + 1), -1)
    table[:, _NONE] = range(len(table))
    for state, digit in enumerate(digits):
        table[state, int(digit)] = state + 1
    final = np.zeros(len(table), dtype=bool)
    final[-1] = True
    graph = _product(grammar.graph, _DIGIT[grammar.graph.label.cpu().numpy()], table, final)
    if graph is None:
        raise UsageError(f"no amount of locale {grammar.locale!r} is written with the digits {digits!r}")
    return graph


def with_text(grammar: Grammar, text: str) -> Graph:
    """Return the one text given, with rubbish anywhere and, before it, a currency sign that it doesn't tell.

    Forms have the sign printed where truth often leaves it out. One trimmed member with ``origin`` as in
    :func:`with_digits`. ``UsageError`` if the grammar has no such text; ``KeyError`` for a character that is
    no label.
    """
    labels = AMOUNTS.encode(text)
    table = np.full((len(labels) + 1, len(AMOUNTS.labels)), -1)
    table[0, AMOUNTS.encode(_PRINTED)] = 0
    table[:, AMOUNTS.rubbish] = range(len(table))
    for state, label in enumerate(labels):
        table[state, label] = state + 1
    final = np.zeros(len(table), dtype=bool)
    final[-1] = True
    graph = _product(grammar.graph, grammar.graph.label.cpu().numpy(), table, final)
    if graph is None:
        raise UsageError(f"{text!r} is not written as an amount of locale {grammar.locale!r}")
    return graph


def with_same_amount(grammar: Grammar, text: str) -> Graph:
    """Return the texts that have the digits of a text and its worth: ``1.234⁵⁰`` for ``1,234.50``.

    One trimmed member with ``origin`` as in :func:`with_digits`. ``UsageError`` if the text is no amount of
    the grammar.
    """
    minor_units = grammar.parse(text).minor_units
    same = with_digits(grammar, "".join(c for c in text.translate(LOWERED) if c in FIGURES))
    graph = _worth(same, _money_symbols(grammar)[same.arc_map.numpy()], minor_units)
    assert graph is not None, "the text is one of them"
    return replace(graph, origin=same.arc_map[graph.arc_map])


def with_amount(grammar: Grammar, minor_units: int) -> Graph:
    """Return the texts that are worth ``minor_units`` hundredths: ``88,00,000/-`` and ``88,00,000.00``.

    One trimmed member with ``origin`` as in :func:`with_digits`. ``UsageError`` if there is no such text
    or the value is no amount's.
    """
    if not 0 <= minor_units < LIMIT:
        raise UsageError(f"{minor_units} hundredths are no amount: 0 to {LIMIT - 1} are")
    graph = _worth(grammar.graph, _money_symbols(grammar), minor_units)
    if graph is None:
        raise UsageError(f"no amount of locale {grammar.locale!r} is worth {minor_units} hundredths")
    return graph


def _worth(graph: Graph, symbols: np.ndarray, minor_units: int) -> Graph | None:
    """Return the product with the automaton of an amount; ``symbols`` as of ``_money_symbols``."""
    units, cents = divmod(minor_units, 100)
    figures = str(units) if units else ""
    states = len(figures) + 3
    table = np.full((states, _CENTS + _NONE + 1), -1)
    table[:, _NONE] = range(states)
    table[0, 0] = 0  # leading noughts
    for state, digit in enumerate(figures):
        table[state, int(digit)] = state + 1
    for state, digit in enumerate(f"{cents:02d}", start=len(figures)):
        table[state, _CENTS + int(digit)] = state + 1
    final = np.zeros(states, dtype=bool)
    final[[len(figures), -1] if cents == 0 else [-1]] = True
    return _product(graph, symbols, table, final)


@lru_cache(maxsize=8)
def _money_symbols(grammar: Grammar) -> np.ndarray:
    """Return each arc's symbol: the digit of a unit, the shifted digit of a cent, else ``_NONE``."""
    label, role = grammar.graph.label.cpu().numpy(), grammar.roles.cpu().numpy()
    symbol = _DIGIT[label]
    symbol[label == AMOUNTS.index("x")] = 0
    cents = role == Role.CENT
    symbol[cents] += _CENTS
    symbol[~cents & (role != Role.UNIT)] = _NONE
    return symbol


def _product(graph: Graph, symbol: np.ndarray, table: np.ndarray, final: np.ndarray) -> Graph | None:
    """Return the trimmed product with an automaton, None if it is empty.

    ``symbol``: int [arcs] of the graph; ``table``: int [states, symbols], the automaton's next state or -1;
    ``final``: bool [states]. The automaton starts in state 0.
    """
    nodes = graph.nodes
    following = table[:, symbol]
    state, arc = np.nonzero(following >= 0)
    source = state * nodes + graph.source.cpu().numpy()[arc]
    target = following[state, arc] * nodes + graph.target.cpu().numpy()[arc]
    starts = np.zeros(len(table) * nodes, dtype=bool)
    starts[:nodes] = graph.start.cpu().numpy()
    finals = np.logical_and.outer(final, graph.final.cpu().numpy()).ravel()
    kept = _reached(starts, source, target) & _reached(finals, target, source)
    if not kept.any():
        return None
    within = kept[source] & kept[target]
    number = np.cumsum(kept) - 1
    device = graph.device
    origin = torch.from_numpy(arc[within]).to(device)
    return Graph(
        source=torch.from_numpy(number[source[within]]).to(device),
        target=torch.from_numpy(number[target[within]]).to(device),
        label=graph.label[origin],
        penalty=graph.penalty[origin],
        node_member=torch.zeros(int(kept.sum()), dtype=torch.int64, device=device),
        start=torch.from_numpy(starts[kept]).to(device),
        final=torch.from_numpy(finals[kept]).to(device),
        members=1,
        origin=origin,
    )


def _reached(first: np.ndarray, source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the nodes that arcs lead to from the first ones, these included: bool [nodes]."""
    reached = first.copy()
    count = -1
    while (now := int(reached.sum())) != count:
        count = now
        reached[target[reached[source]]] = True
    return reached
