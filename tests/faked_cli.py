"""What tests of the command line share beside the fixture ``run``: scans, and a reader of known answers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from chequereader.options import ReadOptions

sys.path.insert(0, str(Path(__file__).parent / "batch"))
from fake_reader import FakeReader

Run = Callable[..., tuple[int, str, str]]


class RememberingReader(FakeReader):
    """Keeps the options of the last reader made."""

    options: ReadOptions
    threshold = 0.5

    def __init__(self, options: ReadOptions) -> None:
        type(self).options = options


def scan(path: Path, width: int = 50, pages: int = 1) -> Path:
    images = [Image.new("L", (width + i, 20), 255) for i in range(pages)]
    if pages > 1:
        images[0].save(path, save_all=True, append_images=images[1:])
    else:
        images[0].save(path)
    return path


def one_complaint(err: str) -> str:
    assert err.startswith("chequereader: ") and len(err.splitlines()) == 1
    return err
