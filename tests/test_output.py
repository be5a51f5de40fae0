from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chequereader.errors import OutputError, one_line
from chequereader.output import make_folder, write_text, written_whole


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    write_text(path, "first\r\n\udcff")
    assert path.read_bytes() == b"first\r\n\xff"
    with pytest.raises(KeyboardInterrupt), written_whole(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"first\r\n\xff"
    assert list(tmp_path.iterdir()) == [path]


def test_what_the_system_refuses_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for attempt in (
        lambda: write_text(tmp_path / "missing" / "out.txt", ""),
        lambda: write_text(tmp_path, ""),
        lambda: make_folder(tmp_path / "file" / "folder"),
    ):
        with pytest.raises(OutputError, match="check the folder, the rights and the space left"):
            attempt()
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


@given(st.text())
def test_one_line_prints_anywhere_and_says_all(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line.encode("utf-8") is not None
    if text.isprintable():
        assert line == text
