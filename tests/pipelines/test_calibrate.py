"""The truth that confidences are fitted on."""

from __future__ import annotations

from pathlib import Path

from chequereader.cheque_set import ChequeSet, Truth, read_names
from pipelines.calibrate import CORRECTIONS, SPLITS, corrected


def test_what_pictures_show_takes_the_place_of_mistaken_truth() -> None:
    mistaken, other = Truth("a_car_000365.jpg", digits="13317"), Truth("other.jpg", digits="13317")
    found = corrected(ChequeSet(Path("set"), (mistaken, other)))
    assert [truth.digits for truth in found.truths] == ["13817", "13317"]
    assert found.folder == Path("set")


def test_only_validation_fields_are_corrected() -> None:
    held = set(read_names(SPLITS / "amounts-validation.txt"))
    names = [line.split(",")[0] for line in CORRECTIONS.read_text(encoding="utf-8").splitlines()[1:]]
    assert names
    assert set(names) <= held
