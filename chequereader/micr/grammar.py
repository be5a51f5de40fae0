"""The grammars of the lines in one type as one graph, and a free one in it for all lines of no known form.

In the American one a mod-10 counter is part of the automaton: a state knows the weighted sum of the digits so
far, so that no path spells a routing number with a wrong check digit. Not for the fields of a line that was
read: see ``fields``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
import torch
from torch import Tensor

from chequereader.alphabet import RUBBISH
from chequereader.grammar.acceptor import Acceptor, Arc, one_of
from chequereader.grammar.optimise import optimised
from chequereader.graph.graph import Graph
from chequereader.micr.characters import AMOUNT, DASH, LOST, ON_US, TRANSIT
from chequereader.micr.check_digits import ABA_WEIGHTS
from chequereader.micr.fonts import Font, Form

RUBBISH_PENALTY = 1.5
"""Of a candidate that is skipped; blank cells get it back."""
FREE_PENALTY = 5.0
"""Of a line that fits none of the grammars: how much clearer the ink has to be."""
LOST_PENALTY = 2.0
"""Of a digit whose ink is gone, in a number whose check digit tells which it was."""

_DIGITS = "0123456789"


@dataclass(frozen=True, eq=False)
class MicrGrammar:
    """Grammars in one graph.

    ``graph``: one cyclic member over the labels of the type; ``forms``: int64 [arcs], each arc's ``Form``.
    """

    graph: Graph
    forms: Tensor

    @cached_property
    def _forms(self) -> list[int]:
        return self.forms.tolist()

    def form(self, arcs: Sequence[int]) -> Form:
        """Return the grammar that a path was read by."""
        return Form(self._forms[arcs[0]])


def digits(least: int, most: int | None = None, *, form: Form, signs: str = "") -> Acceptor:
    """Accept ``least`` to ``most`` digits or ``signs``; there is no upper bound where ``most`` is None."""
    one = one_of(_DIGITS + signs, form)
    if most is None:
        return one**least + one.star
    return one**least + one.optional ** (most - least)


def routing_number(form: Form = Form.US) -> Acceptor:
    """Accept nine digits whose sum, weighted 3, 7, 1, is a multiple of ten: 10 states a place.

    Any digit may be a lost one.
    """
    arcs = [
        Arc(10 * place + total, 10 * (place + 1) + (total + weight * digit) % 10, label, form, penalty)
        for place, weight in enumerate(ABA_WEIGHTS)
        for total in range(10)
        for labels, penalty in ((_DIGITS, 0.0), (LOST, LOST_PENALTY))
        for digit, label in enumerate(labels)
    ]
    end = 10 * len(ABA_WEIGHTS)
    return Acceptor(tuple(arcs), end + 10, frozenset({0}), frozenset({end}))


def _us() -> Acceptor:
    form = Form.US
    auxiliary = _between(ON_US, digits(1, form=form), form).optional
    on_us = digits(1, form=form, signs=ON_US + DASH).optional
    return auxiliary + _between(TRANSIT, routing_number(), form) + on_us + _amount(form).optional


def _ca() -> Acceptor:
    form = Form.CA
    transit = digits(5, 5, form=form) + one_of(DASH, form) + digits(3, 3, form=form)
    number = _between(ON_US, digits(1, form=form), form).optional
    on_us = digits(1, form=form, signs=ON_US + DASH).optional
    return number + _between(TRANSIT, transit, form) + on_us + _amount(form).optional


def _in() -> Acceptor:
    form = Form.IN
    number = _between(ON_US, digits(6, 6, form=form), form)
    branch = digits(9, 9, form=form) + one_of(TRANSIT, form)
    account = digits(6, 6, form=form).optional + one_of(ON_US, form)
    return number + branch + account + digits(2, 2, form=form)


def _uk() -> Acceptor:
    form = Form.UK
    number = _between(ON_US, digits(6, 6, form=form), form)
    sort_code = digits(2, 2, form=form) + one_of(DASH, form) + digits(4, 4, form=form) + one_of(TRANSIT, form)
    account = digits(8, 8, form=form) + one_of(ON_US, form)
    return number + sort_code + account + digits(2, 2, form=form).optional


def _between(sign: str, inner: Acceptor, form: Form) -> Acceptor:
    return one_of(sign, form) + inner + one_of(sign, form)


def _amount(form: Form) -> Acceptor:
    """Accept an amount of ten digits, or what a picture that ends too early shows of one."""
    return one_of(AMOUNT, form) + digits(1, 10, form=form).optional + one_of(AMOUNT, form).optional


def _fr() -> Acceptor:
    form = Form.FR
    number, bank = digits(7, 7, form=form), digits(12, 12, form=form)
    return _bars(number, bank, form)


def _br() -> Acceptor:
    form = Form.BR
    return _bars(digits(8, 8, form=form), digits(10, 10, form=form), form)


def _bars(first: Acceptor, second: Acceptor, form: Form) -> Acceptor:
    """Accept two groups and one of twelve digits between the signs SIII, SIII, SV and SI, then an amount.

    The amount, encoded later behind SII, has ten to twelve digits.
    """
    amount = one_of("B", form) + digits(10, 12, form=form)
    groups = one_of("C", form) + first + one_of("C", form) + second
    return groups + one_of("E", form) + digits(12, 12, form=form) + one_of("A", form) + amount.optional


def free(font: Font) -> Acceptor:
    """Accept any line of at least one character."""
    return digits(1, form=Form.FREE, signs=font.signs)


_NAMED = {Form.US: _us, Form.CA: _ca, Form.IN: _in, Form.UK: _uk, Form.FR: _fr, Form.BR: _br}


@cache
def micr_grammar(font: Font) -> MicrGrammar:
    """Return all grammars of a type's lines side by side, built once."""
    named = [optimised(_NAMED[form]()) for form in font.forms]
    return _built(font, *named, _entered_at(optimised(free(font)), FREE_PENALTY))


