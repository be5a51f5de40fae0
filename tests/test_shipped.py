"""Weights that ship are read only as they came."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from chequereader import shipped
from chequereader.decision import Calibration, load_calibrations, save_calibrations
from chequereader.errors import WeightsError
from chequereader.fields.penalty import ZonePenalty
from chequereader.fields.spotter import Spotter
from chequereader.legal.reader import load_legal
from chequereader.options import SHIPPED_WEIGHTS
from chequereader.recognition.store import NAMED, load_weights
from chequereader.training.digit_runs import load_digits

LOADERS: dict[str, Callable[[Path], object]] = {
    "amounts.calibration.json": load_calibrations,
    "amounts.safetensors": load_weights,
    "amounts-small.calibration.json": load_calibrations,
    "amounts-small.safetensors": load_weights,
    "digits.safetensors": load_digits,
    "fields.safetensors": ZonePenalty.load,
    "legal.safetensors": load_legal,
    "legal-spotter.safetensors": Spotter.load,
    "micr.calibration.json": load_calibrations,
    "micr.safetensors": load_weights,
    "micr-cmc7.calibration.json": load_calibrations,
    "micr-cmc7.safetensors": load_weights,
    "spotter.safetensors": Spotter.load,
}


def test_every_file_of_weights_is_listed_with_its_checksum() -> None:
    lines = (shipped.SHIPPED / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    found = sorted([*shipped.SHIPPED.glob("*.safetensors"), *shipped.SHIPPED.glob("*.calibration.json")])
    assert lines == [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in found]
    assert set(LOADERS) == {path.name for path in found}


@pytest.mark.parametrize("name", LOADERS)
def test_weights_with_another_checksum_are_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipped, "SHIPPED", tmp_path.resolve())
    copied = tmp_path / name
    shutil.copyfile(Path(__file__).parents[1] / "chequereader" / "weights" / name, copied)
    (tmp_path / "SHA256SUMS").write_text(f"{hashlib.sha256(copied.read_bytes()).hexdigest()}  {name}\n")
    LOADERS[name](copied)
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  {name}\n")
    with pytest.raises(WeightsError, match="checksum"):
        LOADERS[name](copied)


def test_the_options_know_the_names_of_what_ships() -> None:
    assert tuple(NAMED) == SHIPPED_WEIGHTS


def test_weights_of_others_need_no_listing(tmp_path: Path) -> None:
    own = tmp_path / "own.safetensors"
    own.write_bytes(b"anything")
    assert shipped.verified(own) == hashlib.sha256(b"anything").hexdigest()


def test_what_is_to_ship_is_listed_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ships, other = tmp_path / "weights", tmp_path / "other"
    for folder in (ships, other):
        folder.mkdir()
        (folder / "a.safetensors").write_bytes(b"anything")
    monkeypatch.setattr(shipped, "SHIPPED", ships.resolve())
    for folder in (other, ships):
        shipped.list_checksum(folder / "a.safetensors")
        for slope in (1.0, 2.0):  # one that fits its checksum no more gives way to the next
            save_calibrations(
                folder / "a.calibration.json", dict.fromkeys(("whole", "auto"), Calibration(slope, 0.0, ()))
            )
            assert load_calibrations(folder / "a.calibration.json")["auto"].slope == slope
            (folder / "a.calibration.json").write_text("damaged")
    assert [path.name for path in sorted(other.iterdir())] == ["a.calibration.json", "a.safetensors"]
    assert [line[64:] for line in (ships / "SHA256SUMS").read_text().splitlines()] == [
        "  a.calibration.json",
        "  a.safetensors",
    ]
    assert shipped.verified(ships / "a.safetensors")


@pytest.mark.parametrize("kind", [ZonePenalty, Spotter])
def test_missing_damaged_and_foreign_weights_are_refused(
    kind: type[ZonePenalty] | type[Spotter], tmp_path: Path
) -> None:
    damaged, foreign = tmp_path / "damaged.safetensors", tmp_path / "foreign.safetensors"
    damaged.write_bytes(b"no weights at all")
    save_file({"mean": np.zeros(3, np.float32)}, foreign)
    for path in (tmp_path / "none.safetensors", damaged, foreign):
        with pytest.raises(WeightsError) as caught:
            kind.load(path)
        assert str(path) in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
