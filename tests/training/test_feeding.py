"""Strips made by worker processes: the same as without them, in the same order."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from chequereader.segmentation.strip import STRIP
from chequereader.training.composing import Composer
from chequereader.training.feeding import composed, distorted
from chequereader.training.strips import Strips


@pytest.fixture(scope="module")
def strips() -> Strips:
    rng = np.random.default_rng(3)
    drawn = [rng.integers(0, 256, (STRIP, int(width)), np.uint8) for width in rng.integers(40, 90, 9)]
    return Strips.pack((strip, str(number)) for number, strip in enumerate(drawn))


ORDER = [np.array([4, 0]), np.array([8]), np.array([1, 2, 3])]


def test_undistorted_batches_are_the_strips_of_their_members(strips: Strips) -> None:
    fed = list(distorted(strips, ORDER, 0.0, np.random.default_rng(0)))
    assert [truths for _, _, truths in fed] == [["4", "0"], ["8"], ["1", "2", "3"]]
    for (inputs, counts, _), members in zip(fed, ORDER, strict=True):
        assert inputs.shape[:2] == (len(members), STRIP) and len(counts) == len(members)
        for row, member in zip(inputs, members, strict=True):
            own = torch.from_numpy(strips.strip(member).copy())
            assert torch.equal(row[:, : own.shape[1]], own)


def test_workers_make_what_would_be_made_without_them(strips: Strips) -> None:
    alone = list(distorted(strips, ORDER, 1.0, np.random.default_rng(5)))
    by_workers = list(distorted(strips, ORDER, 1.0, np.random.default_rng(5), workers=2))
    for (inputs, counts, truths), (others, other_counts, other_truths) in zip(alone, by_workers, strict=True):
        assert torch.equal(inputs, others)
        assert (counts, truths) == (other_counts, other_truths)


def test_another_state_of_chance_distorts_otherwise(strips: Strips) -> None:
    rng = np.random.default_rng(5)
    first, second = (next(distorted(strips, ORDER, 1.0, rng))[0] for _ in range(2))
    assert first.shape != second.shape or not torch.equal(first, second)


def test_composed_strips_are_as_many_as_asked_for_whoever_makes_them() -> None:
    alone = composed(Composer([]), 260, np.random.default_rng(2))
    by_workers = composed(Composer([]), 260, np.random.default_rng(2), workers=2)
    assert len(alone) == 260
    assert len(set(alone.truths)) > 200, "no piece repeats another"
    assert np.array_equal(alone.truths, by_workers.truths)
    assert np.array_equal(alone.columns, by_workers.columns)
