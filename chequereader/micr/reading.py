"""The result of reading a MICR line, and its JSON form; it imports no network. Not for how a line is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chequereader.box import Box
from chequereader.micr.characters import to_unicode
from chequereader.micr.fonts import E13B

CheckDigit = Literal["valid", "invalid", "none"]

_LIKELY, _LONG = 0.25, 12  # digits of other type, upside down, have reached six characters at 0.48
_POSSIBLE = 0.1  # of 922 lines of a grammar all had 0.2 or more but one: print upside down as nine noughts
_SPOKEN = ("routing", "sort_code", "bank", "branch", "interbank", "account", "cheque_number")


@dataclass(frozen=True)
class MicrReading:
    """A MICR line.

    ``raw``: the characters without spaces; in E-13B transit A, amount B, on-us C, dash D, in CMC-7 the signs
    SI to SV as A to E. ``font``: e13b or cmc7. ``fields`` by name. ``grammar``: us, ca, in, uk, fr, br, or
    free for a line that fits none of them. ``confidence``: calibrated probability that ``raw`` is right.
    ``restored``: places in ``raw`` of characters that the grammar had to decide, their ink being illegible.
    ``box``: the line, ``characters``: each character of ``raw``, in pixels of the picture given. ``turned``:
    quarter turns clockwise that bring the picture upright, 0 for a picture of a line. ``amount_agrees``:
    whether the amount of the line is the best answer for the amount of the cheque; None where either is
    missing. ``model`` names the weights and their checksum.
    """

    raw: str
    fields: dict[str, str]
    grammar: str
    confidence: float
    check_digit: CheckDigit
    restored: tuple[int, ...]
    box: Box
    characters: tuple[Box, ...] = field(default=(), compare=False, repr=False)
    turned: int = 0
    amount_agrees: bool | None = None
    model: str | None = None
    font: str = E13B.name

    @property
    def certain(self) -> bool:
        """Whether it is a MICR line beyond doubt: it fits a grammar and may be right, or is long and likely.

        What else stands on a page, read upside down or in another type, may look a little like one.
        """
        if self.grammar != "free":
            return self.confidence >= _POSSIBLE
        return len(self.raw) >= _LONG and self.confidence >= _LIKELY

    @property
    def unicode(self) -> str:
        """The line with the OCR symbols of Unicode, which has none for CMC-7."""
        return to_unicode(self.raw) if self.font == E13B.name else self.raw

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as JSON has it; the boxes of its characters are left out."""
        return {
            "raw": self.raw,
            "unicode": self.unicode,
            "font": self.font,
            "grammar": self.grammar,
            "fields": dict(self.fields),
            "check_digit": self.check_digit,
            "restored": list(self.restored),
            "confidence": self.confidence,
            "box": list(self.box),
            "turned": self.turned,
            "amount_agrees": self.amount_agrees,
            "model": self.model,
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> MicrReading:
        """Return the reading that ``to_dict`` gave; ``KeyError`` or ``TypeError`` where it gave none."""
        return cls(
            raw=record["raw"],
            fields=dict(record["fields"]),
            grammar=record["grammar"],
            confidence=record["confidence"],
            check_digit=record["check_digit"],
            restored=tuple(record["restored"]),
            box=Box(*record["box"]),
            turned=record["turned"],
            amount_agrees=record["amount_agrees"],
            model=record["model"],
            # records of earlier versions know no other type
            font=record.get("font", E13B.name),
        )

    def line(self) -> str:
        """Return the line for people, such as ``routing 021000021, account 1234567890 (99.0% sure)``."""
        known = [f"{name.replace('_', ' ')} {self.fields[name]}" for name in _SPOKEN if name in self.fields]
        doubts = ["check digit invalid"] * (self.check_digit == "invalid")
        doubts += [f"{len(self.restored)} illegible restored"] * bool(self.restored)
        doubts += ["its amount differs"] * (self.amount_agrees is False)
        said = known if known and self.grammar != "free" else [self.raw]
        return f"{', '.join(said + doubts)} ({self.confidence:.1%} sure)"
