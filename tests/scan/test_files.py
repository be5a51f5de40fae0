"""Files that are no scan, or no longer, or never meant well."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from chequereader.errors import UnreadableInputError
from chequereader.scan import open_scans


def refusal(path: Path | str) -> str:
    with pytest.raises(UnreadableInputError) as caught:
        list(open_scans(path))
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    return message


def encoded(suffix: str, seed: int = 0) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 256, (64, 160), np.uint8)
    buffer = io.BytesIO()
    if suffix == "tif":
        Image.fromarray(noise).save(buffer, "TIFF", compression="tiff_lzw")
    elif suffix == "g4":
        Image.fromarray(noise > 128).save(buffer, "TIFF", compression="group4")
    else:
        Image.fromarray(noise).save(buffer, {"jpg": "JPEG"}.get(suffix, suffix.upper()))
    return buffer.getvalue()


KINDS = ["png", "jpg", "bmp", "webp", "tif", "g4"]


def test_missing(tmp_path: Path) -> None:
    assert "no such file; check the name" in refusal(tmp_path / "missing.png")


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "scan.png").touch()
    assert "the file is empty; scan or copy it again" in refusal(tmp_path / "scan.png")


def test_text_by_the_name_of_an_image(tmp_path: Path) -> None:
    (tmp_path / "scan.png").write_text("this is no image\n" * 50)
    assert "not an image; PNG, JPEG, TIFF, WebP, BMP and PDF files are read" in refusal(tmp_path / "scan.png")


def test_a_format_that_is_not_read(tmp_path: Path) -> None:
    Image.new("L", (50, 50)).save(tmp_path / "scan.png", "GIF")
    assert "not an image" in refusal(tmp_path / "scan.png")


def test_the_suffix_does_not_matter(tmp_path: Path) -> None:
    Image.new("L", (50, 20)).save(tmp_path / "scan.pdf", "PNG")
    assert [scan.image.shape for scan in open_scans(tmp_path / "scan.pdf")] == [(20, 50)]


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_cut_off(tmp_path: Path, suffix: str, share: float) -> None:
    whole = encoded(suffix)
    path = tmp_path / "scan"
    path.write_bytes(whole[: max(6, int(len(whole) * share))])
    assert "is cut off or damaged; scan or copy it again" in refusal(path)


def test_one_pixel(tmp_path: Path) -> None:
    Image.new("L", (1, 1)).save(tmp_path / "scan.png")
    assert "1 x 1 pixels are too few to hold an amount" in refusal(tmp_path / "scan.png")


def bomb(width: int, height: int) -> bytes:
    """A valid PNG of white pixels, a few hundred kilobytes for hundreds of millions of them."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    compressor = zlib.compressobj(9)
    row = b"\0" + b"\xff" * width
    data = b"".join(compressor.compress(row) for _ in range(height)) + compressor.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height"), [(20_000, 20_000), (9_000, 9_000), (15_000, 10_000), (30_000, 100)]
)
def test_too_many_pixels_are_refused_before_they_are_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, height: int
) -> None:
    path = tmp_path / "scan.png"
    path.write_bytes(bomb(width, height))
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("pixels were decoded"))
    message = refusal(path)
    assert "scan at 200 to 300 dpi or crop to the cheque" in message
    assert "million pixels" in message or f"{width} x {height}" in message


def test_too_many_bytes(tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    with path.open("wb") as file:
        file.truncate(300 * 2**20)
    assert "bytes are too many" in refusal(path)


def test_a_folder(tmp_path: Path) -> None:
    assert "a folder; read folders with 'chequereader batch'" in refusal(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "scan.png")
    assert "not a regular file" in refusal(tmp_path / "scan.png")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("L", (50, 20)).save(tmp_path / "scan.png")

    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("chequereader.scan.files.open", forbidden, raising=False)
    assert "may not be read; give yourself the permission" in refusal(tmp_path / "scan.png")


@pytest.mark.parametrize("name", ["nul\0.png", "x" * 5000, "two\nlines.png"])
def test_impossible_names(tmp_path: Path, name: str) -> None:
    assert "check the name" in refusal(f"{tmp_path}/{name}")


@pytest.mark.parametrize("suffix", KINDS)
def test_damaged_bytes_are_read_or_refused_but_never_crash(tmp_path: Path, suffix: str) -> None:
    whole = np.frombuffer(encoded(suffix), np.uint8)
    rng = np.random.default_rng(7)
    path = tmp_path / "scan"
    for _ in range(150):
        damaged = whole.copy()
        # Half of the hits go into the headers, where they do most.
        reach = len(whole) if rng.random() < 0.5 else min(300, len(whole))
        damaged[rng.integers(0, reach, rng.integers(1, 12))] = rng.integers(0, 256)
        path.write_bytes(damaged.tobytes())
        try:
            for scan in open_scans(path):
                assert scan.image.dtype == np.uint8
        except UnreadableInputError as error:
            assert len(str(error).splitlines()) == 1
