"""The recipe of the amount reader, at its smallest: it makes weights, and a second call changes nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from chequereader.cheque_set import read_cheque_set
from chequereader.errors import OutputError, UnreadableInputError, UsageError, WeightsError
from chequereader.recognition.store import load_weights
from chequereader.training.committee import SCALES
from chequereader.training.recipe import Recipe, train_reader

SMALL = Recipe(
    composed=6,
    architecture="lenet5-maxpool",
    rounds=0,
    zone_rounds=0,
    drawn=9,
    located=3,
    character_epochs=1,
    graph_epochs=1,
    sliding_epochs=2,
    seed=3,
)


def test_a_run_that_goes_on_gives_the_same_weights(samples: Path, tmp_path: Path) -> None:
    cheques = read_cheque_set(samples)
    lines: list[dict[str, object]] = []
    train_reader([cheques], None, tmp_path / "work", tmp_path / "first.safetensors", SMALL, lines.append)
    assert {line["stage"] for line in lines} == {"material", "characters", "graph", "sliding", "aligned"}
    weights = load_weights(tmp_path / "first.safetensors")
    assert weights.recogniser.architecture == "lenet5-maxpool"
    assert [(one.architecture, len(one.networks)) for one in weights.sliding] == [("lenet5-maxpool", 1)] * 2
    assert [one.scale for one in weights.sliding] == list(SCALES)

    again: list[dict[str, object]] = []
    train_reader([cheques], None, tmp_path / "work", tmp_path / "second.safetensors", SMALL, again.append)
    assert not again, "material or training was made again"
    first, second = (tmp_path / f"{name}.safetensors" for name in ("first", "second"))
    assert first.read_bytes() == second.read_bytes()

    other = replace(SMALL, graph_epochs=2)
    with pytest.raises(UsageError, match="other settings"):
        train_reader([cheques], None, tmp_path / "work", tmp_path / "third.safetensors", other, again.append)


def test_the_papers_network_can_be_trained_too(samples: Path, tmp_path: Path) -> None:
    cheques = read_cheque_set(samples)
    paper = replace(SMALL, architecture="lenet5", networks=1, sliding_epochs=1, drawn=3, located=0)
    train_reader([cheques], None, tmp_path / "work", tmp_path / "w.safetensors", paper, lambda _: None)
    weights = load_weights(tmp_path / "w.safetensors")
    (sliding,) = weights.sliding
    assert weights.recogniser.architecture == sliding.architecture == "lenet5"


def test_nothing_to_learn_from_is_told(tmp_path: Path) -> None:
    nothing = Recipe(architecture="lenet5", recombined=0, drawn=0, located=0)
    with pytest.raises(UsageError, match="nothing to learn from"):
        train_reader([], None, tmp_path / "work", tmp_path / "out.safetensors", nothing, lambda _: None)


def test_a_place_that_can_not_be_written_to_is_told_before_training(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="file"):
        train_reader([], None, tmp_path / "work", tmp_path / "file" / "w.safetensors", Recipe(), print)
    assert not (tmp_path / "work").exists()


def test_training_goes_on_from_weights(samples: Path, tmp_path: Path) -> None:
    cheques = read_cheque_set(samples)
    first, on = tmp_path / "first.safetensors", tmp_path / "on.safetensors"
    train_reader([cheques], None, tmp_path / "work", first, SMALL, lambda _: None)
    still = replace(SMALL, start=str(first), graph_rate=1e-9, sliding_rate=1e-9)
    lines: list[dict[str, object]] = []
    train_reader([cheques], None, tmp_path / "more", on, still, lines.append)
    assert {line["stage"] for line in lines} == {"material", "graph", "aligned"}, "one training each"
    before, after = load_weights(first), load_weights(on)
    assert torch.allclose(after.grammar_penalty, before.grammar_penalty, atol=1e-4)
    for own, other in zip(after.recogniser.parameters(), before.recogniser.parameters(), strict=True):
        assert torch.allclose(own, other, atol=1e-4), "at no rate nothing moves"
    strips = torch.randint(0, 256, (2, 32, 80), dtype=torch.uint8)
    # the means and variances of batches are learned at any rate
    for own, other in zip(after.sliding, before.sliding, strict=True):
        assert own.scale == other.scale
        assert (own(strips) - other(strips)).abs().median() < 0.5

    wide = replace(still, architecture="lenet5-wide-maxpool")
    with pytest.raises(UsageError, match="made with lenet5-maxpool"):
        train_reader([cheques], None, tmp_path / "wide", on, wide, lambda _: None)


def test_material_of_other_cheques_is_never_taken(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("chequereader.training.recipe.make_shards", interrupted)
    cheques, work = read_cheque_set(samples), tmp_path / "work"
    train = partial(train_reader, data=None, work=work, out=tmp_path / "w", recipe=SMALL, report=print)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            train([replace(cheques, truths=cheques.truths[1:])])
    other = replace(cheques.truths[-1], digits="1")
    for truths in (cheques.truths[:-1], (*cheques.truths[1:-1], other)):
        with pytest.raises(UsageError, match="other settings"):
            train([replace(cheques, truths=truths)])


def test_what_can_not_be_started_from_or_recombined_is_told_before_material_is_made(tmp_path: Path) -> None:
    train = partial(train_reader, [], work=tmp_path / "work", out=tmp_path / "w", report=print)
    with pytest.raises(WeightsError, match="no such weights"):
        train(data=None, recipe=replace(SMALL, start=str(tmp_path / "none.safetensors")))
    with pytest.raises(UsageError, match="give --architecture"):
        train(data=None, recipe=replace(SMALL, start="standard", architecture="lenet5"))
    with pytest.raises(UnreadableInputError, match="none"):
        train(data=tmp_path / "none", recipe=SMALL)
    (tmp_path / "work").write_text("no folder")
    with pytest.raises(OutputError, match="work"):
        train(data=None, recipe=SMALL)
