import pytest
from acceptor_language import language
from hypothesis import given
from hypothesis import strategies as st

from chequereader.grammar.acceptor import EMPTY, EPSILON, Acceptor, Arc, one_of, union
from chequereader.grammar.epsilon import without_epsilon
from chequereader.grammar.optimise import optimised, trimmed

LONGEST = 5
SYMBOL = st.builds(
    one_of,
    st.sampled_from(["a", "b", "ab"]),
    role=st.sampled_from([0, 1]),
    penalty=st.sampled_from([0.0, 0.5]),
)


def larger(smaller: st.SearchStrategy[Acceptor]) -> st.SearchStrategy[Acceptor]:
    """Expressions without a penalty for the empty text."""
    return st.one_of(
        st.builds(lambda x, y: x + y, smaller, smaller),
        st.builds(lambda x, y: x | y, smaller, smaller),
        st.builds(lambda x: x.optional, smaller),
        smaller.map(lambda x: x if x.accepts_empty() else x.star),
        smaller.map(lambda x: x if x.accepts_empty() else x.weighted(0.25)),
        st.builds(lambda x: x**2, smaller),
    )


EXPRESSION = st.recursive(SYMBOL, larger, max_leaves=6)


@given(EXPRESSION)
def test_texts_roles_and_penalties_stay(acceptor: Acceptor) -> None:
    small = optimised(acceptor)
    assert language(small, LONGEST) == language(acceptor, LONGEST)
    assert all(arc.label != EPSILON for arc in small.arcs)


@given(EXPRESSION)
def test_every_state_is_on_a_path(acceptor: Acceptor) -> None:
    small = optimised(acceptor)
    forwards, backwards = set(small.starts), set(small.finals)
    for _ in range(small.states):
        forwards |= {arc.target for arc in small.arcs if arc.source in forwards}
        backwards |= {arc.source for arc in small.arcs if arc.target in backwards}
    assert forwards & backwards == set(range(small.states))


@given(EXPRESSION)
def test_optimising_again_changes_nothing(acceptor: Acceptor) -> None:
    small = optimised(acceptor)
    again = optimised(small)
    assert (again.states, len(again.arcs)) == (small.states, len(small.arcs))


def test_lengths_share_their_ends() -> None:
    """Runs of one to five digits need a state for each number of digits left, and may start in any."""
    digit = one_of("0123456789", role=0)
    small = optimised(union(digit**length for length in range(1, 6)))
    assert (small.states, len(small.starts), len(small.arcs)) == (6, 5, 50)


def test_endings_are_entered_and_not_copied() -> None:
    """With many endings it is the last digit that gets a second arc, behind a sign as well."""
    digit, ending = one_of("01", role=0), one_of("abcdefgh", role=1)
    small = optimised(one_of("$", role=2) + union(digit**length for length in (1, 2, 3)) + ending.optional)
    assert len(small.arcs) == 1 + 2 * 3 + 2 * 2 + 8


def test_epsilon_removal_takes_the_cheaper_way() -> None:
    """State 1 is final and stays: copying d back to it is one arc, copying a, b and c on to state 2 three."""
    arcs = (*((0, 1, label) for label in "abc"), (1, 2, EPSILON), (0, 2, "e"), (2, 3, "d"))
    acceptor = Acceptor(tuple(Arc(*arc, 0, 0.0) for arc in arcs), 4, frozenset({0}), frozenset({1, 3}))
    assert {arc[:3] for arc in without_epsilon(acceptor).arcs} == {*arcs, (1, 3, "d")} - {(1, 2, EPSILON)}


def test_epsilon_removal_keeps_the_best_of_two_ways() -> None:
    a = one_of("a", role=0)
    assert language(without_epsilon(a.weighted(0.5) | a.weighted(0.25)), 2) == {(("a", 0),): 0.25}


def test_a_penalty_of_the_empty_text_is_refused() -> None:
    with pytest.raises(ValueError, match="at a penalty"):
        optimised(EMPTY.weighted(1.0))


def test_trimming_drops_dead_ends_and_what_is_never_reached() -> None:
    a = one_of("a", role=0)
    more = (Arc(0, 2, "b", 0, 0.0), Arc(3, 1, "c", 0, 0.0))
    assert trimmed(Acceptor((*a.arcs, *more), 4, a.starts, a.finals)) == a
