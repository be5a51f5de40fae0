"""What was seen of a legal amount, and its JSON form; it imports no network. Not for how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chequereader.box import Box


@dataclass(frozen=True)
class WordsReading:
    """A legal amount.

    ``text``: small letters as the network sees them one by one, whatever is printed beside them among them, a
    line after the other; nothing is made of it but for people. ``language``: en, in (English with lakhs and
    crores), fr, es or pt, the one that the best answer's amount fits best in. ``agrees``: whether the words
    rather say that amount than another one. ``lines``: their boxes, in pixels of the picture given.
    """

    text: str
    language: str
    agrees: bool
    lines: tuple[Box, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as JSON has it."""
        return {
            "text": self.text,
            "language": self.language,
            "agrees": self.agrees,
            "lines": [list(box) for box in self.lines],
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> WordsReading:
        """Return the reading that ``to_dict`` gave; ``KeyError`` or ``TypeError`` where it gave none."""
        lines = tuple(Box(*box) for box in record["lines"])
        return cls(record["text"], record["language"], record["agrees"], lines)
