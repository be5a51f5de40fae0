"""What decoders say while a page is decoded: looked through, and never more than a little of it kept."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import numpy as np
import pytest

from chequereader.errors import UnreadableInputError
from chequereader.scan import Page, Scan
from chequereader.scan.quiet import load_quietly

IMAGE = np.zeros((8, 8), np.uint8)


def talking(said: bytes, times: int = 1) -> Page:
    """Return a page whose decoder says something, as C libraries do: whether it can be written or not."""

    def load() -> Scan:
        for _ in range(times):
            with suppress(OSError):
                os.write(2, said)
        return Scan(IMAGE, 200.0, "a.tif")

    return Page("a.tif", 1, load)


def test_talk_without_damage_is_dropped(capfd: pytest.CaptureFixture[str]) -> None:
    page = talking(b"TIFFFetchNormalTag: Warning, ASCII value isn't null terminated\n")
    assert load_quietly(page).image is IMAGE
    os.write(2, b"the stream is back")
    assert capfd.readouterr().err == "the stream is back"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="talk is kept on Linux alone")
def test_endless_talk_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = os.close

    def measured(descriptor: int) -> None:
        if "memfd:talk" in os.readlink(f"/proc/self/fd/{descriptor}"):
            sizes.append(os.fstat(descriptor).st_size)
        real(descriptor)

    page = talking(b"Fax4Decode: Bad code word at line 7\n" * 1000, times=200)
    monkeypatch.setattr(os, "close", measured)
    with pytest.raises(UnreadableInputError, match="cut off or damaged"):
        load_quietly(page)
    assert sizes == [2**20]


def test_the_stream_is_back_after_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    page = Page.bad("a.tif", UnreadableInputError("no image"))
    with pytest.raises(UnreadableInputError, match="no image"):
        load_quietly(page)
    os.write(2, b"back")
    assert capfd.readouterr().err == "back"
