"""The picture of a legal amount, for people who want to see what was made of it. Not part of reading."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.drawing import BLUE, GREEN, RED, Picture, coloured, draw_text
from chequereader.legal.line import words_strip
from chequereader.legal.words import WordsReading
from chequereader.segmentation.strip import STRIP

_ZOOM = 2
_SAID = 60  # pixels of what is said above the lines


def seen(image: NDArray[np.uint8], words: WordsReading) -> Picture:
    """Return the lines as the network saw them, below what it saw in them and whether that agrees.

    ``image`` is the upright page, grey uint8 [height, width], in whose pixels the lines of ``words`` are.
    """
    parts = [np.ascontiguousarray(image[box.y0 : box.y1, box.x0 : box.x1]) for box in words.lines]
    strips = [strip for strip in map(words_strip, parts) if strip is not None]
    width = max((strip.shape[1] for strip in strips), default=STRIP)
    paper = np.full((STRIP * len(strips), width), 255, np.uint8)
    for number, strip in enumerate(strips):
        paper[number * STRIP : (number + 1) * STRIP, : strip.shape[1]] = 255 - strip
    lines = cv2.resize(paper, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_CUBIC) if strips else paper
    out = np.full((_SAID + lines.shape[0], max(lines.shape[1], 10 * len(words.text)), 3), 255, np.uint8)
    out[_SAID:, : lines.shape[1]] = coloured(np.asarray(lines, np.uint8))
    verdict, colour = ("agrees", GREEN) if words.agrees else ("says something else, or nothing", RED)
    draw_text(out, 4, 4, f"{words.language}: {verdict}", colour, 18)
    draw_text(out, 4, 30, words.text, BLUE, 18)
    return out
