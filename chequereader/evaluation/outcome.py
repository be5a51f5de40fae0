"""One cheque of an evaluation: what stands on it, what was read, and whether that is right.

Not for sums over many: ``metrics`` has those.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from chequereader.cheque_set import Truth
from chequereader.reading import Reading

Kind = Literal["correct", "error", "rejected"]
"""What became of a cheque at the threshold used; one that failed counts as rejected."""


@dataclass(frozen=True)
class Answer:
    """The best answer of a reading, accepted or not; a MICR line has no amount, and its text for digits."""

    amount: Decimal | None
    text: str
    digits: str
    confidence: float


@dataclass(frozen=True)
class Outcome:
    """A truth and the reading of its image.

    An answer is right if its amount equals the true one as a decimal or, where only digits are known, if its
    digits as written are the true ones.
    """

    truth: Truth
    reading: Reading

    @cached_property
    def answer(self) -> Answer | None:
        """The best answer: the accepted one, else the first candidate; ``None`` if nothing was read."""
        reading = self.reading
        if reading.amount is not None:
            return Answer(reading.amount, reading.text, reading.digits, reading.confidence)
        if not reading.candidates:
            return None
        best = reading.candidates[0]
        return Answer(best.amount, best.text, best.digits, best.confidence)

    @cached_property
    def is_right(self) -> bool:
        """Whether the best answer is right, accepted or not."""
        return self.answer is not None and self._agrees(self.answer.amount, self.answer.digits)

    @property
    def is_accepted(self) -> bool:
        """Whether the reading was accepted."""
        return self.reading.status == "accepted"

    @property
    def kind(self) -> Kind:
        """What became of the cheque."""
        if not self.is_accepted:
            return "rejected"
        return "correct" if self.is_right else "error"

    @property
    def confidence(self) -> float:
        """How sure the best answer is; nought if nothing was read."""
        return 0.0 if self.answer is None else self.answer.confidence

    @property
    def place_of_right(self) -> int | None:
        """Which of the reading's candidates is right, counted from 0; ``None`` if none is."""
        candidates = enumerate(self.reading.candidates)
        return next((place for place, c in candidates if self._agrees(c.amount, c.digits)), None)

    def _agrees(self, amount: Decimal | None, digits: str) -> bool:
        if self.truth.amount is not None:
            return amount == self.truth.amount
        return digits == self.truth.digits


@dataclass(frozen=True)
class LineOutcome(Outcome):
    """A truth whose ``digits`` are the characters of a MICR line, and the reading of its picture."""

    @cached_property
    def answer(self) -> Answer | None:
        """The line that was read, accepted or not."""
        line = self.reading.micr
        return None if line is None else Answer(None, line.unicode, line.raw, line.confidence)


def line_truth(truth: Truth) -> Truth:
    """Return a row as the truth of its line: ``micr``, or ``text`` where that is empty, without spaces."""
    return Truth(truth.file, digits="".join((truth.micr or truth.text).split()), group=truth.group)
