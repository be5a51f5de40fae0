"""Lines of both types as shipped: each is read in its own, alone and on a page, either way up."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from toy_lines import clean_line

from chequereader.micr.either import EitherReader
from chequereader.micr.fonts import CMC7, E13B
from chequereader.micr.reader import MicrReader
from chequereader.options import ReadOptions
from chequereader.synthetic import magnetic_line
from chequereader.synthetic.magnetic_line import draw_line
from chequereader.synthetic.micr import draw_micr, micr_line

DPI = 200
LINES = {order: micr_line(order, "012345678", "123456789012", "100200") for order in ("fr", "br")}
VERDICTS = {"fr": "none", "br": "valid"}


@pytest.fixture(scope="module")
def reader() -> EitherReader:
    return EitherReader()


def line_of_bars(order: str, dpi: float = DPI) -> NDArray[np.uint8]:
    """A clean line in CMC-7, ink 40 on 235."""
    ink = draw_micr(LINES[order], dpi)
    return (235 - 195 * np.pad(ink, 20)).astype(np.uint8)


def raw(order: str) -> str:
    return LINES[order].text.replace(" ", "")


def page_with(line: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A cheque of 175 x 80 mm at 200 dpi, print at its head, the line at its foot."""
    page = np.full((630, 1378), 235, np.uint8)
    for y in (40, 64, 88):
        cv2.putText(page, "PAY THIS CHEQUE TO THE ORDER OF " * 2, (30, y), 0, 0.55, 40, 1, cv2.LINE_AA)
    height, width = line.shape
    page[625 - height : 625, 60 : 60 + width] = line
    return page


@pytest.mark.parametrize("order", LINES)
@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_lines_of_bars_are_read(reader: EitherReader, order: str, dpi: float) -> None:
    (reading,) = reader.read_lines([line_of_bars(order, dpi)])
    assert reading is not None
    assert (reading.font, reading.grammar) == ("cmc7", order)
    assert (reading.raw, reading.check_digit) == (raw(order), VERDICTS[order])
    assert reading.unicode == reading.raw and reading.restored == ()
    assert reading.model is not None and reading.model.startswith("micr-cmc7@")
    assert len(reading.characters) == len(reading.raw)


@pytest.mark.parametrize("over", [False, True])
def test_lines_of_both_types_are_found_on_pages(reader: EitherReader, over: bool) -> None:
    bars = page_with(line_of_bars("fr"))
    other = page_with(clean_line("C001974C A122016066A 001464159C", 23.4))
    blank = np.full_like(bars, 235)
    pages = [np.ascontiguousarray(np.rot90(page, 2 * over)) for page in (bars, other, blank)]
    first, second, nothing = reader.read_pages(pages)
    assert first is not None and second is not None and nothing is None
    assert (first.font, first.raw, first.turned) == ("cmc7", raw("fr"), 2 * over)
    assert (second.font, second.raw) == ("e13b", "C001974CA122016066A001464159C")
    assert second.turned == 2 * over


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_bars_are_found_whichever_way_a_page_lies(turns: int) -> None:
    page = np.ascontiguousarray(np.rot90(page_with(line_of_bars("fr")), turns))
    reading = MicrReader(font=CMC7).read(page)
    assert reading is not None
    assert (reading.raw, reading.turned) == (raw("fr"), turns)


def test_print_alone_is_no_line_of_bars(reader: EitherReader) -> None:
    page = page_with(np.full((1, 1), 235, np.uint8))
    assert reader.read_pages([page, np.ascontiguousarray(np.rot90(page, 2))]) == [None, None]


def test_drawn_lines_of_bars(reader: EitherReader) -> None:
    rng = np.random.default_rng(12)
    text = "C0100200 C012345678123E 123456789012A"
    lines = [draw_line(text, rng, printed=magnetic_line.CMC7) for _ in range(40)]
    readings = reader.read_lines([line.image for line in lines])
    right = [r is not None and r.raw == line.text for r, line in zip(readings, lines, strict=True)]
    assert np.mean(right) > 0.6  # drawn as badly as any scan


def test_each_type_has_its_own_calibration(reader: EitherReader) -> None:
    options = ReadOptions(field="micr", max_error=0.05)
    for font, image in ((E13B, clean_line("A021000021A 12345C")), (CMC7, line_of_bars("fr"))):
        (line,) = reader.read_lines([image])
        assert line is not None and line.font == font.name
        own = MicrReader(font=font).calibration.accepted_from(options)
        assert reader.accepted_from(line, options) == own
