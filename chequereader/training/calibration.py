"""Calibration of trained weights: what its confidence is worth, on cheques that training never saw.

Fits and writes the file beside the weights from which ``decision`` takes confidences and thresholds. Not for
training, and not for reporting: figures measured on the same cheques are too kind to the calibration.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from chequereader.cheque_set import ChequeSet, Truth, read_cheque_set
from chequereader.decision import Calibration, save_calibrations
from chequereader.options import ReadOptions
from chequereader.reader import Reader
from chequereader.scan import Scan, open_scans
from chequereader.synthetic import SyntheticConfig, write_set
from chequereader.training.material import amount_zone

SYNTHETIC_SEED, SYNTHETIC_COUNT = 77_777, 120
"""The drawn cheques that every calibration takes beside the given ones: their seed and how many.

Of the hard preset, as the world is harder than what is drawn."""

FOLDS = 5

Outcomes = tuple[list[float], list[bool]]
"""Of each cheque the uncalibrated confidence of its best answer, 0 for none, and whether it is right."""


def calibrate(weights: Path, sets: Sequence[ChequeSet]) -> dict[str, float]:
    """Write the calibration of ``weights`` beside them; return the cross-fitted error of each kind.

    Whole cheques (``auto``) are those of ``sets`` whose truth has a box, and synthetic ones. Fields by
    themselves (``whole``) are the images without a box; if there are none, the fields cut out of the others.
    """
    # readers need a calibration beside their weights: one that changes nothing
    beside = weights.with_suffix(".calibration.json")
    save_calibrations(beside, dict.fromkeys(("whole", "auto"), Calibration(1.0, 0.0, ())))
    fields = [_only(cheques, boxed=False) for cheques in sets]
    cheques = [_only(given, boxed=True) for given in sets]
    with tempfile.TemporaryDirectory() as folder:
        write_set(Path(folder) / "set", SYNTHETIC_COUNT, SYNTHETIC_SEED, SyntheticConfig(preset="hard"))
        cheques.append(read_cheque_set(Path(folder) / "set"))
        given = {
            "whole": outcomes(weights, "whole", fields if any(one.truths for one in fields) else cheques),
            "auto": outcomes(weights, "auto", cheques),
        }
    save_calibrations(beside, {kind: Calibration.fit(*found) for kind, found in given.items()})
    return {kind: cross_fitted_error(*found) for kind, found in given.items()}


def outcomes(weights: Path, field: str, sets: Sequence[ChequeSet]) -> Outcomes:
    """Read cheques, with ``field`` "whole" the amounts' boxes alone where they are known."""
    reader = Reader(ReadOptions(field=field, threshold=0.0), weights)
    posterior, right = [], []
    for cheques in sets:
        for truth in cheques.truths:
            if truth.text.startswith("-"):  # negative amounts are not in the grammar
                continue
            scan = next(iter(open_scans(cheques.path(truth))))
            if field == "whole" and truth.box is not None:
                scan = _cut_out(scan, truth)
            reading = reader.read(scan)
            best = reading.candidates[0] if reading.candidates else None
            posterior.append(best.confidence if best else 0.0)
            if truth.amount is not None:
                right.append(best is not None and best.amount == Decimal(truth.amount))
            else:
                right.append(best is not None and best.digits == truth.digits)
    return posterior, right


def cross_fitted_error(posterior: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Return the expected calibration error in bins of equal mass, each fold by a fit on the others."""
    p, good = np.array(posterior), np.array(right)
    confidence = np.zeros(len(p))
    fold = np.random.default_rng(0).permutation(len(p)) % FOLDS
    for k in range(FOLDS):
        fit = Calibration.fit(p[fold != k].tolist(), good[fold != k].tolist())
        confidence[fold == k] = [fit.confidence(q) for q in p[fold == k]]
    order = np.argsort(confidence, kind="stable")
    return float(
        sum(
            abs(confidence[b].mean() - good[b].mean()) * len(b)
            for b in np.array_split(order, min(bins, len(p)))
        )
        / len(p)
    )


def _only(cheques: ChequeSet, boxed: bool) -> ChequeSet:
    return replace(
        cheques, truths=tuple(truth for truth in cheques.truths if (truth.box is not None) == boxed)
    )


def _cut_out(scan: Scan, truth: Truth) -> Scan:
    assert truth.box is not None
    zone = amount_zone(truth.box, *scan.image.shape)
    return replace(scan, image=np.ascontiguousarray(scan.image[zone.y0 : zone.y1, zone.x0 : zone.x1]))
