"""Glyph sources, and readers of the files that they come from, on files made here."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from toy_glyphs import digit_images, image_glyphs, pens

from chequereader.errors import UnreadableInputError
from chequereader.training.glyphs import (
    CutGlyphs,
    GlyphSource,
    ImageGlyphs,
    Pen,
    StrokeGlyphs,
    draw_strokes,
    emnist,
    mnist,
    pen_characters,
    semeion,
    usps,
)

PEN = Pen(width=0.1, slant=0.0)


def idx(array: np.ndarray) -> bytes:
    return b"\0\0\x08" + bytes([array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.tobytes()


def test_mnist(tmp_path: Path) -> None:
    images, labels = digit_images()
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(images))
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels.astype(np.uint8))))
    found = mnist(tmp_path)
    assert np.array_equal(found.images, images)
    assert found.labels.tolist() == labels.tolist()
    with pytest.raises(UnreadableInputError, match="t10k"):
        mnist(tmp_path, "t10k")


def test_mnist_with_the_writers_that_qmnist_tells(tmp_path: Path) -> None:
    images, labels = digit_images()
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(images))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(labels.astype(np.uint8)))
    rows = np.zeros((len(labels) + 3, 8), ">i4")  # of more digits than MNIST has kept
    rows[:, 2] = [2154, 17] * 10 + [5, 5, 5]
    table = b"\0\0\x0c\x02" + np.array(rows.shape, ">i4").tobytes() + rows.tobytes()
    (tmp_path / "qmnist-train-labels-idx2-int.gz").write_bytes(gzip.compress(table))
    found = mnist(tmp_path)
    assert found.writer is not None and found.writer.tolist() == [1, 0] * 10
    assert found.writers() == 2


def test_images_of_one_writer_go_together() -> None:
    """Here writer 0 writes digits, writer 1 solid blocks, and no eights."""
    images, labels = digit_images()
    writer = np.arange(20) // 10
    images[writer == 1] = 255
    kept = (labels != 8) | (writer == 0)
    source = ImageGlyphs(images[kept], labels[kept], writer[kept])
    rng = np.random.default_rng(0)

    def ink(char: str, who: int) -> float:
        return float(np.mean([source.draw(char, who, 30, PEN, rng).mean() for _ in range(8)]))

    for char in "0345":
        assert ink(char, 0) < 0.9 and ink(char, 1) > 0.99
        assert ink(char, 2) < 0.9 and ink(char, 3) > 0.99, "writers are counted round"
    assert ink("8", 1) < 0.9, "anybody's, where a writer has none"


def test_usps(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="h5py is in the train extra")
    data = np.linspace(0, 1, 3 * 256).reshape(3, 256)
    with h5py.File(tmp_path / "usps.h5", "w") as file:
        file["train/data"], file["train/target"] = data, [7, 0, 3]
        file["test/data"], file["test/target"] = data[:1], [5]
    found = usps(tmp_path / "usps.h5")
    assert found.images.shape == (3, 16, 16)
    assert np.abs(found.images.reshape(3, 256) - 255 * data).max() <= 1
    assert found.labels.tolist() == [7, 0, 3]
    assert usps(tmp_path / "usps.h5", "test").labels.tolist() == [5]


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_semeion(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(0)
    bits, labels = rng.integers(0, 2, (4, 256)), [3, 1, 9, 0]
    rows = np.concatenate([bits, np.eye(10, dtype=int)[labels]], axis=1)
    text = "\n".join(" ".join(map(str, row)) for row in rows).encode()
    path = tmp_path / f"semeion.data{suffix}"
    path.write_bytes(gzip.compress(text) if suffix else text)
    found = semeion(path)
    assert np.array_equal(found.images, 255 * bits.reshape(4, 16, 16))
    assert found.labels.tolist() == labels


def test_emnist_gives_its_digits_only(tmp_path: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (4, 28, 28), np.uint8)
    np.savez(tmp_path / "emnist.npz", x=images, y=np.array([9, 10, 0, 61]))
    found = emnist(tmp_path / "emnist.npz")
    assert np.array_equal(found.images, images[[0, 2]])
    assert found.labels.tolist() == [9, 0]


@pytest.fixture
def pen_file(tmp_path: Path) -> Path:
    """Two fours by two writers, one of their strokes empty, and a dash; y grows upwards."""
    points = np.array([[0, 9], [2, 1], [5, 5], [6, 4], [7, 3], [1, 1], [3, 1]], np.float32)
    np.savez(
        tmp_path / "pen.npz",
        points=points,
        stroke_start=[0, 2, 2, 5, 7],
        segment_start=[0, 1, 3, 4],
        label=["4", "4", "-"],
        writer=["b", "a", "a"],
    )
    return tmp_path / "pen.npz"


READERS: list[Callable[[Path], object]] = [usps, semeion, emnist, partial(pen_characters, characters="4")]


@pytest.mark.parametrize("reader", READERS, ids=["usps", "semeion", "emnist", "pen"])
@pytest.mark.parametrize("content", [None, b"", b"no such data\n", b"0 1 0\n1 1 1\n", b"PK\3\4 and no more"])
def test_what_is_no_file_of_characters_is_told(
    reader: Callable[[Path], object], content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "digits"
    if content is not None:
        path.write_bytes(content)
    if reader is usps:
        pytest.importorskip("h5py", reason="h5py is in the train extra")
    with pytest.raises(UnreadableInputError, match=r"digits: not a whole .*; expected one like ") as told:
        reader(path)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("reader", READERS[2:], ids=["emnist", "pen"])
def test_an_npz_of_other_arrays_or_cut_short_is_told(
    reader: Callable[[Path], object], pen_file: Path, tmp_path: Path
) -> None:
    np.savez(tmp_path / "other.npz", z=[1])
    (tmp_path / "short.npz").write_bytes(pen_file.read_bytes()[:-40])
    for name in ("other.npz", "short.npz"):
        with pytest.raises(UnreadableInputError, match=f"{name}: not a whole npz"):
            reader(tmp_path / name)


def test_pen_trajectories(pen_file: Path) -> None:
    found = pen_characters(pen_file, "4-9")
    assert set(found.characters()) == {"4", "-"}
    assert found.writers() == 2
    first, second = found.samples["4"]  # writers in the order of their names
    assert [s.tolist() for s in first[0]] == [[[5, -5], [6, -4], [7, -3]]]
    assert [s.tolist() for s in second[0]] == [[[0, -9], [2, -1]]]
    assert [s.tolist() for s in found.samples["-"][0][0]] == [[[1, -1], [3, -1]]]


def cut_glyphs() -> CutGlyphs:
    return CutGlyphs(
        {"5": [(np.ones((20, 12), np.float32), 1.0)], ",": [(np.ones((8, 4), np.float32), 0.25)]}
    )


@pytest.mark.parametrize("source", [image_glyphs(), pens(), cut_glyphs()], ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("height", [14.0, 40.0])
def test_glyphs_are_as_tall_as_asked(source: GlyphSource, height: float) -> None:
    rng = np.random.default_rng(3)
    assert source.writers() >= 1
    for char in source.characters():
        picture = source.draw(char, 0, height, PEN, rng)
        assert picture.dtype == np.float32
        assert picture.ndim == 2
        assert 0 <= picture.min() <= picture.max() <= 1
        assert picture.max() > 0.5
        if char.isdigit():
            assert picture.shape[0] == pytest.approx(height, rel=0.1, abs=2)
        elif char in ",.-=":
            assert picture.shape[0] < 0.6 * height


def test_a_slanted_pen_leans_to_the_right() -> None:
    bar = StrokeGlyphs({"1": [[[np.array([[0, 0], [0, 9]], np.float32)]]]})
    picture = bar.draw("1", 0, 60, Pen(0.06, 0.5), np.random.default_rng(0))
    top, bottom = picture[6] @ np.arange(picture.shape[1]), picture[-7] @ np.arange(picture.shape[1])
    lean = top / picture[6].sum() - bottom / picture[-7].sum()
    assert lean == pytest.approx(0.5 * (picture.shape[0] - 13), abs=3)


@pytest.mark.parametrize("width", [2.0, 5.0])
def test_strokes_have_the_width_of_the_pen(width: float) -> None:
    picture = draw_strokes([np.array([[3, 3], [43, 3]], np.float32)], width)
    assert picture.shape[1] == pytest.approx(40 + width, abs=2)
    assert picture[:, 20].sum() == pytest.approx(width, abs=0.7)


def test_a_single_point_leaves_a_dot() -> None:
    assert draw_strokes([np.array([[1, 1]], np.float32)], 4.0).sum() == pytest.approx(np.pi * 4, rel=0.5)
