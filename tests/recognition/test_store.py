"""Weights on disk: round trip, and one clear error for each way a file can be wrong."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from chequereader.alphabet import AMOUNTS
from chequereader.errors import ExitCode, WeightsError
from chequereader.recognition import onnx_networks
from chequereader.recognition.lenet import LeNet5
from chequereader.recognition.recogniser import Recogniser
from chequereader.recognition.sliding import SlidingRecogniser
from chequereader.recognition.store import (
    NAMED,
    load_weights,
    made_ready,
    save_weights,
    to_device,
    weights_file,
)
from chequereader.segmentation.strip import Scale


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    torch.manual_seed(0)
    return Recogniser(AMOUNTS, 6)


@pytest.fixture(scope="module")
def sliding() -> SlidingRecogniser:
    torch.manual_seed(1)
    return SlidingRecogniser(AMOUNTS, "lenet5-maxpool", networks=2)


@pytest.fixture(scope="module")
def narrow() -> SlidingRecogniser:
    torch.manual_seed(2)
    return SlidingRecogniser(AMOUNTS, "lenet5-maxpool", scale=Scale(0.75))


@pytest.fixture
def saved(recogniser: Recogniser, tmp_path: Path) -> Path:
    path = tmp_path / "some.safetensors"
    save_weights(path, "some", recogniser, torch.arange(9.0))
    return path


def test_round_trip(saved: Path, recogniser: Recogniser) -> None:
    weights = load_weights(saved)
    for name, tensor in recogniser.state_dict().items():
        assert torch.equal(weights.recogniser.state_dict()[name], tensor), name
    assert weights.grammar_penalty.tolist() == list(range(9))
    assert weights.model == "some@" + hashlib.sha256(saved.read_bytes()).hexdigest()[:12]
    assert not weights.recogniser.training
    assert (weights.recogniser.alphabet, weights.recogniser.features) == (AMOUNTS, 6)


@pytest.fixture
def saved_both(
    recogniser: Recogniser, sliding: SlidingRecogniser, narrow: SlidingRecogniser, tmp_path: Path
) -> Path:
    path = tmp_path / "both.safetensors"
    save_weights(path, "both", recogniser, torch.arange(9.0), [sliding, narrow])
    return path


def test_round_trip_of_all_recognisers(
    saved_both: Path, recogniser: Recogniser, sliding: SlidingRecogniser, narrow: SlidingRecogniser
) -> None:
    weights = load_weights(saved_both)
    found_all = (weights.recogniser, *weights.sliding)
    for mine, found in zip((recogniser, sliding, narrow), found_all, strict=True):
        assert list(found.state_dict()) == list(mine.state_dict())
        for name, tensor in mine.state_dict().items():
            assert torch.equal(found.state_dict()[name], tensor), name
        assert not found.training
    for one in weights.sliding:
        assert (one.alphabet, one.architecture) == (AMOUNTS, "lenet5-maxpool")
    assert [one.scale for one in weights.sliding] == [Scale(), Scale(0.75)]
    assert weights.grammar_penalty.tolist() == list(range(9))


def test_files_without_a_sliding_recogniser_are_whole(saved: Path) -> None:
    assert load_weights(saved).sliding == ()
    assert to_device(load_weights(saved), torch.device("cpu")).sliding == ()


def test_on_a_device_weights_are_frozen(saved_both: Path) -> None:
    weights = to_device(load_weights(saved_both), torch.device("cpu"))
    for module in (weights.recogniser, *weights.sliding):
        assert not module.training
        assert not any(p.requires_grad for p in module.parameters())
    assert weights.grammar_penalty.tolist() == list(range(9))


def test_nothing_is_left_beside_the_file(saved: Path) -> None:
    assert list(saved.parent.iterdir()) == [saved]


def failure(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        load_weights(path)
    message = str(caught.value)
    assert caught.value.exit_code == ExitCode.WEIGHTS
    assert path.name in message and "\n" not in message
    return message


@pytest.mark.parametrize("name", NAMED)
def test_shipped_weights_by_name(name: str) -> None:
    weights = load_weights(weights_file(name))
    assert weights.sliding
    assert weights_file(name).with_suffix(".calibration.json").is_file()


def test_other_names_are_paths() -> None:
    assert weights_file("mine/small") == Path("mine/small")


def test_missing(tmp_path: Path) -> None:
    assert "no such weights" in failure(tmp_path / "none.safetensors")


@pytest.mark.parametrize("keep", [0, 5, 1000, -1])
def test_truncated(saved: Path, keep: int) -> None:
    saved.write_bytes(saved.read_bytes()[:keep])
    failure(saved)


def test_not_weights_at_all(tmp_path: Path) -> None:
    path = tmp_path / "text.safetensors"
    path.write_text("these are no weights")
    failure(path)


def rewrite(path: Path, **changes: str | None) -> None:
    """Write the file again with other metadata; ``None`` drops an entry."""
    about = {"name": "some", "architecture": "lenet5", "features": "6"}
    about |= {"classes": AMOUNTS.classes, "raised": AMOUNTS.raised}
    about = {k: v for k, v in {**about, **changes}.items() if v is not None}
    save_file(load_file(path), path, metadata={"chequereader": json.dumps(about)})


def test_rewritten_unchanged_is_still_good(saved: Path) -> None:
    rewrite(saved)
    load_weights(saved)


@pytest.mark.parametrize(
    "changes",
    [
        {"architecture": "lenet6"},
        {"architecture": "lenet5-wide"},
        {"features": "7"},
        {"features": "many"},
        {"classes": "0123456789"},
        {"classes": None},
        {"name": None},
    ],
    ids=lambda c: "-".join(f"{k}-{v}" for k, v in c.items()),
)
def test_metadata_that_do_not_fit(saved: Path, changes: dict[str, str | None]) -> None:
    rewrite(saved, **changes)
    failure(saved)


@pytest.mark.parametrize(
    "changes",
    [
        *({"architecture": name} for name in ("lenet6", "lenet5", "lenet5-wide-maxpool", "", None)),
        *({"networks": number} for number in (1, 3, 0, -1, 1000000000, "two", None)),
        *({"across": number} for number in (0.0, -1.0, 1e-9, 1e9, float("nan"), "wide")),
        {"along": 1.0},
    ],
    ids=str,
)
def test_a_sliding_recogniser_that_does_not_fit(saved_both: Path, changes: dict[str, object]) -> None:
    fitting: dict[str, object] = {"architecture": "lenet5-maxpool", "networks": 2, "across": 1.0}
    other = {**fitting, "networks": 1, "across": 0.75}
    rewrite(saved_both, sliding=[fitting, other])
    assert len(load_weights(saved_both).sliding) == 2
    rewrite(saved_both, sliding=[{**fitting, **changes}, other])
    failure(saved_both)


MANY = [{"architecture": "lenet5-maxpool", "networks": 1, "across": 1.0}] * 1000
"""Refused before a single one is made."""


@pytest.mark.parametrize(
    "sliding", ["lenet5-maxpool", [3], 7, {"networks": 1}, MANY], ids=lambda s: str(s)[:20]
)
def test_what_is_no_list_of_sliding_recognisers(saved: Path, sliding: object) -> None:
    rewrite(saved, sliding=sliding)
    failure(saved)


def test_a_sliding_recogniser_that_is_named_but_not_there(saved: Path) -> None:
    rewrite(saved, sliding=[{"architecture": "lenet5-maxpool", "networks": 1, "across": 1.0}])
    failure(saved)


def test_without_metadata(saved: Path) -> None:
    save_file(load_file(saved), saved)
    failure(saved)


def test_what_is_ready_to_read_takes_no_gradient() -> None:
    ready = made_ready(Recogniser(AMOUNTS, 6), torch.device("cpu"))
    assert not any(p.requires_grad for p in ready.parameters())
    assert not ready.training


def test_without_the_extra_torch_runs_the_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_networks, "installed", lambda: False)
    cuts = made_ready(Recogniser(AMOUNTS, 6), torch.device("cpu"))
    assert isinstance(cuts.network, LeNet5)
    assert cuts.network.folded is not None
