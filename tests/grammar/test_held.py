"""Grammars over positions against CTC's loss, and against every way to name a few positions, one by one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from chequereader.alphabet import AMOUNTS, RUBBISH
from chequereader.grammar import amounts, with_amount, with_text
from chequereader.grammar.held import HOLDING, held, holding_penalties, spoken_labels
from chequereader.graph import EPSILON, Graph, forward, viterbi
from chequereader.recognition.sliding import chain

NONE = AMOUNTS.rubbish
few = settings(max_examples=25, deadline=None)


def line(text: str, penalties: Sequence[float] | None = None) -> Graph:
    """The grammar of one text, rubbish between its characters."""
    labels = AMOUNTS.encode(text)
    price = penalties or [0.0] * len(labels)
    arcs = [(i, i + 1, label, cost) for i, (label, cost) in enumerate(zip(labels, price, strict=True))]
    loops = [(i, i, NONE, 7.0) for i in range(len(labels) + 1)]
    return Graph.from_arcs([*arcs, *loops], final=[len(labels)], dtype=torch.float64)


def logits(positions: int, seed: int, labels: int = HOLDING) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 2 * torch.randn((positions, labels), generator=generator, dtype=torch.float64)


def ctc(log_probability: torch.Tensor, text: str) -> torch.Tensor:
    """Minus the logarithm of all ways that positions [positions, labels] say the text, by torch's own CTC.

    None is a label of the targets like any other, spelled out between two characters and, or not, at the
    ends; CTC's blank is ruled out.
    """
    never = log_probability.new_full((len(log_probability), 1), -1e4)
    columns = torch.cat([log_probability, never], dim=1)[:, None]
    between = [label for character in AMOUNTS.encode(text) for label in (character, NONE)][:-1]
    targets = [[NONE]]
    if text:
        targets = [[NONE] * before + between + [NONE] * after for before in (0, 1) for after in (0, 1)]
    parts = [
        -F.ctc_loss(
            columns,
            torch.tensor([target]),
            torch.tensor([len(columns)]),
            torch.tensor([len(target)]),
            blank=columns.shape[2] - 1,
            reduction="none",
        )[0]
        for target in targets
        if len(target) <= len(columns)
    ]
    return -torch.logsumexp(torch.stack(parts), 0) if parts else log_probability.new_tensor(torch.inf)


@few
@given(text=st.text("17.⁰", max_size=4), positions=st.integers(1, 9), seed=st.integers(0, 999))
def test_one_text_costs_what_ctc_says(text: str, positions: int, seed: int) -> None:
    """Too few positions for a text included: there is no way then."""
    mine, theirs = logits(positions, seed).requires_grad_(), logits(positions, seed).requires_grad_()
    score = forward(chain([positions]), holding_penalties(-mine.log_softmax(1)), held(line(text)))[0]
    truth = ctc(theirs.log_softmax(1), text)
    assert score.item() == pytest.approx(truth.item(), abs=1e-9)
    if math.isfinite(score.item()):
        score.backward()
        truth.backward()
        assert mine.grad is not None and theirs.grad is not None
        assert torch.allclose(mine.grad, theirs.grad, atol=1e-9)


def standard_ctc(log_probability: torch.Tensor, text: str) -> torch.Tensor:
    """Minus the logarithm of a text's probability by PyTorch, characters touching or not; +inf for none."""
    target = torch.tensor([AMOUNTS.encode(text)], dtype=torch.int64).view(1, -1)
    sizes = torch.tensor([len(log_probability)]), torch.tensor([len(text)])
    return torch.nn.functional.ctc_loss(log_probability[:, None], target, *sizes, blank=NONE, reduction="sum")


@few
@given(text=st.text("17.⁰", min_size=1, max_size=4), positions=st.integers(1, 9), seed=st.integers(0, 999))
def test_one_text_whose_characters_may_touch(text: str, positions: int, seed: int) -> None:
    log_probability = logits(positions, seed).log_softmax(1)
    graph = held(line(text), touching=True)
    score = forward(chain([positions]), holding_penalties(-log_probability), graph)[0]
    assert score.item() == pytest.approx(standard_ctc(log_probability, text).item(), abs=1e-9)
    begins = graph.arc_map >= 0
    assert torch.equal(graph.label[begins], line(text).label[graph.arc_map[begins]])


