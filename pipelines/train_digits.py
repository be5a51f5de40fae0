"""Train the whole LeNet family on MNIST and print the paper's table with the measured errors beside it.

    python -m pipelines.train_digits --data ../shared/data/digits --out runs/digits

Every row is one run of ``chequereader train digits`` in a folder of its own; runs that are done are only
read, interrupted ones go on. On one core the rows of 1998 take about an hour each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import click

from chequereader.training.digit_runs import CHECKPOINT, METRICS, WEIGHTS, DigitOptions, train_digits


@dataclass(frozen=True)
class Row:
    """A row of the table: its name, its test error in the paper in per cent, and how it is trained."""

    name: str
    paper: float | None
    options: DigitOptions


ROWS = {
    "lenet1": Row("LeNet-1", 1.7, DigitOptions("lenet1")),
    "lenet4": Row("LeNet-4", 1.1, DigitOptions("lenet4")),
    "boosted-lenet4": Row("boosted LeNet-4", 0.7, DigitOptions("boosted-lenet4")),
    "lenet5": Row("LeNet-5", 0.95, DigitOptions("lenet5")),
    "lenet5-distorted": Row("LeNet-5, distorted", 0.8, DigitOptions("lenet5", distortion="affine")),
    "lenet5-maxpool": Row("LeNet-5 as taught today", None, DigitOptions("lenet5-maxpool", "modern")),
    "lenet5-modern": Row("LeNet-5, trained as today", None, DigitOptions("lenet5", "modern")),
}


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--only", type=click.Choice(list(ROWS)), multiple=True, help="Only these rows.")
def main(data: Path, out: Path, only: tuple[str, ...]) -> None:
    """Train what isn't trained yet and print the table."""
    click.echo(f"{'':26} {'paper %':>8} {'here %':>8} {'rejected % for 0.5 % errors':>28}")
    for name in only or ROWS:
        row, folder = ROWS[name], out / name
        if not (folder / WEIGHTS).exists():
            train_digits(row.options, data, folder, resume=any(folder.rglob(CHECKPOINT)))
        last = json.loads((folder / METRICS).read_text().splitlines()[-1])
        paper = "-" if row.paper is None else f"{row.paper:.2f}"
        error, rejected = 100 * last["test_error"], 100 * last["test_rejected"]
        click.echo(f"{row.name:26} {paper:>8} {error:8.2f} {rejected:28.2f}")


if __name__ == "__main__":
    main()
