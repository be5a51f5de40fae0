"""Components and the groups along a line, against brute force."""

from __future__ import annotations

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_page import put, toy_page

from chequereader.box import Box
from chequereader.fields.groups import Components, find_components, group_along_lines, line_gaps
from chequereader.fields.page_ink import INCH, find_ink
from chequereader.fields.rules import find_rules, printed_boxes

BOXES = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 80), st.integers(1, 40), st.integers(1, 40)), max_size=12
)


def components_of(image: np.ndarray) -> Components:
    page = find_ink(image)
    rules = find_rules(page)
    return find_components(page, rules, printed_boxes(rules))


@settings(max_examples=60, deadline=None)
@given(BOXES, st.floats(0.2, 2.5))
def test_groups_are_the_transitive_closure_of_neighbours(drawn: list, widest: float) -> None:
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in drawn], np.int32).reshape(-1, 4)
    owner = list(range(len(boxes)))
    for i, a in enumerate(boxes.tolist()):
        for j, b in enumerate(boxes.tolist()):
            shared = min(a[3], b[3]) - max(a[1], b[1])
            low, high = sorted((a[3] - a[1], b[3] - b[1]))
            space = max(max(a[0], b[0]) - min(a[2], b[2]), 0)
            measure = min(max(high, 0.1 * INCH), 0.32 * INCH)
            if shared >= np.float32(0.4 * low) and np.float32(space / measure) <= np.float32(widest):
                owner = [owner[i] if o == owner[j] else o for o in owner]
    expected = {frozenset(i for i, o in enumerate(owner) if o == root) for root in set(owner)}
    groups = group_along_lines(line_gaps(boxes), widest)
    assert {frozenset(g.tolist()) for g in groups} == expected
    assert all((np.diff(g) > 0).all() for g in groups)


def test_words_split_at_wide_spaces_and_join_at_wider_gaps() -> None:
    image = np.full((300, 1400), 235, np.uint8)
    for x, text in ((100, "1234"), (420, "567"), (1000, "89")):
        put(image, text, x, 150, 36, 3)
    gaps = line_gaps(components_of(image).boxes)
    assert [len(group_along_lines(gaps, widest)) for widest in (0.9, 9.0, 30.0)] == [3, 2, 1]


def test_rules_and_frames_are_no_components_and_crossed_strokes_stay_whole() -> None:
    page = toy_page("1171")
    components = components_of(page.image)
    frame = Box(*(v // 2 for v in page.amount)).padded(2, 2, 10_000, 10_000)
    inside = [b for b in components.boxes.tolist() if frame.intersection(Box(*b)) == Box(*b)]
    assert len(inside) == 4
    assert (components.boxes[:, 2] - components.boxes[:, 0]).max() < 0.4 * INCH


def test_component_measures_are_those_of_its_pixels() -> None:
    components = components_of(toy_page().image)
    for row in range(len(components.boxes)):
        y, x = np.nonzero(components.label == row)
        assert components.area[row] == len(y)
        assert components.boxes[row].tolist() == [x.min(), y.min(), x.max() + 1, y.max() + 1]


def test_stroke_width_follows_the_pen() -> None:
    widths = []
    for pen in (4, 8, 14):
        image = np.full((400, 1400), 235, np.uint8)
        cv2.ellipse(image, (500, 200), (60, 80), 0, 0, 360, 30, pen)
        widths.append(float(components_of(image).stroke.mean()))
    assert widths == sorted(widths)
    assert abs(widths[2] / widths[1] - 14 / 8) < 0.5
