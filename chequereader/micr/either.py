"""Reads MICR lines in whichever type they are printed: E-13B first, and CMC-7 where that is not certain.

Not for how a line is read: see ``reader``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from chequereader.micr.fonts import CMC7, E13B
from chequereader.micr.reader import MicrReader, merit
from chequereader.micr.reading import MicrReading
from chequereader.options import ReadOptions

Images = Sequence[NDArray[np.uint8]]


class EitherReader:
    """The readers of both types; loads weights once. ``WeightsError`` if there are none that fit."""

    def __init__(self) -> None:
        self.e13b, self.cmc7 = MicrReader(font=E13B), MicrReader(font=CMC7)

    def read_lines(self, images: Images) -> list[MicrReading | None]:
        """Read pictures of lines, grey uint8 [height, width] each; None for one without characters."""
        return _first_or_better(images, self.e13b.read_lines, self.cmc7.read_lines)

    def read_pages(self, images: Images) -> list[MicrReading | None]:
        """Find and read the lines of level pages, which may stand on their heads; results in their order."""

        def bars(pages: Images) -> list[MicrReading | None]:
            # print of other kinds looks more like bars than like characters of E-13B
            return [line if line and line.certain else None for line in self.cmc7.read_pages(pages)]

        return _first_or_better(images, self.e13b.read_pages, bars)

    def accepted_from(self, line: MicrReading, options: ReadOptions) -> float:
        """Return the confidence from which a line is accepted."""
        reader = self.e13b if line.font == E13B.name else self.cmc7
        return reader.calibration.accepted_from(options)


def _first_or_better(
    images: Images,
    first: Callable[[Images], list[MicrReading | None]],
    second: Callable[[Images], list[MicrReading | None]],
) -> list[MicrReading | None]:
    """Read by one reader, and by the other where that leaves doubt; the better one counts."""
    found = first(images)
    left = [i for i, line in enumerate(found) if line is None or not line.certain]
    if left:
        for i, line in zip(left, second([images[i] for i in left]), strict=True):
            found[i] = max((one for one in (found[i], line) if one is not None), key=merit, default=None)
    return found
