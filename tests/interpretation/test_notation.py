"""The two notations: what their paths say, and what is worth an amount in them."""

from __future__ import annotations

import itertools

import pytest
import torch

from chequereader.alphabet import AMOUNTS, RUBBISH
from chequereader.errors import UsageError
from chequereader.grammar import Amount, amounts
from chequereader.grammar.held import HOLDING, holding_penalties
from chequereader.graph import EPSILON, Graph, forward, nbest, pack, viterbi
from chequereader.interpretation import Notation, between_cuts, over_positions
from chequereader.recognition.sliding import chain

GRAMMAR = amounts("auto").with_penalty(amounts("auto").graph.penalty + 0.125)
NOTATIONS = [between_cuts(GRAMMAR), over_positions(GRAMMAR)]
KINDS = pytest.mark.parametrize("notation", NOTATIONS, ids=lambda notation: notation.name)


def sharp(row: str) -> tuple[Graph, torch.Tensor]:
    """A chain of arcs that say one label each, ``_`` for rubbish, all others ruled out."""
    labels = AMOUNTS.encode(row.replace("_", RUBBISH))
    penalties = torch.full((len(labels), HOLDING), torch.inf)
    penalties[torch.arange(len(labels)), labels] = 0.0
    return chain([len(labels)]), penalties


def columns_of(notation: Notation, penalties: torch.Tensor) -> torch.Tensor:
    return penalties if notation.name == "cuts" else holding_penalties(penalties)


@pytest.mark.parametrize(
    ("row", "between", "over"),
    [
        ("_12_.50_", ("12.50", 1250), None),
        ("1_1_0_0", ("1100", 110000), ("1100", 110000)),
        ("11_1__00", ("11100", 1110000), ("110", 11000)),
        ("77__5_._5_00", ("775.500", 77550000), ("75.50", 7550)),
        ("$__4_⁵_⁰", ("$4⁵⁰", 450), ("$4⁵⁰", 450)),
        ("**_1_11__/_--", ("**111/--", 11100), ("*11/-", 1100)),
    ],
)
def test_what_a_row_of_labels_says(
    row: str, between: tuple[str, int] | None, over: tuple[str, int] | None
) -> None:
    """Between cuts each label is a character; over positions a run of one is, and runs don't touch."""
    where, penalties = sharp(row)
    for notation, says in zip(NOTATIONS, (between, over), strict=True):
        columns, _, arcs = viterbi(where, columns_of(notation, penalties), notation.graph).path(0)
        if says is None:
            assert columns == []
            continue
        amount = notation.amount(arcs)
        assert amount is not None
        assert (notation.text(columns), amount.minor_units) == says


@KINDS
def test_the_currency_comes_with_the_amount(notation: Notation) -> None:
    where, penalties = sharp("€_5")
    _, _, arcs = viterbi(where, columns_of(notation, penalties), notation.graph).path(0)
    assert notation.amount(arcs) == Amount(500, "EUR")


@KINDS
def test_more_digits_than_any_amount_has_are_none(notation: Notation) -> None:
    where, penalties = sharp("_".join("1,234,567,890,123"))
    _, _, arcs = viterbi(where, columns_of(notation, penalties), notation.graph).path(0)
    assert len(arcs) == 33
    assert notation.amount(arcs) is None
    where, penalties = sharp("_".join("12,345,678,901"))
    _, _, arcs = viterbi(where, columns_of(notation, penalties), notation.graph).path(0)
    assert notation.amount(arcs) == Amount(12_345_678_901_00)


@KINDS
def test_the_key_says_what_a_column_says(notation: Notation) -> None:
    """So that readings are told apart by their texts, not by how long a character holds on."""
    columns = len(notation.key)
    assert columns == (HOLDING if notation.name == "cuts" else 2 * HOLDING)
    for column, says in enumerate(notation.key.tolist()):
        silent = column == AMOUNTS.rubbish or column >= HOLDING
        assert says == (EPSILON if silent else column)
    assert int(notation.graph.label.max()) < columns
    generator = torch.Generator().manual_seed(0)
    penalties = torch.full((5, HOLDING), torch.inf)
    penalties[:, [0, 5, AMOUNTS.rubbish]] = torch.rand((5, 3), generator=generator)
    (readings,) = nbest(chain([5]), columns_of(notation, penalties), notation.graph, 30, notation.key)
    texts = [notation.text(columns) for _, columns, _, _ in readings]
    assert len(set(texts)) == len(texts) >= 8


@KINDS
def test_amounts_share_all_paths_among_them(notation: Notation) -> None:
    """What is worth an amount, summed over all amounts of three digits or signs, is everything."""
    generator = torch.Generator().manual_seed(2)
    penalties = torch.full((3, HOLDING), torch.inf)
    possible = [*AMOUNTS.encode("05.⁵-"), AMOUNTS.rubbish]
    penalties[:, possible] = 3 * torch.rand((3, len(possible)), generator=generator)
    where, given = chain([3]), columns_of(notation, penalties)
    paths = [GRAMMAR.path(labels) for n in (1, 2, 3) for labels in itertools.product(possible, repeat=n)]
    values = {amount.minor_units for path in paths if path and (amount := GRAMMAR.value(path))}
    assert len(values) >= 8
    each = [forward(where, given, notation.constrained([value])) for value in values]
    several = pack([where] * len(values))
    parts = forward(several, given.repeat(len(values), 1), notation.constrained(list(values))).split(1)
    assert torch.equal(torch.cat(parts), torch.cat(each))
    total = -torch.logsumexp(-torch.cat(parts), 0)
    assert total.item() == pytest.approx(forward(where, given, notation.graph).item(), abs=1e-4)
    assert torch.isinf(forward(where, given, notation.constrained([123_456_00])))


@KINDS
def test_no_amount_is_a_usage_error(notation: Notation) -> None:
    with pytest.raises(UsageError, match="no amount"):
        notation.constrained([-1])


@KINDS
def test_arcs_know_those_of_the_grammar(notation: Notation) -> None:
    """Trained penalties included; rubbish and holding on take none over positions."""
    assert len(notation.grammar_arc) == notation.graph.arcs
    came = torch.tensor(notation.grammar_arc)
    begins = came >= 0
    assert torch.equal(notation.graph.label[begins], GRAMMAR.graph.label[came[begins]])
    assert torch.equal(notation.graph.penalty[begins], GRAMMAR.graph.penalty[came[begins]])
    assert (notation.name == "cuts") == bool(begins.all())
