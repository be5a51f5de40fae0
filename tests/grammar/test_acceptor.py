import pytest
from acceptor_language import language

from chequereader.grammar.acceptor import EMPTY, Acceptor, one_of, union

A = one_of("a", role=1)
B = one_of("bc", role=2, penalty=0.5)


def words(acceptor: Acceptor, longest: int = 4) -> dict[str, float]:
    return {"".join(c for c, _ in word): penalty for word, penalty in language(acceptor, longest).items()}


def test_one_of_accepts_each_character_in_its_role() -> None:
    assert language(B, 2) == {(("b", 2),): 0.5, (("c", 2),): 0.5}


def test_concatenation_adds_penalties() -> None:
    assert words(A + B) == {"ab": 0.5, "ac": 0.5}


def test_union_keeps_the_better_penalty() -> None:
    assert words(A | B | one_of("b", role=2, penalty=0.2)) == {"a": 0.0, "b": 0.2, "c": 0.5}


def test_union_of_nothing_accepts_nothing() -> None:
    assert words(union([])) == {}
    assert words(union([A, EMPTY])) == {"": 0.0, "a": 0.0}


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_power_repeats(count: int) -> None:
    assert words(A**count) == {"a" * count: 0.0}


def test_weighted_counts_once_a_text() -> None:
    assert words((A**2).weighted(0.25).optional) == {"": 0.0, "aa": 0.25}


def test_star_repeats_any_number_of_times() -> None:
    assert words((A + B).star) == {"": 0.0} | {x: 0.5 for x in ("ab", "ac")} | {
        x + y: 1.0 for x in ("ab", "ac") for y in ("ab", "ac")
    }


def test_star_of_the_empty_text_is_refused() -> None:
    with pytest.raises(ValueError, match="empty text"):
        _ = (A.optional + B.optional).star


def test_accepts_empty_sees_through_epsilon() -> None:
    assert (A.optional + B.star).accepts_empty()
    assert not (A.optional + B).accepts_empty()
