"""Fit the confidence of weights on the validation cheques and list the weights' checksum.

    python -m pipelines.calibrate --data ../shared/data

Fields by themselves (``whole``) are calibrated on the validation amounts; whole cheques (``auto``) on the
validation cheques of India and the USA and on synthetic cheques of a seed of their own. Figures measured on
the same cheques are too kind to the calibration: what is printed is the calibration error by cross-fitting.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import click
import numpy as np

from chequereader.cheque_set import ChequeSet, read_cheque_set, read_names
from chequereader.decision import Calibration, save_calibrations
from chequereader.reader import Reader, ReadOptions
from chequereader.recognition.store import DEFAULT
from chequereader.scan import open_scans
from chequereader.synthetic import SyntheticConfig, write_set

SPLITS = Path("data/splits")
SYNTHETIC_SEED, SYNTHETIC_COUNT = 77_777, 120
FOLDS = 5


def calibrate(weights: Path, data: Path) -> dict[str, float]:
    """Write the calibration beside the weights; return the cross-fitted calibration error of each field."""
    open_ended = {"whole": Calibration(1.0, 0.0, ()), "auto": Calibration(1.0, 0.0, ())}
    beside = weights.with_suffix(".calibration.json")
    save_calibrations(beside, open_ended)
    list_checksum(weights)
    fitted, errors = {}, {}
    whole = outcomes(weights, "whole", [_validation(data, "amounts")])
    with tempfile.TemporaryDirectory() as folder:
        write_set(Path(folder) / "set", SYNTHETIC_COUNT, SYNTHETIC_SEED, SyntheticConfig())
        sets = [_validation(data, "cheques-india"), _validation(data, "cheques-usa")]
        auto = outcomes(weights, "auto", [*sets, read_cheque_set(Path(folder) / "set")])
    for field, (posterior, right) in {"whole": whole, "auto": auto}.items():
        fitted[field] = Calibration.fit(posterior, right)
        errors[field] = cross_fitted_error(posterior, right)
    save_calibrations(beside, fitted)
    return errors


def outcomes(weights: Path, field: str, sets: list[ChequeSet]) -> tuple[list[float], list[bool]]:
    """Return the uncalibrated confidence of the best answer of each cheque and whether it is right."""
    reader = Reader(ReadOptions(field=field, threshold=0.0), weights)
    posterior, right = [], []
    for cheques in sets:
        for truth in cheques.truths:
            if truth.text.startswith("-"):
                continue
            reading = reader.read(next(iter(open_scans(cheques.path(truth)))))
            best = reading.candidates[0] if reading.candidates else None
            posterior.append(best.confidence if best else 0.0)
            if truth.amount is not None:
                right.append(best is not None and best.amount == Decimal(truth.amount))
            else:
                right.append(best is not None and best.digits == truth.digits)
    return posterior, right


def cross_fitted_error(posterior: list[float], right: list[bool], bins: int = 10) -> float:
    """Return the expected calibration error in bins of equal mass, each fold by a fit on the others."""
    p, good = np.array(posterior), np.array(right)
    confidence = np.zeros(len(p))
    fold = np.random.default_rng(0).permutation(len(p)) % FOLDS
    for k in range(FOLDS):
        fit = Calibration.fit(p[fold != k].tolist(), good[fold != k].tolist())
        confidence[fold == k] = [fit.confidence(q) for q in p[fold == k]]
    order = np.argsort(confidence, kind="stable")
    return float(
        sum(abs(confidence[b].mean() - good[b].mean()) * len(b) for b in np.array_split(order, bins)) / len(p)
    )


def list_checksum(weights: Path) -> None:
    """Put the weights' SHA-256 into the list beside them, the format of ``sha256sum``."""
    listing = weights.parent / "SHA256SUMS"
    known = dict(_lines(listing)) if listing.is_file() else {}
    known[weights.name] = hashlib.sha256(weights.read_bytes()).hexdigest()
    listing.write_text("".join(f"{sha}  {name}\n" for name, sha in sorted(known.items())), encoding="utf-8")


def _lines(listing: Path) -> Iterator[tuple[str, str]]:
    for line in listing.read_text(encoding="utf-8").splitlines():
        sha, name = line.split()
        yield name, sha


def _validation(data: Path, name: str) -> ChequeSet:
    return read_cheque_set(data / name).restricted(read_names(SPLITS / f"{name}-validation.txt"))


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--weights", type=click.Path(path_type=Path), default=DEFAULT, show_default=True)
def main(data: Path, weights: Path) -> None:
    """Calibrate and print the cross-fitted calibration errors."""
    for field, error in calibrate(weights, data).items():
        click.echo(f"{field}: calibration error {error:.3f}")


if __name__ == "__main__":
    main()
