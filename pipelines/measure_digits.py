"""Measure trained digit networks: MNIST's test digits, its writers, other sets; and draw the digits misread.

    python -m pipelines.measure_digits --data DIR --picture misread.png runs/lenet5/seed*/weights.safetensors

``DIR`` holds MNIST and, where they are there, QMNIST's labels, which name the writers, USPS and Semeion.
Prints a line a set, in per cent: the mean and spread of the networks' errors, the error of all of them
together, the penalties added, and what they together reject for 0.5 % errors. The picture is the paper's
Fig. 8, of all together: under each digit "what it is > what was read".
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from chequereader.drawing import coloured, draw_text, resized
from chequereader.recognition.boosted import gap
from chequereader.synthetic.idx import read_idx
from chequereader.training.digit_runs import load_digits
from chequereader.training.digits import least_rejected, predict
from chequereader.training.other_digits import other_sets
from chequereader.training.passes import DigitSet
from pipelines.train_digits import spread

ROW, SCALE, LETTERS = 12, 2, 14
"""Digits a row, how much each is magnified, and the height of what is written under it, in pixels."""

ORIGINS = {0: "SD-3, employees", 4: "SD-1, pupils"}
"""NIST's collections, by the number that QMNIST has for them."""


@click.command()
@click.argument(
    "weights", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="PNG of the digits misread.")
def main(weights: tuple[Path, ...], data: Path, picture: Path | None) -> None:
    """Print errors and draw."""
    networks = [load_digits(path) for path in weights]
    digits = DigitSet.read(data, "t10k")
    sets = {"MNIST": digits, **by_origin(data, digits), **other_sets(data)}
    click.echo(f"{'':28} {'digits':>7} {'error of each':>14} {'together':>9} {'rejected':>9}")
    for name, some in sets.items():
        each = [predict(network, some.pictures) for network in networks]
        together = torch.stack(each).sum(dim=0)
        errors = [100 * float(_wrong(penalties, some).double().mean()) for penalties in each]
        wrong = _wrong(together, some)
        rejected = 100 * least_rejected(gap(together), wrong)
        error = 100 * float(wrong.double().mean())
        click.echo(f"{name:28} {len(some):7} {spread(errors):>14} {error:9.2f} {rejected:9.2f}")
        if name == "MNIST" and picture:
            Image.fromarray(drawn(some, together.argmin(dim=1))).save(picture)


def by_origin(data: Path, digits: DigitSet) -> dict[str, DigitSet]:
    """Return MNIST's test digits by where NIST had them from; none where QMNIST's labels aren't there."""
    path = next(iter(sorted(data.glob("qmnist-test-labels-idx2-int*"))), None)
    if path is None:
        return {}
    origin, writer = torch.from_numpy(read_idx(path)[: len(digits), 1:3].astype(np.int64)).T
    found = {}
    for number, name in ORIGINS.items():
        chosen = origin == number
        writers = len(writer[chosen].unique())
        found[f"  {name}, {writers} writers"] = DigitSet(digits.pictures[chosen], digits.labels[chosen])
    return found


def drawn(digits: DigitSet, read: Tensor) -> np.ndarray:
    """Return a picture of the digits whose reading isn't theirs, RGB uint8 [height, width, 3]."""
    wrong = (read != digits.labels).nonzero()[:, 0].tolist()
    side, high = 28 * SCALE, 28 * SCALE + LETTERS + 4
    canvas = np.full((max(-(-len(wrong) // ROW), 1) * high, ROW * (side + 4), 3), 255, np.uint8)
    for place, index in enumerate(wrong):
        y, x = place // ROW * high, place % ROW * (side + 4)
        canvas[y : y + side, x : x + side] = coloured(255 - resized(digits.pictures[index].numpy(), SCALE))
        said = f"{int(digits.labels[index])} > {int(read[index])}"
        draw_text(canvas, x + side // 2, y + side, said, (0, 0, 0), LETTERS, centred=True)
    return canvas


def _wrong(penalties: Tensor, digits: DigitSet) -> Tensor:
    return penalties.argmin(dim=1) != digits.labels


if __name__ == "__main__":
    main()
