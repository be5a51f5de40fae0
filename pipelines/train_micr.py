"""Train the MICR reader on drawn lines, in E-13B on real ones too.

    python -m pipelines.train_micr --data ../shared/data
    python -m pipelines.train_micr --font cmc7

``--data`` holds the set micr-e13b; the strings of ``data/splits/micr-e13b-validation.txt`` are left out.
First the network learns characters from lines that fall into as many pieces as they have characters; then
whole lines through the graph, from their text alone (eq. 17). With ``--start`` both go on from weights.
What to expect is in ``docs/results/micr.md``.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from chequereader.cheque_set import read_cheque_set, read_names
from chequereader.decision import Calibration, save_calibrations
from chequereader.micr.check_digits import mod10_digit
from chequereader.micr.fonts import CMC7, E13B, Font
from chequereader.micr.grammar import free_grammar, spelled
from chequereader.micr.line import straighten
from chequereader.micr.reader import MicrReader
from chequereader.micr.recognition import penalties
from chequereader.micr.segmenter import GEOMETRY, MicrSegmentation, segment
from chequereader.recognition.recogniser import Recogniser
from chequereader.recognition.store import load_weights, save_weights
from chequereader.segmentation.strip import STRIP
from chequereader.shipped import SHIPPED, list_checksum
from chequereader.synthetic import magnetic_line
from chequereader.synthetic.magnetic_line import DrawnLine, draw_line
from chequereader.synthetic.micr import routing_number
from chequereader.training.characters import CharacterOptions, train_characters
from chequereader.training.criteria import discriminative_forward
from chequereader.training.distortions import distort
from chequereader.training.lattices import Lattices
from chequereader.training.speed import shape_function

SPLIT = Path("data/splits/micr-e13b-validation.txt")
CORRECTIONS = Path("data/splits/micr-e13b-corrections.csv")
"""Training lines whose truth isn't what the picture shows: the right text, none where it can't be told."""
CALIBRATION_SEED, CALIBRATION_LINES = 77_777, 1000
SMEARED = 0.3
"""Share of drawn lines with an unreadable character: what makes the network doubt where it should."""

Example = tuple[MicrSegmentation, str]


def real_lines(data: Path) -> Iterator[Example]:
    """Yield the lines of the set that are not held back, segmented, each with its text."""
    cheques = read_cheque_set(data / "micr-e13b")
    held, corrected = frozenset(read_names(SPLIT)), corrections()
    for truth in cheques.truths:
        text = corrected.get(truth.file, truth.micr.replace(" ", ""))
        if truth.file in held or not set(text) <= set(E13B.classes.classes):
            continue  # held back, or with a character in it that is none of the font's
        image = cv2.imread(str(cheques.path(truth)), cv2.IMREAD_GRAYSCALE)
        strip = straighten(np.asarray(image, np.uint8))
        if strip is not None:
            yield segment(strip), text


def corrections() -> dict[str, str]:
    """Return the text of each line whose truth is mistaken."""
    with CORRECTIONS.open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["micr"] for row in csv.DictReader(file)}


def drawn_lines(count: int, seed: int, font: Font) -> Iterator[Example]:
    """Yield drawn lines, segmented, each with its text."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        line = drawn_line(rng, font, SMEARED)
        strip = straighten(line.image, font)
        if strip is not None:
            yield segment(strip, font), line.text


def drawn_line(rng: np.random.Generator, font: Font, smeared: float = 0.0) -> DrawnLine:
    """Draw a line in a type; a share of those in E-13B, where a check digit may mend it, has one smeared."""
    if font == CMC7:
        return draw_line(random_bars(rng), rng, printed=magnetic_line.CMC7)
    text = random_text(rng)
    if not smeared:
        return draw_line(text, rng)
    place = int(rng.choice(np.flatnonzero([c.isdigit() for c in text])))
    return draw_line(text, rng, place if rng.random() < smeared else None)


