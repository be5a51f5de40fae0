"""Packed lattices: nothing is lost on the way in, out, or through a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawn_fields import PAPER
from toy_lattices import example

from chequereader.segmentation.segmenter import segment
from chequereader.segmentation.strip import STRIP, strip
from chequereader.training.lattices import Lattices

TEXTS = ["12", "7", "905"]
EXAMPLES = [example(text, seed) for seed, text in enumerate(TEXTS)]


def check(lattices: Lattices, members: list[int]) -> None:
    """Member by member against the segmentations that were packed."""
    assert len(lattices) == len(members)
    assert lattices.offset[0] == 0
    assert lattices.offset[-1] == len(lattices.source)
    assert lattices.column[0] == 0
    assert lattices.column[-1] == len(lattices.strips)
    assert lattices.strips.shape[1] == STRIP
    for place, member in enumerate(members):
        segmentation, labels, digits = EXAMPLES[member]
        mine = slice(lattices.offset[place], lattices.offset[place + 1])
        assert lattices.nodes[place] == segmentation.cuts
        assert str(lattices.truths[place]) == digits
        assert np.array_equal(lattices.labels[mine], labels)
        for name in ("source", "target", "crops", "geometry"):
            assert np.array_equal(getattr(lattices, name)[mine], getattr(segmentation, name))
        assert np.array_equal(lattices.strip(place), strip(segmentation.field))


def test_packing() -> None:
    lattices = Lattices.pack(EXAMPLES)
    check(lattices, [0, 1, 2])
    graph = lattices.graph()
    assert graph.members == 3
    assert graph.arcs == len(lattices.source)
    assert np.array_equal(graph.arc_member.numpy(), np.repeat([0, 1, 2], np.diff(lattices.offset)))


def test_fields_without_ink_are_left_out() -> None:
    blank = segment(np.full((40, 90), PAPER, np.uint8)), np.zeros(0, np.int64), "123"
    check(Lattices.pack([EXAMPLES[1], blank, EXAMPLES[0]]), [1, 0])


@pytest.mark.parametrize("members", [[2], [2, 0], [1, 1, 0], [0, 1, 2]])
def test_selecting(members: list[int]) -> None:
    check(Lattices.pack(EXAMPLES).select(np.array(members)), members)


@pytest.mark.parametrize("parts", [[[0], [1], [2]], [[0, 1], [2, 0]], [[1]]])
def test_joining(parts: list[list[int]]) -> None:
    packs = [Lattices.pack([EXAMPLES[m] for m in members]) for members in parts]
    joined = Lattices.join(packs)
    check(joined, [m for members in parts for m in members])
    check(joined.select(np.array([len(joined) - 1])), [parts[-1][-1]])


def test_through_a_file(tmp_path: Path) -> None:
    path = tmp_path / "lattices.npz"
    Lattices.pack(EXAMPLES).save(path)
    loaded = Lattices.load(path)
    check(loaded, [0, 1, 2])
    assert {name: value.dtype for name, value in vars(loaded).items()} == {
        name: value.dtype for name, value in vars(Lattices.pack(EXAMPLES)).items()
    }
