"""One page of a scan: as a file offers it, and decoded, as later stages get it. Not for reading files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from chequereader.errors import UnreadableInputError

PLAUSIBLE_DPI = (50.0, 1200.0)
"""Resolutions outside are taken as not told: no cheque is scanned so coarsely or so finely."""


@dataclass(frozen=True, eq=False)
class Scan:
    """A page: dark ink on light paper, the way up that its file says.

    ``image`` is grey uint8 [height, width]; ``dpi`` the resolution that the file tells, ``None`` where it
    tells none or an impossible one (it may still be wrong); ``source`` names the file; ``page`` counts from
    1. ``keyed_amount`` is what the file itself says the cheque is worth, ``None`` where it doesn't: truth to
    compare with, never a hint for the reader.
    """

    image: np.ndarray
    dpi: float | None
    source: str
    page: int = 1
    keyed_amount: Decimal | None = None

    def __post_init__(self) -> None:
        if self.image.dtype != np.uint8 or self.image.ndim != 2:
            raise ValueError(f"a scan is uint8 [height, width], not {self.image.dtype} {self.image.shape}")


@dataclass(frozen=True, eq=False)
class Page:
    """A page that was found in a file but not decoded yet.

    ``load`` decodes it, or raises ``UnreadableInputError``; it may be called until the next page of the file
    is asked for. A page that was not loaded costs next to nothing. The rest is as in ``Scan``.
    """

    source: str
    number: int
    load: Callable[[], Scan]
    keyed_amount: Decimal | None = None

    @classmethod
    def bad(cls, source: str, error: UnreadableInputError, keyed_amount: Decimal | None = None) -> Page:
        """Return a page that can't be loaded, for the reason that the error tells."""

        def refuse() -> Scan:
            raise error

        return cls(source, error.page, refuse, keyed_amount)


def plausible_dpi(told: Sequence[float] | None) -> float | None:
    """Return the resolution of a file's (horizontal, vertical) pair, or ``None`` if it can't be meant.

    The two have to agree within a tenth, since all that follows takes pixels for square.
    """
    if told is None:
        return None
    across, down = float(told[0]), float(told[1])
    lowest, highest = PLAUSIBLE_DPI
    if not (lowest <= across <= highest and lowest <= down <= highest):
        return None
    if max(across, down) > 1.1 * min(across, down):
        return None
    return (across + down) / 2