def random_bars(rng: np.random.Generator) -> str:
    """Return a line in CMC-7 in one of several orders, at times a part of it or of no order at all."""

    def number(count: int) -> str:
        return "".join(map(str, rng.integers(0, 10, count)))

    space = " " * int(rng.choice(3, p=[0.3, 0.5, 0.2]))
    clearing = number(10)
    branch, account = number(7), number(10)
    orders = (
        lambda: f"C{number(7)}{space}C{number(12)}E{space}{number(12)}A",
        lambda: (
            f"C{branch}{mod10_digit(clearing)}{space}C{clearing}E{space}"
            f"{mod10_digit(branch)}{account}{mod10_digit(account)}A"
        ),
        lambda: f"{number(4)}E{number(6)}D{number(8)}B{number(10)}",
        lambda: "".join(rng.choice(list("0123456789ABCDE"), 16)),
    )
    text = orders[int(rng.integers(len(orders)))]()
    if rng.random() < 0.15:
        text += f"{space}B{number(int(rng.integers(10, 13)))}"
    if rng.random() < 0.2:
        text = text[int(rng.integers(0, len(text) // 2)) :].strip()
    return text


def random_text(rng: np.random.Generator) -> str:
    """Return a line in one of several orders, at times a part of it or of no order at all, with spaces."""

    def number(least: int, most: int | None = None) -> str:
        return "".join(map(str, rng.integers(0, 10, int(rng.integers(least, (most or least) + 1)))))

    def space() -> str:
        return " " * int(rng.choice(4, p=[0.4, 0.4, 0.1, 0.1]))

    orders = (
        lambda: f"A{routing_number(rng)}A{space()}{number(6, 12)}C{space()}{number(3, 4)}",
        lambda: f"C{number(4, 9)}C{space()}A{routing_number(rng)}A{space()}{number(3, 5)}D{number(4, 6)}C",
        lambda: f"A{number(5)}D{number(3)}A{space()}{number(3, 5)}D{number(3)}D{number(4, 6)}C",
        lambda: f"C{number(6)}C {number(9)}A {number(6)}C {number(2)}",
        lambda: f"C{number(6)}C {number(2)}D{number(4)}A {number(8)}C",
        lambda: "".join(rng.choice(list("0123456789ABCD"), 16)),
    )
    text = orders[int(rng.integers(len(orders)))]()
    if rng.random() < 0.2:
        text += f"{space()}B{number(10)}B"
    if rng.random() < 0.2:
        start = int(rng.integers(0, len(text) // 2))
        text = text[start:].strip()
    if rng.random() < 0.25:  # a space within a field
        place = int(rng.integers(1, len(text)))
        text = f"{text[:place]} {text[place:]}"
    return text if any(c.isdigit() for c in text) else text + "0"


def pack_lines(examples: Iterable[Example]) -> Lattices:
    """Pack lines; a candidate has a label where the widest ones are as many as the characters.

    Of the others in such a line what is much narrower is rubbish and the rest unknown.
    """
    kept = [(s, text) for s, text in examples if len(s.source) and text]
    parts = [s for s, _ in kept]
    sizes = [len(s.source) for s in parts]
    return Lattices(
        offset=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        nodes=np.array([s.cuts for s in parts], np.int64),
        source=np.concatenate([s.source for s in parts]),
        target=np.concatenate([s.target for s in parts]),
        crops=np.concatenate([s.crops for s in parts]),
        geometry=np.concatenate([s.geometry for s in parts]),
        labels=np.concatenate([_labels(s, text) for s, text in kept]),
        truths=np.array([text for _, text in kept]),
        column=np.zeros(len(kept) + 1, np.int64),  # nothing slides over these lines
        strips=np.zeros((0, STRIP), np.uint8),
    )


def _labels(segmentation: MicrSegmentation, text: str) -> NDArray[np.int64]:
    labels = np.full(len(segmentation.source), -1, np.int64)
    inked = np.flatnonzero(segmentation.geometry[:, -1] == 0)
    x0, x1 = segmentation.columns[inked].T
    inside = (x0[:, None] >= x0[None]) & (x1[:, None] <= x1[None])
    np.fill_diagonal(inside, False)
    widest = inked[~inside.any(axis=1)]
    if len(widest) != len(text):
        return labels
    classes = segmentation.font.classes
    labels[widest] = classes.encode(text)
    width = (x1 - x0).astype(float)
    around = np.where(inside, width[None], 0.0).max(axis=1)
    labels[inked[(around > 0) & (width < 0.75 * around)]] = classes.rubbish
    return labels


def train_lines(
    font: Font, recogniser: Recogniser, lattices: Lattices, epochs: int, rate: float, batch: int, seed: int
) -> None:
    """Train through the graph, in place: the text of a line against all texts (eq. 17)."""
    generator, rng = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(recogniser.parameters(), lr=rate, weight_decay=1e-4)
    steps = epochs * -(-len(lattices) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.1)
    grammar = free_grammar(font).graph
    shapes = shape_function(recogniser, compiled=False)
    for epoch in range(epochs):
        began, total, used = time.perf_counter(), 0.0, 0
        for chosen in np.array_split(rng.permutation(len(lattices)), steps // epochs):
            some = lattices.select(chosen)
            crops = distort(torch.from_numpy(some.crops), 0.35, generator)
            found = penalties(font, recogniser, crops, torch.from_numpy(some.geometry), shapes)
            correct = spelled([str(text) for text in some.truths], font)
            loss = discriminative_forward(some.graph(), found, correct, grammar)
            good = torch.isfinite(loss)
            optimiser.zero_grad(set_to_none=True)
            loss[good].mean().backward()
            torch.nn.utils.clip_grad_norm_(recogniser.parameters(), 2.0)
            optimiser.step()
            schedule.step()
            total, used = total + loss[good].sum().item(), used + int(good.sum())
        click.echo(
            json.dumps(
                {
                    "stage": "lines",
                    "epoch": epoch + 1,
                    "loss": round(total / max(used, 1), 4),
                    "no_path": round(1 - used / len(lattices), 4),
                    "seconds": round(time.perf_counter() - began, 1),
                }
            )
        )


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path, exists=True), help="Folder with micr-e13b.")
@click.option(
    "--font", "name", type=click.Choice([E13B.name, CMC7.name]), default=E13B.name, show_default=True
)
@click.option("--out", type=click.Path(path_type=Path), help="Weights; those that ship unless given.")
@click.option("--drawn", default=6000, show_default=True, help="Lines to draw.")
@click.option("--character-epochs", default=3, show_default=True)
@click.option("--line-epochs", default=4, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--start", type=click.Path(path_type=Path, exists=True), help="Weights to go on from.")
def main(
    data: Path | None,
    name: str,
    out: Path | None,
    drawn: int,
    character_epochs: int,
    line_epochs: int,
    seed: int,
    start: Path | None,
) -> None:
    """Make the material, train twice, write the weights."""
    torch.manual_seed(seed)
    font = E13B if name == E13B.name else CMC7
    if (data is None) == (font == E13B):
        raise click.UsageError("--data has the real lines in E-13B; there are none in CMC-7")
    real = real_lines(data) if data else ()
    lattices = pack_lines([*real, *drawn_lines(drawn, seed, font)])
    click.echo(json.dumps({"stage": "material", "lines": len(lattices), "candidates": len(lattices.source)}))
    recogniser = Recogniser(font.classes, len(GEOMETRY)) if start is None else load_weights(start).recogniser
    train_characters(
        recogniser,
        lattices,
        CharacterOptions(epochs=character_epochs, rate=4e-3, distortion=0.35, seed=seed),
        lambda line: click.echo(json.dumps({"stage": "characters", **line})),
    )
    train_lines(font, recogniser, lattices, line_epochs, rate=2e-3, batch=16, seed=seed)
    out = out or SHIPPED / font.weights
    save_weights(out, f"micr-{font.name}", recogniser, torch.zeros(0))
    list_checksum(out)  # first: shipped weights are read only as they are listed
    calibrate(out, font)


def calibrate(weights: Path, font: Font) -> None:
    """Fit the confidence on drawn lines of a seed of their own and write it beside the weights."""
    beside = weights.with_suffix(".calibration.json")
    save_calibrations(beside, dict.fromkeys(("whole", "auto"), Calibration(1.0, 0.0, ())))
    reader, rng = MicrReader(weights, font), np.random.default_rng(CALIBRATION_SEED)
    lines = [drawn_line(rng, font) for _ in range(CALIBRATION_LINES)]
    readings = reader.read_lines([line.image for line in lines])
    posterior = [0.0 if r is None else r.confidence for r in readings]
    right = [r is not None and r.raw == line.text for r, line in zip(readings, lines, strict=True)]
    # found on a page or given as such, a line is read in the same way
    save_calibrations(beside, dict.fromkeys(("whole", "auto"), Calibration.fit(posterior, right)))
    click.echo(json.dumps({"stage": "calibration", "exact": float(np.mean(right))}))


if __name__ == "__main__":
    main()
