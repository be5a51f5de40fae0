"""Sets on disk."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from chequereader.errors import OutputError, UsageError
from chequereader.synthetic.cheque import generate
from chequereader.synthetic.cheque_set import COLUMNS, write_set
from chequereader.synthetic.config import SyntheticConfig

CONFIG = SyntheticConfig(preset="easy", banks=2)
COMMON = [
    "file",
    "amount",
    "digits",
    "text",
    "words",
    "date",
    "micr",
    "x0",
    "y0",
    "x1",
    "y1",
    "group",
    "notes",
]


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_set_holds_what_the_generator_says(tmp_path):
    write_set(tmp_path / "set", 3, 5, CONFIG)
    truth, characters = rows(tmp_path / "set" / "truth.csv"), rows(tmp_path / "set" / "characters.csv")
    assert COLUMNS[: len(COMMON)] == COMMON and list(truth[0]) == COLUMNS
    assert len(truth) == 3
    for index, row in enumerate(truth):
        cheque = generate(5, index, CONFIG)
        image = cv2.imread(str(tmp_path / "set" / row["file"]), cv2.IMREAD_GRAYSCALE)
        assert np.array_equal(image, cheque.image)
        assert (row["amount"], row["text"], row["layout"]) == (cheque.amount, cheque.text, cheque.layout.name)
        assert tuple(int(row[k]) for k in ("x0", "y0", "x1", "y1")) == tuple(cheque.zone)
        own = [r for r in characters if r["file"] == row["file"] and r["index"] != "-1"]
        assert "".join(r["character"] for r in own) == cheque.text.replace(" ", "")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["set"]  # nothing is left over


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_set(tmp_path / name, 2, 5, CONFIG)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(OutputError, match="not an empty folder"):
        write_set(tmp_path, 1, 0, CONFIG)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(OutputError):
        write_set(tmp_path / "mine.txt", 1, 0, CONFIG)
    with pytest.raises(OutputError):
        write_set(tmp_path / "mine.txt" / "below", 1, 0, CONFIG)


def test_an_empty_folder_may_be_filled(tmp_path):
    write_set(tmp_path, 1, 0, CONFIG)
    assert (tmp_path / "truth.csv").exists()


def test_nothing_stays_behind_when_generating_fails(tmp_path):
    with pytest.raises(UsageError):
        write_set(tmp_path / "set", 0, 0, CONFIG)
    assert list(tmp_path.iterdir()) == []
