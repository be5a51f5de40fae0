"""Made-up names: of payees, banks, streets and towns. None stands for a real person or bank."""

from __future__ import annotations

import numpy as np

_FIRST = [
    "Anna",
    "Boris",
    "Carla",
    "David",
    "Elena",
    "Farid",
    "Grace",
    "Hiro",
    "Ines",
    "Jamal",
    "Karim",
    "Lucia",
    "Maria",
    "Nadia",
    "Omar",
    "Priya",
    "Quentin",
    "Rosa",
    "Samuel",
    "Tara",
    "Usha",
    "Victor",
    "Wendy",
    "Xavier",
    "Yusuf",
    "Zoe",
    "Arjun",
    "Meera",
    "Lakshmi",
    "Pedro",
    "Claire",
    "Hugo",
    "Louise",
    "Martin",
    "Aisha",
    "Tan",
    "Wei",
]
_LAST = [
    "Alvarez",
    "Baker",
    "Chandra",
    "Dubois",
    "Evans",
    "Fernandez",
    "Gupta",
    "Hughes",
    "Iyer",
    "Johnson",
    "Kumar",
    "Laurent",
    "Morales",
    "Nair",
    "Ortiz",
    "Patel",
    "Quinn",
    "Reddy",
    "Silva",
    "Taylor",
    "Usman",
    "Vargas",
    "Walker",
    "Young",
    "Zimmer",
    "Sharma",
    "Khan",
    "Rahman",
    "Moreau",
    "Costa",
    "Lim",
    "Wong",
    "Murphy",
]
_FIRMS = (
    "Trading Ltd",
    "and Sons",
    "Supplies Inc",
    "Motors",
    "Electric",
    "Foods SA",
    "Services",
    "Garden Shop",
    "School",
)
_BANK_START = (
    "First",
    "Union",
    "United",
    "Coastal",
    "Northern",
    "Royal",
    "Peoples",
    "Valley",
    "Banco",
    "Credit",
    "Harbour",
    "Metro",
)
_BANK_END = (
    "Bank",
    "National Bank",
    "Savings Bank",
    "Commercial Bank",
    "Trust",
    "Mutual",
    "del Sur",
    "Federal",
    "Co-operative Bank",
)
_STREETS = (
    "Main Street",
    "High Street",
    "Station Road",
    "Mill Lane",
    "Park Avenue",
    "Market Square",
    "River Road",
)
_TOWNS = (
    "Springfield",
    "Lakeside",
    "Ashford",
    "Newtown",
    "San Carlos",
    "Villefranche",
    "Rampur",
    "Santa Rosa",
    "Kota Lama",
)
_MEMOS = ("Rent", "Invoice 1042", "Gift", "School fees", "Test", "March", "Repairs", "Loan", "Books", "Taxi")


def _any(choices: tuple[str, ...] | list[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def person(rng: np.random.Generator) -> str:
    """Return a person's name."""
    first = _any(_FIRST, rng)
    return f"{first if rng.random() < 0.8 else first[0] + '.'} {_any(_LAST, rng)}"


def payee(rng: np.random.Generator) -> str:
    """Return the name of a person or a firm."""
    return person(rng) if rng.random() < 0.7 else f"{_any(_LAST, rng)} {_any(_FIRMS, rng)}"


def bank(rng: np.random.Generator) -> str:
    """Return the name of a bank."""
    start = _any(_BANK_START, rng) if rng.random() < 0.6 else _any(_LAST, rng)
    return f"{start} {_any(_BANK_END, rng)}"


def address(rng: np.random.Generator) -> tuple[str, str]:
    """Return two lines of an address."""
    return (
        f"{int(rng.integers(1, 999))} {_any(_STREETS, rng)}",
        f"{_any(_TOWNS, rng)} {int(rng.integers(10000, 99999))}",
    )


def memo(rng: np.random.Generator) -> str:
    """Return what a payment is for."""
    return _any(_MEMOS, rng)
