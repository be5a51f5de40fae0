"""Batches of files with many pages: archives, cash letters, TIFF files; done and resumed page by page."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_reader import FakeReader, OtherWeights
from PIL import Image

from chequereader.batch import BatchSummary, run_batch
from chequereader.batch.serving import Limits
from chequereader.options import ReadOptions
from chequereader.scan.inputs import find_inputs
from pipelines.faults.letters import Item, View, letter

Make = Callable[..., Path]


def run(folder: Path, out: Path, **options: Any) -> BatchSummary:
    defaults = {"make_reader": FakeReader, "resume": True}
    return run_batch(find_inputs([str(folder)]), out, ReadOptions(), **{**defaults, **options})


def records(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.read_text().splitlines()]


def pages(out: Path) -> list[tuple[str, int, str]]:
    return [(r["file"], r["page"], r["amount"] or r["status"]) for r in records(out)]


def image(width: int, form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (width, 20), 255).save(buffer, form)
    return buffer.getvalue()


def zipped(path: Path, **widths: int) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, width in widths.items():
            archive.writestr(f"{name}.png", image(width))


def test_members_and_items_are_records_of_their_own(tmp_path: Path, folder: Path) -> None:
    zipped(folder / "a.zip", x=40, y=50)
    fronts = [Item(6000, [View(image(60, "TIFF"))]), Item(7, []), Item(80, [View(image(61, "TIFF"))])]
    (folder / "b.x9").write_bytes(letter(fronts))
    summary = run(folder, tmp_path / "out.jsonl", ordered=True)
    assert summary == BatchSummary(4, 0, 1, 0, keyed=2, differing=1)
    assert "1 of 2 accepted amounts differ from the keyed ones" in summary.line()
    assert pages(tmp_path / "out.jsonl") == [
        ("a.zip/x.png", 1, "40.00"),
        ("a.zip/y.png", 1, "50.00"),
        ("b.x9", 1, "60.00"),
        ("b.x9", 2, "failed"),
        ("b.x9", 3, "61.00"),
    ]
    assert [r["keyed_amount"] for r in records(tmp_path / "out.jsonl")] == [
        None,
        None,
        "60.00",
        "0.07",
        "0.80",
    ]


def test_a_harmful_page_costs_itself_only(tmp_path: Path, folder: Path) -> None:
    zipped(folder / "a.zip", a=40, b_crash=41, c=42, d_spin=43, e=44)
    summary = run(folder, tmp_path / "out.jsonl", limits=Limits(computing_s=0.5))
    assert summary == BatchSummary(3, 0, 2, 0)
    found = pages(tmp_path / "out.jsonl")
    assert [what for _, _, what in found] == ["40.00", "failed", "42.00", "failed", "44.00"]
    assert found[1][0] == "a.zip/b_crash.png"


def test_a_file_of_harmful_pages_is_given_up(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chequereader.batch.workers.HARMFUL_PAGES", 2)
    zipped(folder / "a.zip", a=40, b_exit=41, c=42, d_exit=43, e_exit=44, f=45)
    zipped(folder / "b.zip", a=40)
    summary = run(folder, tmp_path / "out.jsonl", ordered=True)
    assert summary == BatchSummary(3, 0, 3, 0)
    assert pages(tmp_path / "out.jsonl") == [
        ("a.zip/a.png", 1, "40.00"),
        ("a.zip/b_exit.png", 1, "failed"),
        ("a.zip/c.png", 1, "42.00"),
        ("a.zip/d_exit.png", 1, "failed"),
        ("a.zip", 1, "failed"),
        ("b.zip/a.png", 1, "40.00"),
    ]
    assert "given up after 2 pages" in records(tmp_path / "out.jsonl")[4]["reason"]


def test_a_page_that_eats_memory_costs_itself_only(tmp_path: Path, folder: Path, scan: Make) -> None:
    if not Path("/proc/self/statm").is_file():
        pytest.skip("memory can't be limited here")
    for name in ("a.png", "b-memory.png", "c.png"):
        scan(name)
    summary = run(folder, tmp_path / "out.jsonl", limits=Limits(memory_bytes=2**28), ordered=True)
    assert summary == BatchSummary(2, 0, 1, 0)
    assert records(tmp_path / "out.jsonl")[1]["reason"] == (
        "needs more than 0.25 GiB of memory; the file may be damaged"
    )


def test_resume_goes_on_within_a_file(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "out.jsonl"
    zipped(folder / "a.zip", **{f"p{i}": 40 + i for i in range(6)})
    run(folder, out)
    whole = pages(out)
    lines = out.read_bytes().splitlines(keepends=True)
    # Not in the archive's order, as several workers may leave them, and one line cut off.
    out.write_bytes(lines[4] + lines[1] + lines[2][:50])
    assert run(folder, out) == BatchSummary(4, 0, 0, 2)
    assert sorted(pages(out)) == whole


def test_resume_reads_only_the_failed_pages_again(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "out.jsonl"
    zipped(folder / "a.zip", a=40, b_outside=41, c=42)
    assert run(folder, out) == BatchSummary(2, 0, 1, 0)
    assert run(folder, out) == BatchSummary(0, 0, 1, 2)
    assert len(records(out)) == 3


def test_a_changed_archive_is_read_as_a_whole(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "out.jsonl"
    zipped(folder / "a.zip", a=40, b=41, c=42)
    zipped(folder / "b.zip", a=50)
    run(folder, out)
    zipped(folder / "a.zip", a=60, c=42)
    assert run(folder, out) == BatchSummary(2, 0, 0, 1)
    assert sorted(pages(out)) == [
        ("a.zip/a.png", 1, "60.00"),
        ("a.zip/c.png", 1, "42.00"),
        ("b.zip/a.png", 1, "50.00"),
    ]
    assert run(folder, out, make_reader=OtherWeights) == BatchSummary(3, 0, 0, 0)
    assert len(records(out)) == 3


def test_order_on_request(tmp_path: Path, folder: Path, scan: Make) -> None:
    names = [f"{i:02d}{'-slow' if i % 5 == 0 else ''}.png" for i in range(20)]
    for name in names:
        scan(name)
    listed = [str(folder / name).encode() for name in reversed(names)]
    for suffix in ("jsonl", "csv"):
        out = tmp_path / f"out.{suffix}"
        inputs = find_inputs(["-"], listed)
        run_batch(inputs, out, ReadOptions(), workers=2, ordered=True, make_reader=FakeReader)
        text = out.read_text()
        places = [text.index(str(folder / name)) for name in reversed(names)]
        assert places == sorted(places)


def test_a_file_on_the_list_that_is_missing_is_a_failed_record(tmp_path: Path, scan: Make) -> None:
    there = scan("a.png")
    inputs = find_inputs(["-"], [b"missing.png\n", str(there).encode()])
    summary = run_batch(inputs, tmp_path / "out.jsonl", ReadOptions(), make_reader=FakeReader)
    assert summary == BatchSummary(1, 0, 1, 0)
    (missing,) = [r for r in records(tmp_path / "out.jsonl") if r["status"] == "failed"]
    assert (missing["file"], missing["page"]) == ("missing.png", 1)
    assert "no such file" in missing["reason"]
