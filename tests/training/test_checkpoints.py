"""States on disk: round trip, whole or not there, one clear error for each way to be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from chequereader.errors import OutputError, WeightsError
from chequereader.training.checkpoints import (
    load_state,
    optimiser_tensors,
    prefixed,
    restore_network,
    restore_optimiser,
    save_state,
    unprefixed,
)

ABOUT = {"step": 3, "loss": 0.1 + 0.2, "name": "é", "none": None, "list": [{"a": 1.5}]}


def test_round_trip(tmp_path: Path) -> None:
    tensors = {"a.b": torch.randn(2, 3), "c": torch.tensor(4), "d": torch.arange(6).view(2, 3).T}
    save_state(tmp_path / "s", tensors, ABOUT)
    found, about = load_state(tmp_path / "s")
    assert about == ABOUT
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[k], tensors[k]) for k in tensors)
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_missing_and_damaged_and_foreign(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with pytest.raises(WeightsError, match="no such file"):
        load_state(path)
    save_state(path, {"a": torch.zeros(100)}, {})
    whole = path.read_bytes()
    for size in (0, 4, 50, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(WeightsError, match="damaged"):
            load_state(path)
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(WeightsError, match="not written by this program"):
        load_state(path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        save_state(tmp_path / "none" / "s", {"a": torch.zeros(1)}, {})


def test_another_networks_weights(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="another network"):
        restore_network(tmp_path, torch.nn.Linear(2, 2), torch.nn.Linear(2, 3).state_dict())


def test_prefixes() -> None:
    tensors = {"a": torch.zeros(1), "b.c": torch.ones(1)}
    both = {**prefixed("x", tensors), **prefixed("xy", {"a": torch.ones(1)})}
    assert unprefixed("x", both).keys() == tensors.keys()


def test_an_optimiser_goes_on_as_if_nothing_had_happened() -> None:
    def fresh() -> tuple[torch.nn.Parameter, torch.optim.Optimizer]:
        weight = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
        return weight, torch.optim.AdamW([weight], lr=0.1)

    def steps(weight: torch.nn.Parameter, optimiser: torch.optim.Optimizer, count: int) -> None:
        for _ in range(count):
            optimiser.zero_grad()
            (weight**4).sum().backward()
            optimiser.step()

    through, optimiser = fresh()
    steps(through, optimiser, 6)
    weight, first = fresh()
    steps(weight, first, 3)
    again, second = fresh()
    with torch.no_grad():
        again.copy_(weight)
    restore_optimiser(second, optimiser_tensors(first))
    steps(again, second, 3)
    assert torch.equal(again, through)
