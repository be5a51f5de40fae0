"""The grammar as a whole: independent formatters, refusals, certainty, size, real truth files."""

import csv
from collections import defaultdict
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.alphabet import AMOUNTS, RAISED, RUBBISH
from chequereader.errors import UsageError
from chequereader.grammar import LOCALES, Amount, Grammar, Role, amounts

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SIGN_OF = {"us": "$", "uk": "£", "in": "₹", "eu": "€", "uy": "$", "auto": ""}
CURRENCY_OF = {"us": "USD", "uk": "GBP", "in": "INR", "eu": "EUR", "uy": "UYU", "auto": None}
WHOLE_ENDINGS = ["", "/-", "/=", "-", "=", ".-", ",-", ".=", ".", ",", "**", "##", " ---", "/-**", ".—"]


def thousands(number: int, separator: str) -> str:
    return f"{number:,}".replace(",", separator)


def lakhs(number: int, separator: str) -> str:
    head, tail = divmod(number, 1000)
    if head == 0:
        return str(number)
    pairs = []
    while head >= 100:
        head, pair = divmod(head, 100)
        pairs.append(f"{pair:02d}")
    return separator.join([str(head), *reversed(pairs), f"{tail:03d}"])


def log_uniform(digits: int) -> st.SearchStrategy[int]:
    return st.integers(1, digits).flatmap(lambda n: st.integers(10 ** (n - 1), 10**n - 1))


@st.composite
def written(draw: st.DrawFn, locale: str) -> tuple[str, Amount]:
    """An amount in a style of the locale, by formatters that know nothing of the grammar."""
    units, cents = draw(log_uniform(11)), draw(st.sampled_from([0, 0, 5, 40, 99]) | st.integers(0, 99))
    group = draw(
        st.sampled_from({"us": ",", "uk": ",", "in": ",", "eu": ".", "uy": ".,", "auto": ".,"}[locale])
    )
    group = draw(st.sampled_from([group, group, ""])) if units < 10**9 else group
    number = draw(st.sampled_from([thousands, lakhs] if locale in ("in", "auto") else [thousands]))(
        units, group
    )
    sign = draw(st.sampled_from(["", SIGN_OF[locale]] if locale != "auto" else ["", *"$£€₹"]))
    currency = {"": CURRENCY_OF[locale], "$": "USD", "£": "GBP", "₹": "INR", "€": "EUR"}[sign]
    currency = CURRENCY_OF[locale] or currency
    points = {"us": ".,-", "uk": ".,-", "in": ".-", "eu": ",.", "uy": ",", "auto": ".,-"}[locale]
    point = draw(st.sampled_from(points))
    raised = f"{cents:02d}".translate(RAISED)
    small = [raised, f" {raised}/100", f"{point}{raised}", f" {cents:02d}/100", f" {cents:02d}/xx"]
    small += ["xx/100", f"{point}xx", " XX/100"] if cents == 0 else []
    parts = [f"{point}{cents:02d}"] + (small if locale != "uy" else [])
    forms = [part + end for part in parts for end in ("", "**", "-")] + [parts[0] + "/-"]
    forms += WHOLE_ENDINGS if cents == 0 else []
    front = draw(st.sampled_from(["", "**", "#", "="])) + sign + draw(st.sampled_from(["", " ", "***"]))
    behind = draw(st.sampled_from(["", sign])) if sign == "€" or (sign == "$" and locale == "auto") else ""
    front = front.replace(sign, "") if behind else front
    return front + number + draw(st.sampled_from(forms)) + behind, Amount(units * 100 + cents, currency)


@pytest.mark.parametrize("locale", LOCALES)
@given(data=st.data())
def test_what_is_written_is_read(locale: str, data: st.DataObject) -> None:
    text, amount = data.draw(written(locale))
    assert amounts(locale).parse(text) == amount


