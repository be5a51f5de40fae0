"""General OCR engines on amount fields, judged as ``chequereader evaluate`` judges: RapidOCR and Tesseract.

    python -m pipelines.benchmark ocr SET [--subset LIST] [--engine rapidocr] [--engine tesseract] [--json]

SET is a cheque set; where its truth has a box around the amount, the box is cut out, so that no engine has to
find the field. An engine that isn't installed is skipped with a line that says how to get it. Where there
are several sensible ways to use an engine, all are measured. Speed is by CPU time of decoding, cutting and
reading, so that other programs on the machine don't count. Not for chequereader's own figures.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import importlib.util
import json
import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from chequereader.alphabet import AMOUNTS, RUBBISH
from chequereader.cheque_set import ChequeSet, Truth, read_cheque_set, read_names
from chequereader.errors import ChequeReaderError, ExitCode, UnreadableInputError, UsageError, one_line
from chequereader.evaluation.metrics import correct_at
from chequereader.grammar import amounts
from chequereader.grammar.grammar import DASHES
from chequereader.scan import open_scans

ERROR = 0.01
"""The share of wrong answers at which the share of correct ones is told."""

SMALLEST_SIDE = 64
"""Pixels to which RapidOCR's detector enlarges the shorter side of a field. By default it enlarges it to 736,
where it hardly finds a field's text any more."""

WHITELIST = AMOUNTS.classes.replace(RUBBISH, "")


class MissingEngineError(Exception):
    """An engine isn't installed; the message is one line and says how to get it."""


@dataclass(frozen=True)
class Said:
    """What an engine says is written in a field, and how sure it is, in 0..1."""

    text: str
    confidence: float


@dataclass(frozen=True)
class Way:
    """One way to use an engine; ``read`` takes a grey uint8 field [height, width]."""

    name: str
    read: Callable[[np.ndarray], Said]


@dataclass(frozen=True)
class Engine:
    """An engine that is installed; ``version`` names its models too."""

    name: str
    version: str
    ways: Sequence[Way]


@dataclass(frozen=True)
class Result:
    """The figures of one way to use an engine, as shares of all ``n`` fields."""

    engine: str
    version: str
    way: str
    n: int
    exact: float
    correct_at_1_percent_error: float
    per_second: float


def joined(parts: Iterable[tuple[float, str, float]]) -> Said:
    """Put (left side, text, confidence) of the boxes in a field together, from left to right.

    Confidences are multiplied: an amount is right only if every part of it is.
    """
    ordered = sorted(parts, key=lambda part: part[0])
    return Said("".join(text for _, text, _ in ordered), math.prod(sure for _, _, sure in ordered))


