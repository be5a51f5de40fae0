"""Handwriting: a writer has a style and a pen and writes lines of text.

The project's own pen model: skeletons are bent once per writer (his allographs) and a little more each
time, slanted, spaced and set on a drifting baseline, and drawn with his pen. Real glyphs may stand in for
the skeletons (``glyph_sources``). Not for print (``printing``) nor for what is written (``amounts_text``,
``words``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from chequereader.alphabet import LOWERED
from chequereader.synthetic.glyph_sources import GlyphSource, Picture
from chequereader.synthetic.ink import Ink, Mark
from chequereader.synthetic.legibility import taken_for
from chequereader.synthetic.pens import Pen, draw
from chequereader.synthetic.pixels import Floats, floats
from chequereader.synthetic.strokes import Skeleton, skeletons
from chequereader.synthetic.writer_style import WriterStyle
from chequereader.synthetic.writing_line import Slot, WritingLine

_RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"

_TRIES = 8  # allographs drawn before the skeleton itself is taken


@dataclass
class Writer:
    """A person with a style and a pen; ``key`` decides all about him: he writes alike on every cheque."""

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

        ``height_px`` is the height of digits and capitals; ``dpi`` turns the pen's width into pixels.
        Raised digits (``⁴⁵``) come small and high; what follows ``/`` after them comes small and low.
        ``KeyError`` for a character without skeleton, ``ValueError`` for a text without any mark.
        """
        slots = self._slots(text)
        if not any(slot.shape != " " for slot in slots):
            raise ValueError("nothing to write")
        line = WritingLine(0.7 * self.pen.width_px(dpi) / height_px)
        drop = float(rng.normal(0, 0.01))
        for slot in slots:
            if slot.shape == " ":
                line.space(self.style.word_gap * float(rng.uniform(0.8, 1.3)))
                continue
            drop = 0.7 * drop + float(rng.normal(0, 0.4 * self.style.size_spread))
            rise = slot.rise + drop + self.style.drift * line.cursor
            if slot.bar:
                line.bar(slot.character, self.style.raised_rise - 0.1 + drop, rng)
                continue
            glyph = self._glyph(slot, rng)
            joined = line.last is not None and self._joins(line.last, slot, rng)
            gap = 0.0 if line.last is None else self._gap(line.last, slot, joined, rng)
            line.put(slot, glyph, gap, rise, joined)
        if line.last is not None and line.last.raised and rng.random() < self.style.underline:
            for k in range(int(rng.integers(1, 3))):
                line.underline(self.style.raised_rise - 0.12 - 0.12 * k + drop, rng)
        return self._ink(line, text, height_px, dpi, rng)

    def _slots(self, text: str) -> list[Slot]:
        slots: list[Slot] = []
        below = False
        style = self.style
        for character in text:
            shape = character.translate(LOWERED)
            if character in _RAISED_DIGITS:
                below = True
                slots.append(Slot(character, shape, style.raised_scale, style.raised_rise, raised=True))
            elif below and shape in "0123456789x":
                drop = style.raised_rise - 0.2 - 0.8 * style.raised_scale if style.stacked else -0.05
                slots.append(
                    Slot(character, shape, style.raised_scale * (0.8 if style.stacked else 0.9), drop)
                )
            else:
                slots.append(Slot(character, shape, 1.0, 0.0, bar=below and shape == "/" and style.stacked))
                below = below and shape == "/"
        return slots

    def _glyph(self, slot: Slot, rng: np.random.Generator) -> list[Floats] | Picture:
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
            bent = self._allograph(slot.shape, variants[variant], own)
            self._bent[slot.shape, variant] = bent
        if slot.shape == "-" and rng.random() < 0.2:
            width *= float(rng.uniform(1.3, 3))  # a dash that closes an amount is often drawn out
        squeeze = (
            np.array([width * float(np.exp(rng.normal(0, self.style.size_spread))), 1], np.float32) * scale
        )
        paths = []
        for stroke, controls in zip(variants[variant].strokes, bent, strict=True):
            moved = controls + _smooth_noise(controls.shape, self.style.wobble, rng)
            paths.append(self._hasten(stroke.spread @ (moved * squeeze), rng))
        return paths

    def _allograph(self, character: str, skeleton: Skeleton, rng: np.random.Generator) -> list[Floats]:
        """Return control points as this writer draws a character: no digit as others draw another one."""
        for _ in range(_TRIES):
            bent = self._bend([stroke.controls for stroke in skeleton.strokes], rng)
            paths = [stroke.spread @ own for stroke, own in zip(skeleton.strokes, bent, strict=True)]
            if taken_for(character, paths) == character:
                return bent
        return [stroke.controls for stroke in skeleton.strokes]

    def _bend(self, strokes: list[Floats], rng: np.random.Generator) -> list[Floats]:
        """Return control points bent: parts larger or smaller, turned, bowed."""
        spread = self.style.bend
        power, stretch = np.exp(rng.normal(0, 3 * spread, 2))
        turn, bow = rng.normal(0, 1.5 * spread, 2)
        allograph = []
        for controls in strokes:
            x, y = controls[:, 0], controls[:, 1]
            inside = np.clip(y, 0, 1)  # what reaches beyond the lines is only moved along
            y = y - inside + inside**power
            x = x * stretch + turn * (y - 0.5) + 2 * bow * (y - 0.5) ** 2
            y = y - 0.5 * turn * x
            allograph.append(floats(np.stack([x, y], axis=1) + _smooth_noise(controls.shape, spread, rng)))
        return allograph

    def _hasten(self, path: Floats, rng: np.random.Generator) -> Floats:
        """Round the corners of a path as a quick hand does, and shake it as a slow one."""
        rounds = int(3 * self.style.haste * rng.random() + 0.5)
        if len(path) > 4:
            for _ in range(rounds):
                path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
        along = np.linspace(0, 1, len(path), dtype=np.float32)[:, None]
        phase = rng.uniform(0, 6.3, (2, 2)).astype(np.float32)
        size = self.style.tremor * rng.uniform(0.5, 1.5)
        return path + size * (np.sin(9 * along + phase[0]) + 0.6 * np.sin(23 * along + phase[1])).astype(
            np.float32
        )

    def _joins(self, left: Slot, right: Slot, rng: np.random.Generator) -> bool:
        if left.shape == right.shape == "0":
            return bool(rng.random() < self.style.joining)
        both_letters = left.shape.isalpha() and right.shape.islower() and right.shape.isalpha()
        return bool(both_letters and rng.random() < self.style.cursive)

    def _gap(self, left: Slot, right: Slot, joined: bool, rng: np.random.Generator) -> float:
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
        self, line: WritingLine, text: str, height_px: float, dpi: float, rng: np.random.Generator
    ) -> Ink:
        shear = np.array([[height_px, 0], [self.style.slant * height_px, -height_px]], np.float32)
        paths: list[Floats] = []
        radii: list[Floats] = []
        tones: list[float] = []
        marks: list[Mark] = []
        pictures: list[tuple[int, Picture]] = []

        def trace(character: str, strokes: list[Floats]) -> Mark:
            own = [path @ shear for path in strokes]
            own_radii = [self.pen.radii(path, dpi, rng) for path in own]
            paths.extend(own)
            radii.extend(own_radii)
            tones.extend([1 - self.pen.pressure * float(rng.random())] * len(own))
            return Mark(character, np.concatenate(own), max(float(r.max()) for r in own_radii) + 0.7)

        for character, glyph in line.placed:
            if isinstance(glyph, Picture):
                outline = glyph.box @ np.array([[height_px, 0], [0, -height_px]], np.float32)
                pictures.append((len(marks), glyph))
                marks.append(Mark(character, outline, 0.5))
            else:
                marks.append(trace(character, glyph))
        strays = [trace("", [stray]) for stray in line.strays]
        corners = np.concatenate([m.outline + s * m.margin for m in marks + strays for s in (-1, 1)])
        origin = np.floor(corners.min(axis=0)) - 1
        width, height = (np.ceil(corners.max(axis=0)) - origin + 1).astype(int)
        coverage = draw([path - origin for path in paths], radii, tones, (int(height), int(width)))
        marks = [mark.moved(-origin[0], -origin[1]) for mark in marks]
        strays = [stray.moved(-origin[0], -origin[1]) for stray in strays]
        for index, picture in pictures:
            box = marks[index].box
            image = cv2.resize(picture.image, (box.width, box.height), interpolation=cv2.INTER_AREA)
            part = coverage[box.y0 : box.y1, box.x0 : box.x1]
            np.maximum(part, image, out=part)
        coverage = self.pen.texture(coverage, rng)
        return Ink(coverage, tuple(marks), float(-origin[1]), text, tuple(strays))


def _smooth_noise(shape: tuple[int, ...], size: float, rng: np.random.Generator) -> Floats:
    """Return noise [n, 2] of spread ``size`` that bends neighbouring points alike: a hand, not a shake."""
    noise = rng.normal(0, 1.4 * size, shape).astype(np.float32)
    noise[[0, -1]] *= 0.6  # ends have no second neighbour to be held by
    noise[1:-1] = 0.25 * noise[:-2] + 0.5 * noise[1:-1] + 0.25 * noise[2:]
    return noise
