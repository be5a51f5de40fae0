"""A reader that needs no network: an answer by the pixels, trouble by the name. Not for reading cheques."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from chequereader.reading import Reading
from chequereader.scan import Scan


class StubReader:
    """Reads a page as an amount that depends on its pixels; some names make it crash, hang or eat memory."""

    model = "stub@0"
    together = 1

    def read(self, scan: Scan) -> Reading:
        """Read one page."""
        began = time.perf_counter()
        _do_harm(scan.source)
        digest = hashlib.sha256(scan.image.tobytes()).digest()
        amount = Decimal(int.from_bytes(digest[:4], "big")).scaleb(-2)
        time.sleep(0.002)
        return Reading(
            scan.source,
            scan.page,
            "accepted",
            amount=amount,
            text=str(amount),
            confidence=digest[4] / 256,
            model=self.model,
            elapsed_ms=(time.perf_counter() - began) * 1000,
            keyed_amount=scan.keyed_amount,
        )

    def read_many(self, scans: Sequence[Scan]) -> list[Reading]:
        """Read pages one after the other."""
        return [self.read(scan) for scan in scans]

    def explain(self, scan: Scan, folder: Path) -> Reading:
        """Read one page; there is nothing to show."""
        return self.read(scan)


def _do_harm(source: str) -> None:
    if "-crash" in source:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "-exit" in source:
        os._exit(7)
    if "-hang" in source:
        time.sleep(3600)
    while "-spin" in source:
        pass
    eaten = []
    while "-memory" in source:
        eaten.append(bytearray(2**26))
