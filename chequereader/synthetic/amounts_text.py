"""How people and printers write an amount of money: the courtesy amount, by country.

Not for the amount in words (``words``) and not for reading: ``grammar`` does that, independently.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chequereader.alphabet import LOWERED, RAISED


@dataclass(frozen=True)
class WrittenAmount:
    """``text`` as written, raised digits as such, and its value in hundredths, ``minor_units``."""

    text: str
    minor_units: int

    @property
    def digits(self) -> str:
        """The digits as written, in order; raised ones too."""
        return "".join(c for c in self.text.translate(LOWERED) if c.isdigit())

    @property
    def value(self) -> str:
        """The value with two decimals, such as ``1234.50``."""
        return f"{self.minor_units // 100}.{self.minor_units % 100:02d}"


def draw_amount(low: float, high: float, rng: np.random.Generator, whole: float) -> int:
    """Draw an amount in hundredths, log-uniform between ``low`` and ``high`` units.

    A share ``whole`` has no hundredths, and many of those are round, as real payments are.
    """
    units = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    if rng.random() >= whole:
        return max(round(units * 100), 1)
    number = max(round(units), 1)
    if number > 20 and rng.random() < 0.4:
        step = 10 ** int(rng.integers(1, len(str(number))))
        number = max(number // step, 1) * step
    return number * 100


def group(number: int, separator: str) -> str:
    """Return a number with its thousands parted."""
    return f"{number:,}".replace(",", separator)


def group_indian(number: int, separator: str) -> str:
    """Return a number with thousands, lakhs and crores parted: 21400000 is ``2,14,00,000``."""
    text = str(number)
    head, tail = text[:-3], text[-3:]
    pairs: list[str] = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return separator.join([*pairs, tail])


def _pick(rng: np.random.Generator, choices: dict[str, float]) -> str:
    keys = list(choices)
    weights = np.array([choices[k] for k in keys])
    return keys[int(rng.choice(len(keys), p=weights / weights.sum()))]


def _cents(cents: int, point: str, rng: np.random.Generator, printed: bool) -> str:
    """Return the cents as written behind the units, in the English speaking countries."""
    style = "point" if printed else _pick(rng, {"point": 7, "raised": 2, "raised/100": 2, "/100": 0.7})
    two = f"{cents:02d}"
    if style == "point":
        return f"{point}{two}"
    if cents == 0 and rng.random() < 0.4:
        two = "xx"
    raised = two.translate(RAISED)
    if style == "raised":
        return f"{point if rng.random() < 0.3 else ''}{f'{cents:02d}'.translate(RAISED)}"
    if style == "raised/100" and two != "xx":
        return f"{raised}/100"
    return f" {two}/100"


def _padded(text: str, rng: np.random.Generator) -> str:
    fill = _pick(rng, {"*": 4, "#": 1})
    return fill * int(rng.integers(1, 5)) + text + fill * int(rng.integers(0, 4))


def write_amount(
    locale: str, sign: str, minor_units: int, rng: np.random.Generator, *, printed: bool, with_sign: bool
) -> WrittenAmount:
    """Return one of the ways in which ``locale`` (us, uk, in, eu, uy) writes an amount.

    ``sign`` is the currency sign in the alphabet of amounts, written if ``with_sign``; ``printed`` says
    that a machine writes. ``ValueError`` for a locale that is not known.
    """
    units, cents = divmod(minor_units, 100)
    if locale in ("us", "uk"):
        separator = "" if rng.random() < (0.1 if printed else 0.3) else ","
        text = group(units, separator)
        if cents or rng.random() < 0.9:
            text += _cents(cents, ".", rng, printed)
        else:
            text += _pick(rng, {"/-": 1, "-": 2, ".": 1, "": 3, ".-": 1})
        front = sign if with_sign else ""
        if printed and rng.random() < 0.5:
            front, text = (
                ("", _padded(front + text, rng)) if rng.random() < 0.5 else (front, _padded(text, rng))
            )
        elif not printed and rng.random() < 0.02:
            text = _padded(text, rng)
        return WrittenAmount(front + text, minor_units)
    if locale == "in":
        style = _pick(rng, {"indian": 8, "western": 1, "none": 1})
        text = (
            group_indian(units, ",") if style == "indian" else group(units, "," if style == "western" else "")
        )
        if cents or (printed and rng.random() < 0.8):
            text += f".{cents:02d}"
            text += "/-" if not printed and rng.random() < 0.2 else ""
        else:
            text += _pick(rng, {"/-": 6, "": 2, "/=": 0.5, "-": 0.3, ".00": 1})
        if printed and rng.random() < 0.4:
            text = _padded(text, rng)
        return WrittenAmount((sign if with_sign else "") + text, minor_units)
    if locale == "eu":
        text = group(units, "" if rng.random() < 0.4 else ".")
        if cents or rng.random() < 0.6:
            text += f",{cents:02d}"
        else:
            text += _pick(rng, {"": 2, ",-": 1, ".-": 1, "=": 1, ",--": 0.5, "-": 0.5})
        if printed and rng.random() < 0.5:
            text = _padded(text, rng)
        if with_sign:
            text = f"{sign}{text}" if rng.random() < 0.3 else f"{text} {sign}"
        return WrittenAmount(text, minor_units)
    if locale == "uy":
        text = group(units, "" if rng.random() < 0.35 else ".")
        if cents:
            text += f",{cents:02d}"
        else:
            text += _pick(rng, {"": 5, ".": 2, ".-": 2, "-": 1, "=": 0.7, ",": 0.3, ",00": 0.5, ".=": 0.2})
        if printed and rng.random() < 0.5:
            text = _padded(text, rng)
        return WrittenAmount((sign if with_sign else "") + text, minor_units)
    raise ValueError(f"no way of writing amounts is known for {locale!r}")
