"""Packed strips come out as they went in."""

from __future__ import annotations

from pathlib import Path

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


def test_packs_come_back_from_a_file(tmp_path: Path) -> None:
    packed = Strips.pack([(np.full((32, 40), 7, np.uint8), "12.50"), (np.zeros((32, 33), np.uint8), "9")])
    packed.save(tmp_path / "some.npz")
    back = Strips.load(tmp_path / "some.npz")
    for name in ("truths", "column", "columns"):
        assert np.array_equal(getattr(back, name), getattr(packed, name))
