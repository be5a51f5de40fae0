"""What is written and printed on a page: its ink, rules, printed boxes and pieces of text.

On a page whose background would drown its text only darker strokes are ink. Not for which of it is an amount.
"""

from __future__ import annotations

from dataclasses import dataclass

from chequereader.fields.groups import MOST, Components, find_components
from chequereader.fields.page_ink import GreyImage, PageInk, darker_ink, find_ink
from chequereader.fields.rounded import rounded_boxes
from chequereader.fields.rules import PrintedBox, Rules, find_rules, printed_boxes

STROKES = 0.5, 0.65
"""Shares of a good stroke's darkness, tried where ``page_ink.STROKE`` makes strokes of a background."""


@dataclass(frozen=True)
class PageText:
    """The text of a page at the coarse resolution of ``page_ink``."""

    page: PageInk
    rules: Rules
    printed: list[PrintedBox]
    components: Components

    @property
    def drowned(self) -> bool:
        """There are more components than on any filled cheque: a guilloche or halftone is among them."""
        return len(self.components.boxes) >= MOST


def find_text(page_image: GreyImage) -> PageText:
    """Return the text of an upright page, grey uint8 [height, width] at about 200 dpi."""
    page = find_ink(page_image)
    text = _text(page)
    for stroke in STROKES:
        if not text.drowned:
            break
        text = _text(darker_ink(page, stroke))
    return text


def _text(page: PageInk) -> PageText:
    rules = find_rules(page)
    printed = rounded_boxes(page.ink, rules, printed_boxes(rules))
    return PageText(page, rules, printed, find_components(page, rules, printed))
