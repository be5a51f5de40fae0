"""Calibration of weights: which cheques it takes, what it writes, and its error where that is known."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_fields import draw
from tiny_reader import write_chance_weights

from chequereader.cheque_set import ChequeSet, Truth, read_cheque_set, write_truth
from chequereader.decision import load_calibrations
from chequereader.training import calibration
from chequereader.training.calibration import calibrate, cross_fitted_error, outcomes


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(calibration, "SYNTHETIC_COUNT", 6)
    return write_chance_weights(tmp_path)


def fields(folder: Path) -> ChequeSet:
    folder.mkdir()
    texts = ("12", "3,450", "-71")
    for text in texts:
        cv2.imwrite(str(folder / f"{text}.png"), draw(text.lstrip("-"), height=30, gap=12).image)
    write_truth(
        folder, [Truth(f"{text}.png", digits=text.strip("-").replace(",", ""), text=text) for text in texts]
    )
    return read_cheque_set(folder)


def test_whole_cheques_and_fields_are_told_by_their_boxes(
    samples: Path, weights: Path, tmp_path: Path
) -> None:
    cheques = read_cheque_set(samples)
    assert all(truth.box is not None for truth in cheques.truths)
    errors = calibrate(weights, [cheques, fields(tmp_path / "fields")])
    assert all(0 <= errors[kind] <= 1 for kind in ("whole", "auto"))
    found = load_calibrations(weights.with_suffix(".calibration.json"))
    # a negative amount is no field to learn from
    assert len(found["whole"].sample) == 2
    assert len(found["auto"].sample) == len(cheques.truths) + 6


def test_without_fields_they_are_cut_out_of_the_cheques(samples: Path, weights: Path) -> None:
    cheques = read_cheque_set(samples)
    calibrate(weights, [cheques])
    found = load_calibrations(weights.with_suffix(".calibration.json"))
    assert len(found["whole"].sample) == len(found["auto"].sample) == len(cheques.truths) + 6


def test_an_amount_counts_as_right_by_its_digits_where_no_more_is_known(
    weights: Path, tmp_path: Path
) -> None:
    posterior, right = outcomes(weights, "whole", [fields(tmp_path / "fields")])
    assert len(posterior) == len(right) == 2
    assert all(0 <= p <= 1 for p in posterior)


def test_the_error_is_small_where_posteriors_are_true_and_large_where_they_boast() -> None:
    rng = np.random.default_rng(0)
    posterior = rng.uniform(0.02, 0.98, 4000)
    right = rng.random(4000) < posterior
    assert cross_fitted_error(posterior.tolist(), right.tolist()) < 0.03
    # no logistic curve maps a posterior that says nothing to what is known
    odd = np.abs(posterior - 0.5) < 0.25
    assert cross_fitted_error(posterior.tolist(), odd.tolist()) > 0.2
