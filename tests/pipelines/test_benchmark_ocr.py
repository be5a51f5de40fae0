"""OCR engines measured on small sets: the engines' answers are given, none has to be installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import shutil
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from chequereader.box import Box
from chequereader.cheque_set import ChequeSet, Truth, write_truth
from pipelines.benchmark import ocr

FIELD = np.full((20, 60), 255, dtype=np.uint8)


def write_set(folder: Path, truths: list[Truth]) -> ChequeSet:
    """A set of images whose widths are 40, 41, ..., so that an engine can tell them apart by their pixels."""
    folder.mkdir(exist_ok=True)
    for i, truth in enumerate(truths):
        Image.new("L", (40 + i, 40), 255).save(folder / truth.file)
    write_truth(folder, truths)
    return ChequeSet(folder, tuple(truths))


def by_width(*said: ocr.Said) -> Callable[[], ocr.Engine]:
    """An engine that says the n-th text of the n-th image, and one way that never says anything."""
    return lambda: ocr.Engine(
        "given",
        "1.0",
        (
            ocr.Way("silent", lambda field: ocr.Said("", 1.0)),
            ocr.Way("knowing", lambda field: said[field.shape[1] - 40]),
        ),
    )


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)


@pytest.fixture
def all_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "1.2")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.56", "1234.56"),
        ("$ 233.00", "233.00"),
        ("88,00,000/—", "8800000.00"),
        ("≤ 45.10 -", "45.10"),
        ("four", None),
        ("", None),
        ("1.2.3.4", None),
    ],
)
def test_a_text_is_worth_what_the_grammar_says(text: str, amount: str | None) -> None:
    assert ocr.amount_in(text) == (None if amount is None else Decimal(amount))


def test_amounts_are_compared_as_decimals() -> None:
    truth = Truth("a.png", amount=Decimal("1234.5"), digits="999")
    assert ocr.judged(truth, "1,234.50") is True
    assert ocr.judged(truth, "999") is False
    assert ocr.judged(truth, "O,S") is None


def test_digits_alone_are_compared_without_what_stands_among_them() -> None:
    truth = Truth("a.png", digits="22970")
    assert ocr.judged(truth, "a 22.97-0.") is True
    assert ocr.judged(truth, "2297O") is False
    assert ocr.judged(truth, "SO.-") is None


def test_boxes_are_joined_from_left_to_right() -> None:
    assert ocr.joined([(30.0, "50", 0.5), (2.0, "1,", 0.8), (11.0, "2", 1.0)]) == ocr.Said("1,250", 0.4)


def test_a_field_is_its_box_with_a_margin_or_the_whole_image(tmp_path: Path) -> None:
    image = np.arange(100 * 50, dtype=np.uint32).reshape(50, 100).astype(np.uint8)
    Image.fromarray(image).save(tmp_path / "a.png")
    inside = Truth("a.png", digits="1", box=Box(10, 20, 60, 36))
    at_edge = Truth("a.png", digits="1", box=Box(1, 34, 100, 50))
    cheques = ChequeSet(tmp_path, (inside, at_edge))
    np.testing.assert_array_equal(ocr.field_of(cheques, inside), image[18:38, 8:62])
    np.testing.assert_array_equal(ocr.field_of(cheques, at_edge), image[32:, :])
    np.testing.assert_array_equal(ocr.field_of(cheques, Truth("a.png")), image)


def test_a_box_outside_the_image_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path, [Truth("a.png", digits="1", box=Box(100, 100, 140, 120))])
    monkeypatch.setitem(ocr.ENGINES, "rapidocr", by_width(ocr.Said("1", 1.0)))
    with pytest.raises(SystemExit) as end:
        ocr.main([str(tmp_path), "--engine", "rapidocr"])
    assert end.value.code == 3
    assert "a.png: its box lies outside the image" in capsys.readouterr().err


def test_figures_count_silence_as_rejected_and_errors_by_confidence(tmp_path: Path) -> None:
    truths = [Truth(f"{i}.png", digits=str(10 + i)) for i in range(5)]
    engine = by_width(
        ocr.Said("10", 0.9), ocr.Said("11", 0.8), ocr.Said("0", 0.7), ocr.Said("13", 0.6), ocr.Said("-", 0.99)
    )()
    cheques = write_set(tmp_path, truths)
    silent, knowing = (ocr.measure(engine, way, cheques) for way in engine.ways)
    assert (silent.n, silent.exact, silent.correct_at_1_percent_error) == (5, 0.0, 0.0)
    assert (knowing.n, knowing.exact) == (5, 0.6)
    # only above the error at 0.7 is the share of errors within 1%
    assert knowing.correct_at_1_percent_error == 0.4
    assert knowing.per_second > 0
    assert ocr.best([silent, knowing]) is knowing


def test_a_subset_is_measured_and_the_better_way_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    truths = [Truth("a.png", digits="10"), Truth("b.png", digits="11"), Truth("c.png", words="eleven")]
    write_set(tmp_path / "set", truths)
    names = tmp_path / "names.txt"
    names.write_text("b.png\nc.png\n")
    monkeypatch.setitem(ocr.ENGINES, "tesseract", by_width(ocr.Said("?", 0.0), ocr.Said("1.1", 0.9)))
    arguments = [str(tmp_path / "set"), "--subset", str(names), "--engine", "tesseract"]
    ocr.main(arguments)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("| given, silent | 1 | 0.0% | 0.0% |")
    assert lines[3].startswith("| given, knowing | 1 | 100.0% | 100.0% |")
    assert lines[-1] == "given 1.0: best by knowing"
    ocr.main([*arguments, "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert [(row["engine"], row["version"], row["way"], row["n"], row["exact"]) for row in rows] == [
        ("given", "1.0", "silent", 1, 0.0),
        ("given", "1.0", "knowing", 1, 1.0),
    ]


def test_a_missing_engine_is_skipped_with_its_remedy(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    nothing_installed: None,
) -> None:
    write_set(tmp_path, [Truth("a.png", digits="10")])
    monkeypatch.setitem(ocr.ENGINES, "tesseract", by_width(ocr.Said("10", 1.0)))
    ocr.main([str(tmp_path)])
    out, err = capsys.readouterr()
    told = "rapidocr skipped: not installed: rapidocr, onnxruntime; pip install rapidocr onnxruntime\n"
    assert err.startswith(told)
    assert "| given, knowing | 1 | 100.0% |" in out


def test_no_engine_at_all_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], nothing_installed: None
) -> None:
    with pytest.raises(SystemExit) as end:
        ocr.main([str(tmp_path)])
    assert end.value.code == 2
    rapidocr, tesseract, last = capsys.readouterr().err.splitlines()
    assert rapidocr.startswith("rapidocr skipped: ")
    assert tesseract.startswith("tesseract skipped: the program tesseract is not installed; ")
    assert last.endswith("no engine to measure")


def test_a_set_without_truth_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path, [Truth("a.png", words="ten")])
    monkeypatch.setitem(ocr.ENGINES, "rapidocr", by_width())
    with pytest.raises(SystemExit) as end:
        ocr.main([str(tmp_path), "--engine", "rapidocr"])
    assert end.value.code == 3
    assert "no row tells an amount or digits" in capsys.readouterr().err


class GivenRapidOCR:
    """Finds two boxes, the right one first; nothing in black fields."""

    def __init__(self, params: dict[str, Any]) -> None:
        small = SimpleNamespace(
            ocr_version=SimpleNamespace(value="PP-0"), model_type=SimpleNamespace(value="small")
        )
        self.cfg = SimpleNamespace(Det=small, Rec=small)

    def __call__(self, image: np.ndarray, *, use_det: bool, use_cls: bool) -> SimpleNamespace:
        assert not use_cls
        if not use_det:
            return SimpleNamespace(txts=("12.50",), scores=(0.75,))
        if not image.any():
            return SimpleNamespace(boxes=None, txts=None, scores=None)
        boxes = np.array([[[30, 0], [50, 0], [50, 9], [30, 9]], [[5, 0], [25, 0], [25, 9], [5, 9]]])
        return SimpleNamespace(boxes=boxes, txts=(".50", "12"), scores=(0.5, 0.5))


def test_rapidocr_is_used_with_and_without_detection(
    monkeypatch: pytest.MonkeyPatch, all_installed: None
) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", SimpleNamespace(RapidOCR=GivenRapidOCR))
    engine = ocr.rapidocr_engine()
    assert engine.version == "1.2, onnxruntime 1.2, PP-0 small detection, PP-0 small recognition"
    shipped, small, alone = engine.ways
    assert shipped.read(FIELD) == small.read(FIELD) == ocr.Said("12.50", 0.25)
    assert shipped.read(np.zeros_like(FIELD)).text == ""
    assert alone.read(FIELD) == ocr.Said("12.50", 0.75)


def test_tesseract_words_are_joined_without_the_rows_of_blocks(
    monkeypatch: pytest.MonkeyPatch, all_installed: None
) -> None:
    def image_to_data(field: np.ndarray, *, lang: str, config: str, output_type: str) -> dict[str, list[Any]]:
        return {"left": [0, 30, 4], "text": ["", ".50", "12"], "conf": [-1, 50, 50.0]}

    given = SimpleNamespace(
        image_to_data=image_to_data,
        Output=SimpleNamespace(DICT="dict"),
        get_tesseract_version=lambda: "5.0",
    )
    monkeypatch.setitem(sys.modules, "pytesseract", given)
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")
    engine = ocr.tesseract_engine()
    assert engine.version.startswith("5.0, ")
    assert [way.read(FIELD) for way in engine.ways] == [ocr.Said("12.50", 0.25)] * 2
