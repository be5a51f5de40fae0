"""The second training: E_dforw falls, and its gradient is the true one."""

from __future__ import annotations

import pytest
import torch
from tiny_reader import chance_recogniser
from toy_lattices import toy_lattices

from chequereader.grammar import amounts, with_digits
from chequereader.graph import forward
from chequereader.training.lattices import Lattices
from chequereader.training.through_graph import GraphOptions, Reading, grammars, train_through_graph
from chequereader.training.truths import digits_alone

GRAMMAR = amounts("auto")


@pytest.fixture(scope="module")
def lattices() -> Lattices:
    return toy_lattices(["12", "71", "27", "117"])


def e_dforw(reading: Reading, lattices: Lattices) -> torch.Tensor:
    """Eq. (17), each forward penalty asked for by itself, without the trainer's shortcuts."""
    crops, geometry = torch.from_numpy(lattices.crops), torch.from_numpy(lattices.geometry)
    penalties = reading.recogniser(crops, geometry)
    free = GRAMMAR.graph.with_penalty(reading.grammar_penalty)
    found = []
    for member in range(len(lattices)):
        one = lattices.select(torch.tensor([member]).numpy())
        mine = penalties[lattices.offset[member] : lattices.offset[member + 1]]
        correct = with_digits(GRAMMAR, str(lattices.truths[member]))
        correct = correct.with_penalty(reading.grammar_penalty[correct.origin])
        found.append(forward(one.graph(), mine, correct) - forward(one.graph(), mine, free))
    return torch.cat(found)


def test_the_criterion_falls(lattices: Lattices) -> None:
    reading = Reading(chance_recogniser(), GRAMMAR)
    with torch.no_grad():
        before = e_dforw(reading, lattices)
    reports: list[dict[str, float]] = []
    options = GraphOptions(epochs=3, batch=2, rate=4e-3, distortion=0.0, averaging=0.5, seed=2)
    averaged = train_through_graph(reading, GRAMMAR, lattices, options, reports.append)
    with torch.no_grad():
        after = e_dforw(reading, lattices)
        after_averaged = e_dforw(averaged, lattices)
    assert (before > 0).all()
    assert after.mean() < 0.7 * before.mean()
    assert after_averaged.mean() < 0.7 * before.mean()
    assert len(reports) == 3
    assert reports[-1]["loss"] < 0.8 * reports[0]["loss"]
    assert all(r["no_path"] == 0 for r in reports)


def test_every_part_is_trained(lattices: Lattices) -> None:
    reading = Reading(chance_recogniser(), GRAMMAR)
    before = {name: p.detach().clone() for name, p in reading.named_parameters()}
    train_through_graph(reading, GRAMMAR, lattices, GraphOptions(epochs=2, batch=2, seed=2))
    moved = {name for name, p in reading.named_parameters() if not torch.equal(p, before[name])}
    assert "grammar_penalty" in moved
    for part in ("recogniser.network", "recogniser.geometry", "recogniser.place"):
        assert any(name.startswith(part) for name in moved), part


def test_a_batch_has_the_penalties_that_are_trained(lattices: Lattices) -> None:
    """Free and constrained grammars, packed, give each field the scores that they give one by one."""
    penalty = (GRAMMAR.graph.penalty + torch.linspace(0, 1, len(GRAMMAR.graph.penalty))).requires_grad_()
    free, correct = grammars(GRAMMAR.graph, [with_digits(GRAMMAR, str(d)) for d in lattices.truths], penalty)
    generator = torch.Generator().manual_seed(0)
    given = 3 * torch.rand((len(lattices.source), 33), generator=generator)
    together = forward(lattices.graph(), given, correct) - forward(lattices.graph(), given, free)
    for member, score in enumerate(together):
        one = lattices.select(torch.tensor([member]).numpy())
        mine = given[lattices.offset[member] : lattices.offset[member + 1]]
        alone = with_digits(GRAMMAR, str(lattices.truths[member]))
        alone = alone.with_penalty(penalty[alone.origin])
        expected = forward(one.graph(), mine, alone) - forward(
            one.graph(), mine, GRAMMAR.graph.with_penalty(penalty)
        )
        assert score.item() == pytest.approx(expected.item(), abs=1e-3)
    together.sum().backward()
    assert penalty.grad is not None
    assert penalty.grad.abs().sum() > 0


@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
def test_fields_that_can_not_say_their_digits_teach_nothing(lattices: Lattices) -> None:
    """More digits than there are pieces: there is no path, and nothing moves."""
    impossible = Lattices(**{**vars(lattices), "truths": lattices.truths.astype("<U40")})
    impossible.truths[:] = digits_alone("1" * 11)
    reading = Reading(chance_recogniser(), GRAMMAR)
    before = [p.detach().clone() for p in reading.parameters()]
    reports: list[dict[str, float]] = []
    train_through_graph(reading, GRAMMAR, impossible, GraphOptions(epochs=1, batch=2), reports.append)
    assert reports == [{"epoch": 1, "loss": 0.0, "no_path": 1.0}]
    assert all(torch.equal(a, b) for a, b in zip(before, reading.parameters(), strict=True))


def test_training_is_decided_by_its_seed(lattices: Lattices) -> None:
    trained = []
    for seed in (1, 1, 2):
        reading = Reading(chance_recogniser(), GRAMMAR)
        train_through_graph(reading, GRAMMAR, lattices, GraphOptions(epochs=1, batch=2, seed=seed))
        trained.append(torch.cat([p.detach().flatten() for p in reading.parameters()]))
    assert torch.equal(trained[0], trained[1])
    assert not torch.equal(trained[0], trained[2])
