"""Image files written by Pillow in every kind that scanners make, and read back."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from chequereader.errors import UnreadableInputError
from chequereader.scan import MAX_PAGES, open_scans


def picture(height: int = 40, width: int = 90) -> np.ndarray:
    """A light page that darkens to the right, with a black block near its top left corner."""
    page = np.tile(np.linspace(255, 160, width), (height, 1)).astype(np.uint8)
    page[5:15, 10:40] = 0
    return page


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


def only(path: Path) -> Any:
    scans = list(open_scans(path))
    assert len(scans) == 1
    return scans[0]


@pytest.mark.parametrize(
    ("suffix", "options", "tolerance"),
    [
        ("png", {}, 0),
        ("bmp", {}, 0),
        ("webp", {"lossless": True}, 0),
        ("webp", {"quality": 95}, 30),
        ("jpg", {"quality": 95}, 30),
        ("tif", {}, 0),
        ("tif", {"compression": "tiff_lzw"}, 0),
        ("tif", {"compression": "tiff_adobe_deflate"}, 0),
        ("tif", {"compression": "packbits"}, 0),
        ("tif", {"compression": "jpeg", "quality": 95}, 30),
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_grey_and_colour_files_of_every_format(
    tmp_path: Path, suffix: str, options: dict[str, Any], tolerance: int, mode: str
) -> None:
    path = saved(tmp_path / f"scan.{suffix}", Image.fromarray(picture()).convert(mode), **options)
    scan = only(path)
    assert scan.source == str(path) and scan.page == 1
    assert scan.image.dtype == np.uint8
    assert np.abs(scan.image.astype(int) - picture()).max() <= tolerance


@pytest.mark.parametrize("compression", ["group4", "group3", "tiff_lzw", "raw"])
@pytest.mark.parametrize("photometric", [0, 1])
def test_bitonal_tiff_in_both_photometric_senses(tmp_path: Path, compression: str, photometric: int) -> None:
    bitonal = Image.fromarray(picture()).point(lambda level: 255 * (level > 128)).convert("1")
    if compression == "raw":
        bits = np.packbits(np.asarray(bitonal) ^ (photometric == 0), axis=1).tobytes()
        path = tmp_path / "scan.tif"
        path.write_bytes(minimal_tiff(90, 40, 1, photometric, bits))
    else:
        path = saved(
            tmp_path / "scan.tif", bitonal, compression=compression, tiffinfo={262: photometric, 278: 40}
        )
    assert np.array_equal(only(path).image, np.where(picture() > 128, 255, 0))


def minimal_tiff(width: int, height: int, bits: int, photometric: int, data: bytes) -> bytes:
    """An uncompressed grey TIFF file, written by hand from the TIFF 6.0 specification."""
    tags = [(256, width), (257, height), (258, bits), (259, 1), (262, photometric), (277, 1), (278, height)]
    tags += [(273, 8 + 2 + 12 * 9 + 4), (279, len(data))]
    entries = b"".join(struct.pack("<HHLL", tag, 4, 1, value) for tag, value in sorted(tags))
    return b"II*\0" + struct.pack("<LH", 8, len(tags)) + entries + struct.pack("<L", 0) + data


@pytest.mark.parametrize("photometric", [0, 1])
def test_sixteen_bit_tiff_in_both_photometric_senses(tmp_path: Path, photometric: int) -> None:
    levels = picture().astype("<u2") * 257
    data = (levels if photometric == 1 else 65535 - levels).astype("<u2").tobytes()
    path = tmp_path / "scan.tif"
    path.write_bytes(minimal_tiff(90, 40, 16, photometric, data))
    assert np.array_equal(only(path).image, picture())


def test_sixteen_bit_png(tmp_path: Path) -> None:
    path = saved(tmp_path / "scan.png", Image.fromarray(picture().astype(np.uint16) * 257))
    assert np.array_equal(only(path).image, picture())


@pytest.mark.parametrize("suffix", ["tif", "jpg"])
def test_cmyk(tmp_path: Path, suffix: str) -> None:
    options = {"quality": 98} if suffix == "jpg" else {}
    path = saved(
        tmp_path / f"scan.{suffix}", Image.fromarray(picture()).convert("RGB").convert("CMYK"), **options
    )
    assert np.abs(only(path).image.astype(int) - picture()).max() <= 30


def test_float_pixels_are_refused_with_a_remedy(tmp_path: Path) -> None:
    path = saved(tmp_path / "scan.tif", Image.fromarray(picture().astype(np.float32)))
    with pytest.raises(UnreadableInputError, match="save the scan as 8-bit grey or RGB"):
        list(open_scans(path))


@pytest.mark.parametrize("mode", ["LA", "RGBA", "PA"])
def test_what_is_transparent_is_white(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(np.zeros((20, 30), np.uint8)).convert("RGBA")
    image.putalpha(Image.fromarray(np.tile([0, 128, 255], (20, 10)).astype(np.uint8)))
    image = image.quantize(8) if mode == "PA" else image.convert(mode)
    scan = only(saved(tmp_path / "scan.png", image))
    assert np.abs(scan.image.astype(int) - np.tile([255, 127, 0], (20, 10))).max() <= 2


def test_a_transparent_colour_is_white(tmp_path: Path) -> None:
    image = Image.fromarray(np.tile([0, 90], (20, 15)).astype(np.uint8))
    scan = only(saved(tmp_path / "scan.png", image, transparency=0))
    assert np.array_equal(scan.image, np.tile([255, 90], (20, 15)))


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize(
    ("orientation", "stored"),
    [
        (1, lambda page: page),
        (2, lambda page: page[:, ::-1]),
        (3, lambda page: page[::-1, ::-1]),
        (4, lambda page: page[::-1]),
        (5, lambda page: page.T),
        (6, lambda page: np.rot90(page, 1)),
        (7, lambda page: page[::-1, ::-1].T),
        (8, lambda page: np.rot90(page, -1)),
    ],
)
def test_exif_orientation(tmp_path: Path, suffix: str, orientation: int, stored: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(np.ascontiguousarray(stored(picture())))
    options: dict[str, Any] = {"tiffinfo": {274: orientation}} if suffix == "tif" else {"exif": exif}
    if suffix in ("jpg", "webp"):
        options["quality"] = 95
    scan = only(saved(tmp_path / f"scan.{suffix}", image, **options))
    assert scan.image.shape == picture().shape
    assert np.abs(scan.image.astype(int) - picture()).mean() < 5


def test_every_page_of_a_tiff(tmp_path: Path) -> None:
    pages = [Image.fromarray(np.full((20 + i, 30), 40 * i, np.uint8)) for i in range(5)]
    path = saved(
        tmp_path / "scan.tiff", pages[0], save_all=True, append_images=pages[1:], compression="tiff_lzw"
    )
    scans = list(open_scans(path))
    assert [scan.page for scan in scans] == [1, 2, 3, 4, 5]
    assert [scan.image.shape for scan in scans] == [(20 + i, 30) for i in range(5)]
    assert [int(scan.image[0, 0]) for scan in scans] == [0, 40, 80, 120, 160]


def test_a_bad_page_comes_after_the_good_ones(tmp_path: Path) -> None:
    pages = [Image.fromarray(picture()), Image.fromarray(np.zeros((2, 2), np.uint8))]
    scans = open_scans(
        saved(tmp_path / "scan.tif", pages[0], save_all=True, append_images=[pages[1], pages[0]])
    )
    assert np.array_equal(next(scans).image, picture())
    with pytest.raises(UnreadableInputError, match="2 x 2 pixels are too few") as caught:
        next(scans)
    assert caught.value.page == 2


def test_pages_without_end_are_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chequereader.scan.raster.MAX_PAGES", 3)
    pages = [Image.fromarray(picture())] * 5
    scans = open_scans(saved(tmp_path / "scan.tif", pages[0], save_all=True, append_images=pages[1:]))
    for _ in range(3):
        next(scans)
    with pytest.raises(UnreadableInputError, match="more than 3 pages; split the file"):
        next(scans)
    assert MAX_PAGES > 100


def test_a_tiff_whose_pages_run_in_a_circle_ends(tmp_path: Path) -> None:
    whole = bytearray(minimal_tiff(90, 40, 8, 1, picture().tobytes()))
    whole[8 + 2 + 12 * 9 : 8 + 2 + 12 * 9 + 4] = struct.pack("<L", 8)
    path = tmp_path / "scan.tif"
    path.write_bytes(whole)
    assert len(list(open_scans(path))) == 1


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ((200, 200), 200),
        ((204, 196), 200),
        ((0, 0), None),
        ((1, 1), None),
        ((9999, 9999), None),
        (None, None),
    ],
)
def test_dpi_is_told_if_it_is_plausible(tmp_path: Path, told: Any, expected: float | None) -> None:
    options = {} if told is None else {"dpi": told}
    assert only(saved(tmp_path / "scan.tif", Image.fromarray(picture()), **options)).dpi == expected


def test_dpi_of_oblong_pixels_is_not_told(tmp_path: Path) -> None:
    assert only(saved(tmp_path / "scan.tif", Image.fromarray(picture()), dpi=(204, 98))).dpi is None


def test_dpi_of_png_and_jpeg(tmp_path: Path) -> None:
    for suffix in ("png", "jpg"):
        scan = only(saved(tmp_path / f"scan.{suffix}", Image.fromarray(picture()), dpi=(300, 300)))
        assert scan.dpi == pytest.approx(300, abs=0.1)
