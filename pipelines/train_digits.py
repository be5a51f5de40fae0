"""Train the whole LeNet family on MNIST and print the paper's table with the measured errors beside it.

    python -m pipelines.train_digits --data ../shared/data/digits --out runs/digits --seeds 5

Every row is trained as ``chequereader train digits --compile`` trains, once a seed, in folders of its own;
what is done is only read, what was interrupted goes on. The rows of 1998 take all seeds at once: half an hour
of one core for five, and as much for each of the boosted one. The row of today has its teacher trained first:
a quarter of an hour, and as much for each seed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, stdev

import click

from chequereader.training.digit_runs import DigitOptions, train_seeds
from chequereader.training.run_folder import METRICS, WEIGHTS


@dataclass(frozen=True)
class Row:
    """A row of the table: its name, its test error in the paper in per cent, and how it is trained.

    ``taught``: by the first seed of row ``TEACHER``, which is trained before.
    """

    name: str
    paper: float | None
    options: DigitOptions
    taught: bool = False


TEACHER = "teacher"
HELD_OUT = 50_000
"""Digits that a teacher learns from; by the others recipes were chosen."""


ROWS = {
    "lenet1": Row("LeNet-1", 1.7, DigitOptions("lenet1")),
    "lenet4": Row("LeNet-4", 1.1, DigitOptions("lenet4")),
    "boosted-lenet4": Row("boosted LeNet-4", 0.7, DigitOptions("boosted-lenet4")),
    "lenet5": Row("LeNet-5", 0.95, DigitOptions("lenet5")),
    "lenet5-distorted": Row("LeNet-5, distorted", 0.8, DigitOptions("lenet5", distortion="affine")),
    "lenet5-maxpool": Row("LeNet-5 as taught today", None, DigitOptions("lenet5-maxpool", "modern")),
    "lenet5-alone": Row("LeNet-5, today, no teacher", None, DigitOptions("lenet5", "modern")),
    TEACHER: Row("its teacher", None, DigitOptions("lenet5-wide-maxpool", "modern", digits=HELD_OUT)),
    "lenet5-modern": Row("LeNet-5, trained as today", None, DigitOptions("lenet5", "modern"), taught=True),
}


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Networks a row.")
@click.option("--only", type=click.Choice(list(ROWS)), multiple=True, help="Only these rows.")
def main(data: Path, out: Path, seeds: int, only: tuple[str, ...]) -> None:
    """Train what isn't trained yet and print the table, in per cent: mean and spread over the seeds."""
    click.echo(f"{'':26} {'paper':>6} {'test error':>14} {'rejected for 0.5 % errors':>26}")
    for name in only or ROWS:
        row = ROWS[name]
        options = replace(row.options, compiled=True)
        if row.taught:
            of_teacher = replace(ROWS[TEACHER].options, compiled=True)
            (teacher,) = train_seeds(of_teacher, [0], data, out / TEACHER)
            options = replace(options, teachers=(str(teacher / WEIGHTS),))
        # one teacher is enough, and all that is used
        wanted = range(1) if name == TEACHER else range(seeds)
        folders = train_seeds(options, wanted, data, out / name)
        last = [json.loads((folder / METRICS).read_text().splitlines()[-1]) for folder in folders]
        paper = "-" if row.paper is None else f"{row.paper:.2f}"
        error, rejected = (
            spread([100 * line[key] for line in last]) for key in ("test_error", "test_rejected")
        )
        click.echo(f"{row.name:26} {paper:>6} {error:>14} {rejected:>26}")


def spread(values: list[float]) -> str:
    """Mean and standard deviation."""
    return f"{mean(values):.2f}" + (f" +- {stdev(values):.2f}" if len(values) > 1 else "")


if __name__ == "__main__":
    main()
