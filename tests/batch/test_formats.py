from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chequereader.batch.formats import COLUMNS, by_suffix
from chequereader.box import Box
from chequereader.errors import OutputError
from chequereader.micr.reading import MicrReading
from chequereader.reading import Candidate, Reading, Symbol

# A file name may hold any byte but the null; those that are no UTF-8 come as lone surrogates.
names = st.binary(min_size=1, max_size=8).map(
    lambda raw: raw.replace(b"\0", b"x").decode("utf-8", "surrogateescape")
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)

LINE = MicrReading("A12A", {"transit": "12"}, "free", 0.5, "none", (1,), Box(1, 2, 3, 4))


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    accepted = draw(st.booleans())
    reading = Reading(
        draw(names),
        draw(st.integers(1, 1000)),
        "accepted" if accepted else "rejected",
        amount=Decimal("1234.50") if accepted else None,
        currency=draw(st.sampled_from([None, "USD"])),
        text=draw(texts),
        digits=draw(texts),
        confidence=draw(st.floats(0, 1)),
        field=draw(st.sampled_from([None, Box(1, 2, 3, 4)])),
        symbols=draw(st.sampled_from([(), (Symbol("₹", Box(1, 2, 3, 4), 0.5),)])),
        candidates=(Candidate(Decimal("1234.50"), '1,"234.50', "123450", 0.5),),
        micr=draw(st.sampled_from([None, LINE])),
        reason=None if accepted else "not\nsure",
        model=draw(st.sampled_from([None, "m 1"])),
        elapsed_ms=draw(st.floats(0, 1e5)),
    )
    return {**reading.to_dict(), "fingerprint": draw(st.sampled_from(["", "abc"]))}


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(written=st.lists(records(), max_size=3))
def test_records_come_back(tmp_path: Path, suffix: str, written: list[dict[str, Any]]) -> None:
    if suffix == "parquet":
        pytest.importorskip("pyarrow", reason="the parquet extra isn't installed")
        for record in written:
            record["file"] = record["file"].encode("utf-8", "backslashreplace").decode()
    path = tmp_path / f"out.{suffix}"
    form = by_suffix(path)
    form.write(path, written)
    assert list(form.read(path)) == written


def test_csv_is_plain(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    reading = Reading("a.png", 1, "rejected", reason="no amount found", model="m 1", elapsed_ms=2.5)
    by_suffix(path).write(path, [{**reading.to_dict(), "fingerprint": "abc"}])
    with path.open(newline="") as file:
        heading, row = csv.reader(file)
    assert tuple(heading) == COLUMNS
    assert ";".join(row) == "a.png;1;rejected;;;;;0.0;null;[];[];null;null;no amount found;m 1;2.5;;abc"


def test_more_rows_than_are_written_at_once(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the parquet extra isn't installed")
    path = tmp_path / "out.parquet"
    rows = [
        {**Reading(f"{i}.png", 1, "rejected", reason="unsure").to_dict(), "fingerprint": ""}
        for i in range(2500)
    ]
    by_suffix(path).write(path, iter(rows))
    assert [record["file"] for record in by_suffix(path).read(path)] == [row["file"] for row in rows]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_foreign_files_are_refused(tmp_path: Path, suffix: str) -> None:
    if suffix == "parquet":
        pytest.importorskip("pyarrow", reason="the parquet extra isn't installed")
    path = tmp_path / f"out.{suffix}"
    path.write_text("file,amount\na.png,1.00\n")
    with pytest.raises(OutputError, match="choose another --out"):
        list(by_suffix(path).read(path))