@given(
    cents=st.integers(0, 99),
    form=st.sampled_from(["0.{}", ".{}", "{}/100", "{}/xx", "$.{}", "0,{}", "**0.{}**"]),
)
def test_less_than_one_unit(cents: int, form: str) -> None:
    assert amounts().parse(form.format(f"{cents:02d}")).minor_units == cents


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("712,000", "712000"),
        ("510,00,000", "51000000"),
        ("115000", "115000"),
        ("1,50000", "150000"),
        ("1.234567", "1234567"),
        ("1.234.56", "1234.56"),
        ("1,234,56", "1234.56"),
        ("1.234", "1234"),
        ("1.23", "1.23"),
        ("12-22", "12.22"),
        ("007", "7"),
        ("$1,234⁵⁶==", "1234.56"),
        ("31.964.-", "31964"),
    ],
)
def test_irregular_and_telling_forms(text: str, value: str) -> None:
    assert amounts().parse(text).decimal == Decimal(value)


DATES = ["12/22/2019", "12-22-2019", "12.22.2019", "12/22/19", "12.22.19", "1/2"]
NUMBERS = ["123456789012345", "12345678901", "1234567890", "0123456789", "1234 5678 9012"]
"""Of accounts and telephones."""
PARTS = ["", "$", "**", ".", "/-", "x", "xx/100", "⁴⁵", "0"]
BROKEN = ["1,2", "1,2345", "1.234.5", "1,,234", "5/100", "1,234/100", "100/xx/", "1*2", "5-3", "1²3"]
NEGATIVE = ["-300.00", "-45"]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("text", DATES + NUMBERS + PARTS + BROKEN + NEGATIVE)
def test_what_is_no_amount_is_refused(locale: str, text: str) -> None:
    with pytest.raises(UsageError, match="not written as an amount"):
        amounts(locale).parse(text)


@pytest.mark.parametrize(("locale", "known", "refused"), [("uy", "12,34", "12.34"), ("in", "12.34", "12,34")])
def test_cents_need_the_separator_of_the_locale(locale: str, known: str, refused: str) -> None:
    assert amounts(locale).parse(known).minor_units == 1234
    with pytest.raises(UsageError):
        amounts(locale).parse(refused)


def test_the_currency_is_that_of_the_sign() -> None:
    assert amounts().parse("$1").currency == "USD"
    assert amounts().parse("1 €").currency == "EUR"
    assert amounts().parse("$1$").currency == "USD"
    assert amounts().parse("£1€").currency is None


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_has_one_path(locale: str) -> None:
    """Exact: no two different paths of the grammar read the same text, rubbish included.

    In the square of the grammar, where both run over the same labels, a pair of different states (or of
    parallel arcs) on the way from a start to a final pair would be a second path.
    """
    graph = amounts(locale).graph
    columns = (graph.source.tolist(), graph.target.tolist(), graph.label.tolist())
    arcs = list(zip(*columns, strict=True))
    assert len(set(arcs)) == len(arcs)
    by_label = defaultdict(list)
    for source, target, label in arcs:
        by_label[label].append((source, target))
    following, preceding = defaultdict(set), defaultdict(set)
    for same in by_label.values():
        for one in same:
            for other in same:
                following[one[0], other[0]].add((one[1], other[1]))
                preceding[one[1], other[1]].add((one[0], other[0]))

    def closure(ends: np.ndarray, step: dict[tuple[int, int], set[tuple[int, int]]]) -> set[tuple[int, int]]:
        first = np.flatnonzero(ends).tolist()
        waiting = [(one, other) for one in first for other in first]
        reached = set(waiting)
        while waiting:
            more = step[waiting.pop()] - reached
            reached |= more
            waiting += more
        return reached

    pairs = closure(graph.start.numpy(), following) & closure(graph.final.numpy(), preceding)
    assert pairs
    assert all(one == other for one, other in pairs)


@pytest.mark.parametrize(
    ("locale", "nodes", "arcs"),
    [("auto", 28, 385), ("us", 25, 347), ("uk", 25, 347), ("in", 27, 368), ("eu", 26, 354), ("uy", 17, 265)],
)
def test_size(locale: str, nodes: int, arcs: int) -> None:
    graph = amounts(locale).graph
    assert graph.nodes <= nodes
    assert graph.arcs <= arcs