@cache
def free_grammar(font: Font) -> MicrGrammar:
    """Return the free grammar alone: what the ink says when no line is likelier than another."""
    return _built(font, optimised(free(font)))


def _entered_at(acceptor: Acceptor, penalty: float) -> Acceptor:
    """Return an acceptor whose texts are ``penalty`` worse; its starts may not be entered again."""
    arcs = [
        a._replace(penalty=a.penalty + penalty) if a.source in acceptor.starts else a for a in acceptor.arcs
    ]
    return replace(acceptor, arcs=tuple(arcs))


def spelled(texts: Sequence[str], font: Font) -> Graph:
    """Return one acceptor a line, packed: the line as transcribed without spaces, rubbish allowed anywhere.

    Its forward penalty against that of a grammar is the text's posterior, eq. (17).
    """
    sizes = np.array([len(text) + 1 for text in texts])
    node = np.arange(sizes.sum())
    last = np.cumsum(sizes) - 1
    chained = np.delete(node, last)
    source = np.concatenate([chained, node])
    order = np.argsort(source, kind="stable")
    label = np.concatenate([font.labels.encode("".join(texts)), np.full(len(node), font.labels.rubbish)])
    penalty = np.concatenate([np.zeros(len(chained)), np.full(len(node), RUBBISH_PENALTY)])
    start, final = np.zeros(len(node), bool), np.zeros(len(node), bool)
    start[last + 1 - sizes] = True
    final[last] = True
    return Graph(
        source=torch.from_numpy(source[order]),
        target=torch.from_numpy(np.concatenate([chained + 1, node])[order]),
        label=torch.from_numpy(label[order].astype(np.int64)),
        penalty=torch.from_numpy(penalty[order].astype(np.float32)),
        node_member=torch.from_numpy(np.repeat(np.arange(len(texts)), sizes)),
        start=torch.from_numpy(start),
        final=torch.from_numpy(final),
        members=len(texts),
    )


def _built(font: Font, *parts: Acceptor) -> MicrGrammar:
    """Put grammars side by side into one graph, with a loop for rubbish at every state."""
    arcs: list[Arc] = []
    starts: list[int] = []
    finals: list[int] = []
    shift = 0
    for part in parts:
        form = part.arcs[0].role
        loops = [Arc(s, s, RUBBISH, form, RUBBISH_PENALTY) for s in range(part.states)]
        arcs += [a._replace(source=a.source + shift, target=a.target + shift) for a in (*part.arcs, *loops)]
        starts += [s + shift for s in sorted(part.starts)]
        finals += [s + shift for s in sorted(part.finals)]
        shift += part.states
    graph = Graph.from_arcs(
        [(a.source, a.target, font.labels.index(a.label), a.penalty) for a in arcs],
        start=starts,
        final=finals,
    )
    return MicrGrammar(graph, torch.tensor([a.role for a in arcs]))
