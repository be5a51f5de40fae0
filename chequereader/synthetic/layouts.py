"""Where things stand on the cheques of different countries, as data with room for each bank's own choices.

Zones and lines are shares of the page's width and height. A bank shifts them a little and picks among the
styles listed; ``form`` draws the result. None is a copy of a real bank's cheque.
"""

from __future__ import annotations

from dataclasses import dataclass

Zone = tuple[float, float, float, float]
"""x0, y0, x1, y1 as shares of the page."""

Line = tuple[float, float, float]
"""x0, x1 and y of a line to write on, as shares of the page."""

BOXES = ("none", "box", "underline", "shaded", "hatched", "double", "rounded", "corners")
"""How the place of the amount is marked."""


@dataclass(frozen=True)
class Layout:
    """A country's kind of cheque.

    ``size`` in millimetres; ``locale`` how amounts are written (``amounts_text``), ``language`` of the
    words; ``signs`` the printed currency signs to choose from and ``sign`` the one people write by hand;
    ``boxes`` the amount styles to choose from (``BOXES``); ``comb`` the chance that the date stands in a
    row of boxes; ``memo`` and ``account`` None where such cheques have none; ``micr`` the order of the MICR
    line (``micr``).
    """

    name: str
    country: str
    locale: str
    language: str
    currency: str
    size: tuple[float, float]
    signs: tuple[str, ...]
    sign: str
    boxes: tuple[str, ...]
    amount: Zone
    date: Zone
    payee: Line
    legal: tuple[Line, ...]
    signature: Zone
    bank: Zone
    number: tuple[float, float]
    memo: Line | None
    account: Zone | None
    holder: tuple[float, float] | None
    micr: str
    comb: float
    labels: dict[str, tuple[str, ...]]
    frame: float = 0.1


_US = {
    "payee": ("PAY TO THE ORDER OF", "Pay to the order of", "PAY TO THE|ORDER OF", "TO THE ORDER OF"),
    "legal": ("", "PAY"),
    "unit": ("DOLLARS", "Dollars", "DOLLARS  Security features included"),
    "date": ("DATE", "Date", ""),
    "memo": ("MEMO", "FOR", "Memo", "RE"),
    "sign": ("", "AUTHORIZED SIGNATURE", "MP"),
}
_UK = {
    "payee": ("Pay", "PAY", "Pay only"),
    "legal": ("", "Amount"),
    "unit": ("", "A/C Payee", "only"),
    "date": ("Date", "", "DATE"),
    "memo": ("", "Ref"),
    "sign": ("", "Signature", "for and on behalf of"),
}
_IN = {
    "payee": ("PAY", "Pay", "PAY ~~~", "Pay ~~~~"),
    "legal": ("RUPEES", "Rupees ~~~", "RUPEES|~~~~"),
    "unit": ("~~~ ~~", "~~ ~~~"),
    "date": ("DATE", "~~~~", "Date", ""),
    "memo": ("",),
    "sign": ("Please sign above", "AUTHORISED SIGNATORY", "Please sign above this line"),
    "bearer": ("OR BEARER / ~~ ~~~~ ~~", "OR BEARER", "~~ ~~~ Or Bearer", "OR ORDER"),
}
_FR = {
    "payee": ("a", "a l'ordre de", "A"),
    "legal": ("Payez contre ce cheque", "Payez contre ce cheque non endossable", "PAYEZ CONTRE CE CHEQUE"),
    "unit": ("",),
    "date": ("Le", "A              Le", "Date"),
    "memo": ("",),
    "sign": ("Signature", ""),
}
_ES = {
    "payee": ("Paguese a", "Paguese a la orden de", "PAGUESE A", "Paguese por este cheque a"),
    "legal": ("la suma de", "La cantidad de", "Pesos", "la suma de pesos"),
    "unit": ("", "Pesos", "M.N."),
    "date": ("Fecha", "FECHA", "Lugar y fecha", ""),
    "memo": ("",),
    "sign": ("Firma", "FIRMA", ""),
}
_PT = {
    "payee": ("a", "ou a sua ordem", "Nominal a"),
    "legal": ("Pague por este cheque a quantia de", "Pague por este cheque"),
    "unit": ("", "e centavos acima"),
    "date": ("", "Local e data", "DATA"),
    "memo": ("",),
    "sign": ("Assinatura", ""),
}
_CA = _US | {
    "payee": ("PAY TO THE ORDER OF", "PAY TO THE|ORDER OF", "PAYEZ A L'ORDRE DE"),
    "unit": ("/100 DOLLARS", "100 DOLLARS", "DOLLARS"),
}
_MY = _IN | {
    "payee": ("PAY", "BAYAR", "Pay / Bayar"),
    "legal": ("RINGGIT MALAYSIA", "RINGGIT|MALAYSIA", "Ringgit"),
    "unit": ("",),
    "date": ("DATE", "Tarikh / Date", ""),
    "bearer": ("OR BEARER", "ATAU PEMBAWA", "Or Bearer"),
}
_AE = _IN | {
    "payee": ("Pay", "PAY ~~~", "Pay to the order of ~~~~"),
    "legal": ("Dirhams", "The sum of Dirhams", "UAE DIRHAMS"),
    "unit": ("", "~~~ ~~"),
    "date": ("Date", "Date ~~~"),
    "bearer": ("Or Bearer ~~~~", ""),
}
_PK = _IN | {
    "payee": ("Pay", "PAY"),
    "legal": ("Rupees", "RUPEES", "PAK RUPEES"),
    "unit": ("", "~~~"),
    "date": ("Date", "DATE"),
}

