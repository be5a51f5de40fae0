"""Print: text in type, with the ink of every character known.

Faces come from the font built into Pillow and the stroke fonts built into OpenCV, widened, slanted and
thickened; ``--fonts`` adds a folder of real ones. Signs that a font lacks are drawn with the pen model's
skeletons. Not for handwriting.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from chequereader.alphabet import LOWERED
from chequereader.errors import UnreadableInputError
from chequereader.synthetic.ink import Ink, Mark
from chequereader.synthetic.pens import draw
from chequereader.synthetic.pixels import Floats, bytes_of, unit
from chequereader.synthetic.strokes import SHAPES, skeletons

Font = ImageFont.FreeTypeFont

_REFERENCE = 48  # pixels of em at which glyphs are drawn once and cached
_HERSHEY = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
)


@dataclass(frozen=True)
class Face:
    """A typeface: which glyphs (``font`` a path, "" the built-in one; or a Hershey number) and how deformed.

    ``stretch`` widens, ``slant`` shears (positive leans right), ``weight`` in -1..1 thins or thickens,
    ``mono`` gives every character the same advance as typewriters do, ``texture`` how the ink was put on.
    """

    font: str | int
    stretch: float = 1.0
    slant: float = 0.0
    weight: float = 0.0
    mono: bool = False
    texture: Literal["solid", "ribbon", "dots", "bars"] = "solid"

    @classmethod
    def choose(cls, rng: np.random.Generator, fonts: tuple[str, ...] = (), *, machine: bool = False) -> Face:
        """Draw a face; ``machine`` for what an office machine fills in later (amounts, payees)."""
        if fonts and rng.random() < 0.8:
            font: str | int = fonts[int(rng.integers(len(fonts)))]
        else:
            font = "" if rng.random() < 0.6 else int(rng.integers(len(_HERSHEY)))
        textures = {"solid": 0.6, "ribbon": 0.2, "dots": 0.1, "bars": 0.1} if machine else {"solid": 1.0}
        return cls(
            font=font,
            stretch=float(rng.uniform(0.8, 1.25)),
            slant=float(rng.choice([0.0, 0.2], p=[0.85, 0.15])),
            weight=float(rng.choice([-0.3, 0.0, 0.5, 1.0], p=[0.1, 0.45, 0.3, 0.15])),
            mono=bool(machine and rng.random() < 0.5),
            texture=rng.choice(list(textures), p=list(textures.values())),
        )


def find_fonts(folder: Path) -> tuple[str, ...]:
    """Return a folder's fonts that have letters and digits, sorted; ``UnreadableInputError`` if none has."""
    usable = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".ttf", ".otf")):
        try:
            font = ImageFont.truetype(str(path), _REFERENCE)
        except OSError as error:
            raise UnreadableInputError(f"{path} is no font: remove it from the folder of fonts") from error
        if all(_has(font, c) for c in string.ascii_letters + string.digits):
            usable.append(str(path))
    if not usable:
        raise UnreadableInputError(f"no font (.ttf, .otf) with letters and digits lies in {folder}")
    return tuple(usable)


@lru_cache(maxsize=256)
def _font(name: str, size: int) -> Font:
    if name:
        return ImageFont.truetype(name, size)
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise UnreadableInputError("Pillow was built without FreeType: install a Pillow wheel from PyPI")
    return font


def _has(font: Font, character: str) -> bool:
    """Tell whether a font has a character: fonts draw one same box for all that they lack."""
    return font.getmask(character).getbbox() is not None and bytes(font.getmask(character)) != bytes(
        font.getmask("\U0010fffe")
    )


@lru_cache(maxsize=8192)
def _glyph(face: Face, character: str) -> tuple[NDArray[np.uint8], int, float]:
    """Return (image uint8 [rows, w], left bearing px, advance px) at the reference size.

    Rows span from one em above to half an em below the baseline.
    """
    rows, baseline = _REFERENCE * 3 // 2, _REFERENCE
    cap = 0.7 * _REFERENCE
    canvas: NDArray[np.uint8]
    if isinstance(face.font, int):
        ascii_character = character if ord(character) < 128 else None
        if ascii_character is not None:
            (width, _), _ = cv2.getTextSize(character, _HERSHEY[face.font], cap / 21, 2)
            canvas = np.zeros((rows, width + 16), np.uint8)
            thickness = max(round(2.5 + 2 * face.weight), 1)
            cv2.putText(
                canvas, character, (8, baseline), _HERSHEY[face.font], cap / 21, 255, thickness, cv2.LINE_AA
            )
            return _deformed(canvas, 8, width, face, 0.0)
    else:
        font = _font(face.font, _REFERENCE)
        if _has(font, character):
            advance = font.getlength(character)
            picture = Image.new("L", (int(advance) + 32, rows))
            ImageDraw.Draw(picture).text((16, baseline), character, font=font, fill=255, anchor="ls")
            return _deformed(np.array(picture), 16, advance, face, face.weight)
    skeleton = skeletons(character.translate(LOWERED))[0][0]
    paths = [stroke.spread @ stroke.controls for stroke in skeleton.strokes]
    right = max(float(path[:, 0].max()) for path in paths)
    flipped = [
        path * np.array([cap, -cap], np.float32) + np.array([16, baseline], np.float32) for path in paths
    ]
    radius = [np.full(len(path), 0.05 * _REFERENCE * (1 + 0.5 * face.weight), np.float32) for path in flipped]
    ink = draw(flipped, radius, [1.0] * len(paths), (rows, int(right * cap) + 32))
    return _deformed((255 * ink).astype(np.uint8), 16, right * cap + 5, face, 0.0)


