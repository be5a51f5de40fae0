"""A zone or the whole that it is a part of: which of them goes on, by a first look at what both of them say.

A whole that says what its part says, and more, explains the part; one that was grown from it and says
something else has to fit better, as it may have taken a sign or a frame for a digit. Not for zones beside
each other, which the vote weighs, or for how far an answer from a part is doubted: see ``partial``.
"""

from __future__ import annotations

from collections.abc import Sequence

from chequereader.box import Box
from chequereader.interpretation.testimony import FirstLook

Pairs = Sequence[tuple[int, int]]
"""Places of parts and of their wholes among a page's zones."""

SAYS_MORE = 0.45
"""How much more misfit a whole may have that says all its part says; chosen on synthetic cheques."""
SAYS_ONE = 0.05
"""The same for a whole that says just a one more, maybe a frame's side; chosen on synthetic cheques."""
SAYS_OTHER = -0.3
"""The same for a whole that says something else; chosen on synthetic and Indian cheques."""
DEARER = 1.0
"""How much larger the penalty of a zone may be that explains another one which was found beside it."""

_HELD = 0.8
"""Share of a zone's area that lies in another one, from which on it is a part of it."""
_LARGER = 1.15
"""How much larger than its part a whole is at least."""


def is_part(zone: Box, whole: Box) -> bool:
    """Tell whether a zone lies in a larger one."""
    return zone.intersection(whole).area >= _HELD * zone.area and whole.area >= _LARGER * zone.area


def nested(boxes: Sequence[Box], penalties: Sequence[float]) -> list[tuple[int, int]]:
    """Return the pairs of zones, of those that were found, of which the first lies in the second."""
    places = range(len(boxes))
    return [
        (part, whole)
        for part in places
        for whole in places
        if is_part(boxes[part], boxes[whole]) and penalties[whole] <= penalties[part] + DEARER
    ]


def settled(looks: Sequence[FirstLook], grown: Pairs, found: Pairs) -> set[int]:
    """Return the zones that are left: parts that are explained, and wholes that were grown for nothing.

    ``looks`` at all zones of a page; ``grown``: the wholes were grown from the parts; ``found``: they were
    found as zones by themselves, and never are left for a part.
    """
    left: set[int] = set()
    for whole in dict.fromkeys(whole for _, whole in grown):
        parts = [part for part, other in grown if other == whole]
        left.update([part for part in parts if _explains(looks[whole], looks[part])] or [whole])
    for part, whole in found:
        seen = looks[whole], looks[part]
        if whole not in left and _says_more(*seen) and _explains(*seen):
            left.add(part)
    return left


def _explains(whole: FirstLook, part: FirstLook) -> bool:
    if not _says_more(whole, part):
        return whole.misfit <= part.misfit + SAYS_OTHER
    a_one = whole.digits in (f"1{part.digits}", f"{part.digits}1")
    return whole.misfit <= part.misfit + (SAYS_ONE if a_one else SAYS_MORE)


def _says_more(whole: FirstLook, part: FirstLook) -> bool:
    return 0 < len(part.digits) < len(whole.digits) and part.digits in whole.digits
