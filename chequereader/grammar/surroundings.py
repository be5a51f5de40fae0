"""What stands around the number: the currency sign, fill characters, endings. Not for digits."""

from __future__ import annotations

from chequereader.grammar.acceptor import Acceptor, one_of
from chequereader.grammar.amount import Role
from chequereader.grammar.conventions import Convention

SIGN_PENALTY = 0.1
LEADING_EQUALS_PENALTY = 1.0
"""Of ``=5,000/=``; a leading ``-`` is none of the amount's: it would make it negative."""
MARK_PENALTY = 0.5
"""Of the ``/``, ``.`` or ``,`` that begins an ending, or is one."""
DASH_PENALTY = 0.3
"""Of each ``-`` or ``=`` behind the number."""

fill = one_of("*#", Role.FILL)
before = (fill | one_of("=", Role.FILL, LEADING_EQUALS_PENALTY)).star
after = (fill | one_of("-=", Role.ENDING, DASH_PENALTY)).star


def front(convention: Convention) -> Acceptor:
    """Accept what stands before the number: nothing, ``**``, ``$``, ``$**``."""
    sign = one_of(convention.signs, Role.SIGN, SIGN_PENALTY)
    return (before + sign).optional + before


def back(convention: Convention, marks: str = "") -> Acceptor:
    """Accept what stands behind the number: nothing, ``/-``, ``.-``, ``=``, ``**``, `` €``.

    ``marks`` are the characters that may come first, once.
    """
    ending = one_of(marks, Role.ENDING, MARK_PENALTY).optional + after
    if not convention.behind:
        return ending
    return ending + (one_of(convention.behind, Role.SIGN, SIGN_PENALTY) + after).optional
