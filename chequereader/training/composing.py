"""Strips put together anew for every epoch: known hands saying other amounts, unknown hands on known papers.

Works on strips as the sliding network sees them, a thousand a second, so that no string is seen twice. Three
ways: a real strip's own characters in another order; characters of several real strips on another one's
paper; one hand's string, from digit images, pen trajectories or the generator's pen, on real paper. Not for
candidates between cuts, which need the field itself: see ``material``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.alphabet import AMOUNTS, LOWERED, RAISED, RUBBISH
from chequereader.grammar.numbers import FIGURES
from chequereader.segmentation.normalise import slant
from chequereader.segmentation.strip import DIGIT, REACH, STRETCH, STRIP
from chequereader.synthetic.handwriting import Writer
from chequereader.training.aligned import AlignedStrip
from chequereader.training.glyphs import GlyphSource, Pen
from chequereader.training.material import amount_text, legible
from chequereader.training.strings import lay
from chequereader.training.truths import digits_alone

Strip = NDArray[np.uint8]
Ink = NDArray[np.float32]

_SHARES = 0.20, 0.30, 0.50
"""How many strings are made each of the three ways, as far as there is material."""

_RAISED = 0.25  # of the strings of one hand, with cents raised, half of them over a hundred
_DRAWN = 0.3  # of the strings of one hand, by the generator's own pen rather than from glyphs
_WRITABLE = AMOUNTS.labels.replace(RUBBISH, "")

_PAD = REACH // 2  # columns of nothing at either end, as ``segmentation.strip`` leaves them
_FINE = 2.0  # lines are laid this much larger than they stand in the strip
_DARK = 90  # ink from here on is a stroke's, not the paper's pattern
_PATTERN = 0.15
_FAINT = 0.35  # ink from here on is a character's
_SEPARATORS = ".,"


@dataclass(frozen=True)
class _Character:
    """A character cut out of a strip: ``columns`` uint8 [32, width] with its paper, ``ink`` without."""

    columns: Strip
    ink: Ink


class Composer:
    """Draws strips with what they say from ``lines``, ``images`` and ``pens``; any of them may be missing."""

    def __init__(
        self,
        lines: Sequence[AlignedStrip],
        images: Sequence[GlyphSource] = (),
        pens: GlyphSource | None = None,
    ) -> None:
        self.lines = [line for line in lines if any(c in FIGURES for c in line.text)]
        self.images, self.pens = list(images), pens
        self._whole = [k for k, line in enumerate(self.lines) if line.clear.all()]
        ways = [(self._reordered, bool(self._whole)), (self._mixed, bool(self.lines)), (self._written, True)]
        self._ways = [way for way, possible in ways if possible]
        shares = np.array([share for share, (_, possible) in zip(_SHARES, ways, strict=True) if possible])
        self._shares = shares / shares.sum()

    def draw(self, rng: np.random.Generator) -> tuple[Strip, str]:
        """Return a strip uint8 [32, width] and its truth: the text as written, or its digits alone."""
        while True:
            way = self._ways[int(rng.choice(len(self._ways), p=self._shares))]
            drawn = way(rng)
            if drawn is not None:
                return drawn

    def prepare(self) -> None:
        """Cut out papers and characters now, so that processes forked later have them in common."""
        _ = self._papers, self._characters, self._whose

    @cached_property
    def _papers(self) -> list[Strip]:
        papers = []
        for line in self.lines:
            inside = line.strip[:, _PAD : line.strip.shape[1] - _PAD]
            mask = cv2.dilate((inside > _DARK).astype(np.uint8), np.ones((5, 9), np.uint8))
            papers.append(
                np.asarray(cv2.inpaint(np.ascontiguousarray(inside), mask, 3, cv2.INPAINT_TELEA), np.uint8)
            )
        return papers

    @cached_property
    def _characters(self) -> list[list[_Character]]:
        return [
            [self._cut(k, a, b) for a, b in zip(line.edges[:-1], line.edges[1:], strict=True)]
            for k, line in enumerate(self.lines)
        ]

    @cached_property
    def _whose(self) -> dict[str, list[tuple[int, int]]]:
        """Where each character stands by itself: line and place in it."""
        places: dict[str, list[tuple[int, int]]] = {}
        for k, line in enumerate(self.lines):
            for i, character in enumerate(line.text):
                if line.clear[i] and line.clear[i + 1]:
                    places.setdefault(character, []).append((k, i))
        return places

    def _cut(self, k: int, start: int, end: int) -> _Character:
        columns = self.lines[k].strip[:, start : max(end, start + 1)]
        paper = np.zeros_like(self.lines[k].strip)
        paper[:, _PAD : paper.shape[1] - _PAD] = self._papers[k]
        under = paper[:, start : max(end, start + 1)].astype(np.float32)
        cover = (columns - under) / np.maximum(255.0 - under, 1.0)
        # what the paper's pattern differs from its filling in is no ink
        ink = np.clip((cover - _PATTERN) / (1.0 - _PATTERN), 0.0, 1.0).astype(np.float32)
        return _Character(columns, _without_neighbours(ink))

    def _reordered(self, rng: np.random.Generator) -> tuple[Strip, str] | None:
        """A strip's own digits in another order, with its own head, separators and tail."""
        k = self._whole[int(rng.integers(len(self._whole)))]
        line, characters = self.lines[k], self._characters[k]
        # raised cents stay where they are, in the tail
        digits = [i for i, c in enumerate(line.text) if c in FIGURES]
        separators = [i for i, c in enumerate(line.text) if c in _SEPARATORS and digits[0] < i < digits[-1]]
        leading = [i for i in digits if line.text[i] != "0"] or digits
        order = [leading[int(rng.integers(len(leading)))]]
        order += [digits[int(rng.integers(len(digits)))] for _ in range(_length(rng) - 1)]
        group = separators[int(rng.integers(len(separators)))] if separators and rng.random() < 0.7 else None
        places: list[int] = []
        for left, i in zip(range(len(order), 0, -1), order, strict=True):
            if group is not None and left % 3 == 0 and left < len(order):
                places.append(group)
            places.append(i)
        first, last = int(line.edges[digits[0]]), int(line.edges[digits[-1] + 1])
        parts = [line.strip[:, :first]] if rng.random() < 0.7 else [line.strip[:, max(first - 8, 0) : first]]
        head = line.text[: digits[0]] if len(parts[0][0]) == first else ""
        parts += [_varied(characters[i].columns, rng) for i in places]
        text = head + "".join(line.text[i] for i in places)
        if rng.random() < 0.7:
            parts.append(line.strip[:, last:])
            text += line.text[digits[-1] + 1 :]
        else:
            parts.append(line.strip[:, last : last + 8])
        if not line.written:
            text = digits_alone("".join(c for c in text.translate(LOWERED) if c.isdigit()))
        elif not legible(text):
            return None
        return _ended(np.concatenate(parts, axis=1)), text

    def _mixed(self, rng: np.random.Generator) -> tuple[Strip, str] | None:
        """Characters of a few strips, laid as ink on another strip's paper."""
        text = legible(amount_text(rng, "".join(self._whose)))
        if not text:
            return None
        hands = rng.integers(len(self.lines), size=int(rng.integers(1, 4)))
        mine: dict[str, list[tuple[int, int]]] = {}
        for k in hands:
            line = self.lines[k]
            for i, character in enumerate(line.text):
                if line.clear[i] and line.clear[i + 1]:
                    mine.setdefault(character, []).append((int(k), i))
        spacing = rng.normal(0.13, 0.09) * DIGIT * STRETCH
        pieces, x = [], 0.0
        for character in text:
            among = mine.get(character) or self._whose.get(character)
            if among is None:  # nobody wrote a raised one
                return None
            k, i = among[int(rng.integers(len(among)))]
            ink = _varied(self._characters[k][i].ink, rng)
            used = np.flatnonzero(ink.max(axis=0) > _FAINT)
            if not len(used):
                return None
            ink = ink[:, used[0] : used[-1] + 1]
            pieces.append((ink, round(x)))
            x += max(ink.shape[1] + spacing + rng.normal(0, 0.05) * DIGIT * STRETCH, 0.75 * ink.shape[1], 3.0)
        canvas = np.zeros((STRIP, max(start + ink.shape[1] for ink, start in pieces)), np.float32)
        for ink, start in pieces:
            view = canvas[:, start : start + ink.shape[1]]
            np.maximum(view, ink, out=view)
        return self._on_paper(canvas, rng), text

    def _written(self, rng: np.random.Generator) -> tuple[Strip, str] | None:
        """One hand's digits and signs, made upright and brought to the size of a strip."""
        raw = _raised_text(rng) if rng.random() < _RAISED else amount_text(rng, _WRITABLE)
        text = legible(raw)
        if not text:
            return None
        height = DIGIT * _FINE
        if self.pens is None or rng.random() < _DRAWN:
            writer = Writer.choose((13, int(rng.integers(1 << 30))))
            drawn = writer.write(text, height, rng)
            coverage, baseline = drawn.coverage, drawn.baseline
            if writer.style.stacked and any(c in AMOUNTS.raised for c in text):
                # the hundred stands below the cents, in the same columns, where it can't be told after them
                text = text.removesuffix("/100")
        else:
            sources: list[GlyphSource] = [self.pens]
            if self.images and rng.random() < 0.6:
                sources.insert(0, self.images[int(rng.integers(len(self.images)))])
            pen = Pen(float(rng.uniform(0.08, 0.19)), float(np.clip(rng.normal(0.1, 0.2), -0.3, 0.6)))
            if any(c.translate(LOWERED) not in self.pens.characters() for c in raw):
                return None
            coverage, _, baseline = lay(raw, sources, height, pen, int(rng.integers(1 << 30)), rng)
        return self._on_paper(_as_in_strip(coverage, baseline, rng), rng), text

    def _on_paper(self, ink: Ink, rng: np.random.Generator) -> Strip:
        """Lay ink [32, width] on a paper, with margins, now and then with what is left of a printed box."""
        margins = np.abs(rng.normal(0, 14, 2)).astype(int) + 1
        ink = np.pad(ink, ((0, 0), (margins[0], margins[1])))
        width = ink.shape[1]
        paper = np.zeros((STRIP, width), np.float32)
        if self.lines and rng.random() < 0.85:
            own = self._papers[int(rng.integers(len(self._papers)))]
            if rng.random() < 0.5:
                own = own[:, ::-1]
            own = np.concatenate([own, own[:, ::-1]] * (width // (2 * own.shape[1]) + 1), axis=1)
            paper = own[:, :width] * float(rng.uniform(0.3, 1.3))
        tone = float(rng.uniform(80, 250))
        if rng.random() < 0.15:
            row = int(rng.choice([rng.integers(0, 4), rng.integers(26, STRIP - 1)]))
            dotted = rng.random(width) < rng.uniform(0.3, 1.0)
            paper[row : row + int(rng.integers(1, 3)), dotted] = tone
        for column in (0, width - 4):
            if rng.random() < 0.08:
                start = min(max(column + int(rng.integers(0, 3)), 0), width - 2)
                paper[:, start : start + int(rng.integers(1, 4))] = tone
        dark = float(rng.uniform(0.75, 1.0))
        laid = np.clip(paper, 0, 255) * (1 - ink) + 255.0 * dark * ink
        return np.pad(laid, ((0, 0), (_PAD, _PAD))).clip(0, 255).astype(np.uint8)


def _raised_text(rng: np.random.Generator) -> str:
    """Draw an amount with raised cents, the form that amounts at large have too seldom to learn from."""
    units = int(rng.integers(1, 10 ** int(rng.integers(1, 7))))
    cents = f"{int(rng.integers(100)):02d}"
    text = f"{units:,}" if rng.random() < 0.6 else str(units)
    text += "." if rng.random() < 0.2 else ""
    ending = rng.random()
    if ending < 0.15:
        return f"{text}xx/100"
    return text + (cents.translate(RAISED) if ending < 0.9 else cents) + ("/100" if ending > 0.5 else "")


def _as_in_strip(coverage: Ink, baseline: float, rng: np.random.Generator) -> Ink:
    """Bring a line of large writing, digits standing on ``baseline``, to a strip's size, upright."""
    lean = slant(coverage > 0.5)
    height, width = coverage.shape
    scale = 1 / _FINE * float(np.exp(rng.normal(0, 0.08)))
    across = scale * STRETCH * float(np.exp(rng.normal(0, 0.1)))
    # the middle of the digits becomes the strip's; upright as ``normalise`` leaves the mean stroke
    drop = STRIP / 2 + scale * (0.5 * DIGIT * _FINE - baseline) + rng.normal(0, 0.6)
    matrix = np.array([[across, across * lean, across * max(-lean, 0.0) * height], [0.0, scale, drop]])
    size = int(across * (width + abs(lean) * height)) + 1, STRIP
    pressed = coverage * cv2.resize(rng.uniform(0.7, 1.0, (2, 6)).astype(np.float32), (width, height))
    soft = cv2.GaussianBlur(np.minimum(1.25 * pressed, 1.0), (0, 0), rng.uniform(0.5, 1.1))
    ink = np.asarray(cv2.warpAffine(soft, matrix, size, flags=cv2.INTER_LINEAR), np.float32)
    used = np.flatnonzero(ink.max(axis=0) > 0.1)
    return ink[:, used[0] : used[-1] + 1] if len(used) else ink[:, :1]


def _without_neighbours(ink: Ink) -> Ink:
    """Return a character without what its neighbours left at its sides."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (ink > _FAINT).astype(np.uint8), connectivity=8
    )
    out = ink.copy()
    x, width, area = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_AREA]
    for k in range(1, count):
        at_side = x[k] == 0 or x[k] + width[k] == ink.shape[1]
        if at_side and area[k] < 0.3 * area[1:].sum():
            out[cv2.dilate((labels == k).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 0.0
    return out


def _length(rng: np.random.Generator) -> int:
    """How many digits to write: mostly three to seven."""
    return int(np.clip(round(rng.normal(4.8, 1.7)), 1, 9))


def _varied(columns: NDArray, rng: np.random.Generator) -> NDArray:
    """Return a character a little wider or narrower, higher or lower."""
    width = max(round(columns.shape[1] * float(np.exp(rng.normal(0, 0.08)))), 1)
    matrix = np.array([[width / columns.shape[1], 0.0, 0.0], [0.0, 1.0, rng.normal(0, 0.6)]])
    return np.asarray(
        cv2.warpAffine(
            columns, matrix, (width, STRIP), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    )


def _ended(strip: Strip) -> Strip:
    """Return a strip with the columns of nothing at its ends that every strip has."""
    left = _PAD if strip[:, : _PAD // 2].any() else 0
    right = _PAD if strip[:, -_PAD // 2 :].any() else 0
    return np.pad(strip, ((0, 0), (left, right)))