def _deformed(
    image: NDArray[np.uint8], origin: int, advance: float, face: Face, weight: float
) -> tuple[NDArray[np.uint8], int, float]:
    if weight > 0:
        size = 2 if weight < 0.8 else 3
        image = bytes_of(cv2.dilate(image, np.ones((size, size), np.uint8)))
    elif weight < 0:
        image = bytes_of(cv2.erode(image, np.ones((2, 1), np.uint8)))
    if face.stretch != 1.0 or face.slant:
        pad = int(0.3 * _REFERENCE) if face.slant else 0
        width = int(image.shape[1] * face.stretch) + 2 * pad
        matrix = np.array([[face.stretch, -face.slant, pad + face.slant * _REFERENCE], [0, 1, 0]], np.float64)
        image = bytes_of(cv2.warpAffine(image, matrix, (width, image.shape[0])))
        origin, advance = int(origin * face.stretch) + pad, advance * face.stretch
    columns = np.flatnonzero(image.any(axis=0))
    if not len(columns):
        return image[:, :0], 0, advance
    return image[:, columns[0] : columns[-1] + 1], int(columns[0]) - origin, advance


def set_type(text: str, height_px: float, face: Face, rng: np.random.Generator, tracking: float = 0.0) -> Ink:
    """Set one line of type; ``height_px`` is the height of capitals, ``tracking`` extra space in cap heights.

    Returns its ink with one mark for every character that is no space; ``ValueError`` for a blank text.
    """
    if not text.strip():
        raise ValueError("nothing to print")
    scale = height_px / (0.7 * _REFERENCE)
    cursor, pieces = 0.0, []
    for character in text:
        if character == " ":
            cursor += (0.62 if face.mono else 0.3) * _REFERENCE * face.stretch
            continue
        raised = 0.6 if character != character.translate(LOWERED) else 1.0
        image, bearing, advance = _glyph(face, character.translate(LOWERED))
        if face.mono:
            slot = 0.62 * _REFERENCE * face.stretch
            pieces.append((character, image, cursor + max((slot - image.shape[1]) / 2, -2.0), raised))
            cursor += max(slot, image.shape[1] + 1)
        else:
            pieces.append((character, image, cursor + bearing * raised, raised))
            cursor += advance * raised
        cursor += tracking * 0.7 * _REFERENCE
    left = min(x for _, _, x, _ in pieces)
    right = max(x + image.shape[1] * raised for _, image, x, raised in pieces)
    rows = _REFERENCE * 3 // 2
    line = np.zeros((rows, int(right - left) + 3), np.uint8)
    spans = []
    for character, glyph, x, raised in pieces:
        at, drop, image = int(x - left), 0, glyph
        if raised != 1.0:
            image = bytes_of(cv2.resize(glyph, None, fx=raised, fy=raised, interpolation=cv2.INTER_AREA))
            drop = _REFERENCE - int(_REFERENCE * raised) - int(0.3 * _REFERENCE)
        part = line[drop : drop + image.shape[0], at : at + image.shape[1]]
        np.maximum(part, image[: part.shape[0], : part.shape[1]], out=part)
        inked = np.flatnonzero(image.any(axis=1))
        spans.append((character, at, at + image.shape[1], drop + inked[0], drop + inked[-1] + 1))
    top = min(s[3] for s in spans)
    bottom = max(s[4] for s in spans)
    size = (max(round(line.shape[1] * scale), 1), max(round((bottom - top) * scale), 1))
    small = unit(cv2.resize(line[top:bottom], size, interpolation=cv2.INTER_AREA))
    fx, fy = size[0] / line.shape[1], size[1] / (bottom - top)
    marks = tuple(
        Mark(c, np.array([[x0 * fx, (y0 - top) * fy], [x1 * fx, (y1 - top) * fy]], np.float32), 0.5)
        for c, x0, x1, y0, y1 in spans
    )
    return Ink(_textured(small, face, rng), marks, (_REFERENCE - top) * fy, text)


def _textured(coverage: Floats, face: Face, rng: np.random.Generator) -> Floats:
    height, width = coverage.shape
    if face.texture == "ribbon":
        return coverage * rng.uniform(0.65, 1.0, coverage.shape).astype(np.float32)
    if face.texture == "dots":
        y, x = np.mgrid[:height, :width]
        pitch = max(height / 9, 2.5)
        return coverage * (
            0.62 + 0.38 * np.cos(2 * np.pi * x / pitch) * np.cos(2 * np.pi * y / pitch)
        ).astype(np.float32)
    if face.texture == "bars":
        pitch = max(height / 7, 3)
        return coverage * (0.7 + 0.3 * np.sin(2 * np.pi * np.arange(height) / pitch))[:, None].astype(
            np.float32
        )
    return coverage


def printable(character: str) -> bool:
    """Tell whether every face can print a character: ASCII, or a skeleton stands in."""
    return 32 <= ord(character) < 127 or character.translate(LOWERED) in SHAPES