# fmt: off
LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "us-personal", "US", "us", "en", "USD", size=(152, 70), signs=("$",), sign="$",
        boxes=("none", "box", "underline", "shaded"), comb=0.0, micr="us", frame=0.5, labels=_US,
        amount=(0.8, 0.33, 0.97, 0.44), date=(0.62, 0.2, 0.82, 0.29), payee=(0.05, 0.77, 0.43),
        legal=((0.03, 0.86, 0.57),), signature=(0.56, 0.68, 0.95, 0.81), bank=(0.04, 0.6, 0.4, 0.7),
        number=(0.92, 0.09), memo=(0.04, 0.42, 0.81), account=None, holder=(0.04, 0.07),
    ),
    Layout(
        "us-business", "US", "us", "en", "USD", size=(216, 83), signs=("$", "$ "), sign="$",
        boxes=("box", "none", "shaded", "double"), comb=0.0, micr="us-business", frame=0.3, labels=_US,
        amount=(0.8, 0.4, 0.96, 0.5), date=(0.7, 0.22, 0.9, 0.3), payee=(0.1, 0.76, 0.5),
        legal=((0.03, 0.9, 0.62),), signature=(0.6, 0.66, 0.96, 0.82), bank=(0.4, 0.05, 0.66, 0.18),
        number=(0.9, 0.09), memo=(0.06, 0.4, 0.84), account=None, holder=(0.05, 0.08),
    ),
    Layout(
        "us-cashier", "US", "us", "en", "USD", size=(203, 89), signs=("$", "USD $", "AMOUNT $"), sign="$",
        boxes=("box", "shaded", "hatched", "corners"), comb=0.0, micr="us-business", frame=0.3, labels=_US,
        amount=(0.7, 0.24, 0.95, 0.36), date=(0.74, 0.12, 0.92, 0.2), payee=(0.14, 0.7, 0.62),
        legal=((0.04, 0.94, 0.46),), signature=(0.58, 0.68, 0.95, 0.84), bank=(0.05, 0.06, 0.4, 0.2),
        number=(0.88, 0.08), memo=(0.05, 0.4, 0.8), account=None, holder=None,
    ),
    Layout(
        "uk", "GB", "uk", "en", "GBP", size=(155, 78), signs=("£",), sign="£",
        boxes=("box", "rounded", "shaded", "double"), comb=0.1, micr="uk", frame=0.1, labels=_UK,
        amount=(0.7, 0.38, 0.95, 0.53), date=(0.7, 0.12, 0.95, 0.22), payee=(0.09, 0.66, 0.36),
        legal=((0.04, 0.66, 0.5), (0.04, 0.66, 0.63)), signature=(0.58, 0.66, 0.96, 0.8),
        bank=(0.04, 0.05, 0.4, 0.2),
        number=(0.6, 0.08), memo=None, account=None, holder=(0.6, 0.55),
    ),
    Layout(
        "ie", "IE", "uk", "en", "EUR", size=(155, 78), signs=("€",), sign="€",
        boxes=("box", "rounded", "shaded"), comb=0.1, micr="uk", frame=0.1, labels=_UK,
        amount=(0.72, 0.36, 0.96, 0.5), date=(0.66, 0.14, 0.95, 0.24), payee=(0.1, 0.68, 0.38),
        legal=((0.04, 0.68, 0.52), (0.04, 0.68, 0.65)), signature=(0.56, 0.66, 0.96, 0.82),
        bank=(0.04, 0.05, 0.36, 0.22),
        number=(0.5, 0.08), memo=None, account=None, holder=(0.6, 0.54),
    ),
    Layout(
        "in-cts", "IN", "in", "in", "INR", size=(202, 92), signs=("₹", "₹", "Rs."), sign="₹",
        boxes=("box", "box", "shaded"), comb=1.0, micr="in", frame=0.1, labels=_IN,
        amount=(0.71, 0.41, 0.965, 0.52), date=(0.755, 0.07, 0.965, 0.14), payee=(0.06, 0.82, 0.3),
        legal=((0.08, 0.96, 0.4), (0.06, 0.62, 0.5)), signature=(0.72, 0.6, 0.96, 0.76),
        bank=(0.04, 0.03, 0.36, 0.17),
        number=(0.66, 0.9), memo=None, account=(0.05, 0.53, 0.33, 0.61), holder=(0.8, 0.74),
    ),
    Layout(
        "in-old", "IN", "in", "in", "INR", size=(190, 85), signs=("Rs.", "₹", "RS"), sign="₹",
        boxes=("box", "double", "none", "hatched"), comb=0.5, micr="in", frame=0.1, labels=_IN,
        amount=(0.7, 0.36, 0.95, 0.47), date=(0.72, 0.07, 0.94, 0.15), payee=(0.07, 0.86, 0.26),
        legal=((0.1, 0.94, 0.35), (0.04, 0.64, 0.46)), signature=(0.66, 0.58, 0.96, 0.76),
        bank=(0.28, 0.03, 0.66, 0.18),
        number=(0.06, 0.08), memo=None, account=(0.05, 0.55, 0.36, 0.64), holder=None,
    ),
    Layout(
        "fr", "FR", "eu", "fr", "EUR", size=(175, 80), signs=("€", "€", "EUR", "F"), sign="€",
        boxes=("box", "shaded", "corners", "rounded"), comb=0.0, micr="fr", frame=0.1, labels=_FR,
        amount=(0.72, 0.28, 0.96, 0.41), date=(0.66, 0.47, 0.95, 0.56), payee=(0.05, 0.68, 0.45),
        legal=((0.26, 0.95, 0.17), (0.05, 0.68, 0.3)), signature=(0.66, 0.6, 0.96, 0.8),
        bank=(0.04, 0.03, 0.26, 0.14),
        number=(0.06, 0.8), memo=None, account=(0.36, 0.62, 0.6, 0.72), holder=(0.36, 0.5),
    ),
    Layout(
        "br", "BR", "eu", "pt", "BRL", size=(175, 80), signs=("R$", "R$ "), sign="",
        boxes=("box", "shaded", "none", "corners"), comb=0.0, micr="br", frame=0.1, labels=_PT,
        amount=(0.72, 0.07, 0.96, 0.19), date=(0.52, 0.53, 0.95, 0.62), payee=(0.04, 0.9, 0.46),
        legal=((0.34, 0.96, 0.26), (0.04, 0.96, 0.36)), signature=(0.56, 0.66, 0.95, 0.82),
        bank=(0.04, 0.58, 0.34, 0.72),
        number=(0.52, 0.1), memo=None, account=(0.04, 0.05, 0.48, 0.14), holder=None,
    ),
    Layout(
        "uy", "UY", "uy", "es", "UYU", size=(175, 75), signs=("$", "$U", "$", "U$S"), sign="$",
        boxes=("box", "underline", "none", "hatched", "shaded"), comb=0.1, micr="in", frame=0.1,
        labels=_ES,
        amount=(0.7, 0.08, 0.96, 0.21), date=(0.44, 0.28, 0.95, 0.37), payee=(0.14, 0.94, 0.48),
        legal=((0.16, 0.95, 0.59), (0.05, 0.62, 0.7)), signature=(0.62, 0.68, 0.95, 0.84),
        bank=(0.04, 0.04, 0.38, 0.2),
        number=(0.5, 0.1), memo=None, account=(0.05, 0.27, 0.3, 0.35), holder=None,
    ),
    Layout(
        "mx", "MX", "us", "es", "MXN", size=(160, 72), signs=("$",), sign="$",
        boxes=("none", "box", "underline", "shaded"), comb=0.1, micr="us", frame=0.1, labels=_ES,
        amount=(0.76, 0.33, 0.97, 0.45), date=(0.62, 0.16, 0.96, 0.25), payee=(0.05, 0.73, 0.43),
        legal=((0.05, 0.95, 0.57),), signature=(0.58, 0.66, 0.95, 0.8), bank=(0.04, 0.05, 0.36, 0.22),
        number=(0.88, 0.09), memo=None, account=(0.05, 0.64, 0.4, 0.71), holder=(0.06, 0.71),
    ),
    Layout(
        "ca", "CA", "us", "en", "CAD", size=(159, 70), signs=("$", "$ CAD"), sign="$",
        boxes=("box", "none", "underline", "rounded"), comb=0.8, micr="us", frame=0.2, labels=_CA,
        amount=(0.78, 0.32, 0.96, 0.44), date=(0.68, 0.13, 0.95, 0.21), payee=(0.06, 0.74, 0.43),
        legal=((0.04, 0.84, 0.56),), signature=(0.54, 0.68, 0.95, 0.81), bank=(0.04, 0.6, 0.36, 0.72),
        number=(0.92, 0.07), memo=(0.05, 0.42, 0.81), account=None, holder=(0.04, 0.06),
    ),
    Layout(
        "my", "MY", "us", "en", "MYR", size=(178, 89), signs=("RM", "RM "), sign="",
        boxes=("box", "shaded", "double", "rounded"), comb=0.8, micr="in", frame=0.1, labels=_MY,
        amount=(0.7, 0.38, 0.95, 0.5), date=(0.72, 0.09, 0.95, 0.17), payee=(0.07, 0.82, 0.31),
        legal=((0.14, 0.66, 0.41), (0.05, 0.66, 0.52)), signature=(0.64, 0.58, 0.95, 0.76),
        bank=(0.05, 0.04, 0.34, 0.19),
        number=(0.52, 0.1), memo=None, account=(0.05, 0.6, 0.34, 0.68), holder=(0.06, 0.7),
    ),
    Layout(
        "pk", "PK", "in", "in", "PKR", size=(184, 84), signs=("Rs.", "PKR", "Rs"), sign="",
        boxes=("box", "shaded", "hatched", "none"), comb=0.8, micr="in", frame=0.1, labels=_PK,
        amount=(0.68, 0.4, 0.95, 0.52), date=(0.7, 0.08, 0.95, 0.16), payee=(0.06, 0.82, 0.32),
        legal=((0.09, 0.66, 0.42), (0.05, 0.64, 0.53)), signature=(0.62, 0.6, 0.95, 0.77),
        bank=(0.04, 0.04, 0.4, 0.18),
        number=(0.52, 0.09), memo=None, account=(0.05, 0.6, 0.4, 0.68), holder=(0.06, 0.7),
    ),
    Layout(
        "sg", "SG", "us", "en", "SGD", size=(180, 88), signs=("S$", "$", "SGD"), sign="$",
        boxes=("box", "rounded", "shaded"), comb=0.6, micr="uk", frame=0.1, labels=_MY,
        amount=(0.7, 0.42, 0.95, 0.54), date=(0.7, 0.1, 0.94, 0.18), payee=(0.06, 0.84, 0.32),
        legal=((0.1, 0.66, 0.44), (0.05, 0.66, 0.55)), signature=(0.6, 0.62, 0.94, 0.78),
        bank=(0.04, 0.04, 0.36, 0.2), number=(0.5, 0.08), memo=None, account=(0.05, 0.62, 0.34, 0.7),
        holder=(0.4, 0.62),
    ),
    Layout(
        "ae", "AE", "us", "en", "AED", size=(177, 84), signs=("AED", "Dhs.", "DHS"), sign="",
        boxes=("box", "shaded", "double", "hatched"), comb=0.5, micr="in", frame=0.1, labels=_AE,
        amount=(0.68, 0.38, 0.94, 0.5), date=(0.68, 0.1, 0.94, 0.18), payee=(0.06, 0.9, 0.3),
        legal=((0.08, 0.64, 0.42), (0.05, 0.64, 0.53)), signature=(0.62, 0.6, 0.95, 0.78),
        bank=(0.34, 0.03, 0.62, 0.18), number=(0.06, 0.1), memo=None, account=(0.05, 0.62, 0.38, 0.7),
        holder=None,
    ),
    Layout(
        "ar", "AR", "eu", "es", "ARS", size=(170, 75), signs=("$", "$", "PESOS $"), sign="$",
        boxes=("box", "shaded", "underline", "corners"), comb=0.0, micr="ar", frame=0.2, labels=_ES,
        amount=(0.72, 0.06, 0.95, 0.18), date=(0.4, 0.24, 0.94, 0.33), payee=(0.05, 0.94, 0.43),
        legal=((0.05, 0.94, 0.54), (0.05, 0.94, 0.64)), signature=(0.64, 0.68, 0.95, 0.82),
        bank=(0.04, 0.04, 0.34, 0.2), number=(0.46, 0.1), memo=None, account=(0.05, 0.69, 0.4, 0.77),
        holder=None,
    ),
)
"""All layouts, 17 in 14 countries."""
# fmt: on

BY_NAME = {layout.name: layout for layout in LAYOUTS}
"""Layouts by name."""
