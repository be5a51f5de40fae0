"""A reader for tests of what surrounds a reader; it works in spawned processes, without torch.

It accepts a page and reads its width as the amount, unless the file's name asks for trouble.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from chequereader.box import Box
from chequereader.errors import UsageError, WeightsError
from chequereader.reading import Candidate, Reading, Symbol
from chequereader.scan import Scan


class FakeReader:
    model = "fake 0123"
    together = 4

    def read(self, scan: Scan) -> Reading:
        name = Path(scan.source).name
        if "exit" in name:
            os._exit(7)
        if "crash" in name:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "hang" in name:
            print("waiting", file=sys.stderr, flush=True)
            time.sleep(600)
        while "spin" in name:
            pass
        eaten = []
        while "memory" in name:
            eaten.append(bytearray(2**26))
        if "outside" in name:
            raise UsageError("the zone lies outside the image")
        if "slow" in name:
            time.sleep(0.2)
        amount = Decimal(f"{scan.image.shape[1]}.00")
        text = f"₹{amount}"
        candidates = (Candidate(amount, text, str(amount).replace(".", ""), 0.75),)
        if "unsure" in name:
            return Reading(
                scan.source, scan.page, "rejected", candidates=candidates, reason="unsure", model=self.model
            )
        return Reading(
            scan.source,
            scan.page,
            "accepted",
            amount=amount,
            currency="INR",
            text=text,
            digits=candidates[0].digits,
            confidence=0.75,
            field=Box(1, 2, 30, 40),
            symbols=(Symbol("₹", Box(1, 2, 5, 6), 0.5),),
            candidates=candidates,
            model=self.model,
            elapsed_ms=1.25,
            keyed_amount=scan.keyed_amount,
            stages={"locate": 1.0, "recognise": 0.25},
        )

    def read_many(self, scans: Sequence[Scan]) -> list[Reading]:
        return [self.read(scan) for scan in scans]

    def explain(self, scan: Scan, folder: Path) -> Reading:
        folder.mkdir(parents=True)
        (folder / "field.png").touch()
        return self.read(scan)


class OtherWeights(FakeReader):
    model = "fake 4567"


def with_any_options(_: object) -> FakeReader:
    return FakeReader()


def without_weights() -> FakeReader:
    raise WeightsError("amounts.safetensors: no such weights; install the package again")


def ends_at_once() -> FakeReader:
    os._exit(1)
