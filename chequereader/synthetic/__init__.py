"""Synthetic cheques with their full truth, drawn from a seed: whole cheques, amount zones, lines of writing.

The names here are imported on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chequereader.synthetic.cheque import SyntheticCheque, generate
    from chequereader.synthetic.cheque_set import write_set
    from chequereader.synthetic.config import SyntheticConfig
    from chequereader.synthetic.handwriting import Writer
    from chequereader.synthetic.strip import AmountStrip, amount_strip

_HOMES = {
    "AmountStrip": "strip",
    "SyntheticCheque": "cheque",
    "SyntheticConfig": "config",
    "Writer": "handwriting",
    "amount_strip": "strip",
    "generate": "cheque",
    "write_set": "cheque_set",
}
__all__ = [
    "AmountStrip",
    "SyntheticCheque",
    "SyntheticConfig",
    "Writer",
    "amount_strip",
    "generate",
    "write_set",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
