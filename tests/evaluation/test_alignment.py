from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.evaluation.alignment import align, confusions

words = st.text("012", max_size=6)


@cache
def distance(a: str, b: str) -> int:
    """The edit distance from its definition, by trying all first edits."""
    if not a or not b:
        return len(a) + len(b)
    return min(distance(a[1:], b[1:]) + (a[0] != b[0]), distance(a[1:], b) + 1, distance(a, b[1:]) + 1)


@given(words, words)
def test_the_alignment_has_the_fewest_edits(truth: str, read: str) -> None:
    pairs = align(truth, read)
    assert "".join(a for a, _ in pairs) == truth
    assert "".join(b for _, b in pairs) == read
    assert ("", "") not in pairs
    assert sum(a != b for a, b in pairs) == distance(truth, read)


@pytest.mark.parametrize(
    ("truth", "read", "pairs"),
    [
        ("120", "120", [("1", "1"), ("2", "2"), ("0", "0")]),
        ("1234", "134", [("1", "1"), ("2", ""), ("3", "3"), ("4", "4")]),
        ("19", "149", [("1", "1"), ("", "4"), ("9", "9")]),
        ("47", "17", [("4", "1"), ("7", "7")]),
        ("", "", []),
    ],
)
def test_by_hand(truth: str, read: str, pairs: list[tuple[str, str]]) -> None:
    assert align(truth, read) == pairs


def test_confusions_are_counted() -> None:
    counts = confusions([("47", "17"), ("447", "147"), ("7", "7")])
    assert counts == {("4", "1"): 2, ("4", "4"): 1, ("7", "7"): 3}
