"""Courtesy amounts: how they are written by country, as an acceptor, and what a reading is worth."""

from chequereader.grammar.amount import Amount, Role
from chequereader.grammar.amounts import amounts
from chequereader.grammar.constrain import with_amount, with_digits, with_same_amount, with_text
from chequereader.grammar.conventions import LOCALES
from chequereader.grammar.grammar import Grammar

__all__ = [
    "LOCALES",
    "Amount",
    "Grammar",
    "Role",
    "amounts",
    "with_amount",
    "with_digits",
    "with_same_amount",
    "with_text",
]
