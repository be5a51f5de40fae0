from dataclasses import replace
from itertools import chain, product

import pytest
from acceptor_language import accepts, language, texts

from chequereader.alphabet import RAISED
from chequereader.grammar.amount import Role
from chequereader.grammar.conventions import CONVENTIONS, Convention
from chequereader.grammar.numbers import bare_cents, over, pointed_cents, run, units
from chequereader.grammar.optimise import optimised

PLAIN = Convention(signs={}, currency=None, group={",": 0.1}, point={".": 0.1, "-": 1.0})
UNITS = {lakh: optimised(units(replace(PLAIN, lakh=lakh))) for lakh in (None, 0.1)}


def test_a_run_has_exactly_its_digits() -> None:
    assert texts(run(1), 3) == set("123456789")
    assert texts(run(2), 3) == {f"{n:02d}" for n in range(100)}


def test_leading_noughts_are_possible_at_a_penalty() -> None:
    penalties = {"".join(c for c, _ in word): p for word, p in language(run(2), 2).items()}
    assert penalties["07"] > penalties["70"] + 1


def test_units_of_up_to_three_characters() -> None:
    expected = {str(n) for n in range(1, 10)} | {f"{n:0{k}d}" for k in (2, 3) for n in range(10**k)}
    assert texts(optimised(units(PLAIN)), 3) == expected


@pytest.mark.parametrize("lakh", [None, 0.1])
def test_grouping(lakh: float | None) -> None:
    """The first group is free; then come groups of three, of two where known, and some with a gap."""
    inner = {3, 5, 6} | ({2} if lakh is not None else set())
    for lengths in chain.from_iterable(product(range(1, 8), repeat=groups) for groups in (1, 2, 3)):
        known = all(n in inner for n in lengths[1:-1]) and (len(lengths) == 1 or lengths[-1] in {3, 5, 6})
        assert accepts(UNITS[lakh], ",".join("1" * length for length in lengths)) == known, lengths


def test_denominators() -> None:
    assert texts(over(), 4) == {"/100", "/xx"}
    assert {role for word in language(over(), 4) for _, role in word} == {Role.OVER}


def test_cents_behind_a_separator() -> None:
    found = texts(pointed_cents(PLAIN, "."), 3)
    assert {text for text in found if text.isascii()} == {f".{n:02d}" for n in range(100)} | {".xx"}
    assert ".⁴⁵" in found and ".4⁵" not in found
    assert {text[0] for text in texts(pointed_cents(PLAIN), 3)} == {".", "-"}


def test_cents_of_a_locale_without_small_ones() -> None:
    assert texts(pointed_cents(CONVENTIONS["uy"]), 9) == {f",{n:02d}" for n in range(100)}


def test_cents_without_a_separator() -> None:
    found = language(bare_cents(), 9)
    raised = {f"{n:02d}".translate(RAISED) for n in range(100)}
    assert {"".join(c for c, _ in word) for word in found} == raised | {"xx"}
    assert {role for word in found for _, role in word} == {Role.CENT}
