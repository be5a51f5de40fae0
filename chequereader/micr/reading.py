"""The result of reading a MICR line, and its JSON form. Not for how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chequereader.box import Box
from chequereader.micr.characters import to_unicode
from chequereader.micr.fields import CheckDigit


@dataclass(frozen=True)
class MicrReading:
    """A MICR line.

    ``raw``: the characters without spaces, transit A, amount B, on-us C, dash D. ``fields`` by name.
    ``grammar``: us, ca, in, uk, or free for a line that fits none of them. ``confidence``: calibrated
    probability that ``raw`` is right. ``restored``: places in ``raw`` of characters that the grammar had to
    decide, their ink being illegible. ``box``: the line, ``characters``: each character of
    ``raw``, in pixels of the picture given. ``turned``: quarter turns clockwise that bring the picture
    upright, 0 for a picture of a line.
    """

    raw: str
    fields: dict[str, str]
    grammar: str
    confidence: float
    check_digit: CheckDigit
    restored: tuple[int, ...]
    box: Box
    characters: tuple[Box, ...]
    turned: int = 0

    @property
    def unicode(self) -> str:
        """The line with the OCR symbols of Unicode."""
        return to_unicode(self.raw)

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as JSON has it."""
        return {
            "raw": self.raw,
            "unicode": self.unicode,
            "fields": dict(self.fields),
            "grammar": self.grammar,
            "confidence": self.confidence,
            "check_digit": self.check_digit,
            "restored": list(self.restored),
            "box": list(self.box),
            "turned": self.turned,
        }