def rapidocr_engine() -> Engine:
    """RapidOCR with the PP-OCR models that it has by default; ``MissingEngineError`` if it isn't there."""
    _need(["rapidocr", "onnxruntime"], "pip install rapidocr onnxruntime")
    rapidocr: Any = importlib.import_module("rapidocr")
    params = {
        "Global.log_level": "error",
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    shipped = rapidocr.RapidOCR(params=params)
    small = rapidocr.RapidOCR(params={**params, "Det.limit_side_len": SMALLEST_SIDE})

    def way(name: str, ocr: Any, detects: bool) -> Way:
        def read(field: np.ndarray) -> Said:
            # Fields stand upright, so that the classifier of upside-down text could do nothing but harm.
            output = ocr(field, use_det=detects, use_cls=False)
            if not output.txts:
                return Said("", 0.0)
            lefts = [float(box[:, 0].min()) for box in output.boxes] if detects else [0.0]
            return joined(zip(lefts, output.txts, output.scores, strict=True))

        return Way(name, read)

    models = ", ".join(
        f"{model.ocr_version.value} {model.model_type.value} {task}"
        for task, model in (("detection", shipped.cfg.Det), ("recognition", shipped.cfg.Rec))
    )
    return Engine(
        "rapidocr",
        f"{_version('rapidocr')}, onnxruntime {_version('onnxruntime')}, {models}",
        (
            way("detection as shipped", shipped, True),
            way("detection, fields enlarged less", small, True),
            way("recognition only", small, False),
        ),
    )


def tesseract_engine() -> Engine:
    """Tesseract with its English model; ``MissingEngineError`` if the program or its wrapper isn't there."""
    if shutil.which("tesseract") is None:
        raise MissingEngineError("the program tesseract is not installed; apt-get install tesseract-ocr")
    _need(["pytesseract"], "pip install pytesseract")
    pytesseract: Any = importlib.import_module("pytesseract")
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")

    def way(name: str, config: str) -> Way:
        def read(field: np.ndarray) -> Said:
            words = pytesseract.image_to_data(
                field, lang="eng", config=config, output_type=pytesseract.Output.DICT
            )
            rows = zip(words["left"], words["text"], words["conf"], strict=True)
            # Rows of pages, blocks and lines have a confidence of -1.
            return joined((left, text, sure / 100) for left, text, sure in rows if sure >= 0)

        return Way(name, read)

    line = "--psm 7"
    return Engine(
        "tesseract",
        f"{pytesseract.get_tesseract_version()}, pytesseract {_version('pytesseract')}, eng model",
        (
            way("one line", line),
            way("one line, characters of amounts only", f"{line} -c tessedit_char_whitelist={WHITELIST}"),
        ),
    )


ENGINES: dict[str, Callable[[], Engine]] = {"rapidocr": rapidocr_engine, "tesseract": tesseract_engine}


def _need(modules: Iterable[str], remedy: str) -> None:
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        raise MissingEngineError(f"not installed: {', '.join(missing)}; {remedy}")


def _version(package: str) -> str:
    return importlib.metadata.version(package)


def amount_in(text: str) -> Decimal | None:
    """Return the amount that a text is written as, by the grammar of all locales; None if it is none.

    Characters that no amount has are passed over, as chequereader passes over rubbish.
    """
    known = "".join(c for c in text.translate(DASHES) if c in AMOUNTS.labels)
    try:
        return amounts("auto").parse(known).decimal
    except UsageError:
        return None


def judged(truth: Truth, text: str) -> bool | None:
    """Return whether a text is right, None if it is no answer at all.

    By amount where that is known, else by the digits, whatever else stands among them.
    """
    if truth.amount is not None:
        amount = amount_in(text)
        return None if amount is None else amount == truth.amount
    digits = "".join(c for c in text if c in "0123456789")
    return digits == truth.digits if digits else None


def field_of(cheques: ChequeSet, truth: Truth) -> np.ndarray:
    """Return the amount field as grey uint8 [height, width]: the box of the truth, or the whole image.

    The box is padded by an eighth of its height. ``UnreadableInputError`` if the image can't be read or the
    box lies outside it.
    """
    image = next(open_scans(cheques.path(truth))).image
    if truth.box is None:
        return image
    pad = truth.box.height // 8
    height, width = image.shape
    box = truth.box.padded(pad, pad, width, height)
    if box.width <= 0 or box.height <= 0:
        raise UnreadableInputError(f"{one_line(truth.file)}: its box lies outside the image; mend the truth")
    return np.ascontiguousarray(image[box.y0 : box.y1, box.x0 : box.x1])


def measure(engine: Engine, way: Way, cheques: ChequeSet) -> Result:
    """Read all fields of a set, each of which has to have a truth to compare with."""
    # The first call loads models.
    way.read(field_of(cheques, cheques.truths[0]))
    start = _cpu_seconds()
    said = [
        way.read(field_of(cheques, truth))
        for truth in tqdm(cheques.truths, desc=f"{engine.name}: {way.name}", unit="field", disable=None)
    ]
    seconds = _cpu_seconds() - start
    verdicts = [
        (answer.confidence, verdict)
        for truth, answer in zip(cheques.truths, said, strict=True)
        if (verdict := judged(truth, answer.text)) is not None
    ]
    confidence = np.array([sure for sure, _ in verdicts], dtype=float)
    right = np.array([verdict for _, verdict in verdicts], dtype=bool)
    total = len(cheques.truths)
    return Result(
        engine.name,
        engine.version,
        way.name,
        total,
        float(right.sum()) / total,
        correct_at(confidence, right, total, ERROR),
        total / seconds,
    )


def _cpu_seconds() -> float:
    """CPU time of this process and of those that it started and that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def best(results: Iterable[Result]) -> Result:
    """Return the result with most fields right."""
    return max(results, key=lambda result: (result.exact, result.correct_at_1_percent_error))


def comparable(folder: Path, subset: Path | None) -> ChequeSet:
    """Return the rows of a set, or of a list of its files, that tell an amount or digits.

    ``UnreadableInputError`` if there are none.
    """
    cheques = read_cheque_set(folder)
    if subset is not None:
        cheques = cheques.restricted(read_names(subset))
    truths = tuple(truth for truth in cheques.truths if truth.amount is not None or truth.digits)
    if not truths:
        raise UnreadableInputError(f"{one_line(folder)}: no row tells an amount or digits; fill some in")
    return ChequeSet(cheques.folder, truths)


def table(results: Sequence[Result]) -> str:
    """Return a table in Markdown, then each engine's version and best way."""
    lines = [
        "| engine | number | exact | correct at 1% error | fields a second |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {r.engine}, {r.way} | {r.n} | {r.exact:.1%} | {r.correct_at_1_percent_error:.1%} "
        f"| {r.per_second:.1f} |"
        for r in results
    ]
    lines.append("")
    for name in dict.fromkeys(result.engine for result in results):
        winner = best(result for result in results if result.engine == name)
        lines.append(f"{name} {winner.version}: best by {winner.way}")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Measure the engines asked for, all by default, and print their figures."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.benchmark ocr", description=__doc__)
    parser.add_argument("set", type=Path, metavar="SET")
    parser.add_argument("--subset", type=Path, metavar="LIST", help="only the files that this list names")
    parser.add_argument("--engine", action="append", choices=list(ENGINES), help="all by default")
    parser.add_argument("--json", action="store_true", help="print a JSON list instead of a table")
    options = parser.parse_args(arguments)
    engines = []
    for name in dict.fromkeys(options.engine or ENGINES):
        try:
            engines.append(ENGINES[name]())
        except MissingEngineError as error:
            print(f"{name} skipped: {error}", file=sys.stderr)
    if not engines:
        parser.exit(ExitCode.USAGE, f"{parser.prog}: no engine to measure\n")
    try:
        cheques = comparable(options.set, options.subset)
        results = [measure(engine, way, cheques) for engine in engines for way in engine.ways]
    except ChequeReaderError as error:
        parser.exit(error.exit_code, f"{parser.prog}: {error}\n")
    print(json.dumps([asdict(result) for result in results], indent=1) if options.json else table(results))


if __name__ == "__main__":
    main(sys.argv[1:])