def test_strips_of_several_lengths_in_one_call() -> None:
    counts, texts = [9, 3, 6], ["1.7", "77", "4"]
    log_probability = logits(sum(counts), 1).log_softmax(1)
    for text in texts:
        together = forward(chain(counts), holding_penalties(-log_probability), held(line(text)))
        truth = [ctc(part, text) for part in log_probability.split(counts)]
        assert together.tolist() == pytest.approx([float(t) for t in truth])


@pytest.mark.parametrize("text", ["1.50", "$1.50", "88,00/-", "7⁵⁰/100"])
def test_a_constrained_grammar_costs_ctc_and_the_arcs_of_its_texts(text: str) -> None:
    """The text itself, and the same after a currency sign that it doesn't tell."""
    grammar = amounts("auto")
    log_probability = logits(14, 3).log_softmax(1)
    graph = held(with_text(grammar, text))
    score = forward(chain([14]), holding_penalties(-log_probability).float(), graph)
    parts = []
    for sign in ["", *"$£€₹"]:
        path = grammar.path(AMOUNTS.encode(sign + text))
        if path is not None:
            price = grammar.graph.penalty[path].double().sum()
            parts.append(-ctc(log_probability, sign + text) - price)
    assert len(parts) == (1 if "$" in text else 5)
    assert score.item() == pytest.approx(-torch.logsumexp(torch.stack(parts), 0).item(), abs=1e-4)


def collapsed(labels: Sequence[int]) -> list[int] | None:
    """What labels of positions say: a run of one is one character; nothing if two runs touch."""
    runs = [label for label, _ in itertools.groupby(labels)]
    if any(NONE not in pair for pair in itertools.pairwise(runs)):
        return None
    return [label for label in runs if label != NONE]


def grammar_paths(graph: Graph, string: Sequence[int]) -> list[float]:
    """Penalties of all paths of a graph that say exactly this, rubbish arcs not taken."""
    columns = (graph.source, graph.target, graph.label, graph.penalty)
    arcs = list(zip(*(column.tolist() for column in columns), strict=True))
    reached = [(node, 0.0) for node in graph.start.nonzero().flatten().tolist()]
    for wanted in string:
        reached = [
            (target, total + penalty)
            for node, total in reached
            for source, target, label, penalty in arcs
            if source == node and label == wanted
        ]
    return [total for node, total in reached if graph.final[node]]


@st.composite
def small_grammars(draw: st.DrawFn) -> Graph:
    """Up to three states, any arcs of two labels between them, cycles and two arcs alike among them."""
    state = st.integers(0, 2)
    arc = st.tuples(state, state, st.integers(0, 1), st.integers(-8, 16).map(lambda n: n / 8))
    loops = [(node, node, NONE, 3.0) for node in range(3)]
    ends = [sorted(draw(st.sets(state, min_size=1, max_size=2))) for _ in range(2)]
    return Graph.from_arcs(
        [*draw(st.lists(arc, max_size=8)), *loops], start=ends[0], final=ends[1], dtype=torch.float64
    )


@few
@given(small_grammars(), st.integers(1, 5), st.integers(0, 999))
def test_every_way_to_name_the_positions_counts_once(grammar: Graph, positions: int, seed: int) -> None:
    """The sum and the best of all, over all 3^n rows of labels and all paths of what each row says."""
    penalties = torch.full((positions, HOLDING), torch.inf, dtype=torch.float64)
    names = [0, 1, NONE]
    penalties[:, names] = -logits(positions, seed, 3).log_softmax(1)
    ways = [
        sum(float(penalties[position, label]) for position, label in enumerate(row)) + price
        for row in itertools.product(names, repeat=positions)
        if (says := collapsed(row)) is not None
        for price in grammar_paths(grammar, says)
    ]
    graph, where = held(grammar), chain([positions])
    total = forward(where, holding_penalties(penalties), graph)[0].item()
    best = viterbi(where, holding_penalties(penalties), graph)
    if not ways:
        assert total == best.penalty.item() == math.inf
        return
    summed = -torch.logsumexp(-torch.tensor(ways, dtype=torch.float64), 0)
    assert total == pytest.approx(summed.item(), abs=1e-9)
    assert best.penalty.item() == pytest.approx(min(ways), abs=1e-9)
    columns, _, _ = best.path(0)
    said = [label for label in spoken_labels()[columns].tolist() if label != EPSILON]
    assert said == collapsed([column % HOLDING for column in columns])


