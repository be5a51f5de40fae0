"""Evaluations of small sets by a reader whose answers are given."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from PIL import Image

from chequereader.box import Box
from chequereader.cheque_set import ChequeSet, Truth
from chequereader.errors import OutputError, UnreadableInputError
from chequereader.evaluation import Evaluation, evaluate, write_evaluation
from chequereader.micr.reading import MicrReading
from chequereader.reading import Candidate, Reading
from chequereader.scan import Scan


class Given(NamedTuple):
    """What the reader is to answer about one cheque: nothing without an amount."""

    amount: str | None
    confidence: float = 0.0
    accepted: bool = False


class GivenReader:
    model = "given 0123"

    def __init__(self, answers: dict[str, Given]) -> None:
        self.answers = answers

    def read(self, scan: Scan) -> Reading:
        answer = self.answers[Path(scan.source).name]
        stages = {"locate": 2.0}
        if answer.amount is None:
            return Reading(scan.source, 1, "rejected", reason="no amount found", stages=stages)
        amount = Decimal(answer.amount)
        digits = answer.amount.replace(".", "")
        candidates = (Candidate(amount, answer.amount, digits, answer.confidence),)
        if not answer.accepted:
            return Reading(
                scan.source,
                1,
                "rejected",
                candidates=candidates,
                reason="unsure",
                stages=stages,
                model=self.model,
            )
        return Reading(
            scan.source,
            1,
            "accepted",
            amount=amount,
            text=answer.amount,
            digits=digits,
            confidence=answer.confidence,
            candidates=candidates,
            model=self.model,
            stages=stages,
        )

    def read_many(self, scans: Sequence[Scan]) -> list[Reading]:
        return [self.read(scan) for scan in scans]

    def explain(self, scan: Scan, folder: Path) -> Reading:
        return self.read(scan)


@pytest.fixture
def evaluation(tmp_path: Path) -> Evaluation:
    answers = {
        "a.png": Given("12.50", 0.9, True),
        "b.png": Given("17.00", 0.8, True),
        "c.png": Given("30.00", 0.7),
        "d.png": Given("40.00", 0.6),
        "e.png": Given(None),
        "g.png": Given("12.34", 0.5),
    }
    truths = (
        Truth("a.png", Decimal("12.5")),
        Truth("b.png", Decimal("47.00"), text="$47.00"),
        Truth("c.png", Decimal(30)),
        Truth("d.png", Decimal("40.01")),
        Truth("e.png", Decimal("50.00")),
        Truth("f.png", Decimal("60.00")),
        Truth("g.png", digits="1234"),
        Truth("h.png", micr="A1A"),
    )
    for truth in truths:
        Image.new("L", (50, 20), 255).save(tmp_path / truth.file)
    (tmp_path / "f.png").write_bytes(b"")
    return evaluate(ChequeSet(tmp_path, truths), GivenReader(answers))


def test_figures_by_hand(evaluation: Evaluation) -> None:
    figures = evaluation.metrics()
    assert figures["n"] == 7
    assert figures["correct"] == pytest.approx(1 / 7)
    assert figures["error"] == pytest.approx(1 / 7)
    assert figures["rejected"] == pytest.approx(5 / 7)
    assert figures["failed"] == pytest.approx(1 / 7)
    assert figures["exact"] == pytest.approx(3 / 7)
    assert figures["correct_at"] == {share: pytest.approx(1 / 7) for share in ("0.01", "0.005", "0.001")}
    # Five answers, a bin each.
    assert figures["ece"] == pytest.approx((0.1 + 0.8 + 0.3 + 0.6 + 0.5) / 5)
    assert figures["per_second"] > 0
    assert figures["stages_ms"] == {"locate": pytest.approx(2.0 * 6 / 7)}
    assert figures["model"] == "given 0123"


def test_files_of_an_evaluation(evaluation: Evaluation, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    write_evaluation(evaluation, out)
    write_evaluation(evaluation, out)
    assert sorted(path.name for path in out.iterdir()) == [
        "errors.csv",
        "metrics.json",
        "readings.jsonl",
        "report.html",
    ]
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics.items() >= evaluation.metrics().items()
    assert metrics["curve"][0] == {"threshold": None, "correct": 0.0, "error": 0.0, "rejected": 1.0}
    assert len(metrics["curve"]) == 6
    assert {"truth": "4", "read": "1", "count": 1} in metrics["confusions"]
    lines = (out / "readings.jsonl").read_text().splitlines()
    assert [Reading.from_json(line).file for line in lines] == [f"{c}.png" for c in "abcdefg"]
    with (out / "errors.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["truth"], row["read"]) for row in rows] == [
        ("b.png", "47.00", "17.00"),
        ("d.png", "40.01", "40.00"),
        ("e.png", "50.00", ""),
        ("f.png", "60.00", ""),
    ]


def test_figures_for_people(evaluation: Evaluation) -> None:
    first = evaluation.lines()[0]
    assert first == "7 cheques: 14.3% correct, 14.3% error, 71.4% rejected (1 failed)"


def test_more_images_than_are_read_together(tmp_path: Path) -> None:
    truths = tuple(Truth(f"{i}.png", Decimal(f"{i}.00")) for i in range(40))
    for truth in truths:
        Image.new("L", (50, 20), 255).save(tmp_path / truth.file)
    reader = GivenReader({f"{i}.png": Given(f"{i}.00", 0.5, True) for i in range(40)})
    assert evaluate(ChequeSet(tmp_path, truths), reader).metrics()["correct"] == 1


def test_nothing_to_compare_and_nowhere_to_write(tmp_path: Path, evaluation: Evaluation) -> None:
    with pytest.raises(UnreadableInputError, match="nothing can be compared"):
        evaluate(ChequeSet(tmp_path, (Truth("a.png", micr="A1A"),)), GivenReader({}))
    with pytest.raises(OutputError, match="can't be written"):
        write_evaluation(evaluation, tmp_path / "a.png")


class LinesReader(GivenReader):
    """Reads MICR lines as given: text, confidence, accepted or not."""

    def read(self, scan: Scan) -> Reading:
        text, confidence, accepted = self.answers[Path(scan.source).name]
        if text is None:
            return Reading(scan.source, 1, "rejected", reason="no characters", model=self.model)
        line = MicrReading(text, {}, "free", confidence, "none", (), Box(0, 0, 9, 9))
        return Reading(
            scan.source,
            1,
            "accepted" if accepted else "rejected",
            text=line.unicode,
            confidence=confidence,
            micr=line,
            reason=None if accepted else "unsure",
            model=self.model,
        )


def test_lines_are_compared_with_their_column(tmp_path: Path) -> None:
    truths = (
        Truth("a.png", Decimal("5.00"), micr="A1A 23C"),
        Truth("b.png", text="C4 5C", group="b"),
        Truth("c.png", micr="A7A"),
        Truth("d.png", micr="A8A"),
        Truth("e.png", Decimal("5.00")),
    )
    for truth in truths:
        Image.new("L", (50, 20), 255).save(tmp_path / truth.file)
    answers = {
        "a.png": Given("A1A23C", 0.9, True),
        "b.png": Given("C45C", 0.6),
        "c.png": Given("A1A", 0.8, True),
        "d.png": Given(None),
    }
    evaluation = evaluate(ChequeSet(tmp_path, truths), LinesReader(answers), lines=True)
    figures = evaluation.metrics()
    assert figures["n"] == 4
    shares = [figures[name] for name in ("exact", "correct", "error", "rejected")]
    assert shares == [0.5, 0.25, 0.25, 0.5]
    assert figures["correct_at"]["0.001"] == 0.25
    write_evaluation(evaluation, tmp_path / "out")
    with (tmp_path / "out" / "errors.csv").open(newline="") as file:
        assert [(row["truth"], row["read"]) for row in csv.DictReader(file)] == [("A7A", "A1A"), ("A8A", "")]
    with pytest.raises(UnreadableInputError, match="no row tells a MICR line"):
        evaluate(ChequeSet(tmp_path, truths[-1:]), LinesReader({}), lines=True)
