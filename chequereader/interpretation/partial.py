"""An amount read from a part of what is written: the whole may say another one.

A zone that ends among the digits is often read with more ease than the whole, which is then left behind:
``4`` of ``4998``. Not for zones beside each other, which the vote weighs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chequereader.box import Box
from chequereader.interpretation.vote import Answer
from chequereader.interpretation.wholes import is_part


@dataclass(frozen=True)
class WeighedZone:
    """A zone, what it costs by the first recogniser's look at it, and the amount that one reads there."""

    box: Box
    cost: float
    amount: int | None


def doubted_as_parts(
    answers: Sequence[Answer], zones: Sequence[WeighedZone], left_behind: Sequence[WeighedZone]
) -> list[Answer]:
    """Return the answers of a page, surest first, each as sure as its zone is beside the wholes left behind.

    ``zones`` are those that answers name. A zone weighs exp(-cost), as in the vote. A whole that says the
    same amount doubts nothing.
    """
    if not left_behind:
        return list(answers)

    def share(answer: Answer) -> float:
        zone = zones[answer.zone]
        others = (whole for whole in left_behind if whole.amount != answer.amount.minor_units)
        wholes = [whole.cost for whole in others if is_part(zone.box, whole.box)]
        return 1.0 / (1.0 + sum(math.exp(min(zone.cost - cost, 0.0)) for cost in wholes))

    found = [replace(answer, confidence=answer.confidence * share(answer)) for answer in answers]
    return sorted(found, key=lambda answer: -answer.confidence)
