import pytest

from chequereader.alphabet import AMOUNTS
from chequereader.errors import UsageError
from chequereader.grammar.conventions import CONVENTIONS, LOCALES, Convention, convention


def test_an_unknown_locale_is_answered_with_the_list() -> None:
    with pytest.raises(UsageError, match="unknown locale 'fr': choose one of auto, us, uk, in, eu, uy"):
        convention("fr")


@pytest.mark.parametrize("rules", CONVENTIONS.values(), ids=LOCALES)
def test_characters_are_in_the_alphabet(rules: Convention) -> None:
    assert set("".join([*rules.signs, *rules.group, *rules.point, rules.behind])) <= set(AMOUNTS.classes)
    assert set(rules.behind) <= set(rules.signs)


@pytest.mark.parametrize("rules", CONVENTIONS.values(), ids=LOCALES)
def test_auto_unites_all(rules: Convention) -> None:
    auto = CONVENTIONS["auto"]
    assert set(rules.signs) <= set(auto.signs)
    assert set(rules.group) <= set(auto.group)
    assert set(rules.point) <= set(auto.point)
