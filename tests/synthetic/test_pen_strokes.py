"""Characters from a tablet: an npz written by hand, and files that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chequereader.errors import UnreadableInputError
from chequereader.synthetic.pen_strokes import PenStrokes


def test_strokes_of_each_character(tmp_path: Path) -> None:
    path = tmp_path / "unipen_isolated.npz"
    points = np.arange(14).reshape(7, 2)
    np.savez(
        path,
        points=points,
        stroke_start=[0, 2, 2, 5, 7],
        segment_start=[0, 3, 4],
        label=["4", "1"],
        writer=["zoe", "ann"],
    )
    written = PenStrokes.read(path)
    assert written.labels.tolist() == ["4", "1"]
    assert written.hands.tolist() == [1, 0]
    four, one = written.of(0), written.of(1)
    assert [stroke.tolist() for stroke in four] == [points[:2].tolist(), points[2:5].tolist()], (
        "none is empty"
    )
    assert [stroke.tolist() for stroke in one] == [points[5:].tolist()]
    assert one[0].dtype == np.float32


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"label,writer\n"])
def test_what_is_no_file_of_strokes_is_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "strokes.npz"
    path.write_bytes(content)
    with pytest.raises(UnreadableInputError, match="npz of pen strokes"):
        PenStrokes.read(path)


def test_an_npz_without_strokes_is_told(tmp_path: Path) -> None:
    path = tmp_path / "strokes.npz"
    np.savez(path, points=np.zeros((3, 2)))
    with pytest.raises(UnreadableInputError, match="npz of pen strokes"):
        PenStrokes.read(path)
