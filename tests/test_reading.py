from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.box import Box
from chequereader.legal.words import WordsReading
from chequereader.micr.reading import MicrReading
from chequereader.reading import KEYS, Candidate, Reading, Symbol, amount_of

confidences = st.floats(0, 1)
amounts = st.integers(0, 10**13).map(lambda minor: Decimal(f"{minor // 100}.{minor % 100:02d}"))
texts = st.text(max_size=12)
boxes = st.tuples(*[st.integers(0, 5000)] * 4).map(lambda corners: Box(*corners))
symbols = st.lists(st.builds(Symbol, st.text(min_size=1, max_size=1), boxes, confidences), max_size=4)
candidates = st.lists(st.builds(Candidate, amounts, texts, texts, confidences), max_size=4)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    status = draw(st.sampled_from(["accepted", "rejected", "failed"]))
    accepted = status == "accepted"
    return Reading(
        file=draw(st.text(min_size=1)),
        page=draw(st.integers(1, 1000)),
        status=status,
        amount=draw(amounts) if accepted else None,
        currency=draw(st.none() | st.sampled_from(["USD", "INR"])),
        text=draw(texts),
        digits=draw(texts),
        confidence=draw(confidences),
        field=draw(st.none() | boxes),
        words=draw(
            st.none() | st.builds(WordsReading, texts, st.just("en"), st.booleans(), st.tuples(boxes))
        ),
        symbols=tuple(draw(symbols)),
        candidates=tuple(draw(candidates)),
        micr=draw(st.none() | st.just(LINE)),
        reason=None if accepted else draw(st.text(min_size=1)),
        model=draw(st.none() | texts),
        elapsed_ms=draw(st.floats(0, 1e6)),
        keyed_amount=draw(st.none() | amounts),
        stages={"locate": 1.5},
    )


LINE = MicrReading(
    "C0101CA021000021A1234567890CB0000123450B",
    {
        "auxiliary_on_us": "0101",
        "routing": "021000021",
        "on_us": "1234567890C",
        "account": "1234567890",
        "cheque_number": "0101",
        "amount": "1234.50",
    },
    "us",
    0.99,
    "valid",
    (),
    Box(30, 400, 900, 424),
    amount_agrees=True,
    model="micr 4567cdef",
)

WORDS = WordsReading("one thousand two hundred thirty four and 50/100", "en", True, (Box(20, 90, 500, 130),))
ACCEPTED = Reading(
    file="scan.png",
    page=1,
    status="accepted",
    amount=Decimal("1234.50"),
    currency="USD",
    text="**1,234.50",
    digits="123450",
    confidence=0.9925,
    field=Box(10, 20, 300, 60),
    symbols=(Symbol("1", Box(12, 22, 20, 58), 0.99),),
    candidates=(Candidate(Decimal("1234.50"), "**1,234.50", "123450", 0.9925),),
    micr=LINE,
    words=WORDS,
    model="amounts 0123abcd",
    elapsed_ms=12.5,
    stages={"locate": 3.0},
)


@given(readings())
def test_the_json_form_gives_the_reading_back(reading: Reading) -> None:
    line = reading.to_json()
    assert "\n" not in line and line.isascii()
    assert Reading.from_json(line) == reading


@given(readings())
def test_line_is_one_line(reading: Reading) -> None:
    assert len(reading.line().splitlines()) == 1


