"""Commands of the group ``chequereader train``: their options, no logic.

``cli`` registers them; heavy libraries are imported inside the functions, so that ``--help`` answers at once.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from chequereader.errors import ExitCode


@click.command("digits")
@click.option(
    "--arch",
    "architecture",
    required=True,
    metavar="lenet1|lenet4|boosted-lenet4|lenet5|lenet5-maxpool",
    help="Which network.",
)
@click.option(
    "--recipe", default="1998", show_default=True, metavar="1998|modern", help="As in the paper, or as today."
)
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="MNIST's idx files, gzipped or not.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="S", help="Seed.")
@click.option(
    "--epochs", type=click.IntRange(min=1), metavar="N", help="Passes through the digits, else the recipe's."
)
@click.option(
    "--batch",
    type=click.IntRange(min=1),
    metavar="N",
    help="Patterns an update, else the recipe's (1998: 1).",
)
@click.option(
    "--distortion", metavar="none|affine|elastic", help="What happens to digits each time, else the recipe's."
)
@click.option("--digits", type=click.IntRange(min=1), metavar="N", help="Train on the first N digits only.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Checkpoint, metrics, weights.",
)
@click.option("--resume", is_flag=True, help="Go on with the run in DIR where it was interrupted.")
def train_digits_command(
    *,
    architecture: str,
    recipe: str,
    data: Path,
    seed: int,
    epochs: int | None,
    batch: int | None,
    distortion: str | None,
    digits: int | None,
    out: Path,
    resume: bool,
) -> ExitCode:
    """Train a network of the LeNet family on MNIST; prints a JSON object of metrics a pass."""
    from chequereader.training.digit_runs import DigitOptions, train_digits

    options = DigitOptions(architecture, recipe, seed, epochs, batch, distortion, digits)
    train_digits(
        options, data, out, resume=resume, report=lambda line: click.echo(json.dumps(line, allow_nan=False))
    )
    return ExitCode.DONE
