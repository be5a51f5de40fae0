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


def vector_pdf(content: str, width: int = 360, height: int = 144) -> bytes:
    """A PDF page of that content, in points, written by hand from the PDF 1.7 specification."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
    ]
    whole = "%PDF-1.4\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(whole))
        whole += f"{number} 0 obj\n{text}\nendobj\n"
    start = len(whole)
    whole += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    whole += "".join(f"{place:010d} 00000 n \n" for place in places)
    whole += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return whole.encode("ascii")


def test_a_page_without_a_scan_is_drawn_at_200_dpi(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="the pdf extra isn't installed")
    path = tmp_path / "scan.pdf"
    # From 36 points off the left and 36 off the top, 144 wide and 54 high.
    path.write_bytes(vector_pdf("0 g 36 54 144 54 re f"))
    (scan,) = open_scans(path)
    assert (scan.image.shape, scan.dpi) == ((400, 1000), 200)
    dark = scan.image < 128
    assert dark[102:248, 102:498].all()
    assert dark.mean() == pytest.approx(150 * 400 / (400 * 1000), abs=0.01)


def test_scans_keep_their_pixels_and_resolution(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="the pdf extra isn't installed")
    path = tmp_path / "scan.pdf"
    pages = [page(), page(100, 300).convert("1")]
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=240)
    scans = list(open_scans(path))
    assert [scan.page for scan in scans] == [1, 2]
    assert [scan.image.shape for scan in scans] == [(200, 400), (100, 300)]
    assert all(scan.dpi == pytest.approx(240) for scan in scans)
    for drawn, given in zip(scans, pages, strict=True):
        dark = np.asarray(given.convert("L")) < 128
        assert ((drawn.image < 128) != dark).mean() < 0.002


def test_a_page_turned_on_its_side_keeps_its_pixels(tmp_path: Path) -> None:
    pdfium = pytest.importorskip("pypdfium2", reason="the pdf extra isn't installed")
    page().save(tmp_path / "upright.pdf", resolution=300)
    document = pdfium.PdfDocument(tmp_path / "upright.pdf")
    document[0].set_rotation(90)
    document.save(tmp_path / "scan.pdf")
    (scan,) = open_scans(tmp_path / "scan.pdf")
    assert (scan.image.shape, scan.dpi) == ((400, 200), pytest.approx(300))


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
