"""Metrics against brute force over all thresholds and against values worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.evaluation.metrics import (
    calibration_error_by_chance,
    correct_at,
    error_reject_curve,
    expected_calibration_error,
    reliability,
)

# Few levels, so that ties are common.
answers = st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), st.booleans()), max_size=25)
shares = st.sampled_from([0.0, 0.001, 0.01, 0.05, 0.1, 0.3, 1.0])


def arrays(answers: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([c for c, _ in answers], float), np.array([r for _, r in answers], bool)


@given(answers, st.integers(0, 5), shares)
def test_correct_at_is_the_best_over_all_thresholds(
    answers: list[tuple[float, bool]], unanswered: int, share: float
) -> None:
    total = max(len(answers) + unanswered, 1)
    best = Fraction(0)
    for threshold in {c for c, _ in answers}:
        correct = sum(r for c, r in answers if c >= threshold)
        wrong = sum(not r for c, r in answers if c >= threshold)
        if Fraction(wrong, total) <= Fraction(str(share)):
            best = max(best, Fraction(correct, total))
    assert correct_at(*arrays(answers), total, share) == pytest.approx(float(best))


@given(answers, st.integers(0, 5))
def test_the_curve_counts_what_each_threshold_accepts(
    answers: list[tuple[float, bool]], unanswered: int
) -> None:
    total = max(len(answers) + unanswered, 1)
    curve = error_reject_curve(*arrays(answers), total)
    assert len(curve) == 1 + len({c for c, _ in answers})
    for point in curve:
        accepted = [r for c, r in answers if c >= point.threshold]
        assert point.correct == pytest.approx(sum(accepted) / total)
        assert point.rejected == pytest.approx(1 - len(accepted) / total)
        assert point.correct + point.error + point.rejected == pytest.approx(1)


@given(answers, st.integers(1, 30), st.randoms())
def test_calibration_does_not_depend_on_the_order(
    answers: list[tuple[float, bool]], bins: int, random: object
) -> None:
    shuffled = answers.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    before = expected_calibration_error(*arrays(answers), bins)
    assert expected_calibration_error(*arrays(shuffled), bins) == pytest.approx(before)
    parts = reliability(*arrays(answers), bins)
    assert sum(part.count for part in parts) == len(answers)
    assert max((p.count for p in parts), default=0) - min((p.count for p in parts), default=0) <= 1
    assert sum(p.count * p.right for p in parts) == pytest.approx(sum(r for _, r in answers))


def test_the_smallest_share_of_errors_is_met_exactly() -> None:
    # 300 cheques, 3 of them wrong: exactly one in a hundred.
    confidence = np.linspace(1, 0.5, 300)
    right = np.ones(300, bool)
    right[[100, 200, 299]] = False
    assert correct_at(confidence, right, 300, 0.01) == pytest.approx(297 / 300)
    assert correct_at(confidence, right, 300, 0.005) == pytest.approx(199 / 300)
    assert correct_at(confidence, right, 300, 0.001) == pytest.approx(100 / 300)


def test_a_wrong_answer_among_equals_spoils_them_all() -> None:
    confidence = np.array([0.9, 0.9, 0.8])
    assert correct_at(confidence, np.array([True, False, True]), 3, 0.0) == 0


def test_calibration_by_hand() -> None:
    confidence = np.array([0.1, 0.3, 0.6, 0.8])
    right = np.array([False, True, False, True])
    # Bins (0.1, 0.3) and (0.6, 0.8): |0.2 - 0.5| and |0.7 - 0.5|.
    assert expected_calibration_error(confidence, right, 2) == pytest.approx(0.25)
    assert expected_calibration_error(confidence, right, 99) == pytest.approx((0.1 + 0.7 + 0.6 + 0.2) / 4)
    assert expected_calibration_error(np.array([]), np.array([], bool)) == 0


def test_confidences_that_are_true_are_calibrated() -> None:
    rng = np.random.default_rng(3)
    confidence = rng.random(200_000)
    right = rng.random(200_000) < confidence
    assert expected_calibration_error(confidence, right) < 0.01
    assert expected_calibration_error(confidence**2, right) > 0.1


def test_calibration_error_by_chance_in_closed_form() -> None:
    """A bin of one answer of confidence p is off by 1 - p with p, by p otherwise: 2 p (1 - p) on average."""
    confidence = np.array([0.5, 0.9])
    expected = (2 * 0.5 * 0.5 + 2 * 0.9 * 0.1) / 2
    assert calibration_error_by_chance(confidence, draws=4000) == pytest.approx(expected, abs=0.01)
    assert calibration_error_by_chance(np.ones(30)) == 0
    assert calibration_error_by_chance(np.array([])) == 0


def test_chance_shrinks_with_the_number_of_answers() -> None:
    few, many = (calibration_error_by_chance(np.full(count, 0.9)) for count in (60, 6000))
    assert many < 0.2 * few
