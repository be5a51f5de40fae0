"""Whole units and cents: runs of digits, grouping, decimals. Not for what stands around a number."""

from __future__ import annotations

from collections.abc import Container, Mapping

from chequereader.alphabet import AMOUNTS
from chequereader.grammar.acceptor import Acceptor, one_of, union
from chequereader.grammar.amount import Role
from chequereader.grammar.conventions import Convention

FIGURES = "0123456789"

RUN_PENALTY: Mapping[int, float] = {1: 0.0, 2: 0.0, 3: 0.0, 4: 0.2, 5: 0.3, 6: 0.5, 7: 1.0, 8: 1.5, 9: 2.0}
"""By number of digits up to the first separator. Ten and more in a run are a telephone or account number."""

GROUP_PENALTY: Mapping[int, float] = {3: 0.0, 5: 1.0, 6: 1.5}
"""By number of digits from a separator up to the end; above three another separator has been left out
(``1,50000``). Two would be cents and four are seen in dates."""

LEADING_ZERO_PENALTY = 4.0
"""Of a number like ``007``."""

NO_POINT_PENALTY = 1.0
"""Of cents told from the units by nothing but ``xx`` for their digits."""

unit = one_of(FIGURES, Role.UNIT)
cent = one_of(FIGURES, Role.CENT)
raised = one_of(AMOUNTS.raised, Role.CENT)
crossed = one_of("x", Role.CENT)

first = one_of(FIGURES[1:], Role.UNIT)
nought = one_of(FIGURES[0], Role.UNIT)


def separator(penalties: Mapping[str, float], role: Role) -> Acceptor:
    """Accept one separator in a role, at the penalty of its character."""
    return union(one_of(character, role, penalty) for character, penalty in penalties.items())


def run(length: int) -> Acceptor:
    """Accept the digits up to the first separator, exactly ``length`` of them; a single nought is no run."""
    if length == 1:
        return first
    return (first | nought.weighted(LEADING_ZERO_PENALTY)) + unit ** (length - 1)


def units(convention: Convention) -> Acceptor:
    """Accept whole units: ``1234``, ``1,234``, ``2,14,00,000`` and, at a penalty, irregular grouping."""
    runs = union(run(length).weighted(penalty) for length, penalty in RUN_PENALTY.items())
    comma = separator(convention.group, Role.GROUP)
    last = union((unit**length).weighted(penalty) for length, penalty in GROUP_PENALTY.items())
    if convention.lakh is not None:
        last = ((unit**2).weighted(convention.lakh) + comma).star + last
    return runs + (comma + last).star


def pointed_cents(convention: Convention, points: Container[str] = ".,-") -> Acceptor:
    """Accept cents behind a separator: ``.45``, and where small cents are written ``.⁴⁵`` and ``.xx``.

    ``points`` are the separators to allow, out of the convention's.
    """
    point = separator({c: p for c, p in convention.point.items() if c in points}, Role.POINT)
    return point + (cent**2 | raised**2 | crossed**2 if convention.small_cents else cent**2)


def bare_cents() -> Acceptor:
    """Accept cents that need neither separator nor denominator to be told from units: ``⁴⁵``, ``xx``."""
    return raised**2 | (crossed**2).weighted(NO_POINT_PENALTY)


def over() -> Acceptor:
    """Accept the bar and denominator that make hundredths of two digits: ``/100`` or ``/xx``."""
    hundred = one_of("1", Role.OVER) + one_of("0", Role.OVER) ** 2
    return one_of("/", Role.OVER) + (hundred | one_of("x", Role.OVER) ** 2)
