"""What is told of a page in the end: its reading, made of what the stages left of it.

Accepts or rejects by the calibrated confidence of the best answer. Not for the stages (``reader``) or for the
reading's own form (``reading``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chequereader.alphabet import AMOUNTS
from chequereader.decision import Calibration
from chequereader.followed import FollowedPage
from chequereader.interpretation import Answer
from chequereader.reading import Candidate, Reading, Symbol, amount_of
from chequereader.symbols import confidences, spoken

CANDIDATES = 5
"""Answers told of each cheque."""


@dataclass(frozen=True)
class Told:
    """By what pages are told of: ``model`` by name, ``stages`` in milliseconds, answers by a calibration.

    An answer is accepted from the ``threshold`` of calibrated confidence on.
    """

    model: str
    calibration: Calibration
    threshold: float
    stages: Mapping[str, float]

    def reading(self, page: FollowedPage) -> Reading:
        """Return the reading of a page."""
        scan = page.scan
        if not page.answers:
            reason = "no amount field was found on the page" if not page.zones else "no amount in the field"
            return Reading(
                scan.source,
                scan.page,
                "rejected",
                micr=page.micr_on_scan(None),
                words=page.words_on_scan(),
                reason=reason,
                model=self.model,
                stages=self.stages,
            )
        best = page.answers[0]
        confidence = self.calibration.confidence(best.confidence)
        accepted = confidence >= self.threshold
        spare = 1.0 - confidence
        candidates = [
            Candidate(amount_of(best.amount.minor_units), best.text, best.digits, round(confidence, 6))
        ]
        for other in page.answers[1:CANDIDATES]:
            # the best answer's calibrated probability leaves the rest for the others
            share = other.confidence / max(1.0 - best.confidence, 1e-9)
            value = round(min(spare * share, confidence), 6)
            candidates.append(Candidate(amount_of(other.amount.minor_units), other.text, other.digits, value))
        return Reading(
            scan.source,
            scan.page,
            "accepted" if accepted else "rejected",
            amount=candidates[0].amount if accepted else None,
            currency=best.amount.currency or page.currencies[best.zone],
            text=best.text,
            digits=best.digits,
            confidence=candidates[0].confidence,
            field=page.to_scan(page.zones[best.zone]),
            symbols=_symbols(page, best),
            candidates=tuple(candidates),
            micr=page.micr_on_scan(candidates[0].amount),
            words=page.words_on_scan(),
            reason=None
            if accepted
            else f"confidence {confidence:.3f} is below the threshold {self.threshold:.3f}",
            model=self.model,
            stages=self.stages,
        )


def _symbols(page: FollowedPage, answer: Answer) -> tuple[Symbol, ...]:
    zone = page.zones[answer.zone]
    return tuple(
        Symbol(
            AMOUNTS.labels[label],
            page.to_scan(box.moved(zone.x0, zone.y0).intersection(zone)),
            round(confidence, 6),
        )
        for (label, _, _), box, confidence in zip(
            spoken(answer.path),
            page.boxes(answer),
            confidences(answer.path, answer.posterior),
            strict=True,
        )
    )
