"""Digits of UNIPEN's text form, from files written here; pendigits itself where it is at hand."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from chequereader.errors import UnreadableInputError
from chequereader.training.glyphs import Pen
from chequereader.training.unipen import pendigits

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pen" / "pendigits-train.gz"

FILE = """.INCLUDE        dene.doc

.LEXICON "0" "1"
.HIERARCHY      DIGIT

.SEGMENT DIGIT    0 ? "4"
.COMMENT 4 12  224
.PEN_DOWN
 10  90
 12  50
 40  50
.PEN_UP
.DT 100
.PEN_DOWN
 30  70
 30  10
.PEN_UP

.SEGMENT DIGIT    1 ? "1"
.COMMENT 1 7  3
.PEN_DOWN
 5  80
 5  0
.PEN_UP
"""


@pytest.mark.parametrize("name", ["digits", "digits.gz"])
def test_digits_by_writer(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(FILE.encode()) if name.endswith(".gz") else FILE.encode())
    found = pendigits(path)
    assert sorted(found.characters()) == ["1", "4"]
    assert found.writers() == 2
    (four,) = found.samples["4"][0]
    assert [stroke.tolist() for stroke in four] == [[[10, -90], [12, -50], [40, -50]], [[30, -70], [30, -10]]]
    assert found.samples["4"][1] == []
    assert [len(samples) for samples in found.samples["1"]] == [0, 1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no segment",
        FILE[: FILE.index("4")].encode() + b'.SEGMENT DIGIT 0 ? "4"',  # nothing behind the head
        FILE.replace(" 12  50", " 12").encode(),  # half a point
        FILE.replace(" 12  50", " a  b").encode(),
    ],
)
def test_what_is_of_another_form_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "digits"
    path.write_bytes(content)
    with pytest.raises(UnreadableInputError, match="not a whole file of pen digits"):
        pendigits(path)
    path.with_suffix(".gz").write_bytes(content)
    with pytest.raises(UnreadableInputError, match="not a whole file of pen digits"):
        pendigits(path.with_suffix(".gz"))
    with pytest.raises(UnreadableInputError):
        pendigits(tmp_path / "none")


@pytest.mark.skipif(not SHARED.is_file(), reason=f"no {SHARED.name} beside the repository")
def test_uci_pendigits() -> None:
    found = pendigits(SHARED)
    assert found.writers() == 30
    assert sum(len(own) for by_writer in found.samples.values() for own in by_writer) == 7494
    picture = found.draw("8", 3, 40.0, Pen(0.1, 0.0), np.random.default_rng(0))
    assert 38 <= picture.shape[0] <= 46
    assert 0.1 < (picture > 0.5).mean() < 0.6
