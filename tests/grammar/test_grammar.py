import pytest
import torch

from chequereader.alphabet import AMOUNTS, RUBBISH
from chequereader.errors import UsageError
from chequereader.grammar import Amount, Role, amounts
from chequereader.graph import Graph, viterbi

UNLIKELY = 20.0


@pytest.mark.parametrize("text", ["$1,234.56", "88,00,000/-", "**45/100", f"{RUBBISH}1.000.-", "1,234⁵⁶"])
def test_the_path_is_the_one_viterbi_finds(text: str) -> None:
    """On a lattice of one candidate a position the fused Viterbi has nothing else to choose."""
    grammar = amounts()
    labels = AMOUNTS.encode(text)
    chain = Graph.from_arcs([(i, i + 1, 0, 0.0) for i in range(len(labels))])
    penalties = torch.full((len(labels), len(AMOUNTS.labels)), UNLIKELY)
    penalties[range(len(labels)), labels] = 0.0
    best = viterbi(chain, penalties, grammar.graph)
    found, _, arcs = best.path(0)
    assert found == labels
    assert arcs == grammar.path(labels)
    assert float(best.penalty[0]) == pytest.approx(float(grammar.graph.penalty[arcs].sum()))


def test_roles_of_a_path() -> None:
    grammar = amounts("us")
    path = grammar.path(AMOUNTS.encode("$1,2345/100"))
    assert path is None
    path = grammar.path(AMOUNTS.encode("$1,23445/100*"))
    assert path is not None
    roles = [Role(grammar.roles[arc].item()) for arc in path]
    over = [Role.OVER] * 4
    cents = [Role.CENT] * 2
    assert roles == [Role.SIGN, Role.UNIT, Role.GROUP, *[Role.UNIT] * 3, *cents, *over, Role.FILL]
    assert grammar.value(path) == Amount(123445, "USD")


def test_more_digits_than_any_amount_have_no_value() -> None:
    grammar = amounts()
    text = "1,234,567,890,123"
    path = grammar.path(AMOUNTS.encode(text))
    assert path is not None and grammar.value(path) is None
    with pytest.raises(UsageError, match="more than 11 digits of whole units"):
        grammar.parse(text)


def test_interpret_takes_labels() -> None:
    assert amounts("uk").interpret(AMOUNTS.encode(f"£{RUBBISH}5.00")) == Amount(500, "GBP")
    assert amounts("uk").interpret(AMOUNTS.encode("£5.0")) is None
    assert amounts("uk").interpret([]) is None


def test_parse_is_easy_about_spaces_and_dashes() -> None:
    assert amounts("uy").parse("\N{NO-BREAK SPACE}1.000 .\N{EM DASH}") == Amount(100000, "UYU")
    assert amounts("us").parse("5 XX/100") == Amount(500, "USD")


def test_parse_names_what_is_wrong() -> None:
    with pytest.raises(UsageError, match="'R' is not among the characters 0123456789"):
        amounts("in").parse("Rs 500")
    with pytest.raises(UsageError, match=f"'{RUBBISH}' is not among"):
        amounts("in").parse(f"{RUBBISH}500")
    with pytest.raises(UsageError, match="'12/22/2019' is not written as an amount of locale 'us'"):
        amounts("us").parse("12/22/2019")
    with pytest.raises(UsageError) as refused:
        amounts().parse("1" * 1000)
    assert len(str(refused.value)) < 120


def test_other_penalties_decide_the_path_and_leave_the_first_grammar_alone() -> None:
    grammar = amounts()
    other = grammar.with_penalty(torch.zeros(grammar.graph.arcs))
    assert float(other.graph.penalty.sum()) == 0 < float(grammar.graph.penalty.sum())
    assert other.parse("1,234.56") == grammar.parse("1,234.56")
