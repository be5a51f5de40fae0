"""MICR lines through the command line, with the shipped weights: the samples, and lines cut from them."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from pathlib import Path

import pytest
from PIL import Image
from stdnum.us import rtn

from chequereader import cli
from chequereader.cheque_set import COLUMNS, Truth, read_cheque_set
from chequereader.reading import Reading

LINES = ("us-personal.png", "us-business.png", "uk.png", "in-cts.png", "uy.png")


def run(*arguments: object) -> list[str]:
    """The lines that a command prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert cli.run([str(argument) for argument in arguments]) == 0
    return out.getvalue().splitlines()


@pytest.fixture(scope="module")
def truths(samples: Path) -> dict[str, Truth]:
    return {truth.file: truth for truth in read_cheque_set(samples).truths}


@pytest.fixture(scope="module")
def read(samples: Path) -> dict[str, Reading]:
    """The samples as ``read --json`` gives them."""
    names = (*LINES, "fr.png")
    lines = run("read", "--json", *(samples / name for name in names))
    return dict(zip(names, map(Reading.from_json, lines), strict=True))


@pytest.fixture(scope="module")
def line_set(
    read: dict[str, Reading],
    truths: dict[str, Truth],
    samples: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A cheque set of the samples' lines, cut out."""
    folder = tmp_path_factory.mktemp("lines")
    with (folder / "truth.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS, restval="")
        rows.writeheader()
        for name in LINES:
            line = read[name].micr
            assert line is not None
            with Image.open(samples / name) as image:
                image.crop(line.box.padded(20, 10, *image.size)).save(folder / name)
            rows.writerow({"file": name, "micr": truths[name].micr})
    return folder


@pytest.mark.parametrize("name", LINES)
def test_the_line_of_a_sample_is_in_its_json(
    read: dict[str, Reading], truths: dict[str, Truth], name: str
) -> None:
    line = read[name].micr
    assert line is not None
    assert line.raw == truths[name].micr.replace(" ", "")
    assert line.restored == () and line.turned == 0
    if line.grammar == "us":
        assert line.check_digit == "valid" and rtn.is_valid(line.fields["routing"])
    assert line.model is not None and line.model.startswith("micr-e13b@")


def test_the_line_of_a_french_sample_is_read_in_its_type(
    read: dict[str, Reading], truths: dict[str, Truth]
) -> None:
    line = read["fr.png"].micr
    assert line is not None
    assert line.raw == truths["fr.png"].micr.replace(" ", "") == line.unicode
    assert (line.font, line.grammar, line.check_digit, line.turned) == ("cmc7", "fr", "none", 0)
    assert line.model is not None and line.model.startswith("micr-cmc7@")
    assert Reading.from_json(read["fr.png"].to_json()).micr == line


def test_lines_alone_are_read_and_decided(line_set: Path, truths: dict[str, Truth]) -> None:
    paths = [line_set / name for name in LINES]
    readings = [Reading.from_json(line) for line in run("read", "--json", "--field", "micr", *paths)]
    for name, reading in zip(LINES, readings, strict=True):
        assert (reading.status, reading.amount, reading.candidates) == ("accepted", None, ())
        assert reading.micr is not None and reading.micr.raw == truths[name].micr.replace(" ", "")
        assert (reading.text, reading.confidence) == (reading.micr.unicode, reading.micr.confidence)
        assert reading.field == reading.micr.box and reading.model == reading.micr.model
    (said,) = run("read", "--field", "micr", "--threshold", "1", paths[0])
    assert ": rejected: confidence 0." in said and "MICR routing 120856671, account 57394310" in said


def test_a_picture_without_characters_is_rejected(tmp_path: Path) -> None:
    Image.new("L", (400, 50), 230).save(tmp_path / "a.png")
    (line,) = run("read", "--json", "--field", "micr", tmp_path / "a.png")
    record = json.loads(line)
    assert (record["status"], record["micr"], record["reason"]) == (
        "rejected",
        None,
        "no characters in the picture",
    )


def test_lines_are_evaluated_and_explained(line_set: Path, tmp_path: Path) -> None:
    figures = json.loads(run("evaluate", line_set, "--field", "micr", "--json", "--out", tmp_path / "out")[0])
    assert (figures["n"], figures["exact"], figures["error"]) == (5, 1.0, 0.0)
    assert set(figures["correct_at"]) == {"0.01", "0.005", "0.001"}
    run("read", "--field", "micr", "--explain", tmp_path / "why", line_set / LINES[0])
    (folder,) = (tmp_path / "why").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["1-strip.png", "2-candidates.png", "3-path.png"]


def test_a_batch_has_the_lines(line_set: Path, tmp_path: Path) -> None:
    out = tmp_path / "lines.csv"
    run("batch", line_set, "--out", out, "--field", "micr")
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(LINES)
    assert all(json.loads(row["micr"])["raw"] for row in rows)
