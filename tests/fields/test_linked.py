"""Groups of linked things, against walking from neighbour to neighbour."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chequereader.fields.linked import linked_groups


@given(
    count=st.integers(0, 12),
    pairs=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=14),
)
def test_groups_are_what_can_be_reached(count: int, pairs: list[tuple[int, int]]) -> None:
    inside = [(a, b) for a, b in pairs if a < count and b < count]
    first, second = (np.array([pair[side] for pair in inside], np.int32) for side in (0, 1))
    groups = linked_groups(first, second, count)
    assert sorted(int(i) for group in groups for i in group) == list(range(count))
    assert [int(group[0]) for group in groups] == sorted(int(group.min()) for group in groups)
    for group in groups:
        reached, going = set(), [int(group[0])]
        while going:
            now = going.pop()
            if now not in reached:
                reached.add(now)
                going += [b if a == now else a for a, b in inside if now in (a, b)]
        assert group.tolist() == sorted(reached)