def test_the_json_form_is_the_documented_one() -> None:
    assert json.loads(ACCEPTED.to_json()) == {
        "file": "scan.png",
        "page": 1,
        "status": "accepted",
        "amount": "1234.50",
        "currency": "USD",
        "text": "**1,234.50",
        "digits": "123450",
        "confidence": 0.9925,
        "field": [10, 20, 300, 60],
        "symbols": [{"char": "1", "box": [12, 22, 20, 58], "confidence": 0.99}],
        "candidates": [{"amount": "1234.50", "text": "**1,234.50", "digits": "123450", "confidence": 0.9925}],
        "micr": {
            "raw": "C0101CA021000021A1234567890CB0000123450B",
            "unicode": "⑈0101⑈⑆021000021⑆1234567890⑈⑇0000123450⑇",
            "font": "e13b",
            "grammar": "us",
            "fields": {
                "auxiliary_on_us": "0101",
                "routing": "021000021",
                "on_us": "1234567890C",
                "account": "1234567890",
                "cheque_number": "0101",
                "amount": "1234.50",
            },
            "check_digit": "valid",
            "restored": [],
            "confidence": 0.99,
            "box": [30, 400, 900, 424],
            "turned": 0,
            "amount_agrees": True,
            "model": "micr 4567cdef",
        },
        "words": {
            "text": "one thousand two hundred thirty four and 50/100",
            "language": "en",
            "agrees": True,
            "lines": [[20, 90, 500, 130]],
        },
        "reason": None,
        "model": "amounts 0123abcd",
        "elapsed_ms": 12.5,
        "keyed_amount": None,
    }
    assert tuple(json.loads(ACCEPTED.to_json())) == KEYS


@pytest.mark.parametrize(
    ("minor", "text"), [(0, "0.00"), (5, "0.05"), (123456, "1234.56"), (880000000, "8800000.00")]
)
def test_amounts_come_from_minor_units(minor: int, text: str) -> None:
    assert str(amount_of(minor)) == text


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "posted"},
        {"amount": None},
        {"amount": Decimal("1234.5")},
        {"amount": Decimal("NaN")},
        {"amount": Decimal("-1.00")},
        {"confidence": 1.5},
        {"confidence": float("nan")},
        {"reason": "none is needed"},
        {"status": "rejected", "amount": Decimal("1.00"), "reason": "unsure"},
        {"status": "rejected", "amount": None},
    ],
)
def test_a_reading_that_contradicts_itself_is_refused(changes: dict[str, object]) -> None:
    fields = {"file": "a", "page": 1, "status": "accepted", "amount": Decimal("1.00"), **changes}
    with pytest.raises(ValueError, match=r"reading|amount|confidence"):
        Reading(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("line", ["[]", "{}", "nonsense", '{"file": "a"}', ACCEPTED.to_json()[:-30]])
def test_a_line_that_holds_no_reading_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        Reading.from_json(line)


def test_keys_of_later_versions_are_passed_over() -> None:
    assert Reading.from_dict({**ACCEPTED.to_dict(), "signature": "one"}) == ACCEPTED


def test_records_of_earlier_versions_know_no_words() -> None:
    record = ACCEPTED.to_dict()
    del record["words"]
    assert Reading.from_dict(record) == replace(ACCEPTED, words=None)


def test_lines_for_people() -> None:
    assert replace(ACCEPTED, micr=None).line() == "scan.png: 1234.50 USD (99.2% sure)"
    rejected = Reading(
        "a\nb.tif", 2, "rejected", candidates=ACCEPTED.candidates, reason="not sure enough", confidence=0.9925
    )
    assert rejected.line() == "a\\nb.tif page 2: rejected: not sure enough; perhaps 1234.50 (99.2% sure)"
    assert Reading("a", 1, "rejected", reason="no amount found").line() == "a: rejected: no amount found"
    assert Reading.failed("a", 1, "is empty").line() == "a: failed: is empty"


def test_the_line_for_people_tells_the_micr_line() -> None:
    said = "MICR routing 021000021, account 1234567890, cheque number 0101 (99.0% sure)"
    assert ACCEPTED.line() == f"scan.png: 1234.50 USD (99.2% sure); {said}"
    doubtful = replace(LINE, restored=(7,), amount_agrees=False, confidence=0.8)
    rejected = Reading("a", 1, "rejected", micr=doubtful, reason="unsure")
    assert rejected.line() == (
        "a: rejected: unsure; MICR routing 021000021, account 1234567890, cheque number 0101, "
        "1 illegible restored, its amount differs (80.0% sure)"
    )
    free = replace(LINE, raw="A123456789A5C", grammar="free", check_digit="invalid", fields={})
    assert Reading("a", 1, "accepted", micr=free).line() == (
        "a: MICR A123456789A5C, check digit invalid (99.0% sure)"
    )
