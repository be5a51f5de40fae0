"""Fields of a line by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from chequereader.micr.characters import to_unicode
from chequereader.micr.fields import check_digit, fields_of, form_of
from chequereader.micr.fonts import CMC7, Form

FIELDS = {
    "C001974CA122016066A001464159C65B0000012500B": {
        "auxiliary_on_us": "001974",
        "routing": "122016066",
        "on_us": "001464159C65",
        "account": "001464159",
        "cheque_number": "001974",
        "amount": "125.00",
    },
    "A031300465A12C0101": {
        "routing": "031300465",
        "on_us": "12C0101",
        "account": "12",
        "cheque_number": "0101",
    },
    "A031300465A1D2C": {"routing": "031300465", "on_us": "1-2C", "account": "1-2"},
    "C00003CA12345D678A1234D567890D110C": {
        "cheque_number": "00003",
        "branch": "12345",
        "institution": "678",
        "on_us": "1234-567890-110C",
        "account": "1234-567890-110",
    },
    "C083654C500025033A290062C31": {
        "cheque_number": "083654",
        "city": "500",
        "bank": "025",
        "branch": "033",
        "account_id": "290062",
        "transaction_code": "31",
    },
    "C158545C90D3365A99940333C": {
        "cheque_number": "158545",
        "sort_code": "90-3365",
        "account": "99940333",
    },
    "A1222D1606A001D252328CB0000000005B": {"transit": "1222-1606", "amount": "0.05"},
    "123": {},
}


@pytest.mark.parametrize(("raw", "fields"), FIELDS.items())
def test_fields_by_name(raw: str, fields: dict[str, str]) -> None:
    assert fields_of(raw, form_of(raw)) == fields


BARS = {
    "C0000001C012345678901E012345678902A": {
        "cheque_number": "0000001",
        "interbank": "012345678901",
        "account": "012345678902",
    },
    "C12345674C7890001235E412345678903AB0000012500": {
        "bank": "123",
        "branch": "4567",
        "clearing": "789",
        "cheque_number": "000123",
        "kind": "5",
        "account": "1234567890",
        "amount": "125.00",
    },
    "A021000021A1C": {},
}


@pytest.mark.parametrize(("raw", "fields"), BARS.items())
def test_fields_of_lines_of_bars(raw: str, fields: dict[str, str]) -> None:
    assert fields_of(raw, form_of(raw, CMC7), CMC7) == fields


@given(st.text("0123456789", min_size=7, max_size=7), *[st.text("0123456789", min_size=10, max_size=10)] * 2)
def test_check_digits_of_brazilian_lines_are_those_of_luhn(bank: str, cheque: str, account: str) -> None:
    own, other = luhn.calc_check_digit(bank), luhn.calc_check_digit(cheque)
    ends = f"{own}{account}{luhn.calc_check_digit(account)}A"
    right = f"C{bank}{other}C{cheque}E{ends}"
    assert check_digit(right, Form.BR, CMC7) == "valid"
    for place in (1, 8, 10, 19, 21, 31, 32):
        wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
        assert check_digit(wrong, Form.BR, CMC7) == "invalid"
    assert check_digit(right, Form.FREE, CMC7) == "none"


def test_a_line_of_another_grammar_is_refused() -> None:
    with pytest.raises(ValueError, match="no line of the grammar IN"):
        fields_of("A021000021A", Form.IN)


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        ("A021000021A1C", "valid"),
        ("A021000022A1C", "invalid"),
        ("C083654C500025033A290062C31", "none"),
        ("12", "none"),
    ],
)
def test_verdict_on_the_check_digit(raw: str, verdict: str) -> None:
    assert check_digit(raw, form_of(raw)) == verdict


def test_unicode_signs() -> None:
    assert to_unicode("A1B2C3D") == "⑆1⑇2⑈3⑉"
