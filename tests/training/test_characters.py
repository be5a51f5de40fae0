"""The first training: on a toy set, in seconds."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_reader import chance_recogniser
from toy_lattices import toy_lattices

from chequereader.recognition.recogniser import Recogniser
from chequereader.training.characters import CharacterOptions, train_characters
from chequereader.training.lattices import Lattices
from chequereader.training.speed import CALL, shape_function


@pytest.fixture(scope="module")
def lattices() -> Lattices:
    return toy_lattices([f"{a}{b}" for a in "014" for b in "2147"])


def right(recogniser: Recogniser, lattices: Lattices) -> float:
    """Share of the known characters that are taken for what they are."""
    with torch.no_grad():
        penalties = recogniser(torch.from_numpy(lattices.crops), torch.from_numpy(lattices.geometry))
    known = (lattices.labels >= 0) & (lattices.labels != recogniser.alphabet.rubbish)
    return float((penalties.argmin(dim=1).numpy() == lattices.labels)[known].mean())


OPTIONS = CharacterOptions(epochs=9, batch=32, rate=1e-2, distortion=0.3, seed=1)


def test_a_toy_set_is_learned(lattices: Lattices) -> None:
    recogniser = chance_recogniser()
    before = right(recogniser, lattices)
    reports: list[dict[str, float]] = []
    train_characters(recogniser, lattices, OPTIONS, reports.append)
    assert right(recogniser, lattices) > max(0.9, before + 0.3)
    assert [r["epoch"] for r in reports] == list(range(1, 10))
    assert reports[-1]["loss"] < 0.5 * reports[0]["loss"]
    assert reports[-1]["right"] > 0.85


def test_training_is_decided_by_its_seed(lattices: Lattices) -> None:
    few = CharacterOptions(epochs=1, batch=16, seed=4)
    trained = []
    for options in (few, few, CharacterOptions(epochs=1, batch=16, seed=5)):
        recogniser = chance_recogniser()
        train_characters(recogniser, lattices, options)
        trained.append(torch.cat([p.flatten() for p in recogniser.parameters()]).detach())
    assert torch.equal(trained[0], trained[1])
    assert not torch.equal(trained[0], trained[2])


def test_segment_penalties_are_left_alone(lattices: Lattices) -> None:
    """They have no part in the criterion: the place network's last layer stays nought."""
    recogniser = chance_recogniser()
    train_characters(recogniser, lattices, CharacterOptions(epochs=1, batch=16))
    assert not recogniser.segment_penalties(torch.from_numpy(lattices.geometry)).any()


@pytest.mark.parametrize("count", [1, CALL - 1, CALL, CALL + 1])
def test_pictures_in_calls_of_one_size_give_what_they_give_at_once(count: int) -> None:
    recogniser = chance_recogniser()
    crops = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (count, 32, 32), np.uint8))
    with torch.no_grad():
        at_once = recogniser.shape_penalties(crops)
        in_calls = shape_function(recogniser, compiled=False)(crops)
    assert in_calls.shape == at_once.shape
    assert in_calls.dtype == torch.float32
    assert torch.allclose(in_calls, at_once, rtol=0.03, atol=0.3), "half precision is worth about two digits"
