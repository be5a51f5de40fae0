"""Handwriting: a writer has a style and a pen and writes lines of text.

The project's own pen model: skeletons are bent once per writer (his allographs) and a little more each time,
slanted, spaced and set on a drifting baseline, and drawn with his pen. Real glyphs may stand in for the skeletons
(``glyph_sources``). Not for print (``printing``) nor for what is written (``amounts_text``, ``words``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.alphabet import LOWERED
from chequereader.synthetic.glyph_sources import GlyphSource, Picture
from chequereader.synthetic.ink import Ink, Mark
from chequereader.synthetic.pens import Pen, draw
from chequereader.synthetic.strokes import SHAPES, skeletons

Floats = NDArray[np.float32]

_RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


@dataclass(frozen=True)
class WriterStyle:
    """What stays the same in one person's hand; lengths in digit heights.

    ``slant`` is a shear (positive leans right), ``spacing`` the mean gap between characters, ``word_gap`` that of a
    space, ``bend`` the spread of the writer's own shapes around the skeletons, ``wobble`` that from one character
    to the next, ``tremor`` the noise along a stroke, ``haste`` (0..1) how much corners are rounded, ``drift`` the
    slope of his lines, ``touching`` and ``joining`` the probabilities that neighbours touch and that zeros run into
    each other, ``cursive`` that letters are joined, ``constancy`` that a character keeps its usual shape.
    """

    slant: float
    width: float
    letter_width: float
    spacing: float
    word_gap: float
    bend: float
    wobble: float
    tremor: float
    haste: float
    drift: float
    size_spread: float
    touching: float
    joining: float
    cursive: float
    constancy: float
    raised_scale: float
    raised_rise: float

    @classmethod
    def choose(cls, rng: np.random.Generator) -> WriterStyle:
        """Draw a style; most writers are tidy, some are not."""
        untidy = float(rng.beta(1.5, 3))
        return cls(
            slant=float(np.clip(rng.normal(0.14, 0.2), -0.3, 0.65)),
            width=float(np.clip(rng.lognormal(0.08, 0.2), 0.7, 1.7)),
            letter_width=float(np.clip(rng.lognormal(0.0, 0.15), 0.7, 1.4)),
            spacing=float(rng.uniform(0.04, 0.34)),
            word_gap=float(rng.uniform(0.35, 0.8)),
            bend=0.02 + 0.05 * float(rng.random()),
            wobble=0.006 + 0.03 * untidy,
            tremor=0.004 + 0.018 * float(rng.beta(1.2, 4)),
            haste=float(rng.beta(1.5, 2)),
            drift=float(rng.normal(0, 0.02)),
            size_spread=0.02 + 0.09 * untidy,
            touching=float(rng.beta(0.7, 5)),
            joining=float(rng.beta(0.5, 1.6)),
            cursive=float(rng.choice([0.0, 0.5, 0.95], p=[0.5, 0.25, 0.25])),
            constancy=float(rng.uniform(0.8, 1.0)),
            raised_scale=float(rng.uniform(0.48, 0.7)),
            raised_rise=float(rng.uniform(0.35, 0.6)),
        )


@dataclass(frozen=True)
class _Slot:
    """Where one character goes: its scale and how far it stands above the baseline, in digit heights."""

    character: str
    shape: str
    scale: float
    rise: float


@dataclass
class Writer:
    """A person with a style and a pen; ``key`` decides everything about him, so he writes alike in every cheque."""

    key: tuple[int, ...]
    style: WriterStyle
    pen: Pen
    source: GlyphSource | None = None
    _bent: dict[tuple[str, int], list[Floats]] = field(default_factory=dict, repr=False)
    _usual: dict[str, int] = field(default_factory=dict, repr=False)

    @classmethod
    def choose(cls, key: tuple[int, ...], source: GlyphSource | None = None) -> Writer:
        """Return the writer that belongs to ``key`` (non-negative integers)."""
        rng = np.random.default_rng(key)
        return cls(key, WriterStyle.choose(rng), Pen.choose(rng), source)

    def write(self, text: str, height_px: float, rng: np.random.Generator, dpi: float = 200.0) -> Ink:
        """Write one line and return its ink, cut to the marks with a margin of a pixel or two.

        ``height_px`` is the height of digits and capitals; ``dpi`` turns the pen's width into pixels. Raised digits
        (``⁴⁵``) come small and high; what follows ``/`` after them comes small and low. ``KeyError`` for a character
        without skeleton, ``ValueError`` for a text without any mark.
        """
        slots = self._slots(text)
        if not any(slot.shape != " " for slot in slots):
            raise ValueError("nothing to write")
        placed: list[tuple[str, list[Floats] | Picture]] = []
        cursor, previous = 0.0, None
        line = 0.7 * self.pen.width_px(dpi) / height_px  # gaps are between edges of ink, not between pen paths
        drop = float(rng.normal(0, 0.01))
        for slot in slots:
            if slot.shape == " ":
                cursor += self.style.word_gap * float(rng.uniform(0.8, 1.3))
                previous = None
                continue
            drop = 0.7 * drop + float(rng.normal(0, 0.4 * self.style.size_spread))
            glyph = self._glyph(slot, rng)
            extent = glyph.box if isinstance(glyph, Picture) else np.concatenate(glyph)
            left, right = float(extent[:, 0].min()), float(extent[:, 0].max())
            joined = previous is not None and self._joins(previous, slot, rng)
            gap = 0.0 if previous is None else self._gap(previous, slot, joined, rng) + line
            offset = np.array([cursor + gap - left, slot.rise + drop + self.style.drift * cursor], np.float32)
            cursor += gap + right - left
            if isinstance(glyph, Picture):
                placed.append((slot.character, glyph.moved(offset)))
            else:
                paths = [path + offset for path in glyph]
                if joined and placed and isinstance(placed[-1][1], list):
                    placed[-1][1].append(_bridge(placed[-1][1][0][-1], paths[0][0]))
                placed.append((slot.character, paths))
            previous = slot
        return self._ink(placed, text, height_px, dpi, rng)

    def _slots(self, text: str) -> list[_Slot]:
        slots: list[_Slot] = []
        below = False
        for character in text:
            shape = character.translate(LOWERED)
            if character in _RAISED_DIGITS:
                below = True
                slots.append(_Slot(character, shape, self.style.raised_scale, self.style.raised_rise))
            elif below and shape in "0123456789x":
                slots.append(_Slot(character, shape, self.style.raised_scale * 0.9, -0.05))
            else:
                below = below and shape == "/"
                slots.append(_Slot(character, shape, 1.0, 0.0))
        return slots

    def _glyph(self, slot: _Slot, rng: np.random.Generator) -> list[Floats] | Picture:
        """Return paths in digit heights (or a picture), scaled and raised, not yet slanted."""
        scale = slot.scale * float(np.exp(rng.normal(0, self.style.size_spread)))
        width = self.style.letter_width if slot.shape.isalpha() else self.style.width
        if self.source is not None:
            glyph = self.source.glyph(slot.shape, self.key, rng)
            if isinstance(glyph, Picture):
                return glyph.scaled(scale)
            if glyph is not None:
                return [path * scale for path in glyph]
        variants, weights = skeletons(slot.shape)
        usual = self._usual.get(slot.shape)
        if usual is None:
            own = np.random.default_rng((*self.key, ord(slot.shape)))
            usual = self._usual[slot.shape] = int(own.choice(len(variants), p=weights))
        variant = usual if rng.random() < self.style.constancy else int(rng.choice(len(variants), p=weights))
        bent = self._bent.get((slot.shape, variant))
        if bent is None:
            own = np.random.default_rng((*self.key, ord(slot.shape), variant + 1))
            bent = [
                stroke.controls + _smooth_noise(stroke.controls.shape, self.style.bend, own)
                for stroke in variants[variant].strokes
            ]
            if slot.shape in ".,-/=1":  # there is little in these to bend: they vary in length and turn instead
                stretch = own.uniform(0.7, 1.3, 2).astype(np.float32)
                bent = [stroke.controls * stretch for stroke in variants[variant].strokes]
            self._bent[slot.shape, variant] = bent
        squeeze = np.array([width * float(np.exp(rng.normal(0, self.style.size_spread))), 1], np.float32) * scale
        paths = []
        for stroke, controls in zip(variants[variant].strokes, bent, strict=True):
            moved = controls + _smooth_noise(controls.shape, self.style.wobble, rng)
            paths.append(self._hasten(stroke.spread @ (moved * squeeze), rng))
        return paths

    def _hasten(self, path: Floats, rng: np.random.Generator) -> Floats:
        """Round the corners of a path as a quick hand does, and shake it as a slow one."""
        rounds = int(3 * self.style.haste * rng.random() + 0.5)
        if len(path) > 4:
            for _ in range(rounds):
                path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
        along = np.linspace(0, 1, len(path), dtype=np.float32)[:, None]
        phase = rng.uniform(0, 6.3, (2, 2)).astype(np.float32)
        size = self.style.tremor * rng.uniform(0.5, 1.5)
        return path + size * (np.sin(9 * along + phase[0]) + 0.6 * np.sin(23 * along + phase[1])).astype(np.float32)

    def _joins(self, left: _Slot, right: _Slot, rng: np.random.Generator) -> bool:
        if left.shape == right.shape == "0":
            return bool(rng.random() < self.style.joining)
        both_letters = left.shape.isalpha() and right.shape.islower() and right.shape.isalpha()
        return bool(both_letters and rng.random() < self.style.cursive)

    def _gap(self, left: _Slot, right: _Slot, joined: bool, rng: np.random.Generator) -> float:
        scale = min(left.scale, right.scale)
        if joined:
            return scale * float(rng.uniform(-0.06, 0.1))
        if rng.random() < self.style.touching:
            return scale * float(rng.uniform(-0.12, 0.0))
        spacing = self.style.spacing * (0.6 if left.shape.isalpha() else 1.0)
        if right.shape in ",." or left.shape in ",.":
            spacing *= 0.7
        return scale * max(spacing * float(rng.uniform(0.5, 1.5)), 0.03)

    def _ink(
        self,
        placed: list[tuple[str, list[Floats] | Picture]],
        text: str,
        height_px: float,
        dpi: float,
        rng: np.random.Generator,
    ) -> Ink:
        shear = np.array([[height_px, 0], [self.style.slant * height_px, -height_px]], np.float32)
        paths, radii, tones, marks, pictures = [], [], [], [], []
        for character, glyph in placed:
            if isinstance(glyph, Picture):
                outline = glyph.box @ np.array([[height_px, 0], [0, -height_px]], np.float32)
                pictures.append((len(marks), glyph))
                marks.append(Mark(character, outline, 0.5))
                continue
            own = [path @ shear for path in glyph]
            own_radii = [self.pen.radii(path, dpi, rng) for path in own]
            tone = 1 - self.pen.pressure * float(rng.random())
            paths += own
            radii += own_radii
            tones += [tone] * len(own)
            widest = max(float(radius.max()) for radius in own_radii)
            marks.append(Mark(character, np.concatenate(own), widest + 0.7))
        corners = np.concatenate([mark.outline + s * mark.margin for mark in marks for s in (-1, 1)])
        origin = np.floor(corners.min(axis=0)) - 1
        width, height = (np.ceil(corners.max(axis=0)) - origin + 1).astype(int)
        shifted = [path - origin for path in paths]
        coverage = draw(shifted, radii, tones, (int(height), int(width)))
        marks = [mark.moved(-origin[0], -origin[1]) for mark in marks]
        for index, picture in pictures:
            box = marks[index].box
            image = cv2.resize(picture.image, (box.width, box.height), interpolation=cv2.INTER_AREA)
            part = coverage[box.y0 : box.y1, box.x0 : box.x1]
            np.maximum(part, image, out=part)
        coverage = self.pen.texture(coverage, rng)
        return Ink(coverage, tuple(marks), float(-origin[1]), text)


def _smooth_noise(shape: tuple[int, ...], size: float, rng: np.random.Generator) -> Floats:
    """Return noise [n, 2] of spread ``size`` that bends neighbouring control points alike: a hand, not a shake."""
    noise = rng.normal(0, 1.4 * size, shape).astype(np.float32)
    noise[1:-1] = 0.25 * noise[:-2] + 0.5 * noise[1:-1] + 0.25 * noise[2:]
    return noise


def _bridge(start: Floats, end: Floats) -> Floats:
    """Return the path of a pen that goes on from one character to the next in a shallow bow."""
    t = np.linspace(0, 1, 6, dtype=np.float32)[:, None]
    sag = np.array([0.0, -0.06], np.float32) if start[1] < 0.6 else np.array([0.0, 0.02], np.float32)
    return start * (1 - t) + end * t + 4 * t * (1 - t) * sag


def writable(text: str) -> bool:
    """Tell whether the pen model has a skeleton for every character of ``text``."""
    return all(c == " " or c.translate(LOWERED) in SHAPES for c in text)
