"""The result of reading a cheque, and its JSON form, which other programs rely on.

Not for deciding: who accepts an answer, and why not, is the reader's business.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from chequereader.box import Box
from chequereader.errors import one_line
from chequereader.legal.words import WordsReading
from chequereader.micr.reading import MicrReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chequereader.scan import Scan

Status = Literal["accepted", "rejected", "failed"]

_CENT = Decimal("0.01")


def amount_of(minor_units: int) -> Decimal:
    """Return the amount of a number of hundredths, with its two decimals: 123456 gives 1234.56."""
    return Decimal(minor_units).scaleb(-2)


@dataclass(frozen=True)
class Symbol:
    """One character of the accepted or best answer: what it is, where it stands on the page, how sure."""

    char: str
    box: Box
    confidence: float

    def __post_init__(self) -> None:
        _check_confidence(self.confidence)


@dataclass(frozen=True)
class Candidate:
    """One answer: its value, the text and the digits as written, and the probability that it is right."""

    amount: Decimal
    text: str
    digits: str
    confidence: float

    def __post_init__(self) -> None:
        _check_amount(self.amount)
        _check_confidence(self.confidence)


@dataclass(frozen=True)
class Reading:
    """What was read on one page.

    ``amount`` is there only if the answer was accepted, so that no program posts a rejected one by mistake;
    ``reason`` is there only if it was not. ``text``, ``digits``, ``confidence`` (calibrated, 0 to 1),
    ``field`` (where the amount stands) and ``symbols`` belong to the best answer, accepted or not;
    ``candidates`` are the answers, best first. ``micr`` is the line of magnetic ink, ``None`` where none was
    looked for or found; of an image that is the line itself it is what was accepted or not, and there is no
    amount. ``words`` is the legal amount, ``None`` where none was looked for or found. Boxes are pixels of
    the page as scanned. ``model`` names the weights and their checksum; it is ``None`` where a file failed
    before any weights saw it. ``keyed_amount`` is what the file itself says the cheque is worth (a cash
    letter does), ``None`` elsewhere. ``stages`` are milliseconds by stage, kept out of the JSON form.
    """

    file: str
    page: int
    status: Status
    amount: Decimal | None = None
    currency: str | None = None
    text: str = ""
    digits: str = ""
    confidence: float = 0.0
    field: Box | None = None
    symbols: tuple[Symbol, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    micr: MicrReading | None = None
    words: WordsReading | None = None
    reason: str | None = None
    model: str | None = None
    elapsed_ms: float = 0.0
    keyed_amount: Decimal | None = None
    stages: Mapping[str, float] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.status not in get_args(Status):
            raise ValueError(f"a reading is accepted, rejected or failed, not {self.status!r}")
        if self.status != "accepted" and self.amount is not None:
            raise ValueError(f"a reading has an amount only if it was accepted: {self.status}")
        if self.status == "accepted" and self.amount is None and self.micr is None:
            raise ValueError("a reading that was accepted has an amount, or is that of a MICR line")
        if (self.status == "accepted") != (self.reason is None):
            raise ValueError(f"a reading has a reason unless it was accepted: {self.status}")
        for amount in (self.amount, self.keyed_amount):
            if amount is not None:
                _check_amount(amount)
        _check_confidence(self.confidence)

    @classmethod
    def failed(
        cls,
        file: str,
        page: int,
        reason: str,
        *,
        model: str | None = None,
        elapsed_ms: float = 0.0,
        keyed_amount: Decimal | None = None,
    ) -> Reading:
        """Return the record of a page that couldn't be read, with the reason for people."""
        return cls(
            file,
            page,
            "failed",
            reason=reason,
            model=model,
            elapsed_ms=elapsed_ms,
            keyed_amount=keyed_amount,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form as a dictionary; amounts are texts such as ``"1234.56"``, boxes are lists."""
        return {
            "file": self.file,
            "page": self.page,
            "status": self.status,
            "amount": None if self.amount is None else str(self.amount),
            "currency": self.currency,
            "text": self.text,
            "digits": self.digits,
            "confidence": self.confidence,
            "field": None if self.field is None else list(self.field),
            "symbols": [
                {"char": s.char, "box": list(s.box), "confidence": s.confidence} for s in self.symbols
            ],
            "candidates": [
                {"amount": str(c.amount), "text": c.text, "digits": c.digits, "confidence": c.confidence}
                for c in self.candidates
            ],
            "micr": None if self.micr is None else self.micr.to_dict(),
            "words": None if self.words is None else self.words.to_dict(),
            "reason": self.reason,
            "model": self.model,
            "elapsed_ms": self.elapsed_ms,
            "keyed_amount": None if self.keyed_amount is None else str(self.keyed_amount),
        }

    def to_json(self) -> str:
        """Return the JSON form in one line of ASCII, so that it survives every encoding of a terminal."""
        return json.dumps(self.to_dict(), allow_nan=False)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Reading:
        """Return the reading that ``to_dict`` gave; keys of later versions are passed over.

        Raises ``ValueError`` if a key is missing or a value can't be meant.
        """
        try:
            return cls(
                file=record["file"],
                page=record["page"],
                status=record["status"],
                amount=None if record["amount"] is None else Decimal(record["amount"]),
                currency=record["currency"],
                text=record["text"],
                digits=record["digits"],
                confidence=record["confidence"],
                field=None if record["field"] is None else Box(*record["field"]),
                symbols=tuple(Symbol(s["char"], Box(*s["box"]), s["confidence"]) for s in record["symbols"]),
                candidates=tuple(
                    Candidate(Decimal(c["amount"]), c["text"], c["digits"], c["confidence"])
                    for c in record["candidates"]
                ),
                micr=None if record["micr"] is None else MicrReading.from_dict(record["micr"]),
                # records of earlier versions know no words
                words=None if record.get("words") is None else WordsReading.from_dict(record["words"]),
                reason=record["reason"],
                model=record["model"],
                elapsed_ms=record["elapsed_ms"],
                keyed_amount=None if record["keyed_amount"] is None else Decimal(record["keyed_amount"]),
            )
        except KeyError as error:
            raise ValueError(f"not a reading: no key {error}") from None
        except (TypeError, InvalidOperation) as error:
            raise ValueError(f"not a reading: {error}") from None

    @classmethod
    def from_json(cls, line: str) -> Reading:
        """Return the reading of a line of JSON; raises ``ValueError`` if it holds none."""
        record = json.loads(line)
        if not isinstance(record, dict):
            raise ValueError("not a reading: no JSON object")
        return cls.from_dict(record)

    def line(self) -> str:
        """Return one line for people, such as ``scan.png: 1234.56 USD (99.2% sure)``."""
        where = self.file if self.page == 1 else f"{self.file} page {self.page}"
        micr = "" if self.micr is None else f"MICR {self.micr.line()}"
        keyed = "" if self.keyed_amount is None else f"; keyed {self.keyed_amount}"
        if self.amount is not None:
            currency = "" if self.currency is None else f" {self.currency}"
            said = f"{self.amount}{currency} ({self.confidence:.1%} sure)"
        elif self.status == "accepted":
            return one_line(f"{where}: {micr}{keyed}")
        else:
            said = f"{self.status}: {self.reason}"
            if self.candidates:
                best = self.candidates[0]
                said += f"; perhaps {best.amount} ({best.confidence:.1%} sure)"
        return one_line(f"{where}: {said}{'; ' if micr else ''}{micr}{keyed}")


KEYS = tuple(f.name for f in dataclasses.fields(Reading) if f.name != "stages")
"""The keys of the JSON form, in their order."""


class ReadsScans(Protocol):
    """What batches and evaluations need of a reader; ``chequereader.reader.Reader`` is one."""

    @property
    def model(self) -> str:
        """Name and checksum of the weights."""

    @property
    def together(self) -> int:
        """Pages that are best read at a time; with 1, a page's record never depends on its neighbours."""

    def read(self, scan: Scan) -> Reading:
        """Read one page."""

    def read_many(self, scans: Sequence[Scan]) -> list[Reading]:
        """Read pages together, for speed; the readings come in the order of the scans."""

    def explain(self, scan: Scan, folder: Path) -> Reading:
        """Read one page and write pictures of every stage into a folder."""


def _check_amount(amount: Decimal) -> None:
    if not amount.is_finite() or amount.as_tuple().exponent != _CENT.as_tuple().exponent or amount < 0:
        raise ValueError(f"an amount is no less than nought and has two decimals, not {amount}")


def _check_confidence(confidence: float) -> None:
    if not 0 <= confidence <= 1:
        raise ValueError(f"a confidence lies between 0 and 1, not at {confidence}")
