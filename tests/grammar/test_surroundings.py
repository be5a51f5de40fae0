from acceptor_language import texts

from chequereader.grammar.conventions import CONVENTIONS
from chequereader.grammar.surroundings import back, front


def test_what_may_stand_in_front() -> None:
    found = texts(front(CONVENTIONS["us"]), 3)
    assert {"", "$", "**", "$**", "**$", "##", "=$"} <= found
    assert not any("-" in text or "/" in text or text.count("$") > 1 for text in found)


def test_endings_behind_whole_units() -> None:
    found = texts(back(CONVENTIONS["in"], marks="/.,"), 3)
    assert {"", "/-", "/=", ".-", ",-", "-", "=", "--", ".", ",", "**", "/-*"} <= found
    assert not any(text.count("/") > 1 or "₹" in text for text in found)


def test_a_sign_behind() -> None:
    found = texts(back(CONVENTIONS["eu"], marks=".,"), 3)
    assert {"€", ".-€", "-€", "€*"} <= found
    assert not any(text.count("€") > 1 for text in found)
