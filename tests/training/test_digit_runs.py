"""Runs in a folder: files, resuming after Ctrl-C, options that don't fit, the command."""

from __future__ import annotations

import gzip
import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from chequereader.errors import UnreadableInputError, UsageError, WeightsError
from chequereader.recognition.boosted import BoostedLeNet4
from chequereader.recognition.lenet import LeNet5
from chequereader.training import digit_runs
from chequereader.training.checkpoints import load_state
from chequereader.training.commands import train_digits_command
from chequereader.training.digit_runs import (
    ARCHITECTURES,
    DigitOptions,
    load_digits,
    train_digits,
    train_seeds,
)
from chequereader.training.digits import DigitTraining, measure, predict
from chequereader.training.passes import DigitSet
from chequereader.training.run_folder import CHECKPOINT, METRICS, WEIGHTS, stopping_on_interrupt
from chequereader.training.single_patterns import SinglePatterns


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MNIST in form, with 60 and 10 pictures: a bar whose place is the label."""
    folder = tmp_path_factory.mktemp("idx")
    rng = np.random.default_rng(0)
    for part, count in (("train", 60), ("t10k", 10)):
        pictures = rng.integers(0, 60, (count, 28, 28), dtype=np.uint8)
        for index, picture in enumerate(pictures):
            picture[4:24, 4 + 2 * (index % 10) : 6 + 2 * (index % 10)] = 255
        header = b"\0\0\x08\x03" + np.array(pictures.shape, ">i4").tobytes()
        (folder / f"{part}-images-idx3-ubyte").write_bytes(header + pictures.tobytes())
        labels = (np.arange(count) % 10).astype(np.uint8)
        header = b"\0\0\x08\x01" + np.array(labels.shape, ">i4").tobytes()
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(header + labels.tobytes()))
    return folder


def test_the_shipped_digits_are_the_papers_lenet5(shared_data: Path) -> None:
    network = load_digits()
    assert isinstance(network, LeNet5)
    figures = measure(network, DigitSet.read(shared_data / "digits", "t10k"))
    assert figures["test_error"] <= 0.0055


QUICK = DigitOptions("lenet1", "1998", seed=3, epochs=2, batch=4)


def test_writes_metrics_checkpoint_and_weights(data: Path, tmp_path: Path) -> None:
    seen: list[dict] = []
    network = train_digits(QUICK, data, tmp_path / "run", report=seen.append)
    assert {p.name for p in (tmp_path / "run").iterdir()} == {CHECKPOINT, METRICS, WEIGHTS}
    lines = [json.loads(line) for line in (tmp_path / "run" / METRICS).read_text().splitlines()]
    assert lines == seen
    assert [(m["epoch"], m["step"]) for m in lines] == [(1, 15), (2, 30)]
    assert all(0 <= m["test_error"] <= 1 and 0 <= m["test_rejected"] <= 1 for m in lines)
    assert (lines[0]["architecture"], lines[0]["recipe"], lines[0]["seed"]) == ("lenet1", "1998", 3)
    pictures = torch.zeros(2, 28, 28, dtype=torch.uint8)
    assert torch.equal(predict(load_digits(tmp_path / "run" / WEIGHTS), pictures), predict(network, pictures))


def interrupt(patch: pytest.MonkeyPatch, kind: type[DigitTraining | SinglePatterns], step: int) -> None:
    """Press Ctrl-C in a step of a training."""
    advance = kind.advance

    def pressed(training: Any, steps: int) -> None:
        if training.step == step:
            os.kill(os.getpid(), signal.SIGINT)
        advance(training, steps)

    patch.setattr(kind, "advance", pressed)


def test_interrupted_then_resumed_gives_the_same_weights(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_digits(QUICK, data, tmp_path / "through")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        interrupt(patch, DigitTraining, 20)
        train_digits(QUICK, data, tmp_path / "run")
    assert not (tmp_path / "run" / WEIGHTS).exists()
    assert len((tmp_path / "run" / METRICS).read_text().splitlines()) == 1
    train_digits(QUICK, data, tmp_path / "run", resume=True)
    assert (tmp_path / "run" / WEIGHTS).read_bytes() == (tmp_path / "through" / WEIGHTS).read_bytes()


def test_second_interrupt_is_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), stopping_on_interrupt() as interrupted:
        assert not interrupted()
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupted()
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == before


def test_a_folder_with_a_run_is_not_overwritten_nor_resumed_with_other_options(
    data: Path, tmp_path: Path
) -> None:
    with pytest.raises(WeightsError, match="no such file"):
        train_digits(QUICK, data, tmp_path, resume=True)
    train_digits(QUICK, data, tmp_path)
    with pytest.raises(UsageError, match="--resume"):
        train_digits(QUICK, data, tmp_path)
    with pytest.raises(UsageError, match="another seed, batch"):
        train_digits(DigitOptions("lenet1", "1998", seed=4, epochs=2, batch=5), data, tmp_path, resume=True)


def test_boosted(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digit_runs, "VIEWS", 1)
    options = DigitOptions("boosted-lenet4", "1998", epochs=1, batch=2)
    seen: list[dict] = []
    network = train_digits(options, data, tmp_path, report=seen.append)
    assert [m["net"] for m in seen] == [1, 2, 3, "all"]
    assert 1.0 <= seen[-1]["cost"] <= 3.0
    loaded = load_digits(tmp_path / WEIGHTS)
    assert isinstance(loaded, BoostedLeNet4)
    pictures = torch.zeros(2, 28, 28, dtype=torch.uint8)
    assert torch.equal(predict(loaded, pictures), predict(network, pictures))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (DigitOptions("lenet6"), "no architecture lenet6"),
        (DigitOptions("lenet5", "2012"), "no recipe 2012"),
        (DigitOptions("lenet5", distortion="wavy"), "no distortion wavy"),
        (DigitOptions("boosted-lenet4", distortion="none"), "needs distorted digits"),
        (DigitOptions("lenet5-maxpool", "1998"), "--recipe modern"),
    ],
)
def test_options_that_make_no_sense(options: DigitOptions, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        options.resolved()


def test_options_override_the_recipe() -> None:
    recipe = DigitOptions("boosted-lenet4", epochs=3, batch=7).resolved()
    assert (recipe.epochs, recipe.batch, recipe.distortion) == (3, 7, "affine")
    assert DigitOptions("lenet5").resolved().distortion == "none"


def test_no_mnist(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError):
        train_digits(QUICK, tmp_path, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_command_prints_a_line_a_pass(data: Path, tmp_path: Path) -> None:
    arguments = ["--arch", "lenet1", "--data", str(data), "--epochs", "2", "--batch", "8", "--digits", "16"]
    result = CliRunner().invoke(train_digits_command, [*arguments, "--out", str(tmp_path / "run")])
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [m["step"] for m in lines] == [2, 4]


def test_help_names_every_architecture() -> None:
    text = CliRunner().invoke(train_digits_command, ["--help"]).output
    assert all(name in text for name in ARCHITECTURES)


def test_a_network_learns_from_teachers(data: Path, tmp_path: Path) -> None:
    teacher = tmp_path / "teacher" / WEIGHTS
    train_digits(DigitOptions("lenet5-wide-maxpool", "modern", epochs=1, batch=20), data, teacher.parent)
    options = DigitOptions("lenet5", "modern", epochs=1, batch=20)
    alone = train_digits(options, data, tmp_path / "alone")
    taught = train_digits(replace(options, teachers=(str(teacher),)), data, tmp_path / "taught")
    assert any(not torch.equal(a, b) for a, b in zip(alone.parameters(), taught.parameters(), strict=True)), (
        "what the teacher says matters"
    )
    metrics = json.loads((tmp_path / "taught" / METRICS).read_text().splitlines()[-1])
    assert metrics["teachers"] == [str(teacher)]
    of_seeds = train_seeds(replace(options, teachers=(str(teacher),)), [0, 1], data, tmp_path / "seeds")
    states = [load_state(folder / WEIGHTS)[0] for folder in of_seeds]
    assert all(torch.equal(tensor, states[0][name]) for name, tensor in taught.state_dict().items())
    assert any(not torch.equal(tensor, states[0][name]) for name, tensor in states[1].items())
    with pytest.raises(UsageError, match="modern recipe"):
        train_digits(replace(QUICK, teachers=(str(teacher),)), data, tmp_path / "old")
    teacher.rename(teacher.with_name("gone"))
    with pytest.raises(UsageError, match="--resume"):
        train_digits(replace(options, teachers=(str(teacher),)), data, tmp_path / "taught")
    with pytest.raises(WeightsError):
        train_digits(replace(options, teachers=(str(tmp_path / "none"),)), data, tmp_path / "none-run")


def test_boosting_knows_no_gpu(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="leave --device out"):
        train_digits(DigitOptions("boosted-lenet4", "1998"), data, tmp_path / "run", device="cuda")
    assert not (tmp_path / "run").exists()


def not_compiled(*arguments: Any) -> SinglePatterns:
    return SinglePatterns(*arguments, compiled=False)


def test_several_seeds(data: Path, tmp_path: Path) -> None:
    options = DigitOptions("lenet1", "1998", epochs=1, batch=4, digits=8)
    folders = train_seeds(options, (3, 4), data, tmp_path)
    first, second = ((folder / WEIGHTS).read_bytes() for folder in folders)
    assert first != second
    train_digits(replace(options, seed=3), data, tmp_path / "alone")
    assert first == (tmp_path / "alone" / WEIGHTS).read_bytes()
    begun = [(folder / WEIGHTS).stat().st_mtime_ns for folder in folders]
    assert train_seeds(options, (3, 4), data, tmp_path) == folders
    assert [(folder / WEIGHTS).stat().st_mtime_ns for folder in folders] == begun


def test_several_seeds_together(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digit_runs, "SinglePatterns", not_compiled)
    options = DigitOptions("lenet1", "1998", epochs=2, digits=8, compiled=True)
    seen: list[dict] = []
    folders = train_seeds(options, (3, 4), data, tmp_path, seen.append)
    assert [(m["seed"], m["epoch"]) for m in seen] == [(3, 1), (4, 1), (3, 2), (4, 2)]
    assert (tmp_path / "seeds3-4" / CHECKPOINT).exists()
    for folder, seed in zip(folders, (3, 4), strict=True):
        lines = [json.loads(line) for line in (folder / METRICS).read_text().splitlines()]
        assert lines == [m for m in seen if m["seed"] == seed]
        load_digits(folder / WEIGHTS)
    # another seed is trained beside those that are done
    done = [(folder / WEIGHTS).read_bytes() for folder in folders]
    assert train_seeds(options, (3, 4, 5), data, tmp_path)[:2] == folders
    assert [(folder / WEIGHTS).read_bytes() for folder in folders] == done
    assert done[0] != (tmp_path / "seed5" / WEIGHTS).read_bytes()


def test_seeds_together_interrupted_and_resumed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digit_runs, "SinglePatterns", not_compiled)
    options = DigitOptions("lenet1", "1998", epochs=2, digits=8, compiled=True)
    through = train_seeds(options, (3, 4), data, tmp_path / "through")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        interrupt(patch, SinglePatterns, 11)
        train_seeds(options, (3, 4), data, tmp_path / "run")
    folders = train_seeds(options, (3, 4), data, tmp_path / "run")
    for one, other in zip(folders, through, strict=True):
        assert (one / WEIGHTS).read_bytes() == (other / WEIGHTS).read_bytes()
        assert len((one / METRICS).read_text().splitlines()) == 2


def test_boosted_of_single_patterns(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digit_runs, "VIEWS", 1)
    monkeypatch.setattr(digit_runs, "SinglePatterns", not_compiled)
    options = DigitOptions("boosted-lenet4", "1998", epochs=1, digits=20, compiled=True)
    train_digits(options, data, tmp_path)
    assert isinstance(load_digits(tmp_path / WEIGHTS), BoostedLeNet4)


def test_compiling_needs_a_compiler(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    arguments = ["--arch", "lenet1", "--data", str(data), "--out", str(tmp_path / "run"), "--compile"]
    result = CliRunner().invoke(train_digits_command, arguments)
    assert isinstance(result.exception, UsageError)
    assert "leave --compile out" in str(result.exception)
    assert not (tmp_path / "run").exists()


def test_compiled_updates_know_no_gpu(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="compiled for a CPU"):
        train_digits(replace(QUICK, compiled=True), data, tmp_path / "run", device="cuda")
