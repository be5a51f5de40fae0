"""chequereader reads the amount of a bank cheque: ``read(path)`` for a file, ``Reader`` for many scans.

Names are loaded when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chequereader.options import ReadOptions as ReadOptions
    from chequereader.reader import Reader as Reader
    from chequereader.readers import read as read
    from chequereader.reading import Reading as Reading

__version__ = "0.1.0"
__all__ = ["ReadOptions", "Reader", "Reading", "read"]

_HOME = {
    "Reader": "chequereader.reader",
    "ReadOptions": "chequereader.options",
    "read": "chequereader.readers",
    "Reading": "chequereader.reading",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
