"""Forward penalties of chains: what the graph library's own recursion gives, value and gradient."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from chequereader.graph import (
    Graph,
    GraphError,
    LabelError,
    PenaltyError,
    chain_forward,
    forward,
    from_text,
    pack,
)
from chequereader.recognition.sliding import chain

LABELS = 3

# any number of 0 or 1, then 2; or 0 and 1 in turn
GRAMMARS = [
    from_text("0\n1\n0 0 0 0 0.5\n0 0 1 1 0\n0 1 2 2 0.25"),
    from_text("0\n0\n0 1 0 0 0\n1 0 1 1 1.5"),
    from_text("0\n2\n0 1 1 1 0\n0 1 2 2 0\n1 2 0 0 0"),
]


def one_by_one(penalties: torch.Tensor, counts: list[int], grammars: list[Graph]) -> torch.Tensor:
    return torch.cat(
        [
            forward(chain([count]), row[:count], grammar)
            for row, count, grammar in zip(penalties, counts, grammars, strict=True)
        ]
    )


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.integers(1, 7), min_size=1, max_size=4),
    shared=st.booleans(),
    scale=st.sampled_from([0.1, 3.0, 200.0]),
    seed=st.integers(0, 9999),
)
def test_equals_the_library_s_own_recursion(counts: list[int], shared: bool, scale: float, seed: int) -> None:
    torch.manual_seed(seed)
    own = [GRAMMARS[0] if shared else GRAMMARS[(seed + m) % 3] for m in range(len(counts))]
    penalties = (
        scale * torch.rand(len(counts), max(counts) + 1, LABELS, dtype=torch.float64)
    ).requires_grad_()
    found = chain_forward(penalties, torch.tensor(counts), GRAMMARS[0] if shared else pack(own))
    wanted = one_by_one(penalties, counts, own)
    assert torch.allclose(found, wanted, rtol=1e-9, atol=1e-9)
    possible = torch.isfinite(wanted)
    factor = torch.rand(len(counts), dtype=torch.float64)
    (gradient,) = torch.autograd.grad((found * factor)[possible].sum(), penalties, retain_graph=True)
    (other,) = torch.autograd.grad((wanted * factor)[possible].sum(), penalties, allow_unused=True)
    assert torch.allclose(gradient, torch.zeros_like(gradient) if other is None else other, atol=1e-9)


def test_a_chain_too_short_has_no_path_and_no_gradient() -> None:
    penalties = torch.rand(2, 4, LABELS, requires_grad=True)
    found = chain_forward(penalties, torch.tensor([1, 2]), GRAMMARS[2])
    assert found.tolist()[0] == float("inf") and torch.isfinite(found[1])
    found[1].backward()
    assert penalties.grad is not None
    assert not penalties.grad[0].any()
    assert penalties.grad[1, :2].sum() == pytest.approx(2.0), "one label a position"
    assert not penalties.grad[1, 2:].any(), "padding is not asked"


def test_an_empty_chain_is_the_empty_text() -> None:
    penalties = torch.rand(2, 1, LABELS)
    assert chain_forward(penalties, torch.tensor([0, 0]), pack(GRAMMARS[1:])).tolist() == [0.0, float("inf")]


def test_a_long_chain_of_unlikely_labels_keeps_its_path() -> None:
    penalties = torch.full((1, 400, LABELS), 90.0)
    penalties[0, :, 2] = 0.0
    (found,) = chain_forward(penalties, torch.tensor([400]), GRAMMARS[1])
    assert float(found) == pytest.approx(400 * 90 + 200 * 1.5)


def test_where_nothing_may_be_said_there_is_no_path() -> None:
    penalties = torch.rand(2, 3, LABELS)
    penalties[:, 1] = torch.inf
    found = chain_forward(penalties.requires_grad_(), torch.tensor([1, 3]), GRAMMARS[0])
    (wanted,) = forward(chain([1]), penalties[0, :1], GRAMMARS[0]).tolist()
    assert found.tolist() == [pytest.approx(wanted), float("inf")]
    found[0].backward()
    assert penalties.grad is not None
    assert bool(torch.isfinite(penalties.grad).all())


@pytest.mark.parametrize("wrong", [float("nan"), float("-inf")])
def test_penalties_that_are_none_are_told(wrong: float) -> None:
    penalties = torch.rand(2, 4, LABELS)
    penalties[1, 2, 0] = wrong
    with pytest.raises(PenaltyError, match="chain 1, position 2, label 0"):
        chain_forward(penalties, torch.tensor([4, 4]), GRAMMARS[0])
    with pytest.raises(PenaltyError):
        bad = GRAMMARS[0].with_penalty(torch.full_like(GRAMMARS[0].penalty, wrong))
        chain_forward(torch.rand(1, 2, LABELS), torch.tensor([2]), bad)


def test_shapes_and_labels_are_checked() -> None:
    penalties = torch.rand(2, 4, LABELS)
    with pytest.raises(GraphError):
        chain_forward(penalties, torch.tensor([1]), GRAMMARS[0])
    with pytest.raises(GraphError):
        chain_forward(penalties, torch.tensor([1, 2]), pack([GRAMMARS[0]] * 3))
    with pytest.raises(LabelError):
        chain_forward(penalties[:, :, :2], torch.tensor([1, 2]), GRAMMARS[0])
