"""Train the whole LeNet family on MNIST and print the paper's table with the measured errors beside it.

    python -m pipelines.train_digits --data ../shared/data/digits --out runs/digits --seeds 5

Every row is trained as ``chequereader train digits --compile`` trains, once a seed, in folders of its own;
what is done is only read, what was interrupted goes on. The rows of 1998 take all seeds at once: half an hour
of one core for five, and as much for each of the boosted one. The row of today has its teacher trained first:
a quarter of an hour, and as much for each seed. The last row is a committee of five that see digits in a form
of their own each; two teachers teach them by turns, since pupils of one err alike.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, stdev

import click
from torch import Tensor

from chequereader.recognition.boosted import gap
from chequereader.recognition.digit_forms import FORMS
from chequereader.training.digit_runs import DigitOptions, load_teacher, train_alike, train_seeds
from chequereader.training.digits import least_rejected, predict
from chequereader.training.passes import DigitSet
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


COMMITTEE = "together"
MEMBERS = ("lenet5", *FORMS)
TEACHERS = 2


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Networks a row.")
@click.option("--only", type=click.Choice([*ROWS, COMMITTEE]), multiple=True, help="Only these rows.")
def main(data: Path, out: Path, seeds: int, only: tuple[str, ...]) -> None:
    """Train what isn't trained yet and print the table, in per cent: mean and spread over the seeds."""
    click.echo(f"{'':26} {'paper':>6} {'test error':>14} {'rejected for 0.5 % errors':>26}")
    for name in only or (*ROWS, COMMITTEE):
        if name == COMMITTEE:
            committee(data, out)
            continue
        row = ROWS[name]
        options = replace(row.options, compiled=True)
        if row.taught:
            options = replace(options, teachers=trained_teachers(1, data, out))
        # one teacher is enough, and all that is used
        wanted = range(1) if name == TEACHER else range(seeds)
        folders = train_seeds(options, wanted, data, out / name)
        last = [json.loads((folder / METRICS).read_text().splitlines()[-1]) for folder in folders]
        paper = "-" if row.paper is None else f"{row.paper:.2f}"
        error, rejected = (
            spread([100 * line[key] for line in last]) for key in ("test_error", "test_rejected")
        )
        click.echo(f"{row.name:26} {paper:>6} {error:>14} {rejected:>26}")


def trained_teachers(count: int, data: Path, out: Path) -> tuple[str, ...]:
    """Train what isn't trained yet of the first teachers and return their weights."""
    options = replace(ROWS[TEACHER].options, compiled=True)
    return tuple(str(folder / WEIGHTS) for folder in train_seeds(options, range(count), data, out / TEACHER))


def committee(data: Path, out: Path) -> None:
    """Train what isn't trained yet of the five that see digits in five forms, and print them together.

    The first is the first seed of the row of today.
    """
    teachers = trained_teachers(TEACHERS, data, out)
    folders: list[Path] = []
    taught: list[dict[Path, DigitOptions]] = [{} for _ in teachers]
    for place, architecture in enumerate(MEMBERS):
        folders.append((out / "lenet5-modern" if place == 0 else out / architecture) / "seed0")
        which = place % TEACHERS
        options = DigitOptions(architecture, "modern", teachers=(teachers[which],), compiled=True)
        taught[which][folders[-1]] = options
    for each in taught:
        train_alike(each, data)
    digits = DigitSet.read(data, "t10k")
    penalties = sum(predict(load_teacher(folder / WEIGHTS), digits.pictures) for folder in folders)
    assert isinstance(penalties, Tensor)
    wrong = penalties.argmin(dim=1) != digits.labels
    error, rejected = float(wrong.double().mean()), least_rejected(gap(penalties), wrong)
    click.echo(f"{'five of these, together':26} {'-':>6} {100 * error:>14.2f} {100 * rejected:>26.2f}")


def spread(values: list[float]) -> str:
    """Mean and standard deviation."""
    return f"{mean(values):.2f}" + (f" +- {stdev(values):.2f}" if len(values) > 1 else "")


if __name__ == "__main__":
    main()
