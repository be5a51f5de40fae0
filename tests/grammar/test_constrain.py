from itertools import product

import pytest
import torch
from acceptor_language import text_penalty
from hypothesis import given
from hypothesis import strategies as st

from chequereader.alphabet import AMOUNTS, LOWERED, RUBBISH
from chequereader.errors import UsageError
from chequereader.grammar import Grammar, amounts, with_amount, with_digits, with_same_amount
from chequereader.graph import Graph

TEXTS = ["".join(text) for n in range(1, 6) for text in product("045.-x⁴⁵/", repeat=n)]
"""All texts of up to five out of ten characters: 66,429 with every use of cents."""


def digits_of(text: str) -> str:
    return "".join(c for c in text.translate(LOWERED) if c.isdigit())


@pytest.fixture(scope="module")
def known() -> dict[str, tuple[int, float]]:
    """The texts that the grammar knows, with their value and penalty."""
    grammar, found = amounts(), {}
    for text in TEXTS:
        path = grammar.path(AMOUNTS.encode(text))
        if path is not None:
            amount = grammar.value(path)
            assert amount is not None
            found[text] = amount.minor_units, float(grammar.graph.penalty[path].sum())
    return found


def check_exact(graph: Graph, wanted: dict[str, float], others: list[str]) -> None:
    for text, penalty in wanted.items():
        assert text_penalty(graph, AMOUNTS.encode(text)) == pytest.approx(penalty), text
    for text in others:
        assert text_penalty(graph, AMOUNTS.encode(text)) is None, text


@pytest.mark.parametrize("digits", ["4", "45", "04", "500", "4400", "0045", "45000"])
def test_exactly_the_texts_with_these_digits(known: dict[str, tuple[int, float]], digits: str) -> None:
    wanted = {text: penalty for text, (_, penalty) in known.items() if digits_of(text) == digits}
    assert wanted
    check_exact(with_digits(amounts(), digits), wanted, [t for t in known if t not in wanted][::7])


@pytest.mark.parametrize("minor_units", [0, 45, 400, 445, 4500, 50000])
def test_exactly_the_texts_of_this_value(known: dict[str, tuple[int, float]], minor_units: int) -> None:
    wanted = {text: penalty for text, (value, penalty) in known.items() if value == minor_units}
    assert wanted
    check_exact(with_amount(amounts(), minor_units), wanted, [t for t in known if t not in wanted][::7])


@pytest.mark.parametrize("text", ["45", "4.⁵⁴", "0.45", "450", "4.00", "5.454", "45/"])
def test_exactly_the_texts_of_these_digits_and_this_value(
    known: dict[str, tuple[int, float]], text: str
) -> None:
    same = digits_of(text), known[text][0]
    wanted = {t: penalty for t, (value, penalty) in known.items() if (digits_of(t), value) == same}
    assert wanted
    check_exact(with_same_amount(amounts(), text), wanted, [t for t in known if t not in wanted][::7])


def test_what_is_no_amount_has_no_texts_of_the_same_value() -> None:
    with pytest.raises(UsageError, match="not written as an amount"):
        with_same_amount(amounts(), "4.x/")


@pytest.mark.parametrize(
    "text", ["88,00,000/-", "88,00,000.00", "₹8800000/-", "**88,00,000⁰⁰/100", "8800000 xx/100"]
)
def test_readings_of_a_large_amount(text: str) -> None:
    labels = AMOUNTS.encode(text.replace(" ", ""))
    assert text_penalty(with_amount(amounts(), 880000000), labels) is not None
    assert text_penalty(with_amount(amounts(), 880000001), labels) is None
    assert text_penalty(with_digits(amounts(), digits_of(text)), labels) is not None


def test_rubbish_may_be_skipped() -> None:
    labels = AMOUNTS.encode(f"{RUBBISH}1{RUBBISH}6.554{RUBBISH}")
    assert text_penalty(with_digits(amounts("uy"), "16554"), labels) is not None
    assert text_penalty(with_amount(amounts("uy"), 1655400), labels) is not None


@given(st.from_regex(r"[1-9][0-9]{0,8}", fullmatch=True))
def test_constrained_graphs_are_small_trimmed_and_lead_back(digits: str) -> None:
    grammar = amounts()
    for graph in (with_digits(grammar, digits), with_amount(grammar, int(digits) * 100)):
        assert graph.members == 1 and graph.arcs <= 110 + 20 * len(digits)
        assert graph.origin is not None
        assert torch.equal(graph.label, grammar.graph.label[graph.origin])
        assert torch.equal(graph.penalty, grammar.graph.penalty[graph.origin])
        assert_trimmed(graph)


def assert_trimmed(graph: Graph) -> None:
    arcs = list(zip(graph.source.tolist(), graph.target.tolist(), strict=True))
    forwards = set(graph.start.nonzero().flatten().tolist())
    backwards = set(graph.final.nonzero().flatten().tolist())
    for _ in range(graph.nodes):
        forwards |= {target for source, target in arcs if source in forwards}
        backwards |= {source for source, target in arcs if target in backwards}
    assert forwards & backwards == set(range(graph.nodes))


@pytest.mark.parametrize(("constrain", "truth"), [(with_digits, "12345"), (with_amount, 12345)])
def test_gradients_reach_the_grammars_penalties(constrain: object, truth: object) -> None:
    grammar = amounts()
    penalty = grammar.graph.penalty.clone().requires_grad_()
    graph: Graph = constrain(Grammar.with_penalty(grammar, penalty), truth)  # type: ignore[operator]
    graph.penalty.sum().backward()
    assert graph.origin is not None and penalty.grad is not None
    assert torch.equal(penalty.grad, torch.bincount(graph.origin, minlength=len(penalty)).to(penalty.dtype))


@pytest.mark.parametrize("digits", ["", "12a", "1 2", "٣", "⁴⁵", "-1"])
def test_digits_that_are_none_are_refused(digits: str) -> None:
    with pytest.raises(UsageError, match="not a row of the figures 0 to 9"):
        with_digits(amounts(), digits)


def test_digits_that_no_amount_has_are_refused() -> None:
    with pytest.raises(UsageError, match=r"no amount of locale 'uy' is written with the digits '0'"):
        with_digits(amounts("uy"), "0")
    with pytest.raises(UsageError, match="17 digits are more than any amount has"):
        with_digits(amounts("uy"), "1" * 17)


@pytest.mark.parametrize("minor_units", [-100, 10**13])
def test_values_that_no_amount_has_are_refused(minor_units: int) -> None:
    with pytest.raises(UsageError, match="are no amount"):
        with_amount(amounts(), minor_units)
