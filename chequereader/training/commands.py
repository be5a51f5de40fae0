"""Commands of the group ``chequereader train``: their options, no logic.

``cli`` registers them; heavy libraries are imported inside the functions, so that ``--help`` answers at once.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from chequereader.errors import ExitCode


@click.command("digits")
@click.option(
    "--arch",
    "architecture",
    required=True,
    metavar="lenet1|lenet4|boosted-lenet4|lenet5|lenet5-maxpool|lenet5-wide-maxpool",
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
    "--distortion",
    metavar="none|affine|elastic|mild",
    help="What happens to digits each time, else the recipe's.",
)
@click.option("--digits", type=click.IntRange(min=1), metavar="N", help="Train on the first N digits only.")
@click.option(
    "--teacher",
    "teachers",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Weights of a trained network to learn from as well, in the modern recipe; may be given again.",
)
@click.option("--device", default="cpu", show_default=True, metavar="auto|cpu|cuda[:N]", help="What trains.")
@click.option(
    "--compile",
    "compiled",
    is_flag=True,
    help="Compile updates, with a C++ compiler: ten times as fast for single patterns, twice for batches.",
)
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
    teachers: tuple[Path, ...],
    device: str,
    compiled: bool,
    out: Path,
    resume: bool,
) -> ExitCode:
    """Train a network of the LeNet family on MNIST; prints a JSON object of metrics a pass."""
    from chequereader.device import choose_device
    from chequereader.training.digit_runs import DigitOptions, train_digits

    taught = tuple(str(path) for path in teachers)
    options = DigitOptions(architecture, recipe, seed, epochs, batch, distortion, digits, taught, compiled)
    train_digits(
        options,
        data,
        out,
        resume=resume,
        report=lambda line: click.echo(json.dumps(line, allow_nan=False)),
        device=str(choose_device(device)),
    )
    return ExitCode.DONE


@click.command("reader")
@click.argument("sets", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SET...")
@click.option(
    "--exclude",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A list of files of the sets to leave out of training, such as the validation part, and to fit "
    "confidences on; more than one may be given.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder with digits/ and pen/: digit images and pen trajectories to recombine into strings.",
)
@click.option(
    "--architecture",
    default="lenet5-wide-maxpool",
    show_default=True,
    metavar="NAME",
    help="Which network: lenet5 and lenet5-wide as the paper has it, the same with -maxpool as taught today.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="S", help="Seed.")
@click.option(
    "--strings", type=click.IntRange(min=0), metavar="N", help="Strings to recombine, else the recipe's."
)
@click.option("--drawn", type=click.IntRange(min=0), metavar="N", help="Zones to draw, else the recipe's.")
@click.option(
    "--located",
    type=click.IntRange(min=0),
    metavar="N",
    help="Zones to find on synthetic cheques, else the recipe's.",
)
@click.option(
    "--epochs", type=click.IntRange(min=1), metavar="N", help="Passes through the graph, else the recipe's."
)
@click.option(
    "--sliding-epochs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Passes of the sliding network, else the recipe's.",
)
@click.option(
    "--compile", "compiled", is_flag=True, help="Compile the network: twice as fast, needs a C++ compiler."
)
@click.option(
    "--start",
    metavar="standard|FILE",
    help="Weights to go on from instead of from chance: those that ship, or a file.",
)
@click.option(
    "--device",
    default="auto",
    show_default=True,
    metavar="auto|cpu|cuda[:N]",
    help="What trains; on a GPU batches are larger and passes more.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    metavar="N",
    help="How many make the material; with more than two also the strips while networks learn.",
)
@click.option(
    "--work",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Material and states; the same command goes on from what is there.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The weights, a .safetensors file.",
)
def train_reader_command(
    *,
    sets: tuple[Path, ...],
    exclude: tuple[Path, ...],
    data: Path | None,
    architecture: str,
    seed: int,
    strings: int | None,
    drawn: int | None,
    located: int | None,
    epochs: int | None,
    sliding_epochs: int | None,
    compiled: bool,
    start: str | None,
    device: str,
    processes: int,
    work: Path,
    out: Path,
) -> ExitCode:
    """Train the amount reader on cheque sets: amounts as written are enough, no character boxes needed.

    What it writes is read with 'chequereader read --weights FILE'. Confidences are fitted on the cheques that
    --exclude names and on drawn ones; without --exclude on drawn ones alone, which are easier than real ones.
    """
    from dataclasses import replace

    from chequereader.cheque_set import read_cheque_set, read_names
    from chequereader.device import choose_device
    from chequereader.errors import UsageError, one_line
    from chequereader.recognition.networks import READING_ARCHITECTURES
    from chequereader.training.calibration import calibrate
    from chequereader.training.recipe import Machine, Recipe, on_a_gpu, train_reader

    if architecture not in READING_ARCHITECTURES:
        raise UsageError(
            f"no architecture is called {architecture!r}: choose one of {', '.join(READING_ARCHITECTURES)}"
        )
    if out.suffix != ".safetensors":
        raise UsageError(f"{out}: weights are a .safetensors file; give such a name")
    hidden = {name for file in exclude for name in read_names(file)}
    cheque_sets = [read_cheque_set(folder) for folder in sets]
    strange = hidden - {truth.file for cheques in cheque_sets for truth in cheques.truths}
    if strange:
        # left in training by a slip, cheques would be measured on what was learned by heart
        raise UsageError(
            f"--exclude: {one_line(min(strange))} is no file of the sets; give lists that belong to them"
        )
    seen = [c.restricted([t.file for t in c.truths if t.file not in hidden]) for c in cheque_sets]
    wanted: dict[str, Any] = {
        "recombined": strings,
        "drawn": drawn,
        "located": located,
        "graph_epochs": epochs,
        "sliding_epochs": sliding_epochs,
    }
    recipe = Recipe(architecture=architecture, seed=seed, compiled=compiled, start=start)
    chosen = choose_device(device)
    if chosen.type == "cuda":
        recipe = on_a_gpu(recipe)
    recipe = replace(recipe, **{name: number for name, number in wanted.items() if number is not None})
    machine = Machine(str(chosen), processes)
    train_reader(seen, data, work, out, recipe, lambda line: click.echo(json.dumps(line), err=True), machine)
    held = [c.restricted([t.file for t in c.truths if t.file in hidden]) for c in cheque_sets]
    for field, error in calibrate(out, held).items():
        click.echo(json.dumps({"stage": "calibration", "field": field, "error": error}), err=True)
    return ExitCode.DONE
