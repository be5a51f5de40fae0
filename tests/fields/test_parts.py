"""Parts of groups: what a printed word, a far-off mark and one even hand are divided into."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.fields.groups import Components
from chequereader.fields.parts import parts_of, spaces_before


def line_of(*characters: tuple[int, int, float]) -> Components:
    """Return components along one line, each as (x, height, stroke width), 10 pixels wide."""
    rows = [(x, 100 - height, x + 10, 100) for x, height, _ in characters]
    boxes = np.array(rows, np.int32).reshape(-1, 4)
    stroke = np.array([s for _, _, s in characters], np.float32)
    area = (boxes[:, 3] - boxes[:, 1]) * stroke * 2
    blank = np.zeros((120, 500), np.int32)
    dark = np.ones(len(boxes), np.float32)
    return Components(boxes, area.astype(np.int32), stroke, dark, blank.astype(np.uint8), blank)


def parts(components: Components) -> set[tuple[int, ...]]:
    every = np.arange(len(components.boxes), dtype=np.int32)
    return {tuple(part.tolist()) for part in parts_of(components, [every])}


def test_a_bold_word_before_the_amount_is_divided_off() -> None:
    word = [(20 + 14 * i, 36, 6.0) for i in range(3)]
    amount = [(66 + 14 * i, 16, 2.0) for i in range(6)]
    assert (3, 4, 5, 6, 7, 8) in parts(line_of(*word, *amount))


def test_a_word_is_divided_off_by_its_pen_alone() -> None:
    word = [(20 + 14 * i, 20, 6.0) for i in range(3)]
    amount = [(66 + 14 * i, 20, 2.0) for i in range(6)]
    assert (3, 4, 5, 6, 7, 8) in parts(line_of(*word, *amount))


def test_marks_behind_a_wide_space_are_divided_off() -> None:
    amount = [(20 + 14 * i, 20, 2.0) for i in range(8)]
    assert tuple(range(8)) in parts(line_of(*amount, (160, 20, 2.0), (174, 20, 2.0)))


def test_an_even_hand_is_not_divided() -> None:
    assert parts(line_of(*((20 + 14 * i, 20, 2.0) for i in range(8)))) == set()


def test_groups_are_divided_each_by_itself() -> None:
    word = [(20 + 14 * i, 36, 6.0) for i in range(3)]
    components = line_of(*word, *((66 + 14 * i, 16, 2.0) for i in range(6)))
    groups = [np.arange(9, dtype=np.int32), np.arange(3, 9, dtype=np.int32), np.arange(1, 9, dtype=np.int32)]
    alone = [tuple(part.tolist()) for group in groups for part in parts_of(components, [group])]
    together = [tuple(part.tolist()) for part in parts_of(components, groups)]
    assert sorted(alone) == sorted(together)
    assert parts_of(components, []) == []


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 200), st.integers(1, 50)), min_size=1, max_size=6),
        min_size=1,
        max_size=4,
    )
)
def test_spaces_reach_back_over_all_components_before(groups: list[list[tuple[int, int]]]) -> None:
    groups = [sorted(group) for group in groups]
    expected = []
    for group in groups:
        for i, (x, _) in enumerate(group):
            expected.append(x - max(a + width for a, width in group[:i]) if i else 0)
    flat = [(x, x + width) for group in groups for x, width in group]
    owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    x0, x1 = np.array(flat, np.float32).T
    assert spaces_before(x0, x1, owner).tolist() == pytest.approx(expected)
