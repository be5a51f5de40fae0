from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from chequereader.errors import UnreadableInputError
from chequereader.scan import open_scans


def page(height: int = 200, width: int = 400) -> Image.Image:
    image = np.full((height, width), 255, np.uint8)
    image[20:80, 30:150] = 0
    return Image.fromarray(image)


def test_pages_are_drawn_at_200_dpi(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="the pdf extra isn't installed")
    path = tmp_path / "scan.pdf"
    page().save(path, save_all=True, append_images=[page(100, 300)], resolution=100)
    scans = list(open_scans(path))
    assert [scan.page for scan in scans] == [1, 2]
    assert [scan.image.shape for scan in scans] == [(400, 800), (200, 600)]
    assert all(scan.dpi == 200 for scan in scans)
    dark = scans[0].image < 128
    assert dark[45:155, 65:295].mean() > 0.99
    assert dark.mean() == pytest.approx(60 * 120 / (200 * 400), abs=0.01)


@pytest.mark.parametrize("kept", [20, 0.5])
def test_damaged(tmp_path: Path, kept: float) -> None:
    pytest.importorskip("pypdfium2", reason="the pdf extra isn't installed")
    path = tmp_path / "scan.pdf"
    page().save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept if kept > 1 else kept * len(whole))])
    with pytest.raises(UnreadableInputError, match=r"export or copy it again|page 1"):
        list(open_scans(path))


def test_a_page_the_size_of_a_house_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="the pdf extra isn't installed")
    path = tmp_path / "scan.pdf"
    page(20, 20).save(path, resolution=0.01)
    with pytest.raises(UnreadableInputError, match="are too many"):
        list(open_scans(path))


def test_without_pypdfium2_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scan.pdf"
    page().save(path)
    real = builtins.__import__

    def without(name: str, *args: Any, **options: Any) -> Any:
        if name == "pypdfium2":
            raise ImportError(name)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UnreadableInputError, match=r"pip install 'chequereader\[pdf\]'"):
        list(open_scans(path))
