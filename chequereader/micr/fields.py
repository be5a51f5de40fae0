"""The fields of a MICR line that was read, and the verdict on its check digit.

Patterns here accept what the graphs of ``grammar`` accept, group by group. Not for reading: by then the graph
has decided.
"""

from __future__ import annotations

import re

from chequereader.micr.check_digits import aba_valid, mod10_digit
from chequereader.micr.fonts import E13B, Font, Form
from chequereader.micr.reading import CheckDigit
from chequereader.reading import amount_of

_ON_US = r"(?P<on_us>[\dCD]*)"
_AMOUNT = r"(?:B(?:(?P<amount>\d{10})B|\d{0,10}B?))?"
_BARS_AMOUNT = r"(?:B(?P<amount>\d{10,12}))?"
_PATTERNS = {
    Form.US: rf"(?:C(?P<auxiliary_on_us>\d+)C)?A(?P<routing>\d{{9}})A{_ON_US}{_AMOUNT}",
    Form.CA: rf"(?:C(?P<cheque_number>\d+)C)?A(?P<branch>\d{{5}})D(?P<institution>\d{{3}})A{_ON_US}{_AMOUNT}",
    Form.IN: r"C(?P<cheque_number>\d{6})C(?P<city>\d{3})(?P<bank>\d{3})(?P<branch>\d{3})A"
    r"(?:(?P<account_id>\d{6}))?C(?P<transaction_code>\d{2})",
    Form.UK: r"C(?P<cheque_number>\d{6})C(?P<sort_code>\d{2}D\d{4})A(?P<account>\d{8})C"
    r"(?P<transaction_code>\d{2})?",
    Form.FR: rf"C(?P<cheque_number>\d{{7}})C(?P<interbank>\d{{12}})E(?P<account>\d{{12}})A{_BARS_AMOUNT}",
    Form.BR: r"C(?P<bank>\d{3})(?P<branch>\d{4})\dC(?P<clearing>\d{3})(?P<cheque_number>\d{6})"
    rf"(?P<kind>\d)E\d(?P<account>\d{{10}})\dA{_BARS_AMOUNT}",
}
_COMPILED = {form: re.compile(pattern) for form, pattern in _PATTERNS.items()}
_ACCOUNT = re.compile(r"(?P<account>\d[\dD]*)C(?P<cheque_number>\d+)?")
_ROUTING = re.compile(r"A(\d{9})A")
_PARTS = (("transit", re.compile(r"A([\dD]+)A")), ("amount", re.compile(r"B(\d{10})B")))


def form_of(raw: str, font: Font = E13B) -> Form:
    """Return the grammar that a transcription without spaces fits, ``FREE`` if none of its type does."""
    for form in font.forms:
        match = _COMPILED[form].fullmatch(raw)
        if match and (form != Form.US or aba_valid(match["routing"])):
            return form
    return Form.FREE


def check_digit(raw: str, form: Form, font: Font = E13B) -> CheckDigit:
    """Return the verdict on a line's routing number or groups; "none" for a line without such a digit."""
    if form == Form.US:
        return "valid"
    if form == Form.BR:
        # the last digit of the first group checks the second one, the first of the third the first one
        first, second, third, *_ = re.findall(r"\d+", raw)
        pairs = (first[:7], third[0]), (second, first[7]), (third[1:11], third[11])
        return "valid" if all(mod10_digit(digits) == check for digits, check in pairs) else "invalid"
    number = _ROUTING.search(raw) if form == Form.FREE and font == E13B else None
    if number is None:
        return "none"
    return "valid" if aba_valid(number[1]) else "invalid"


def fields_of(raw: str, form: Form, font: Font = E13B) -> dict[str, str]:
    """Return the fields of a line by name; of a free one in E-13B its transit field and its amount, if any.

    Dashes of fields are written "-"; the amount has its decimal point: "125.00".
    """
    found: dict[str, str | None]
    if form == Form.FREE:
        parts = _PARTS if font == E13B else ()
        found = {name: match[1] for name, pattern in parts if (match := pattern.search(raw))}
    else:
        match = _COMPILED[form].fullmatch(raw)
        if match is None:
            raise ValueError(f"{raw} is no line of the grammar {form.name}")
        found = match.groupdict()
        account = _ACCOUNT.fullmatch(found.get("on_us") or "")
        # a cheque of a business has its number in front, a personal one behind the account
        in_front = found.get("auxiliary_on_us") or found.get("cheque_number")
        found |= account.groupdict() if account else {}
        found["cheque_number"] = in_front or found.get("cheque_number")
    if found.get("amount"):
        found["amount"] = str(amount_of(int(found["amount"] or 0)))
    return {name: value.replace("D", "-") for name, value in found.items() if value}
