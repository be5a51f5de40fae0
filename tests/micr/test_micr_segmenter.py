"""The segmentation graph of a line: every character is a candidate, no two are one, blanks are counted."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_lines import bare_strip, clean_line

from chequereader.box import Box
from chequereader.micr.fonts import E13B
from chequereader.micr.line import HEIGHT, ROWS, straighten
from chequereader.micr.segmenter import GEOMETRY, MicrSegmentation, looked_at, segment

PITCH = E13B.pitch * HEIGHT


def of_text(text: str) -> MicrSegmentation:
    strip = straighten(clean_line(text))
    assert strip is not None
    return segment(strip)


def longest_path(segmentation: MicrSegmentation) -> list[int]:
    """The path with the fewest candidates, by dynamic programming: whole characters, no bars."""
    fewest: dict[int, tuple[int, list[int]]] = {0: (0, [])}
    for arc in range(len(segmentation.source)):
        steps, path = fewest[int(segmentation.source[arc])]
        target = int(segmentation.target[arc])
        if target not in fewest or steps + 1 < fewest[target][0]:
            fewest[target] = steps + 1, [*path, arc]
    return fewest[segmentation.cuts - 1][1]


def check(segmentation: MicrSegmentation) -> None:
    arcs = len(segmentation.source)
    assert (segmentation.source < segmentation.target).all()
    assert (np.diff(segmentation.source) >= 0).all()
    assert segmentation.crops.shape == (arcs, 32, 32)
    assert segmentation.geometry.shape == (arcs, len(GEOMETRY)) and np.isfinite(segmentation.geometry).all()
    # every node lies on some path from first to last
    assert set(segmentation.source.tolist()) == set(range(segmentation.cuts - 1))
    assert set(segmentation.target.tolist()) == set(range(1, segmentation.cuts))


@pytest.mark.parametrize(
    "text", ["0123456789", "A021000021A", "B0000012500B", "C001D234C", "C0A1C2B3C4D5", "1111AAAA"]
)
def test_each_character_is_one_candidate(text: str) -> None:
    segmentation = of_text(text)
    check(segmentation)
    path = longest_path(segmentation)
    assert len(path) == len(text)
    middles = segmentation.columns[path].mean(axis=1)
    # right edges keep the pitch, middles by and large
    assert np.abs(np.diff(segmentation.columns[path][:, 1]) - PITCH).max() < 2.5
    assert np.abs(np.diff(middles) - PITCH).max() < 8


@pytest.mark.parametrize("blanks", [1, 2, 5])
def test_blank_cells_are_counted(blanks: int) -> None:
    segmentation = of_text("021" + " " * blanks + "000")
    check(segmentation)
    cells = segmentation.geometry[:, GEOMETRY.index("blank_cells")]
    assert sorted(cells[cells > 0].tolist()) == [blanks]


@pytest.mark.parametrize("digit", "0123456789")
def test_what_was_erased_leaves_a_blank_of_one_cell(digit: str) -> None:
    strip = straighten(clean_line(f"0{digit}1"))
    assert strip is not None
    gone = segment(strip).columns[longest_path(segment(strip))[1]]
    for remnant in (0, 255):
        ink = strip.ink.copy()
        ink[:, gone[0] - 1 : gone[1] + 1] = 0
        ink[14:17, gone.sum() // 2 - 2 : gone.sum() // 2 + 2] = remnant
        segmentation = segment(bare_strip(ink))
        check(segmentation)
        cells = segmentation.geometry[:, GEOMETRY.index("blank_cells")]
        assert cells[cells > 0].tolist() == [1]


def test_a_blot_over_three_characters_is_cut_by_the_pitch() -> None:
    strip = straighten(clean_line("0123456789"))
    assert strip is not None
    clean = segment(strip)
    path = longest_path(clean)
    ink = strip.ink.copy()
    ink[5:27, clean.columns[path[4], 0] : clean.columns[path[6], 1]] = 255
    segmentation = segment(bare_strip(ink))
    check(segmentation)
    for x0, x1 in clean.columns[path[4:7]]:
        over = (segmentation.columns[:, 0] <= x0 + 4) & (np.abs(segmentation.columns[:, 1] - x1) <= 4)
        assert over.any()


def test_no_candidate_holds_two_characters() -> None:
    segmentation = of_text("A1111A2222C")
    inked = segmentation.geometry[:, -1] == 0
    assert (segmentation.columns[inked] @ np.array([-1, 1])).max() < PITCH


def test_touching_characters_come_apart() -> None:
    strip = straighten(clean_line("0123456789"))
    assert strip is not None
    ink = strip.ink.copy()
    columns = np.flatnonzero((ink > 96).any(axis=0))
    ink[ROWS - 8 : ROWS - 6, columns[0] : columns[-1]] = 255  # a smear along the foot joins all of them
    clean, segmentation = segment(strip), segment(bare_strip(ink))
    check(segmentation)
    for character in clean.columns[longest_path(clean)]:
        assert np.abs(segmentation.columns - character).max(axis=1).min() <= 2


def test_bars_are_too_thin_to_look_at() -> None:
    segmentation = of_text("CCC")
    seen = looked_at(segmentation.geometry)
    width = segmentation.columns @ np.array([-1, 1])
    assert seen.any() and (width[seen] > 0.27 * HEIGHT).all() and (width[~seen] < 0.28 * HEIGHT).all()


def test_a_crop_shows_its_candidate_alone() -> None:
    strip = straighten(clean_line("888"))
    assert strip is not None
    segmentation = segment(strip)
    for arc in longest_path(segmentation):
        x0, x1 = segmentation.columns[arc]
        crop = segmentation.crops[arc]
        left = (x0 + x1) // 2 - 16
        assert (crop[:, x0 - left : x1 - left] == strip.ink[:, x0:x1]).all()
        assert (crop[:, : x0 - left - 1] == 0).all() and (crop[:, x1 - left + 1 :] == 0).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(40, 200), st.integers(0, 2**32 - 1), st.floats(0.002, 0.6))
def test_any_strip_gives_a_graph(width: int, seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    ink = (255 * (rng.random((ROWS, width)) < share)).astype(np.uint8)
    segmentation = segment(bare_strip(ink))
    if segmentation.cuts:
        check(segmentation)
    else:
        assert not len(segmentation.source)


def test_a_strip_without_ink_has_no_graph() -> None:
    segmentation = segment(bare_strip(np.zeros((ROWS, 100), np.uint8)))
    assert segmentation.cuts == 0 and segmentation.crops.shape == (0, 32, 32)


def test_the_box_of_a_line_lies_around_its_ink() -> None:
    image = clean_line("A021000021A", 30)
    strip = straighten(image)
    assert strip is not None
    segmentation = segment(strip)
    path = longest_path(segmentation)
    box = reduce(Box.union, segmentation.image_boxes(path))
    y, x = np.nonzero(image < 128)
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(
        (x.min(), y.min(), x.max() + 1, y.max() + 1), abs=3
    )
