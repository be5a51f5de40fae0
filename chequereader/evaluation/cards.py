"""One cheque of a report as HTML: its pictures, what stands on it, what was read, how sure and why not.

Not for which cheques are shown, nor for drawing: see ``gallery`` and ``pictures``.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from decimal import Decimal

from chequereader.evaluation.alignment import align
from chequereader.evaluation.markup import escaped, share
from chequereader.evaluation.outcome import Outcome
from chequereader.evaluation.pictures import EncodedPicture


def card(outcome: Outcome, pictures: Sequence[EncodedPicture]) -> str:
    """Return a cheque with its pictures."""
    file = escaped(outcome.truth.file)
    images = "".join(_image(picture) for picture in pictures)
    true, read = _compared(outcome)
    lines = [
        ("truth", f"{true} {_written(outcome.truth.text)}"),
        ("read", f"{read} {_written(outcome.answer.text if outcome.answer else '')}"),
        ("confidence", share(outcome.confidence)),
    ]
    if outcome.reading.words is not None:
        verdict = "agree" if outcome.reading.words.agrees else "say something else, or nothing"
        lines.append(("words", f"{_written(outcome.reading.words.text)} {verdict}"))
    if outcome.reading.reason:
        lines.append(("reason", escaped(outcome.reading.reason)))
    if not outcome.is_right and outcome.answer is not None:
        lines.append(("right answer", _right_answer(outcome)))
    facts = "".join(f"<dt>{name}</dt><dd>{what}</dd>" for name, what in lines)
    return (
        f'<article class="card {outcome.kind}"><h3>{file}</h3>{_verdict(outcome)}{images}'
        f"<dl>{facts}</dl></article>"
    )


def row(outcome: Outcome) -> list[str]:
    """Return a cheque without pictures as cells: file, verdict, truth, read, confidence, reason."""
    true, read = _compared(outcome)
    return [
        escaped(outcome.truth.file),
        _verdict(outcome),
        true,
        read,
        share(outcome.confidence),
        escaped(outcome.reading.reason or ""),
    ]


def _image(picture: EncodedPicture) -> str:
    data = base64.b64encode(picture.jpeg).decode("ascii")
    return (
        f'<img src="data:image/jpeg;base64,{data}" width="{picture.width}" height="{picture.height}" '
        f'loading="lazy" alt="{escaped(picture.shows)}">'
    )


def _verdict(outcome: Outcome) -> str:
    if outcome.kind == "error":
        return '<span class="verdict wrong">accepted, wrong</span>'
    if outcome.reading.status == "failed":
        return '<span class="verdict">failed</span>'
    if outcome.answer is None:
        return '<span class="verdict">rejected, nothing read</span>'
    if outcome.is_right:
        return '<span class="verdict right">rejected, but right</span>'
    return '<span class="verdict wrong">rejected, wrong</span>'


def _written(text: str) -> str:
    return f'<span class="written">written {escaped(text)}</span>' if text else ""


def _right_answer(outcome: Outcome) -> str:
    place = outcome.place_of_right
    candidates = outcome.reading.candidates
    if place is None:
        return f"not among the {len(candidates)} candidates"
    return f"candidate {place + 1} of {len(candidates)}, confidence {share(candidates[place].confidence)}"


def _compared(outcome: Outcome) -> tuple[str, str]:
    """Return the truth and what was read; the characters in which they differ are marked."""
    answer = outcome.answer
    if outcome.truth.amount is not None:
        true = _plain(outcome.truth.amount)
        read = _plain(answer.amount) if answer and answer.amount is not None else ""
    else:
        true, read = f"{outcome.truth.digits}", answer.digits if answer else ""
    if answer is None or outcome.is_right:
        return escaped(true), escaped(read) if answer else "nothing"
    pairs = align(true, read)
    return (
        "".join(_marked(a, a != b) for a, b in pairs if a),
        "".join(_marked(b, a != b) for a, b in pairs if b),
    )


def _marked(character: str, differs: bool) -> str:
    return f"<mark>{escaped(character)}</mark>" if differs else escaped(character)


def _plain(amount: Decimal) -> str:
    """Return an amount with two decimals, as readings have it, if that changes nothing."""
    exponent = amount.as_tuple().exponent
    # The upper end keeps an amount such as 1E+999 from being written out.
    return f"{amount:.2f}" if isinstance(exponent, int) and -2 <= exponent <= 12 else str(amount)
