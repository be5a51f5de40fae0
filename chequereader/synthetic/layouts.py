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

    ``size`` in millimetres; ``locale`` how amounts are written (``amounts_text``), ``language`` of the words;
    ``signs`` the printed currency signs to choose from and ``sign`` the one people write by hand; ``boxes`` the amount
    styles to choose from (``BOXES``); ``comb`` the chance that the date stands in a row of boxes; ``memo`` and
    ``account`` None where such cheques have none; ``micr`` the order of the MICR line (``micr``).
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
_PK = _IN | {
    "payee": ("Pay", "PAY"),
    "legal": ("Rupees", "RUPEES", "PAK RUPEES"),
    "unit": ("", "~~~"),
    "date": ("Date", "DATE"),
}

LAYOUTS: tuple[Layout, ...] = (
    Layout(
        "us-personal", "US", "us", "en", "USD", (152, 70), ("$",), "$", ("none", "box", "underline", "shaded"),
        (0.80, 0.33, 0.97, 0.44), (0.62, 0.20, 0.82, 0.29), (0.05, 0.77, 0.43), ((0.03, 0.86, 0.57),),
        (0.56, 0.68, 0.95, 0.84), (0.04, 0.60, 0.40, 0.70), (0.92, 0.09), (0.04, 0.42, 0.84), None, (0.04, 0.07),
        "us", 0.0, _US, 0.5,
    ),
    Layout(
        "us-business", "US", "us", "en", "USD", (216, 83), ("$", "$ "), "$", ("box", "none", "shaded", "double"),
        (0.80, 0.40, 0.96, 0.50), (0.70, 0.22, 0.90, 0.30), (0.10, 0.76, 0.50), ((0.03, 0.90, 0.62),),
        (0.60, 0.66, 0.96, 0.82), (0.40, 0.05, 0.66, 0.18), (0.90, 0.09), (0.06, 0.40, 0.84), None, (0.05, 0.08),
        "us-business", 0.0, _US, 0.3,
    ),
    Layout(
        "us-cashier", "US", "us", "en", "USD", (203, 89), ("$", "USD $", "AMOUNT $"), "$",
        ("box", "shaded", "hatched", "corners"),
        (0.70, 0.24, 0.95, 0.36), (0.74, 0.12, 0.92, 0.20), (0.14, 0.70, 0.62), ((0.04, 0.94, 0.46),),
        (0.58, 0.68, 0.95, 0.84), (0.05, 0.06, 0.40, 0.20), (0.88, 0.08), (0.05, 0.40, 0.80), None, None,
        "us-business", 0.0, _US, 0.3,
    ),
    Layout(
        "uk", "GB", "uk", "en", "GBP", (155, 78), ("£",), "£", ("box", "rounded", "shaded", "double"),
        (0.70, 0.38, 0.95, 0.53), (0.70, 0.12, 0.95, 0.22), (0.09, 0.66, 0.36), ((0.04, 0.66, 0.50), (0.04, 0.66, 0.63)),
        (0.58, 0.66, 0.96, 0.80), (0.04, 0.05, 0.40, 0.20), (0.60, 0.08), None, None, (0.62, 0.60),
        "uk", 0.1, _UK,
    ),
    Layout(
        "ie", "IE", "uk", "en", "EUR", (155, 78), ("€",), "€", ("box", "rounded", "shaded"),
        (0.72, 0.36, 0.96, 0.50), (0.66, 0.14, 0.95, 0.24), (0.10, 0.68, 0.38), ((0.04, 0.68, 0.52), (0.04, 0.68, 0.65)),
        (0.56, 0.66, 0.96, 0.82), (0.04, 0.05, 0.36, 0.22), (0.50, 0.08), None, None, (0.62, 0.58),
        "uk", 0.1, _UK,
    ),
    Layout(
        "in-cts", "IN", "in", "in", "INR", (202, 92), ("₹", "₹", "Rs."), "₹", ("box", "box", "shaded"),
        (0.71, 0.41, 0.965, 0.52), (0.755, 0.07, 0.965, 0.14), (0.06, 0.82, 0.30), ((0.08, 0.96, 0.40), (0.06, 0.62, 0.50)),
        (0.72, 0.60, 0.96, 0.76), (0.04, 0.03, 0.36, 0.17), (0.66, 0.90), None, (0.05, 0.53, 0.33, 0.61), (0.80, 0.74),
        "in", 1.0, _IN,
    ),
    Layout(
        "in-old", "IN", "in", "in", "INR", (190, 85), ("Rs.", "₹", "RS"), "₹", ("box", "double", "none", "hatched"),
        (0.70, 0.36, 0.95, 0.47), (0.72, 0.07, 0.94, 0.15), (0.07, 0.86, 0.26), ((0.10, 0.94, 0.35), (0.04, 0.64, 0.46)),
        (0.66, 0.58, 0.96, 0.76), (0.28, 0.03, 0.66, 0.18), (0.06, 0.08), None, (0.05, 0.55, 0.36, 0.64), None,
        "in", 0.5, _IN,
    ),
    Layout(
        "fr", "FR", "eu", "fr", "EUR", (175, 80), ("€", "€", "EUR", "F"), "€", ("box", "shaded", "corners", "rounded"),
        (0.72, 0.28, 0.96, 0.41), (0.66, 0.47, 0.95, 0.56), (0.05, 0.68, 0.45), ((0.26, 0.95, 0.17), (0.05, 0.68, 0.30)),
        (0.66, 0.60, 0.96, 0.80), (0.04, 0.03, 0.26, 0.14), (0.06, 0.80), None, (0.36, 0.62, 0.60, 0.72), (0.36, 0.56),
        "cmc7", 0.0, _FR,
    ),
    Layout(
        "br", "BR", "eu", "pt", "BRL", (175, 80), ("R$", "R$ "), "", ("box", "shaded", "none", "corners"),
        (0.72, 0.07, 0.96, 0.19), (0.52, 0.53, 0.95, 0.62), (0.04, 0.90, 0.46), ((0.34, 0.96, 0.26), (0.04, 0.96, 0.36)),
        (0.56, 0.66, 0.95, 0.82), (0.04, 0.58, 0.34, 0.72), (0.52, 0.10), None, (0.04, 0.05, 0.48, 0.14), (0.56, 0.80),
        "cmc7", 0.0, _PT,
    ),
    Layout(
        "uy", "UY", "uy", "es", "UYU", (175, 75), ("$", "$U", "$", "U$S"), "$", ("box", "underline", "none", "hatched", "shaded"),
        (0.70, 0.08, 0.96, 0.21), (0.44, 0.28, 0.95, 0.37), (0.14, 0.94, 0.48), ((0.16, 0.95, 0.59), (0.05, 0.62, 0.70)),
        (0.62, 0.68, 0.95, 0.84), (0.04, 0.04, 0.38, 0.20), (0.50, 0.10), None, (0.05, 0.24, 0.32, 0.34), None,
        "in", 0.1, _ES,
    ),
    Layout(
        "mx", "MX", "us", "es", "MXN", (160, 72), ("$",), "$", ("none", "box", "underline", "shaded"),
        (0.76, 0.33, 0.97, 0.45), (0.62, 0.16, 0.96, 0.25), (0.05, 0.73, 0.43), ((0.05, 0.95, 0.57),),
        (0.58, 0.66, 0.95, 0.83), (0.04, 0.05, 0.36, 0.22), (0.88, 0.09), None, (0.05, 0.66, 0.40, 0.74), (0.06, 0.80),
        "us", 0.1, _ES,
    ),
    Layout(
        "ca", "CA", "us", "en", "CAD", (159, 70), ("$", "$ CAD"), "$", ("box", "none", "underline", "rounded"),
        (0.78, 0.32, 0.96, 0.44), (0.68, 0.13, 0.95, 0.21), (0.06, 0.74, 0.43), ((0.04, 0.84, 0.56),),
        (0.54, 0.68, 0.95, 0.84), (0.04, 0.60, 0.36, 0.72), (0.92, 0.07), (0.05, 0.42, 0.84), None, (0.04, 0.06),
        "us", 0.8, _CA, 0.2,
    ),
    Layout(
        "my", "MY", "us", "en", "MYR", (178, 89), ("RM", "RM "), "", ("box", "shaded", "double", "rounded"),
        (0.70, 0.38, 0.95, 0.50), (0.72, 0.09, 0.95, 0.17), (0.07, 0.82, 0.31), ((0.14, 0.66, 0.41), (0.05, 0.66, 0.52)),
        (0.64, 0.58, 0.95, 0.76), (0.05, 0.04, 0.34, 0.19), (0.52, 0.10), None, (0.05, 0.60, 0.34, 0.68), (0.06, 0.74),
        "in", 0.8, _MY,
    ),
    Layout(
        "pk", "PK", "in", "in", "PKR", (184, 84), ("Rs.", "PKR", "Rs"), "", ("box", "shaded", "hatched", "none"),
        (0.68, 0.40, 0.95, 0.52), (0.70, 0.08, 0.95, 0.16), (0.06, 0.82, 0.32), ((0.09, 0.66, 0.42), (0.05, 0.64, 0.53)),
        (0.62, 0.60, 0.95, 0.77), (0.04, 0.04, 0.40, 0.18), (0.52, 0.09), None, (0.05, 0.60, 0.40, 0.68), (0.06, 0.74),
        "in", 0.8, _PK,
    ),
)
"""All layouts, 14 in 11 countries."""

BY_NAME = {layout.name: layout for layout in LAYOUTS}
