"""Calibration and thresholds."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.decision import Calibration, load_calibrations, save_calibrations
from chequereader.errors import WeightsError


def logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (0.5, 0.4), (1.6, -1.0)])
def test_fitting_recovers_the_curve_that_the_answers_came_from(slope: float, offset: float) -> None:
    rng = np.random.default_rng(7)
    odds = rng.normal(1.0, 2.5, 20_000)
    right = rng.random(len(odds)) < logistic(slope * odds + offset)
    fitted = Calibration.fit(logistic(odds).tolist(), right.tolist())
    assert fitted.slope == pytest.approx(slope, abs=0.08)
    assert fitted.offset == pytest.approx(offset, abs=0.08)


def test_calibrated_confidence_is_the_share_that_is_right() -> None:
    rng = np.random.default_rng(8)
    posterior = logistic(rng.normal(1.5, 3, 20_000))
    right = rng.random(len(posterior)) < posterior**2  # too sure, and no logistic curve either
    fitted = Calibration.fit(posterior.tolist(), right.tolist())
    confidence = np.array([fitted.confidence(p) for p in posterior])
    for low, high in [(0.1, 0.3), (0.4, 0.6), (0.7, 0.9), (0.95, 1.0)]:
        some = (confidence >= low) & (confidence < high)
        assert right[some].mean() == pytest.approx(confidence[some].mean(), abs=0.06)


def test_all_right_is_still_not_certain() -> None:
    fitted = Calibration.fit([0.9, 0.99, 0.999], [True] * 3)
    assert 0.5 < fitted.confidence(0.99) < 1.0


@given(st.floats(0.1, 3), st.floats(-3, 3), st.lists(st.floats(0, 1), min_size=2))
def test_confidence_rises_with_the_posterior(slope: float, offset: float, posteriors: list[float]) -> None:
    calibration = Calibration(slope, offset, ())
    found = [calibration.confidence(p) for p in sorted(posteriors)]
    assert found == sorted(found)
    assert all(0 <= c <= 1 for c in found)


@given(
    st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.9, 0.95, 0.99, 1.0]) | st.floats(0, 1), min_size=1),
    st.floats(0, 1),
)
def test_a_threshold_keeps_to_the_tolerated_error_and_wastes_none(
    confidences: list[float], max_error: float
) -> None:
    sample = sorted(confidences)
    threshold = Calibration(1.0, 0.0, tuple(sample)).threshold(max_error)
    n = len(sample)

    def errors(least: float) -> float:
        return math.fsum(1 - c for c in sample if c >= least) / n

    assert errors(threshold) <= max_error + 1e-9
    rejected = [c for c in sample if c < threshold]
    if rejected:  # to accept the next best ones would go too far
        assert errors(max(rejected)) > max_error - 1e-9


@given(st.lists(st.floats(0, 0.999), min_size=1, max_size=20), st.integers(0, 5))
def test_no_error_tolerated_accepts_the_certain_only(uncertain: list[float], certain: int) -> None:
    sample = tuple(sorted([*uncertain, *[1.0] * certain]))
    threshold = Calibration(1.0, 0.0, sample).threshold(0.0)
    assert threshold > max(uncertain)
    assert (threshold <= 1.0) == (certain > 0)


def test_nothing_is_accepted_without_a_sample() -> None:
    assert Calibration(1.0, 0.0, ()).threshold(0.5) > 1.0


def test_answers_of_the_sample_itself_reach_the_threshold_that_they_set() -> None:
    """What is stored of a confidence is not above it, or the best answers would all be rejected."""
    posteriors = [1.0] * 60 + [0.97] * 20 + [0.6] * 20 + [0.0] * 20
    right = [True] * 59 + [False] + ([True] * 15 + [False] * 5) + [True, False] * 10 + [False] * 20
    for extra in range(40):
        fitted = Calibration.fit(posteriors + [0.8] * extra, right + [True] * extra)
        assert list(fitted.sample) == sorted(fitted.sample)
        assert fitted.sample[0] == 0.0, "there was no answer"
        assert fitted.sample[-1] == pytest.approx(fitted.confidence(1.0), abs=2e-6)
        assert fitted.sample[-1] <= fitted.confidence(1.0)


def test_written_calibrations_read_back(tmp_path: Path) -> None:
    path = tmp_path / "weights.calibration.json"
    some = {"whole": Calibration(1.25, -0.5, (0.0, 0.25, 0.99)), "auto": Calibration(0.5, 0.125, ())}
    save_calibrations(path, some)
    assert load_calibrations(path) == some


GOOD = {"slope": 1.0, "offset": 0.0, "sample": [0.5]}


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "{",
        "[1, 2]",
        json.dumps({"whole": GOOD}),
        json.dumps({"whole": GOOD, "auto": {"slope": 1.0, "offset": 0.0}}),
        json.dumps({"whole": GOOD, "auto": 3}),
        json.dumps({"whole": GOOD, "auto": {**GOOD, "offset": "x"}}),
        json.dumps({"whole": GOOD, "auto": {**GOOD, "sample": [None]}}),
        b"\xff\xfe",
    ],
)
def test_a_missing_or_damaged_calibration_is_one_clear_error(
    tmp_path: Path, content: str | bytes | None
) -> None:
    path = tmp_path / "weights.calibration.json"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(WeightsError, match="reinstall") as raised:
        load_calibrations(path)
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)
