"""ZIP and tar archives: members by name, damage that stays where it is, and archives that mean harm."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from chequereader.errors import UnreadableInputError
from chequereader.scan import open_pages
from pipelines.faults.letters import Item, View, letter

FORMS = ["zip", "tar", "tar.gz", "tar.bz2"]


def png(width: int = 50) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (width, 20), 255).save(buffer, "PNG")
    return buffer.getvalue()


def tiff(*widths: int) -> bytes:
    buffer = io.BytesIO()
    images = [Image.new("L", (width, 20), 255) for width in widths]
    images[0].save(buffer, "TIFF", save_all=True, append_images=images[1:])
    return buffer.getvalue()


def archive(form: str, members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    if form == "zip":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, data in members.items():
                zipped.writestr(name, data)
    else:
        mode = {"tar": "w", "tar.gz": "w:gz", "tar.bz2": "w:bz2"}[form]
        with tarfile.open(fileobj=buffer, mode=mode) as tar:  # type: ignore[call-overload]
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def pages(path: Path) -> list[tuple[str, int, object]]:
    """Name behind the folder, page, and the width or the reason of each page."""
    found: list[tuple[str, int, object]] = []
    for page in open_pages(path):
        name = page.source.removeprefix(f"{path.parent}/")
        try:
            found.append((name, page.number, page.load().image.shape[1]))
        except UnreadableInputError as error:
            assert len(str(error).splitlines()) == 1
            found.append((name, page.number, str(error).removeprefix(f"{path.parent}/")))
    return found


@pytest.mark.parametrize("form", FORMS)
def test_scans_in_an_archive_are_named_after_it(tmp_path: Path, form: str) -> None:
    front = View(tiff(33))
    members = {
        "a.png": png(40),
        "deep/er/b.tif": tiff(50, 51),
        "README.txt": b"not a scan",
        "x" * 150 + "/long.PNG": png(60),
        "letter.x9": letter([Item(100, [front]), Item(200, [front])]),
    }
    path = tmp_path / f"scans.{form}"
    path.write_bytes(archive(form, members))
    assert pages(path) == [
        (f"scans.{form}/a.png", 1, 40),
        (f"scans.{form}/deep/er/b.tif", 1, 50),
        (f"scans.{form}/deep/er/b.tif", 2, 51),
        (f"scans.{form}/{'x' * 150}/long.PNG", 1, 60),
        (f"scans.{form}/letter.x9", 1, 33),
        (f"scans.{form}/letter.x9", 2, 33),
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_bad_member_does_not_stop_the_others(tmp_path: Path, form: str) -> None:
    members = {"a.png": png()[:40], "b.png": b"", "c.zip": b"PK", "d.png": png(60)}
    path = tmp_path / f"scans.{form}"
    path.write_bytes(archive(form, members))
    *bad, good = pages(path)
    assert good == (f"scans.{form}/d.png", 1, 60)
    assert [str(reason).split(": ", 1)[1].split(";")[0] for _, _, reason in bad] == [
        "the image is cut off or damaged",
        "the file is empty",
        "an archive within an archive",
    ]


@pytest.mark.parametrize("form", ["tar", "tar.gz", "tar.bz2"])
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.7])
def test_a_tar_that_is_cut_off_says_so_at_its_end(tmp_path: Path, form: str, kept: float) -> None:
    noise = Image.effect_noise((200, 60), 80)
    buffer = io.BytesIO()
    noise.save(buffer, "PNG")
    whole = archive(form, {f"{i}.png": buffer.getvalue() for i in range(3)})
    path = tmp_path / f"scans.{form}"
    path.write_bytes(whole[: int(kept * len(whole))])
    found = pages(path)
    assert found[-1][:2] == (f"scans.{form}", 1)
    assert "the tar archive is cut off or damaged" in str(found[-1][2])


def test_a_zip_that_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "scans.zip"
    path.write_bytes(archive("zip", {"a.png": png()})[:-30])
    assert "the ZIP archive is cut off or damaged" in str(pages(path)[0][2])


def test_damage_within_a_zip_is_seen_by_its_checksum(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("a.bmp", bytes(2000))
        zipped.writestr("b.png", png(70))
    data = bytearray(buffer.getvalue())
    data[500] ^= 1
    (tmp_path / "scans.zip").write_bytes(data)
    first, second = pages(tmp_path / "scans.zip")
    assert "can't be expanded (Bad CRC-32" in str(first[2])
    assert second[2] == 70


def test_two_members_of_one_name_are_told_apart(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped, pytest.warns(UserWarning, match="Duplicate"):
        zipped.writestr("a.png", png(40))
        zipped.writestr("a.png", png(50))
    (tmp_path / "scans.zip").write_bytes(buffer.getvalue())
    assert pages(tmp_path / "scans.zip") == [("scans.zip/a.png", 1, 40), ("scans.zip/a.png#2", 1, 50)]


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_an_archive_without_scans(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"scans.{form}"
    path.write_bytes(archive(form, {"truth.csv": b"file"}))
    assert "no scans in the archive" in str(pages(path)[0][2])


def test_links_and_devices_in_a_tar_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "scans.tar"
    with tarfile.open(path, "w") as tar:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo("etc.png")
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        data = png(40)
        info = tarfile.TarInfo("../../a.png")
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    assert pages(path) == [("scans.tar/../../a.png", 1, 40)]
    assert [p.name for p in tmp_path.iterdir()] == ["scans.tar"]


@pytest.mark.parametrize("form", FORMS)
def test_a_member_that_expands_without_end_is_cut_short(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chequereader.scan.archive.MAX_BYTES", 10_000)
    path = tmp_path / f"scans.{form}"
    path.write_bytes(archive(form, {"bomb.png": bytes(3 * 2**20), "a.png": png(40)}))
    bomb, good = pages(path)
    assert "bytes are too many (at most 10000)" in str(bomb[2])
    assert good[2] == 40


@pytest.mark.parametrize("form", FORMS)
def test_an_archive_that_expands_without_end_is_cut_short(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("archive", "tar"):
        monkeypatch.setattr(f"chequereader.scan.{module}.MAX_EXPANDED_BYTES", 100_000)
    path = tmp_path / f"scans.{form}"
    path.write_bytes(archive(form, {f"{i}.png": bytes(60_000) for i in range(50)}))
    found = pages(path)
    assert len(found) <= 4
    assert "100000 bytes" in str(found[-1][2])


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_members_that_fail_count_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr("chequereader.scan.archive.MAX_EXPANDED_BYTES", 300_000)
    data = archive(form, {f"{i}.png": bytes(90_000) for i in range(50)})
    if form == "zip":
        checksum = struct.pack("<L", zlib.crc32(bytes(90_000)))
        assert data.count(checksum) == 100
        data = data.replace(checksum, b"none")
    else:
        monkeypatch.setattr("chequereader.scan.archive.MAX_BYTES", 80_000)
    path = tmp_path / f"scans.{form}"
    path.write_bytes(data)
    found = pages(path)
    assert len(found) <= 5
    assert "expands to more than 300000 bytes" in str(found[-1][2])


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chequereader.scan.archive.MAX_ITEMS", 2)
    for form in ("zip", "tar"):
        path = tmp_path / f"scans.{form}"
        path.write_bytes(archive(form, {f"{i}.png": png() for i in range(4)}))
        found = pages(path)
        assert len(found) == 3 and "more than 2 files in it; split the archive" in str(found[2][2])


def test_a_zip_with_a_huge_directory_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(archive("zip", {"a.png": png()}))
    end = data.rindex(b"PK\5\6")
    data[end + 12 : end + 16] = struct.pack("<L", 2**31)
    (tmp_path / "scans.zip").write_bytes(data)
    monkeypatch.setattr(zipfile, "ZipFile", lambda _: pytest.fail("the directory was read"))
    assert "split the archive" in str(pages(tmp_path / "scans.zip")[0][2])


def test_rare_compressions_and_passwords_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "scans.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as zipped:
        zipped.writestr("a.png", png())
    assert "compressed in a rare way; make the archive with 'deflate'" in str(pages(path)[0][2])
    data = bytearray(archive("zip", {"a.png": png()}))
    data[data.rindex(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    assert "needs a password" in str(pages(path)[0][2])


def test_a_name_of_many_megabytes_is_not_read(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = b"L", 2**33
    for path, data in (
        (tmp_path / "scans.tar", info.tobuf(tarfile.GNU_FORMAT)),
        (tmp_path / "scans.tar.gz", gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(2**21))),
        (tmp_path / "scans.tbz2", bz2.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(2**21))),
    ):
        path.write_bytes(data)
        assert f"a name of {2**33} bytes" in str(pages(path)[0][2])


def test_compressed_files_that_are_no_tar(tmp_path: Path) -> None:
    path = tmp_path / "scan.png.gz"
    path.write_bytes(gzip.compress(png() * 20))
    assert "the tar archive is cut off or damaged" in str(pages(path)[0][2])
