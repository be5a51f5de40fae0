"""A zone or the whole that it was grown to: which of them goes on, by a first look at what both of them say.

A whole that says what its part says, and more, explains the part; one that says something else has to fit
better, as it may have taken a sign or a frame for a digit. Not for zones that were found beside each other,
which the vote weighs, or for how far an answer from a part is doubted: see ``partial``.
"""

from __future__ import annotations

from collections.abc import Sequence

from chequereader.interpretation.testimony import FirstLook

SAYS_MORE = 0.45
"""How much more misfit a whole may have that says all its part says; chosen on synthetic cheques."""
SAYS_OTHER = -0.3
"""The same for a whole that says something else; chosen on synthetic and Indian training cheques."""


def settled(looks: Sequence[FirstLook], wholes: Sequence[tuple[int, int]]) -> set[int]:
    """Return the zones that are left: of pairs (part, whole) the parts that are explained, or else the whole.

    ``looks`` at all zones of a page; ``wholes`` pairs of their places.
    """
    left: set[int] = set()
    for whole in dict.fromkeys(whole for _, whole in wholes):
        parts = [part for part, grown in wholes if grown == whole]
        left.update([part for part in parts if _explains(looks[whole], looks[part])] or [whole])
    return left


def _explains(whole: FirstLook, part: FirstLook) -> bool:
    says_more = 0 < len(part.digits) < len(whole.digits) and part.digits in whole.digits
    return whole.misfit <= part.misfit + (SAYS_MORE if says_more else SAYS_OTHER)
