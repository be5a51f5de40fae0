"""Fields of a line by name."""

from __future__ import annotations

import pytest

from chequereader.micr.characters import to_unicode
from chequereader.micr.fields import check_digit, fields_of, form_of
from chequereader.micr.grammar import Form

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
