"""Characters to write strings with: digit images, pen trajectories and characters cut out of real amounts.

A source gives the picture of one character, ink 1 on paper 0, as tall as asked. Not the place for placing
them on a line (see ``strings``) or for the generator's own handwriting (see ``synthetic``).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.errors import UnreadableInputError, reading_whole
from chequereader.synthetic.idx import read_idx
from chequereader.synthetic.pen_strokes import PenStrokes

Picture = NDArray[np.float32]

_SHIFT = 4  # fixed point bits of OpenCV's drawing


@dataclass(frozen=True)
class Pen:
    """How a string is written: stroke ``width`` in digit heights, ``slant`` in pixels a pixel."""

    width: float
    slant: float


class GlyphSource(Protocol):
    """Writes single characters."""

    def characters(self) -> str:
        """Return the characters that this source can write."""
        ...

    def writers(self) -> int:
        """Return the number of writers; 1 where they aren't told apart."""
        ...

    def draw(self, char: str, writer: int, height: float, pen: Pen, rng: np.random.Generator) -> Picture:
        """Return a picture of the character, cropped to its ink.

        A digit is ``height`` pixels tall; other characters are as large as they stand beside such a digit.
        """
        ...


SIGN_HEIGHT = {
    ".": (0.08, 0.16), ",": (0.2, 0.4), "-": (0.05, 0.2), "/": (1.0, 1.4), "=": (0.2, 0.4), "*": (0.4, 0.7),
    "#": (0.8, 1.1), "$": (1.0, 1.35), "x": (0.45, 0.7),
}  # fmt: skip
"""Heights of signs as a share of the digits' height, from and to; a dash by its width instead, 0.3 to 0.9."""

DASH_WIDTH = (0.3, 0.9)


@dataclass
class ImageGlyphs:
    """Digit images such as MNIST: uint8 [n, height, width], ink bright, with labels int64 [n].

    ``writer`` int64 [n] tells hands apart, 0 upwards; without it all digits are of one.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    writer: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        self._of = {str(d): np.flatnonzero(self.labels == d) for d in range(10)}
        self._hands: dict[tuple[str, int], list[int]] = {}
        if self.writer is not None:
            for index, (digit, who) in enumerate(
                zip(self.labels.tolist(), self.writer.tolist(), strict=True)
            ):
                self._hands.setdefault((str(digit), who), []).append(index)

    def characters(self) -> str:
        """Digits only."""
        return "0123456789"

    def writers(self) -> int:
        """Return the number of hands."""
        return 1 if self.writer is None else int(self.writer.max()) + 1

    def draw(self, char: str, writer: int, height: float, pen: Pen, rng: np.random.Generator) -> Picture:
        """Scale a random image of the digit by this writer, by anybody if they wrote none.

        Strokes are as scanned, thinned or fattened a little.
        """
        mine = self._hands.get((char, writer % self.writers()), self._of[char])
        picture = self.images[rng.choice(mine)].astype(np.float32) / 255.0
        picture = cropped(picture, 0.2)
        scale = height / picture.shape[0]
        size = max(int(picture.shape[1] * scale), 2), max(int(picture.shape[0] * scale), 2)
        if picture.shape[1] > 2.5 * picture.shape[0]:
            size = int(height), max(int(height * picture.shape[0] / picture.shape[1]), 2)
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
        # a steeper edge at a random level makes the stroke thinner or wider
        level = rng.uniform(0.3, 0.62)
        return np.clip((picture - level) * 3 + 0.5, 0, 1).astype(np.float32)


@dataclass
class StrokeGlyphs:
    """Pen trajectories: for each character and writer a list of samples, each a list of strokes [n, 2].

    The writers of all characters stand in one order, with an empty list where one has no sample of it. y
    grows downwards; the unit is arbitrary.
    """

    samples: dict[str, list[list[list[NDArray[np.float32]]]]]

    def characters(self) -> str:
        """All characters with samples."""
        return "".join(self.samples)

    def writers(self) -> int:
        """Return the largest number of writers of any character."""
        return max(len(w) for w in self.samples.values())

    def draw(self, char: str, writer: int, height: float, pen: Pen, rng: np.random.Generator) -> Picture:
        """Draw a sample by this writer, by anybody if there is none, with a round pen."""
        by_writer = self.samples[char]
        mine = by_writer[writer % len(by_writer)]
        if not mine:
            others = [samples for samples in by_writer if samples]
            mine = others[rng.integers(len(others))]
        strokes = mine[rng.integers(len(mine))]
        points = np.concatenate(strokes)
        low, high = points.min(axis=0), points.max(axis=0)
        extent = np.maximum(high - low, 1e-3)
        width = max(pen.width * height, 1.2)
        if char.isdigit():
            scale = (
                max(height - width, 2.0) / extent[1] if extent[1] > 0.35 * extent[0] else height / extent[0]
            )
        elif char == "-":
            scale = rng.uniform(*DASH_WIDTH) * height / extent[0]
        elif char == ".":
            scale = rng.uniform(0.0, 0.5) * width / extent.max()
        else:
            scale = rng.uniform(*SIGN_HEIGHT.get(char, (0.7, 1.0))) * height / extent.max()
        drawn = [(s - low) * scale * rng.uniform(0.95, 1.05, 2).astype(np.float32) for s in strokes]
        for stroke in drawn:
            stroke[:, 0] += pen.slant * (extent[1] * scale - stroke[:, 1])
        return draw_strokes(drawn, width)


def draw_strokes(strokes: list[NDArray[np.float32]], width: float) -> Picture:
    """Draw strokes (pixels, y downwards) with a round pen, antialiased, cropped to the ink."""
    points = np.concatenate(strokes)
    margin = width / 2 + 1
    low = points.min(axis=0) - margin
    size = np.ceil(points.max(axis=0) + margin - low).astype(int)
    size = np.minimum(size, 400)
    fine = 3
    canvas = np.zeros((size[1] * fine, size[0] * fine), np.uint8)
    thick = max(round(width * fine), 1)
    for stroke in strokes:
        fixed = np.round((stroke - low) * fine * (1 << _SHIFT)).astype(np.int32)
        if len(fixed) == 1:
            fixed = np.repeat(fixed, 2, axis=0)
        cv2.polylines(canvas, [fixed[:, None]], False, 255, thick, cv2.LINE_8, _SHIFT)
    small = cv2.resize(canvas, (int(size[0]), int(size[1])), interpolation=cv2.INTER_AREA)
    return cropped(small.astype(np.float32) / 255.0, 0.1)


@dataclass
class CutGlyphs:
    """Characters cut out of real amounts: pictures with their height as a share of their field's digits."""

    pictures: dict[str, list[tuple[Picture, float]]]

    def characters(self) -> str:
        """All characters with pictures."""
        return "".join(self.pictures)

    def writers(self) -> int:
        """Writers aren't told apart."""
        return 1

    def draw(self, char: str, writer: int, height: float, pen: Pen, rng: np.random.Generator) -> Picture:
        """Scale a random picture to its share of the digits' height."""
        mine = self.pictures[char]
        picture, share = mine[rng.integers(len(mine))]
        scale = height * share / picture.shape[0]
        size = (
            max(round(picture.shape[1] * scale * rng.uniform(0.85, 1.15)), 1),
            max(round(height * share), 1),
        )
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        return np.clip(cv2.resize(picture, size, interpolation=how), 0, 1)


