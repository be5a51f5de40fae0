from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

# Workers import the fake reader by its name.
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    folder.mkdir()
    return folder


@pytest.fixture
def scan(folder: Path) -> Callable[..., Path]:
    """Return a maker of scans: a name under the folder and the width that the fake reader will read."""

    def make(name: str, width: int = 50, pages: int = 1) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        images = [Image.new("L", (width + i, 20), 255) for i in range(pages)]
        if pages > 1:
            images[0].save(path, save_all=True, append_images=images[1:])
        else:
            images[0].save(path)
        return path

    return make
