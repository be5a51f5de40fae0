"""Reads MICR lines in whichever type they are printed: E-13B first, and CMC-7 where that is not certain.

Not for how a line is read: see ``reader``.
"""

from __future__ import annotations

from chequereader.micr.fonts import CMC7, E13B
from chequereader.micr.reader import Images, MicrReader, look_on
from chequereader.micr.reading import MicrReading
from chequereader.options import ReadOptions


class EitherReader:
    """The readers of both types; loads weights once. ``WeightsError`` if there are none that fit."""

    def __init__(self) -> None:
        self.e13b, self.cmc7 = MicrReader(font=E13B), MicrReader(font=CMC7)

    def read_lines(self, images: Images) -> list[MicrReading | None]:
        """Read pictures of lines, grey uint8 [height, width] each; None for one without characters."""
        return look_on(images, (self.e13b.read_lines, self.cmc7.read_lines))

    def read_pages(self, images: Images) -> list[MicrReading | None]:
        """Find and read the lines of level pages, which may stand on their heads; results in their order."""

        looks = self.e13b.at_foot, self._bars_at_foot, self.e13b.elsewhere, self._bars_elsewhere
        return look_on(images, looks)

    def _bars_at_foot(self, images: Images) -> list[MicrReading | None]:
        return _certain(self.cmc7.at_foot(images))

    def _bars_elsewhere(self, images: Images) -> list[MicrReading | None]:
        return _certain(self.cmc7.elsewhere(images))

    def accepted_from(self, line: MicrReading, options: ReadOptions) -> float:
        """Return the confidence from which a line is accepted."""
        reader = self.e13b if line.font == E13B.name else self.cmc7
        return reader.calibration.accepted_from(options)


def _certain(lines: list[MicrReading | None]) -> list[MicrReading | None]:
    # print of any kind looks more like bars than like characters of E-13B
    return [line if line and line.certain else None for line in lines]
