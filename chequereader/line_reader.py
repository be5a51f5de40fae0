"""Reads scans that are MICR lines, ``--field micr``: the line is accepted or rejected; no amount is read.

Not for how a line is read (``micr``) or for whole cheques (``reader``).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from chequereader.micr.either import EitherReader
from chequereader.micr.reading import MicrReading
from chequereader.options import ReadOptions
from chequereader.reading import Reading
from chequereader.scan import Scan


class LineReader:
    """Reads MICR lines as readings; loads weights once. ``WeightsError`` if there are none that fit.

    ``model`` and ``threshold`` are those of lines in E-13B.
    """

    def __init__(self, options: ReadOptions) -> None:
        self.options = options
        self.micr = EitherReader()
        self.model = self.micr.e13b.model
        self.threshold = self.micr.e13b.calibration.accepted_from(options)

    @property
    def together(self) -> int:
        """Lines that a batch reads at a time: their graphs go together."""
        return 8

    def read(self, scan: Scan) -> Reading:
        """Read one scan."""
        return self.read_many([scan])[0]

    def read_many(self, scans: Sequence[Scan]) -> list[Reading]:
        """Read scans together, results in their order."""
        began = time.perf_counter()
        lines = self.micr.read_lines([scan.image for scan in scans])
        elapsed = round((time.perf_counter() - began) * 1000 / max(len(scans), 1), 2)
        return [self._decide(scan, line, elapsed) for scan, line in zip(scans, lines, strict=True)]

    def explain(self, scan: Scan, folder: Path) -> Reading:
        """Read a scan and write a picture of every stage into a folder."""
        from chequereader.explain import draw_line_stages

        reading = self.read(scan)
        draw_line_stages(scan.image, reading, folder)
        return reading

    def _decide(self, scan: Scan, line: MicrReading | None, elapsed: float) -> Reading:
        accepted, reason = False, None
        if line is None:
            reason = "no characters in the picture"
        else:
            threshold = self.micr.accepted_from(line, self.options)
            accepted = line.confidence >= threshold
            if not accepted:
                reason = f"confidence {line.confidence:.3f} is below the threshold {threshold:.3f}"
        return Reading(
            scan.source,
            scan.page,
            "accepted" if accepted else "rejected",
            text="" if line is None else line.unicode,
            confidence=0.0 if line is None else line.confidence,
            field=None if line is None else line.box,
            micr=line,
            reason=reason,
            model=self.model if line is None else line.model,
            elapsed_ms=elapsed,
            stages={"micr": elapsed},
        )
