"""The options of reading and their defaults, which the command line takes from here.

Light on purpose: it imports nothing heavy. Not for options of training or of drawing cheques.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from chequereader.box import Box
from chequereader.errors import UsageError

_ZONE = re.compile(r"(\d+),(\d+),(\d+),(\d+)")
RECOGNISERS = ("all", "cuts", "sliding")
SHIPPED_WEIGHTS = ("standard", "small")
_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")


@dataclass(frozen=True)
class ReadOptions:
    """How cheques are read; ``UsageError`` for values that make no sense.

    ``field`` says where the amount stands: ``auto`` (it is looked for), ``whole`` (the image is the amount
    field itself), ``micr`` (it is a MICR line, and no amount is read) or ``X0,Y0,X1,Y1`` in pixels of the
    scan. ``locale`` is how amounts are written, ``auto`` for every way known. An answer is accepted if its
    confidence reaches ``threshold`` or, where that is ``None``, as long as at most the share ``max_error`` of
    all cheques is expected to be read wrongly. ``device`` is ``auto``, ``cpu`` or ``cuda[:n]``;
    ``recogniser`` says who scores the characters of amounts:
    candidates between ``cuts``, a ``sliding`` network, or ``all`` that the weights hold, with one vote.
    ``weights`` of amounts: ``standard`` or ``small``, which ship with the package (``SHIPPED_WEIGHTS``), or a
    file of weights, its calibration beside it.
    """

    field: str = "auto"
    locale: str = "auto"
    max_error: float = 0.01
    threshold: float | None = None
    device: str = "auto"
    recogniser: str = "all"
    weights: str = "standard"

    def __post_init__(self) -> None:
        if self.field not in ("auto", "whole", "micr"):
            zone = self.zone
            if zone is None or zone.width <= 0 or zone.height <= 0:
                raise UsageError(
                    f"--field {self.field}: use auto, whole, micr or X0,Y0,X1,Y1 in pixels, X0 < X1, Y0 < Y1"
                )
        for name, share in (("max-error", self.max_error), ("threshold", self.threshold)):
            if share is not None and not 0 <= share <= 1:
                raise UsageError(f"--{name} {share}: use a number from 0 to 1")
        if self.recogniser not in RECOGNISERS:
            raise UsageError(f"--recogniser {self.recogniser}: use one of {', '.join(RECOGNISERS)}")
        if not Path(self.weights).name:
            raise UsageError(f"--weights {self.weights!r}: use {', '.join(SHIPPED_WEIGHTS)} or a file's name")
        if not _DEVICE.fullmatch(self.device):
            raise UsageError(f"--device {self.device}: use auto, cpu, cuda or cuda:N")

    @property
    def zone(self) -> Box | None:
        """The rectangle that ``field`` gives, or ``None`` if it gives none."""
        match = _ZONE.fullmatch(self.field)
        return Box(*(int(side) for side in match.groups())) if match else None
