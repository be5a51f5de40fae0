"""The recipe of the amount reader: material, the recogniser between cuts, the sliding networks, weights.

One call makes it all from cheque sets and glyph data, seeded; a second call with the same folder goes on
where the first one stopped. Not for the digits' own benchmark (``digits``) or for calibration, which needs
cheques that this never sees (``calibrate`` in the pipelines).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from chequereader.cheque_set import ChequeSet
from chequereader.errors import UsageError
from chequereader.output import make_folder, written_whole
from chequereader.recognition.store import save_weights, weights_file
from chequereader.training.between_cuts import BetweenCuts
from chequereader.training.characters import CharacterOptions
from chequereader.training.committee import SlidingNetwork, committee, started_from
from chequereader.training.material import glyph_sources
from chequereader.training.shards import Amounts, make_shards
from chequereader.training.side_by_side import Report, side_by_side
from chequereader.training.sliding import SlidingOptions
from chequereader.training.through_graph import GraphOptions
from chequereader.training.truths import digits_alone


@dataclass(frozen=True)
class Recipe(Amounts):
    """How much of everything; the defaults are the shipped weights' own.

    ``composed``: strips put together anew for each epoch of a sliding network, of which there are
    ``networks``. One ``architecture`` is used by all. Batches are of characters, of fields, and of strips.
    ``start``: a file of weights to go on from, rather than from chance; fields are segmented as its reader
    does it.
    """

    architecture: str = "lenet5-wide-maxpool"
    composed: int = 12_000
    character_epochs: int = 2
    graph_epochs: int = 2
    networks: int = 2
    sliding_epochs: int = 10
    character_rate: float = 3e-3
    graph_rate: float = 1e-3
    sliding_rate: float = 3e-3
    character_batch: int = 192
    graph_batch: int = 8
    sliding_batch: int = 16
    seed: int = 0
    compiled: bool = False
    start: str | None = None


def on_a_gpu(recipe: Recipe) -> Recipe:
    """Return a recipe as a GPU is given it: larger batches, more passes; sliding networks' rate untried."""
    return replace(
        recipe,
        character_epochs=4,
        graph_epochs=6,
        sliding_epochs=30,
        sliding_rate=6e-3,
        character_batch=1024,
        graph_batch=64,
        sliding_batch=128,
    )


@dataclass(frozen=True)
class Machine:
    """What trains: the networks' ``device`` as torch names it, and how many ``processes`` make material.

    With more than two they make the strips of the sliding networks too, while these learn.
    """

    device: str = "cpu"
    processes: int = 2


def train_reader(
    sets: Sequence[ChequeSet],
    data: Path | None,
    work: Path,
    out: Path,
    recipe: Recipe,
    report: Report,
    machine: Machine | None = None,
) -> None:
    """Train the amount reader and write its weights to ``out``.

    ``work`` keeps the material, which recipes of other architectures may share, and in a folder of its own
    each architecture's states. ``data``: folder with ``digits`` and ``pen``; without it there are neither
    digit images nor pen trajectories, and nothing is recombined. ``UsageError`` if the sets and options give
    nothing to learn from, or if ``work`` holds what other settings made. At once, not after hours:
    ``OutputError`` if the folder of ``out`` can't be made, ``WeightsError`` or ``UsageError`` if nothing can
    start from ``recipe.start``, ``UnreadableInputError`` if ``data`` lacks a file.
    """
    machine = machine or Machine()
    make_folder(out.parent)
    start = None if recipe.start is None else weights_file(recipe.start)
    if start is not None:
        started_from(start, recipe.architecture)
    if data is not None:
        glyph_sources(data)
    source = {
        "sets": [f"{s.folder.resolve()}: {_digest(s)}" for s in sets],
        "data": data and str(data.resolve()),
    }
    amounts = {field.name: getattr(recipe, field.name) for field in fields(Amounts)}
    started = start and hashlib.sha256(start.read_bytes()).hexdigest()
    seen = {"start": started, "digits alone": digits_alone("")}
    material = _claimed(work / "material", {**amounts, "seed": recipe.seed, **source, **seen})
    states = _claimed(work / recipe.architecture, {**asdict(recipe), **source})
    shards = make_shards(sets, data, material, recipe, recipe.seed, report, machine.processes, start)
    cuts = BetweenCuts(
        recipe.architecture,
        CharacterOptions(
            epochs=recipe.character_epochs,
            rate=recipe.character_rate,
            batch=recipe.character_batch,
            seed=recipe.seed,
        ),
        GraphOptions(
            epochs=recipe.graph_epochs, rate=recipe.graph_rate, batch=recipe.graph_batch, seed=recipe.seed
        ),
        shards,
        states,
        recipe.compiled,
        machine.device,
        start,
    )
    sliding = SlidingOptions(
        epochs=recipe.sliding_epochs,
        composed=recipe.composed,
        rate=recipe.sliding_rate,
        batch=recipe.sliding_batch,
        seed=recipe.seed,
    )
    workers = machine.processes // recipe.networks if machine.processes > 2 else 0
    networks = [
        SlidingNetwork(
            number, recipe.architecture, sliding, data, shards, states, machine.device, workers, start
        )
        for number in range(recipe.networks)
    ]
    jobs: list[BetweenCuts | SlidingNetwork] = [cuts, *networks]
    side_by_side([job for job in jobs if not job.done], report)
    reading = cuts.load()
    name = f"amounts-{recipe.architecture}"
    save_weights(out, name, reading.recogniser, reading.grammar_penalty, committee(networks))


def _digest(cheques: ChequeSet) -> str:
    """Return a digest of what is learned from a set: which images, by name and size, and their truth."""
    digest = hashlib.sha256()
    for truth in cheques.truths:
        told = (truth.file, str(truth.amount), truth.digits, truth.text, truth.box)
        digest.update(json.dumps([*told, cheques.path(truth).stat().st_size]).encode())
    return digest.hexdigest()


def _claimed(folder: Path, settings: dict[str, object]) -> Path:
    """Return a folder that is now, or was, made for these settings; ``UsageError`` if it was for others."""
    make_folder(folder)
    note = folder / "settings.json"
    if not note.is_file():
        with written_whole(note) as temporary:
            temporary.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    elif json.loads(note.read_text(encoding="utf-8")) != settings:
        raise UsageError(
            f"{folder}: holds what other settings made; give another --work or the same settings"
        )
    return folder
