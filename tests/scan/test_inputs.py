"""Folders, files, patterns and lists: which files are meant, in which order, and how they are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from chequereader.errors import UnreadableInputError
from chequereader.scan.inputs import find_inputs, find_scans, named_files


def touched(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_scans_are_found_below_the_folder_in_order(tmp_path: Path) -> None:
    touched(tmp_path, "b.png", "a/z.JPG", "a/b/c.tif", "d.webp", ".hidden/x.png", ".x.png", "truth.csv")
    touched(tmp_path, "l.x937", "m.icl", "n.tar.gz", "o.ZIP", "p.gz")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert find_scans(tmp_path) == [
        "a/b/c.tif", "a/z.JPG", "b.png", "d.webp", "l.x937", "m.icl", "n.tar.gz", "o.ZIP",
    ]  # fmt: skip


def test_a_folder_without_scans_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="no scans here"):
        find_inputs([str(tmp_path)])
    with pytest.raises(UnreadableInputError, match="no such file or folder"):
        find_inputs([str(tmp_path / "missing")])
    with pytest.raises(UnreadableInputError, match="can't be listed"):
        find_scans(tmp_path / "missing")


def test_a_folder_alone_names_its_files_from_there(tmp_path: Path) -> None:
    folder = touched(tmp_path / "scans", "a.png", "b/c.png")
    assert [(one.file, one.path) for one in find_inputs([str(folder)])] == [
        ("a.png", folder / "a.png"),
        ("b/c.png", folder / "b/c.png"),
    ]


def test_several_inputs_are_named_by_their_paths_each_once(tmp_path: Path) -> None:
    folder = touched(tmp_path / "scans", "a.png", "b.png")
    other = touched(tmp_path, "c.dat") / "c.dat"
    found = find_inputs([str(other), str(folder / "b.png"), str(folder)])
    assert [one.file for one in found] == [str(other), str(folder / "b.png"), str(folder / "a.png")]


def test_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched(tmp_path, "b.png", "a.png", "deep/er/c.png", "d.jpg", "[1].png")
    monkeypatch.chdir(tmp_path)
    assert [one.file for one in find_inputs(["*.png"])] == ["[1].png", "a.png", "b.png"]
    assert [one.file for one in find_inputs(["**/c.png"])] == ["deep/er/c.png"]
    assert [one.file for one in find_inputs(["[1].png"])] == ["[1].png"]
    assert list(named_files(["*.bmp"], [])) == [Path("*.bmp")]
    with pytest.raises(UnreadableInputError, match="no such file"):
        find_inputs(["*.bmp"])


def test_a_list_keeps_its_order_and_what_is_missing(tmp_path: Path) -> None:
    folder = touched(tmp_path, "a.png", "b.png")
    lines = [f"{folder}/b.png\n", "\n", f"{folder}/missing.png\r\n", f"{folder}/a.png"]
    found = find_inputs(["-"], [line.encode() for line in lines])
    assert [one.path.name for one in found] == ["b.png", "missing.png", "a.png"]
    with pytest.raises(UnreadableInputError, match="the list on standard input is empty"):
        find_inputs(["-"], [b"\n"])


def test_names_on_a_list_may_be_any_bytes() -> None:
    assert [str(path) for path in named_files(["-"], [b"caf\xe9.png\n"])] == ["caf\udce9.png"]
