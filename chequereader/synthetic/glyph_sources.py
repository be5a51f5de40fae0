"""Real glyphs in place of the pen model's skeletons: pen trajectories and pictures of digits.

Nothing here ships with the project: a source reads a folder that the user names. Not for fonts
(``printing``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.errors import UnreadableInputError
from chequereader.synthetic.idx import read_idx
from chequereader.synthetic.pen_strokes import PenStrokes
from chequereader.synthetic.pixels import Floats

_DIGITS = "0123456789"


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture of a character: ``image`` float32 [h, w] in 0..1 and its ``box``.

    ``box`` [2, 2] are its bottom left and top right corners in digit heights, y upwards.
    """

    image: Floats
    box: Floats

    def moved(self, offset: Floats) -> Picture:
        """Return the picture shifted, in digit heights."""
        return replace(self, box=self.box + offset)

    def scaled(self, factor: float) -> Picture:
        """Return the picture enlarged about the baseline."""
        return replace(self, box=self.box * np.float32(factor))


class GlyphSource(Protocol):
    """Anything that has real glyphs."""

    def glyph(
        self, character: str, writer: tuple[int, ...], rng: np.random.Generator
    ) -> list[Floats] | Picture | None:
        """Return paths [n, 2] (digit heights, y up, on the baseline), a picture, or None if it has none."""
        ...


class PenTrajectories:
    """Characters written on a tablet, from an npz as ``PenStrokes`` reads it.

    A synthetic writer borrows the hand of one real writer for every character that this one wrote, and
    takes the rest from anyone. Only digits are borrowed: what height a sign or letter has can't be told
    from one character.
    """

    def __init__(self, path: Path) -> None:
        self._written = PenStrokes.read(path)
        labels, hands = self._written.labels, self._written.hands
        self._by_label = {c: np.flatnonzero(labels == c) for c in _DIGITS}
        wanted = np.isin(labels, list(_DIGITS))
        self._hands = np.unique(hands[wanted])
        self._by_hand: dict[tuple[int, str], NDArray[np.int64]] = {}
        for index in np.flatnonzero(wanted):
            key = (int(hands[index]), str(labels[index]))
            self._by_hand[key] = np.append(self._by_hand.get(key, np.empty(0, np.int64)), index)

    def glyph(self, character: str, writer: tuple[int, ...], rng: np.random.Generator) -> list[Floats] | None:
        """Return a digit's paths; None for any other character."""
        anyone = self._by_label.get(character)
        if anyone is None or not len(anyone):
            return None
        hand = int(self._hands[np.random.default_rng(writer).integers(len(self._hands))])
        chosen = int(rng.choice(self._by_hand.get((hand, character), anyone)))
        paths = [path for path in self._written.of(chosen) if len(path) > 1]
        if not paths:
            return None
        everything = np.concatenate(paths)
        low, high = everything.min(axis=0), everything.max(axis=0)
        if high[1] - low[1] < 1e-3 or (high[0] - low[0]) > 1.6 * (high[1] - low[1]):
            return None  # a slip of the pen, no digit
        return [(path - low) / (high[1] - low[1]) for path in paths]


class Pictures:
    """Pictures of digits, light ink on dark or dark on light, by digit; each stands as high as a digit."""

    def __init__(self, pictures: dict[str, NDArray[np.uint8]]) -> None:
        self._pictures = pictures

    def glyph(self, character: str, writer: tuple[int, ...], rng: np.random.Generator) -> Picture | None:
        """Return one picture of a digit, cut to its ink; None for other characters."""
        pictures = self._pictures.get(character)
        if pictures is None or not len(pictures):
            return None
        image = pictures[int(rng.integers(len(pictures)))].astype(np.float32) / 255
        rows, columns = np.flatnonzero((image > 0.2).any(axis=1)), np.flatnonzero((image > 0.2).any(axis=0))
        if len(rows) < 2 or not len(columns):
            return None
        image = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        box = np.array([[0, 0], [image.shape[1] / image.shape[0], 1]], np.float32)
        return Picture(image, box)


class _Mixture:
    """Several sources; a writer keeps to one of them, and every second writer to his own skeletons."""

    def __init__(self, sources: list[GlyphSource]) -> None:
        self._sources = sources

    def glyph(
        self, character: str, writer: tuple[int, ...], rng: np.random.Generator
    ) -> list[Floats] | Picture | None:
        """Return a glyph of the writer's source; None if it has none or he keeps to his own."""
        chosen = int(np.random.default_rng((*writer, 1)).integers(2 * len(self._sources)))
        return self._sources[chosen].glyph(character, writer, rng) if chosen < len(self._sources) else None


def _from_idx(images: Path) -> Pictures:
    labels = images.with_name(images.name.replace("images-idx3", "labels-idx1"))
    if not labels.exists():
        raise UnreadableInputError(f"{labels} is missing beside {images.name}")
    pictures, classes = read_idx(images).astype(np.uint8, copy=False), read_idx(labels)
    if pictures.ndim != 3 or classes.shape != pictures.shape[:1]:
        raise UnreadableInputError(f"{images} doesn't hold one picture for each label of {labels.name}")
    return Pictures({str(digit): pictures[classes == digit] for digit in range(10)})


def _from_class_folders(folder: Path) -> Pictures:
    found: dict[str, NDArray[np.uint8]] = {}
    for digit in _DIGITS:
        images = []
        for path in sorted((folder / digit).iterdir()) if (folder / digit).is_dir() else []:
            image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            if image is None:
                raise UnreadableInputError(f"{path} is no image: remove it from the glyphs")
            if np.median(image) > 127:
                image = 255 - image
            images.append(cv2.resize(image, (32, 32), interpolation=cv2.INTER_AREA))
        found[digit] = np.array(images, np.uint8)
    return Pictures(found)


def open_glyphs(folder: Path) -> GlyphSource:
    """Return the real glyphs of a folder: pen strokes (npz), idx files, or folders of images called 0 to 9.

    ``UnreadableInputError`` if the folder is missing or holds none of these.
    """
    if not folder.is_dir():
        raise UnreadableInputError(f"the folder of glyphs {folder} does not exist")
    sources: list[GlyphSource] = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".npz" and "isolated" in path.name:
            sources.append(PenTrajectories(path))
        elif "images-idx3" in path.name:
            sources.append(_from_idx(path))
    if any((folder / digit).is_dir() for digit in _DIGITS):
        sources.append(_from_class_folders(folder))
    if not sources:
        raise UnreadableInputError(
            f"{folder} holds no glyphs: *isolated*.npz, *images-idx3*, or folders 0 to 9"
        )
    return _Mixture(sources)
