"""Train the shipped amount reader, or a smaller one, and calibrate it.

    python -m pipelines.train_amounts --data ../shared/data --work runs/amounts
    python -m pipelines.train_amounts --data ../shared/data --work runs/amounts --size small --out runs
    python -m pipelines.train_amounts --data ../shared/data --work runs/amounts --device cuda --processes 14

``--data`` holds the sets amounts, cheques-india and cheques-usa and the folders digits and pen; the
validation lists in ``data/splits`` are left out of training and used for the calibration alone. The same
command goes on where it stopped. On 2 cores of a small machine expect, by ``--size``:

    small      40 to 60 minutes    91% of the validation amounts exact, 62% of the Indian cheques, 97% US
    standard   120 to 170 minutes  92%, 79% and 97%

These exact rates are of runs before the sliding networks learnt by SOAP, with which a pass takes a third more
time, and before the second one saw strips narrower; the recipe hasn't been run from chance since. What else
was measured is in ``docs/results/amounts.md``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click

from chequereader.device import choose_device
from chequereader.recognition.store import NAMED
from chequereader.shipped import SHIPPED
from chequereader.training.recipe import Machine, Recipe, on_a_gpu, train_reader
from pipelines.calibrate import SETS, calibrate_and_list, split_set

SIZES = {
    "standard": Recipe(),
    "small": Recipe(
        architecture="lenet5-maxpool",
        zone_rounds=8,
        recombined=4_000,
        drawn=3_000,
        located=2_000,
        composed=6_000,
        sliding_epochs=6,
    ),
}
"""Recipes of the shipped weights, by name: of the default, and of those with the paper's numbers of maps."""


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--work", type=click.Path(path_type=Path), required=True)
@click.option("--out", type=click.Path(path_type=Path), default=SHIPPED, show_default=True, help="Folder.")
@click.option("--size", type=click.Choice(list(SIZES)), default="standard", show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--compile", "compiled", is_flag=True, help="Compile the network; needs a C++ compiler.")
@click.option("--device", default="cpu", show_default=True, metavar="auto|cpu|cuda[:N]")
@click.option("--processes", default=2, show_default=True, help="That make material and strips.")
def main(
    data: Path, work: Path, out: Path, size: str, seed: int, compiled: bool, device: str, processes: int
) -> None:
    """Train, then calibrate."""
    sets = [split_set(data, name)[0] for name in SETS]
    weights = out / NAMED[size].name
    recipe = replace(SIZES[size], seed=seed, compiled=compiled)
    chosen = choose_device(device)
    if chosen.type == "cuda":
        recipe = on_a_gpu(recipe)
    machine = Machine(str(chosen), processes)
    train_reader(sets, data, work, weights, recipe, lambda line: click.echo(json.dumps(line)), machine)
    calibrate_and_list(weights, data)


if __name__ == "__main__":
    main()
