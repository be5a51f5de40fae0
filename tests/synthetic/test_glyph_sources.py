"""Real glyphs: pen strokes, idx files and folders, made up here and the shared ones where they are."""

import gzip
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from chequereader.errors import UnreadableInputError
from chequereader.synthetic.glyph_sources import Picture, open_glyphs
from chequereader.synthetic.handwriting import Writer

PEN = Path(__file__).parents[3] / "shared" / "data" / "pen"

REAL = next((k,) for k in range(99) if np.random.default_rng((k, 1)).integers(2) == 0)
"""A writer who takes the real glyphs where there is one source of them."""


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def write_idx(folder: Path) -> None:
    images = np.zeros((10, 28, 28), np.uint8)
    for digit in range(10):
        images[digit, 4:24, 10 : 11 + digit] = 255  # a bar as wide as the digit is great
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.arange(10, dtype=np.uint8))))


def test_pictures_come_from_idx_files_cut_to_their_ink(tmp_path):
    write_idx(tmp_path)
    source = open_glyphs(tmp_path)
    glyph = source.glyph("7", REAL, np.random.default_rng(0))
    assert isinstance(glyph, Picture) and glyph.image.shape == (20, 8)
    assert np.allclose(glyph.box, [[0, 0], [0.4, 1]])
    assert source.glyph("$", REAL, np.random.default_rng(0)) is None


def test_a_writer_mixes_pictures_of_digits_with_his_own_signs(tmp_path):
    write_idx(tmp_path)
    ink = Writer.choose(REAL, open_glyphs(tmp_path)).write("1,8", 40, np.random.default_rng(0))
    assert [m.character for m in ink.marks] == ["1", ",", "8"]
    assert ink.marks[0].box.width < ink.marks[2].box.width
    for mark in ink.marks:
        assert ink.coverage[mark.box.y0 : mark.box.y1, mark.box.x0 : mark.box.x1].max() > 0.3


def test_every_second_writer_keeps_to_the_skeletons(tmp_path):
    write_idx(tmp_path)
    source = open_glyphs(tmp_path)
    real = [source.glyph("7", (k,), np.random.default_rng(0)) is not None for k in range(300)]
    assert 0.4 < np.mean(real) < 0.6


def test_class_folders_may_hold_dark_ink_on_light_paper(tmp_path):
    (tmp_path / "3").mkdir()
    image = np.full((40, 40), 255, np.uint8)
    image[10:30, 15:25] = 0
    cv2.imwrite(str(tmp_path / "3" / "a.png"), image)
    glyph = open_glyphs(tmp_path).glyph("3", REAL, np.random.default_rng(0))
    assert isinstance(glyph, Picture) and glyph.image.mean() > 0.9


@pytest.mark.parametrize("content", [None, b"", b"\0\0\x08\x03" + b"\0" * 12 + b"x", b"junk"])
def test_folders_without_sound_glyphs_are_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "t-images-idx3").write_bytes(content)
        (tmp_path / "t-labels-idx1").write_bytes(idx(np.zeros(1, np.uint8)))
    with pytest.raises(UnreadableInputError):
        open_glyphs(tmp_path)
    with pytest.raises(UnreadableInputError, match="does not exist"):
        open_glyphs(tmp_path / "missing")


@pytest.mark.skipif(not PEN.is_dir(), reason="the shared pen trajectories are not here")
def test_pen_trajectories_keep_to_one_hand():
    source = open_glyphs(PEN)
    for digit in "0123456789":
        paths = source.glyph(digit, REAL, np.random.default_rng(1))
        assert isinstance(paths, list)
        points = np.concatenate(paths)
        assert points[:, 1].min() == pytest.approx(0) and points[:, 1].max() == pytest.approx(1)
