"""One cheque of an evaluation: what stands on it, what was read, and whether that is right.

Not for sums over many: ``metrics`` has those.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from chequereader.cheque_set import Truth
from chequereader.reading import Reading


@dataclass(frozen=True)
class Answer:
    """The best answer of a reading, accepted or not."""

    amount: Decimal
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
        if self.answer is None:
            return False
        if self.truth.amount is not None:
            return self.answer.amount == self.truth.amount
        return self.answer.digits == self.truth.digits

    @property
    def is_accepted(self) -> bool:
        """Whether the reading was accepted."""
        return self.reading.status == "accepted"
