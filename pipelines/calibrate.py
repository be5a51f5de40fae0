"""Fit the confidence of shipped weights on the validation cheques and list the checksums of both.

    python -m pipelines.calibrate --data ../shared/data

Fields by themselves are calibrated on the validation amounts; whole cheques on the validation cheques of
India and the USA and on synthetic cheques of a seed of their own. What is printed is the calibration error by
cross-fitting.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import click

from chequereader.cheque_set import ChequeSet, read_cheque_set, read_names
from chequereader.recognition.store import DEFAULT
from chequereader.shipped import list_checksum
from chequereader.training.calibration import calibrate

SETS = ("amounts", "cheques-india", "cheques-usa")
SPLITS = Path("data/splits")
CORRECTIONS = SPLITS / "amounts-corrections.csv"
"""Digits of validation fields whose truth isn't what the picture shows: a confident right answer there would
make every confidence too low. Evaluations take the truth as it is."""


def split_set(data: Path, name: str) -> tuple[ChequeSet, ChequeSet]:
    """Return the training and the validation part of a set, by the repository's list."""
    cheques = read_cheque_set(data / name)
    held = frozenset(read_names(SPLITS / f"{name}-validation.txt"))
    seen = [truth.file for truth in cheques.truths if truth.file not in held]
    return cheques.restricted(seen), cheques.restricted(held)


def corrected(cheques: ChequeSet) -> ChequeSet:
    """Return a set with the digits that pictures show where its truth has others."""
    with CORRECTIONS.open(newline="", encoding="utf-8") as file:
        digits = {row["file"]: row["digits"] for row in csv.DictReader(file)}
    shown = (replace(t, digits=digits[t.file]) if t.file in digits else t for t in cheques.truths)
    return replace(cheques, truths=tuple(shown))


def calibrate_and_list(weights: Path, data: Path) -> None:
    """List the checksum, without which shipped weights aren't read, calibrate and print the errors."""
    list_checksum(weights)
    held = [corrected(split_set(data, name)[1]) for name in SETS]
    for field, error in calibrate(weights, held).items():
        click.echo(f"{field}: calibration error {error:.3f}")


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--weights", type=click.Path(path_type=Path), default=DEFAULT, show_default=True)
def main(data: Path, weights: Path) -> None:
    """Calibrate and print the cross-fitted calibration errors."""
    calibrate_and_list(weights, data)


if __name__ == "__main__":
    main()
