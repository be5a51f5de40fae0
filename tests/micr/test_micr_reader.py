"""The MICR reader as shipped: lines, pages, restoring, what fits no grammar."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from stdnum.us import rtn
from toy_lines import TEXT, clean_line, page

from chequereader.box import Box
from chequereader.cheque_set import read_cheque_set, read_names
from chequereader.errors import WeightsError
from chequereader.micr.reader import MicrReader
from chequereader.micr.reading import MicrReading
from chequereader.synthetic.e13b import PITCH, SQUARE
from chequereader.synthetic.magnetic_line import draw_line
from chequereader.synthetic.micr import routing_number

LINES = {
    "A021000021A 1234567890C 0101": "us",
    "C00003C A12345D678A 1234D567890D110C": "ca",
    "C083654C 500025033A 290062C 31": "in",
    "C158545C 90D3365A 99940333C 06": "uk",
    "A123456789A 55D5C": "free",
    "B0000012500B": "free",
}


@pytest.fixture(scope="module")
def reader() -> MicrReader:
    return MicrReader()


@pytest.mark.parametrize(("text", "grammar"), LINES.items())
@pytest.mark.parametrize("height", [14, 24, 40])
def test_clean_lines_are_read(reader: MicrReader, text: str, grammar: str, height: float) -> None:
    reading = reader.read_line(clean_line(text, height))
    assert reading is not None
    assert (reading.raw, reading.grammar, reading.restored) == (text.replace(" ", ""), grammar, ())
    assert reading.confidence > 0.8


def test_many_lines_read_as_one_by_one(reader: MicrReader) -> None:
    images = [clean_line(text) for text in LINES] + [np.full((40, 300), 230, np.uint8)]
    together, alone = reader.read_lines(images), [reader.read_line(image) for image in images]
    assert together[-1] is None and alone[-1] is None
    for one, other in zip(together[:-1], alone[:-1], strict=True):
        assert one is not None and other is not None
        assert (one.raw, one.fields, one.box) == (other.raw, other.fields, other.box)
        assert one.confidence == pytest.approx(other.confidence, abs=1e-3)


def test_json_form(reader: MicrReader) -> None:
    reading = reader.read_line(clean_line("A021000021A 12345C 0101"))
    assert reading is not None
    record = json.loads(json.dumps(reading.to_dict()))
    assert record["raw"] == "A021000021A12345C0101" and record["unicode"] == "⑆021000021⑆12345⑈0101"
    assert record["fields"]["routing"] == "021000021" and record["check_digit"] == "valid"
    assert len(record["box"]) == 4


def test_a_wrong_check_digit_is_told(reader: MicrReader) -> None:
    reading = reader.read_line(clean_line("A021000022A 12345C"))
    assert reading is not None and not rtn.is_valid("021000022")
    assert (reading.raw, reading.grammar, reading.check_digit) == ("A021000022A12345C", "free", "invalid")


def smeared(cell: np.ndarray, how: str, rng: np.random.Generator) -> np.ndarray:
    """Return the picture of a character that nobody can read."""
    if how == "blotted":
        return np.full_like(cell, 40)
    if how == "erased":
        return np.full_like(cell, 255)
    if how == "blurred":
        return np.asarray(cv2.GaussianBlur(cell, (0, 0), 8.0), np.uint8)
    return np.where(rng.random(cell.shape) < 0.5, 30, 240).astype(np.uint8)


@pytest.mark.parametrize("how", ["blotted", "erased", "blurred", "noisy"])
def test_an_illegible_digit_of_a_routing_number_is_restored(reader: MicrReader, how: str) -> None:
    rng = np.random.default_rng(3)
    clear, spoilt, places = [], [], []
    for k in range(27):
        text = f"A{routing_number(rng)}A 00{rng.integers(100000, 999999)}C"
        place, height = 1 + k % 9, 24.0
        image = clean_line(text, height)
        clear.append(image)
        image = image.copy()
        x = 12 + round((place * PITCH / SQUARE + 1) * height / 9)
        cell = image[10:-10, x - 1 : x + round(7 * height / 9) + 1]
        cell[:] = smeared(cell, how, rng)
        spoilt.append(image)
        places.append(place)
    wanted, readings = reader.read_lines(clear), reader.read_lines(spoilt)
    right = [
        one is not None and other is not None and one.raw == other.raw and place in other.restored
        for one, other, place in zip(wanted, readings, places, strict=True)
    ]
    assert np.mean(right) >= 0.9
    for one, other, good in zip(wanted, readings, right, strict=True):
        assert one is not None and other is not None and one.restored == ()
        assert not good or other.confidence < one.confidence
        assert other.grammar != "us" or rtn.is_valid(other.fields["routing"])


def test_two_erased_digits_are_not_restored_with_confidence(reader: MicrReader) -> None:
    image = clean_line("A02  00021A 1234567890C")
    reading = reader.read_line(image)
    assert reading is not None
    assert reading.grammar != "us" or reading.confidence < 0.5


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_the_line_of_a_page_is_read_whichever_way_it_lies(reader: MicrReader, turns: int) -> None:
    image, _ = page()
    reading = reader.read(np.ascontiguousarray(np.rot90(image, turns)))
    assert reading is not None
    assert (reading.raw, reading.turned) == (TEXT.replace(" ", ""), turns)


@pytest.mark.parametrize("over", [False, True])
def test_the_line_of_a_level_page_is_read(reader: MicrReader, over: bool) -> None:
    image, box = page()
    scan = np.ascontiguousarray(np.rot90(image, 2 * over))
    blank = np.full((640, 1400), 235, np.uint8)
    reading, nothing = reader.read_pages([scan, blank])
    assert nothing is None
    assert reading is not None
    assert (reading.raw, reading.turned) == (TEXT.replace(" ", ""), 2 * over)
    height, width = image.shape
    where = Box(width - box.x1, height - box.y1, width - box.x0, height - box.y0) if over else box
    assert reading.box.intersection(where).area > 0.85 * max(where.area, reading.box.area)
    assert len(reading.characters) == len(reading.raw)
    first, last = reading.characters[0], reading.characters[-1]
    assert (first.x0 > last.x1) if over else (first.x1 < last.x0)


def test_a_line_is_certain_by_its_grammar_or_by_length_and_likelihood() -> None:
    def line(raw: str, grammar: str, confidence: float) -> MicrReading:
        return MicrReading(raw, {}, grammar, confidence, "none", (), Box(0, 0, 9, 9))

    assert line("A021000021A", "us", 0.2).certain
    assert not line("A000000000A", "us", 0.04).certain, "print, upside down"
    assert line("A000000000AA1025", "free", 0.4).certain
    assert not line("60700C", "free", 0.48).certain, "a box of another type, upside down"
    assert not line("DDDDDDDDDDDDDD", "free", 0.04).certain


def test_a_blank_page_has_no_line(reader: MicrReader) -> None:
    assert reader.read(np.full((640, 1400), 235, np.uint8)) is None


def test_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no such weights"):
        MicrReader(tmp_path / "micr.safetensors")


def test_drawn_lines(reader: MicrReader) -> None:
    rng = np.random.default_rng(11)
    lines = [draw_line("C001974C A122016066A 001464159C", rng) for _ in range(40)]
    readings = reader.read_lines([line.image for line in lines])
    right = [r is not None and r.raw == line.text for r, line in zip(readings, lines, strict=True)]
    assert np.mean(right) > 0.6  # drawn as badly as any scan


def test_real_lines_that_training_never_saw(reader: MicrReader, shared_data: Path) -> None:
    cheques = read_cheque_set(shared_data / "micr-e13b")
    names = read_names(Path(__file__).parents[2] / "data/splits/micr-e13b-validation.txt")
    truths = cheques.restricted(names).truths[::4]
    images = [cv2.imread(str(cheques.path(truth)), cv2.IMREAD_GRAYSCALE) for truth in truths]
    readings = reader.read_lines([np.asarray(image, np.uint8) for image in images])
    right = [r is not None and r.raw == t.micr for r, t in zip(readings, truths, strict=True)]
    assert np.mean(right) >= 0.93
