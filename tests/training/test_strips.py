"""Packed strips come out as they went in."""

from __future__ import annotations

import numpy as np

from chequereader.training.strips import Strips


def test_members_come_out_as_they_went_in() -> None:
    rng = np.random.default_rng(0)
    given = [rng.integers(0, 256, (32, width)).astype(np.uint8) for width in (40, 33, 71)]
    packed = Strips.pack(zip(given, ["1.-", "22", "3"], strict=True))
    both = Strips.join([packed, packed])
    assert len(packed) == 3 and len(both) == 6
    for member in range(6):
        assert np.array_equal(both.strip(member), given[member % 3])
        assert both.truths[member] == ["1.-", "22", "3"][member % 3]


def test_selected_members_come_in_the_order_asked_for() -> None:
    packed = Strips.pack([(np.full((32, 40 + n), n, np.uint8), str(n)) for n in range(4)])
    some = packed.select(np.array([3, 1]))
    assert some.truths.tolist() == ["3", "1"]
    assert np.array_equal(some.strip(0), packed.strip(3)) and np.array_equal(some.strip(1), packed.strip(1))
    assert len(packed.select(np.array([], np.int64))) == 0
