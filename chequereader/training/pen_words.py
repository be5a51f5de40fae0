"""Legal amounts written by real hands: words and letters from a tablet, set into lines on paper of one's own.

Words that people wrote for amounts come whole, the others letter by letter, joined or not. Not for drawn
hands (``synthetic.handwriting``) or for figures (``composing``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.legal.phrases import SPELLINGS
from chequereader.synthetic.amounts_text import draw_amount
from chequereader.synthetic.pen_strokes import PenStrokes
from chequereader.synthetic.pens import Pen, draw
from chequereader.synthetic.pixels import Floats, Image, bytes_of
from chequereader.synthetic.words import legal_amount

DPI = 200.0
_HEIGHTS = 3.0, 6.5  # millimetres of capitals
_WIDEST = 3500  # pixels
_TALL = frozenset("bdfhklti/&0123456789")
_LOW = frozenset("gjpqy")
_LETTERS_OF_A_HAND = 15  # small ones that a writer has left, at least, to write by letters
_LANGUAGES, _SHARES = ("en", "in", "fr", "es", "pt"), (0.4, 0.4, 0.07, 0.07, 0.06)
_PRINTED = ("RUPEES", "Rupees", "DOLLARS", "PAY", "Pay", "the sum of", "DIRHAMS", "or bearer", "Rs")

_Word = tuple[list[Floats], float]  # paths in heights of capitals, y upwards from the line, and the width


@dataclass(frozen=True)
class PenWords:
    """Words and letters by what they say; of letters also by who wrote them."""

    words: PenStrokes
    letters: PenStrokes
    of_word: dict[str, list[int]]
    of_letter: dict[str, list[int]]
    of_hand: dict[tuple[int, str], list[int]]
    hands: tuple[int, ...]

    @classmethod
    def read(cls, folder: Path) -> PenWords:
        """Read ``unipen_legal_words.npz`` and ``unipen_isolated.npz``; errors as of ``PenStrokes``."""
        words = PenStrokes.read(folder / "unipen_legal_words.npz")
        letters = PenStrokes.read(folder / "unipen_isolated.npz")
        of_hand: dict[tuple[int, str], list[int]] = {}
        for index, (hand, label) in enumerate(zip(letters.hands.tolist(), letters.labels, strict=True)):
            of_hand.setdefault((hand, str(label)), []).append(index)
        small: dict[int, int] = {}
        for hand, label in of_hand:
            small[hand] = small.get(hand, 0) + (label.islower() and label.isascii())
        hands = tuple(sorted(hand for hand, count in small.items() if count >= _LETTERS_OF_A_HAND))
        return cls(words, letters, _by_label(words), _by_label(letters), of_hand, hands)

    def lines(self, count: int, seed: int) -> Iterator[tuple[Image, str]]:
        """Yield pictures of lines, grey uint8 [height, width] at ``DPI``, each with its text."""
        rng = np.random.default_rng(seed)
        made = 0
        while made < count:
            text = _some_text(rng)
            picture = self._line(text, rng)
            if picture is not None:
                made += 1
                yield picture, text

    def _line(self, text: str, rng: np.random.Generator) -> Image | None:
        hand = self.hands[int(rng.integers(len(self.hands)))]
        whole, joined = ((True, False), (False, False), (False, True))[
            int(rng.choice(3, p=[0.6, 0.17, 0.23]))
        ]
        narrow, gap = float(np.exp(rng.normal(0, 0.12))), float(rng.uniform(0.2, 0.7))
        slope = float(rng.normal(0, 0.015))
        paths: list[Floats] = []
        x = 0.0
        for word in text.split():
            written = self._word(word, rng) if whole else None
            written = written or self._by_letters(word, hand, joined, rng)
            if written is None:
                return None
            size = float(np.exp(rng.normal(0, 0.06)))
            place = np.array([x, slope * x + rng.normal(0, 0.04)], np.float32)
            stretch = np.array([size * narrow, size], np.float32)
            paths += [path * stretch + place for path in written[0]]
            x += written[1] * size * narrow + gap * float(rng.uniform(0.5, 1.6))
        return _on_paper(paths, rng)

    def _word(self, word: str, rng: np.random.Generator) -> _Word | None:
        """Return a word as somebody wrote it; None for one that nobody did."""
        known = self.of_word.get(word)
        if known is None or rng.random() < 0.3:
            known = self.of_word.get(word if word.isupper() else word.lower()) or known
        if known is None:
            return None
        strokes = [path for path in self.words.of(int(rng.choice(known))) if len(path) > 1]
        if not strokes:
            return None
        low, high = _extent(strokes)
        below = any(letter in _LOW for letter in word)
        tall = 1.0 if word[0].isupper() or any(letter in _TALL for letter in word) else 0.6
        tall += 0.35 * below
        scale = min(tall / max(high[1] - low[1], 1e-3), 0.9 * len(word) / max(high[0] - low[0], 1e-3))
        base = np.array([0, -0.35 * scale * (high[1] - low[1]) / tall * below], np.float32)
        return [(path - low) * scale + base for path in strokes], float((high[0] - low[0]) * scale)

    def _by_letters(self, word: str, hand: int, joined: bool, rng: np.random.Generator) -> _Word | None:
        gap = float(rng.uniform(-0.08, 0.04) if joined else rng.uniform(0.0, 0.18))
        paths: list[Floats] = []
        x = 0.0
        for letter in word:
            written = self._letter(letter, hand, rng)
            if written is None:
                continue
            x += gap * float(rng.uniform(0.5, 1.5))
            own = [path + np.array([x, 0], np.float32) for path in written[0]]
            if joined and paths and letter.islower() and rng.random() < 0.7:
                paths += _joint(paths[-1][-1], own[0][0])
            paths += own
            x += written[1]
        return (paths, x) if paths else None

    def _letter(self, letter: str, hand: int, rng: np.random.Generator) -> _Word | None:
        known = self.of_hand.get((hand, letter)) or self.of_letter.get(letter)
        strokes = self.letters.of(int(rng.choice(known))) if known else []
        if not strokes:
            return None
        low, high = _extent(strokes)
        tall, base = _place(letter, rng)
        scale = 0.3 / max(high[0] - low[0], 1e-3) if letter == "-" else tall / max(high[1] - low[1], 1e-3)
        foot = np.array([0, base], np.float32)
        return [(path - low) * scale + foot for path in strokes], float((high[0] - low[0]) * scale)


def _by_label(written: PenStrokes) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, label in enumerate(written.labels):
        found.setdefault(str(label), []).append(index)
    return found


def _extent(strokes: Sequence[Floats]) -> tuple[Floats, Floats]:
    points = np.concatenate(strokes)
    return points.min(axis=0), points.max(axis=0)


def _place(letter: str, rng: np.random.Generator) -> tuple[float, float]:
    """Return how tall a letter is and where its foot stands, in heights of capitals."""
    if letter in "-.,":
        return 0.1, 0.45 if letter == "-" else 0.0
    if letter in _LOW:
        return (1.3, -0.35) if letter == "j" else (0.9, -0.38)
    if letter == "f" and rng.random() < 0.4:
        return 1.4, -0.35
    return (1.0 if letter.isupper() or letter in _TALL else 0.55), 0.0


def _joint(left: Floats, right: Floats) -> list[Floats]:
    """Return the stroke from the end of a letter to the beginning of the next, none where that is far."""
    if np.hypot(*(right - left)) > 0.8:
        return []
    middle = (left + right) / 2 + np.array([0, -0.08], np.float32)
    along = np.linspace(0, 1, 8, dtype=np.float32)[:, None]
    return [(1 - along) ** 2 * left + 2 * along * (1 - along) * middle + along**2 * right]


def _some_text(rng: np.random.Generator) -> str:
    """Return an amount in words or a part of it, spelled and cased as people do."""
    language = str(rng.choice(_LANGUAGES, p=_SHARES))
    minor_units = draw_amount(100, 10**9 if language == "in" else 10**7, rng, 0.6)
    words = legal_amount(minor_units, language).split()
    if language in ("en", "in"):
        words = [str(rng.choice(SPELLINGS.get(word, (word,)))) for word in words]
        if minor_units % 100 == 0 and rng.random() < 0.2:
            words += ["and", str(rng.choice(["no/100", "00/100", "0/100", "xx/100"]))]
        if rng.random() < 0.3:
            words += str(rng.choice(["only", "rupees only", "dollars"])).split()
        if rng.random() < 0.3:
            words = ["&" if word == "and" else word for word in words]
    if len(words) > 5 and rng.random() < 0.5:
        cut = int(rng.integers(2, len(words) - 1))
        words = words[:cut] if rng.random() < 0.6 else words[cut:]
    style = rng.choice(["title", "lower", "upper", "first", "some"], p=[0.35, 0.25, 0.1, 0.15, 0.15])
    if style == "upper":
        return " ".join(words).upper()
    large = {"title": 1.0, "lower": 0.0, "first": 0.0, "some": 0.5}[str(style)]
    return " ".join(
        word.capitalize() if rng.random() < large or (style == "first" and number == 0) else word
        for number, word in enumerate(words)
    )


def _on_paper(paths: Sequence[Floats], rng: np.random.Generator) -> Image | None:
    """Return a line as scanned, with a margin; None for one too large."""
    pen = Pen.choose(rng)
    height = float(rng.uniform(*_HEIGHTS)) * DPI / 25.4
    shear = float(np.clip(rng.normal(0.1, 0.25), -0.4, 0.7))
    margin = int(0.8 * height)
    turned = [path @ np.array([[height, 0], [shear * height, -height]], np.float32) for path in paths]
    low, high = _extent(turned)
    rows, columns = int(high[1] - low[1]) + 2 * margin, int(high[0] - low[0]) + 2 * margin
    if columns > _WIDEST or rows > _WIDEST // 7:
        return None
    placed = [path - low + margin for path in turned]
    tones = [1 - pen.pressure * float(rng.random()) for _ in placed]
    ink = draw(placed, [pen.radii(path, DPI, rng) for path in placed], tones, (rows, columns))
    base = margin - float(low[1])
    paper = float(rng.uniform(150, 250))
    page = _form(paper, (rows, columns), base, height, margin, rng)
    page *= 1 - pen.darkness * pen.texture(ink, rng)
    if rng.random() < 0.5:
        page = cv2.GaussianBlur(page, (0, 0), float(rng.uniform(0.4, 1.6))).astype(np.float32)
    page += rng.normal(0, rng.uniform(0, 7), page.shape)
    picture = bytes_of(page.clip(0, 255))
    if rng.random() < 0.15:
        picture = bytes_of((picture > paper * rng.uniform(0.6, 0.8)) * 255)
    cut = int(margin * rng.uniform(0, 0.7))
    return np.ascontiguousarray(picture[cut : rows - cut])


def _form(
    paper: float, size: tuple[int, int], base: float, height: float, margin: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return what a line is written on: a rule, a pattern, a printed word before or behind, each at times."""
    page = np.full(size, paper, np.float32)
    if rng.random() < 0.6:
        row = int(base + rng.uniform(-0.05, 0.3) * height)
        page[row : row + int(rng.integers(1, 4))] *= rng.uniform(0.3, 0.8)
    if rng.random() < 0.4:
        period, angle = rng.uniform(6, 40), rng.uniform(0, np.pi)
        y, x = np.mgrid[: size[0], : size[1]]
        wave = np.sin(2 * np.pi / period * (x * np.cos(angle) + y * np.sin(angle) + 3 * np.sin(x / 17)))
        page *= 1 - rng.uniform(0, 0.2) * (0.5 + 0.5 * wave)
    if rng.random() < 0.35:
        print_ = np.zeros(size, np.uint8)
        left = (
            rng.uniform(0, 0.3) * margin if rng.random() < 0.6 else size[1] - rng.uniform(0.3, 1.2) * margin
        )
        face = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX]))
        where, thick = (int(left), int(base)), int(rng.integers(1, 3))
        word = str(rng.choice(_PRINTED))
        cv2.putText(print_, word, where, face, float(rng.uniform(0.35, 0.8)), 255, thick, cv2.LINE_AA)
        page *= 1 - 0.7 * print_.astype(np.float32) / 255
    return page