def cropped(picture: Picture, level: float) -> Picture:
    """Return the rectangle of a picture that is above ``level``; one white pixel where nothing is."""
    rows, columns = np.flatnonzero(picture.max(axis=1) > level), np.flatnonzero(picture.max(axis=0) > level)
    if not len(rows) or not len(columns):
        return np.ones((1, 1), np.float32)
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


_QMNIST_WRITER = 2  # column of QMNIST's labels


def mnist(folder: Path, part: str = "train") -> ImageGlyphs:
    """Read MNIST's ``train`` or ``t10k`` part from a folder of idx files.

    Writers are told apart where QMNIST's labels (``qmnist-train-labels-idx2-int``, or ``test``) lie beside
    them: their first rows are MNIST's digits.
    """
    found = [next(iter(sorted(folder.glob(f"{part}-{kind}*"))), None) for kind in ("images", "labels")]
    if None in found:
        raise UnreadableInputError(
            f"{folder}: no {part}-images/{part}-labels idx files; put MNIST's files there"
        )
    images, labels = (read_idx(path) for path in found if path)
    named = f"qmnist-{'train' if part == 'train' else 'test'}-labels-idx2-int*"
    qmnist = next(iter(sorted(folder.glob(named))), None)
    writer = None
    if qmnist is not None:
        numbers = read_idx(qmnist)[: len(labels), _QMNIST_WRITER]
        writer = np.unique(numbers, return_inverse=True)[1].astype(np.int64)
    return ImageGlyphs(images.astype(np.uint8, copy=False), labels.astype(np.int64), writer)


def usps(path: Path, part: str = "train") -> ImageGlyphs:
    """Read USPS digits (16 x 16) from its HDF5 file, part ``train`` or ``test``.

    ``UnreadableInputError`` for any other file, as of ``semeion``, ``emnist`` and ``pen_characters``.
    """
    import h5py

    with reading_whole(path, "HDF5 file of digits", "usps.h5"), h5py.File(path) as file:
        data = np.asarray(file[f"{part}/data"]).reshape(-1, 16, 16)
        target = np.asarray(file[f"{part}/target"]).astype(np.int64)
    return ImageGlyphs(np.clip(data * 255, 0, 255).astype(np.uint8), target)


def semeion(path: Path) -> ImageGlyphs:
    """Read Semeion digits (16 x 16, binary) from its text file."""
    with reading_whole(path, "text file of digits", "semeion.data"), warnings.catch_warnings():
        # of an empty file numpy warns, and what is done with it then is told by the error
        warnings.simplefilter("ignore", UserWarning)
        rows = np.loadtxt(path)
        images = (rows[:, :256].reshape(-1, 16, 16) * 255).astype(np.uint8)
        return ImageGlyphs(images, rows[:, 256:266].argmax(axis=1).astype(np.int64))


def emnist(path: Path) -> ImageGlyphs:
    """Read the digits among EMNIST by-class characters from an npz of ``x`` and ``y``, upright."""
    with reading_whole(path, "npz of characters", "emnist-byclass_test.npz"), np.load(path) as data:
        digit = data["y"] < 10
        return ImageGlyphs(data["x"][digit], data["y"][digit].astype(np.int64))


def pen_characters(path: Path, characters: str) -> StrokeGlyphs:
    """Read pen trajectories from an npz as ``PenStrokes`` reads it."""
    written = PenStrokes.read(path)
    downwards = np.array([1, -1], np.float32)  # as a picture's y grows
    samples: dict[str, list[list[list[NDArray[np.float32]]]]] = {}
    for char in characters:
        by_writer: list[list[list[NDArray[np.float32]]]] = [[] for _ in range(written.hands.max() + 1)]
        for one in np.flatnonzero(written.labels == char).tolist():
            if strokes := [stroke * downwards for stroke in written.of(one)]:
                by_writer[written.hands[one]].append(strokes)
        if any(by_writer):
            samples[char] = by_writer
    return StrokeGlyphs(samples)