def penalty(grammar: Grammar, text: str) -> float:
    path = grammar.path(AMOUNTS.encode(text))
    assert path is not None, text
    return float(grammar.graph.penalty[path].sum())


@pytest.mark.parametrize(
    ("locale", "better", "worse"),
    [
        ("us", "1,234.56", "1.234.56"),
        ("us", "1,234.56", "1,234,56"),
        ("eu", "1.234,56", "1,234.56"),
        ("in", "1,50,000", "1,50000"),
        ("in", "1.50", "1-50"),
        ("auto", "1.234.567", "1.234567"),
        ("auto", "1,234,567", "1234567"),
        ("auto", "7", "007"),
        ("auto", "5,000/=", "=5,000/="),
        ("auto", f"{RUBBISH}123{RUBBISH}", f"1{RUBBISH}2{RUBBISH}3"),
        ("auto", "123", f"123{RUBBISH}"),
    ],
)
def test_the_regular_form_costs_less(locale: str, better: str, worse: str) -> None:
    assert penalty(amounts(locale), better) < penalty(amounts(locale), worse)


def sampled_path(grammar: Grammar, rng: np.random.Generator, *, rubbish: bool) -> list[int]:
    """A random path from a start to a final node."""
    graph = grammar.graph
    arcs_of = defaultdict(list)
    for arc, source in enumerate(graph.source.tolist()):
        if rubbish or grammar.roles[arc] != Role.RUBBISH:
            arcs_of[source].append(arc)
    node = int(rng.choice(np.flatnonzero(graph.start.numpy())))
    path: list[int] = []
    while not graph.final[node] or rng.random() > 0.4:
        arc = int(rng.choice(arcs_of[node]))
        path.append(arc)
        node = int(graph.target[arc])
    return path


@pytest.mark.parametrize("locale", LOCALES[1:])
def test_auto_reads_the_texts_of_every_locale_alike(locale: str) -> None:
    rng, grammar = np.random.default_rng(0), amounts(locale)
    for _ in range(200):
        path = sampled_path(grammar, rng, rubbish=False)
        labels = grammar.graph.label[path].tolist()
        here, there = grammar.value(path), amounts().interpret(labels)
        assert (here and here.minor_units) == (there and there.minor_units), AMOUNTS.decode(labels)


@pytest.mark.parametrize("locale", LOCALES)
def test_rubbish_doesnt_change_the_value(locale: str) -> None:
    rng, grammar = np.random.default_rng(1), amounts(locale)
    for _ in range(100):
        labels = grammar.graph.label[sampled_path(grammar, rng, rubbish=True)].tolist()
        clean = [label for label in labels if label != AMOUNTS.rubbish]
        assert clean
        assert grammar.path(labels) is not None
        assert grammar.interpret(labels) == grammar.interpret(clean)


def test_rubbish_alone_is_no_amount() -> None:
    assert amounts().path([AMOUNTS.rubbish] * 3) is None


def test_a_grammar_is_built_once() -> None:
    assert amounts("in") is amounts("in")
    assert all(one is not other for one, other in combinations([amounts(locale) for locale in LOCALES], 2))


@pytest.mark.parametrize(
    ("folder", "locales"), [("cheques-india", ("auto", "in")), ("cheques-usa", ("auto", "us"))]
)
def test_truth_of_real_cheques(folder: str, locales: tuple[str, ...]) -> None:
    file = REAL / folder / "truth.csv"
    if not file.exists():
        pytest.skip(f"{folder} is not beside the repository")
    with file.open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["text"]]
    assert rows
    for row in rows:
        for locale in locales:
            if row["text"].startswith("-"):  # an invalid amount, as its notes say
                with pytest.raises(UsageError):
                    amounts(locale).parse(row["text"])
            else:
                assert amounts(locale).parse(row["text"]).decimal == Decimal(row["amount"]), row