@pytest.mark.parametrize(
    ("text", "positions", "reads"),
    [
        ("1", "1", True),
        ("1", "111", True),
        ("1", "__1_", True),
        ("1", "1_1", False),
        ("1", "___", False),
        ("11", "11", False),
        ("11", "1_1", True),
        ("11", "11__11", True),
        ("17", "17", False),
        ("17", "1177", False),
        ("17", "1_7", True),
        ("17", "_11__777", True),
        ("17", "1_1_7", False),
        ("1⁰", "1⁰", False),
        ("00⁰", "0_0_⁰", True),
        ("00⁰", "0_0⁰", False),
    ],
)
def test_characters_hold_on_and_need_none_between(text: str, positions: str, reads: bool) -> None:
    row = AMOUNTS.encode(positions.replace("_", RUBBISH))
    penalties = torch.full((len(row), HOLDING), torch.inf)
    penalties[torch.arange(len(row)), row] = 0.0
    score = forward(chain([len(row)]), holding_penalties(penalties).double(), held(line(text)))
    assert (score.item() == 0.0) is reads
    assert math.isfinite(score.item()) is reads


@pytest.mark.parametrize("text", ["1.50", "**1,100.00", "88,00,000/-", "11⁰⁰/100", "£7.50="])
def test_origin_leads_back_to_the_arcs_of_the_grammar(text: str) -> None:
    """However long characters hold on, the arcs that a path came from are those that spell its text."""
    grammar = amounts("auto")
    spelled = grammar.path(AMOUNTS.encode(text))
    if spelled is None:
        pytest.fail(f"{text} is no amount: nothing is tested")
    graph = held(grammar.graph)
    row: list[int] = [NONE]
    for place, label in enumerate(AMOUNTS.encode(text)):
        row += [label] * (1 + place % 3) + [NONE] * (1 + place % 2)
    penalties = torch.full((len(row), HOLDING), 20.0)
    penalties[torch.arange(len(row)), row] = 0.0
    columns, _, arcs = viterbi(chain([len(row)]), holding_penalties(penalties), graph).path(0)
    assert [column % HOLDING for column in columns] == row
    assert graph.origin is not None
    assert [arc for arc in graph.origin[arcs].tolist() if arc >= 0] == spelled


@pytest.mark.parametrize("locale", ["auto", "us"])
def test_every_arc_that_begins_a_character_is_one_of_the_grammar(locale: str) -> None:
    free = amounts(locale).graph
    for grammar in (free, with_amount(amounts(locale), 110050)):
        graph = held(grammar)
        graph.validate(labels=2 * HOLDING)
        assert graph.origin is not None
        begins = graph.origin >= 0
        came = graph.origin[begins]
        assert torch.equal(graph.label[begins], grammar.label[came])
        assert torch.equal(graph.penalty[begins], grammar.penalty[came])
        assert (graph.label[~begins] >= HOLDING).logical_or(graph.label[~begins] == NONE).all()
        assert (graph.penalty[~begins] == 0).all()
        assert set(came.tolist()) == set((grammar.label != NONE).nonzero().flatten().tolist())


@pytest.mark.parametrize("repeats", [1, 2, 5])
def test_a_character_is_paid_once_however_long_it_holds_on(repeats: int) -> None:
    """Its own arc's penalty, and nothing for none before, between or behind."""
    one, seven = AMOUNTS.encode("17")
    row = [NONE, *[one] * repeats, NONE, *[seven] * repeats, NONE, NONE]
    penalties = torch.full((len(row), HOLDING), torch.inf, dtype=torch.float64)
    penalties[torch.arange(len(row)), row] = 0.0
    grammar = line("17", [0.25, 1.5])
    price = grammar.penalty.clone().requires_grad_()
    score = forward(chain([len(row)]), holding_penalties(penalties), held(grammar.with_penalty(price)))
    assert score.item() == pytest.approx(1.75)
    score.sum().backward()
    assert price.grad is not None
    assert price.grad.tolist() == pytest.approx([1, 1, 0, 0, 0]), "each character once, rubbish never"


def test_columns_are_labels_and_the_labels_held_on() -> None:
    penalties = torch.arange(2.0 * HOLDING).view(2, HOLDING)
    both = holding_penalties(penalties)
    assert both.shape == (2, 2 * HOLDING)
    assert torch.equal(both[:, :HOLDING], penalties)
    assert torch.equal(both[:, HOLDING:], penalties)
    says = spoken_labels().tolist()
    assert says[:HOLDING] == [EPSILON if label == NONE else label for label in range(HOLDING)]
    assert says[HOLDING:] == [EPSILON] * HOLDING
