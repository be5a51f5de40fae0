"""The recipe of the amount reader: material, first training, training through the graph, weights.

One call makes it all from cheque sets and glyph data, seeded; a second call with the same folder goes on
where the first one stopped. Not for the digits' own benchmark (``digits``) or for calibration, which needs
cheques that this never sees (``calibrate`` in the pipelines).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from chequereader.alphabet import AMOUNTS
from chequereader.cheque_set import ChequeSet
from chequereader.errors import UsageError
from chequereader.grammar import Grammar, amounts
from chequereader.recognition.recogniser import Recogniser
from chequereader.recognition.store import save_weights
from chequereader.segmentation.segmenter import GEOMETRY
from chequereader.synthetic.config import SyntheticConfig
from chequereader.training import material
from chequereader.training.characters import CharacterOptions, train_characters
from chequereader.training.committee import CommitteeOptions, train_committee
from chequereader.training.lattices import Lattices
from chequereader.training.sliding import SlidingOptions
from chequereader.training.splicing import spliced
from chequereader.training.strips import Strips
from chequereader.training.through_graph import GraphOptions, Reading, constrained, train_through_graph

Report = Callable[[dict[str, object]], None]

SHARD = 4_500  # each shard reads the sets again, so they are few


@dataclass(frozen=True)
class Recipe:
    """How much of everything; the defaults are the shipped weights' own.

    ``rounds``: varied copies of each real field that has digit boxes; ``zone_rounds``: of the others, which
    are fewer, and of their zones on whole cheques. ``spliced``: real digits in another order, from fields
    with digit boxes; ``recombined``: strings made of characters from everywhere; ``drawn`` and ``located``:
    zones of synthetic cheques, as they are drawn and as the field stage finds them. ``composed``: strips put
    together anew for each epoch of a sliding network, of which there are ``networks``. ``data``: folder with
    ``digits`` and ``pen`` as ``material.glyph_sources`` reads them; without it there are neither digit images
    nor pen trajectories, and nothing is recombined.
    """

    architecture: str = "lenet5-wide"
    rounds: int = 8
    zone_rounds: int = 16
    spliced: int = 10_000
    recombined: int = 15_000
    drawn: int = 5_000
    located: int = 6_400
    composed: int = 14_000
    character_epochs: int = 4
    graph_epochs: int = 3
    networks: int = 2
    sliding_epochs: int = 12
    character_rate: float = 3e-3
    graph_rate: float = 1e-3
    sliding_rate: float = 2e-3
    seed: int = 0
    compiled: bool = False


def train_reader(
    sets: Sequence[ChequeSet], data: Path | None, work: Path, out: Path, recipe: Recipe, report: Report
) -> None:
    """Train the amount reader and write its weights to ``out``.

    ``work`` keeps material and states. ``UsageError`` if the sets and options give nothing to learn from.
    """
    torch.manual_seed(recipe.seed)
    work.mkdir(parents=True, exist_ok=True)
    grammar = amounts("auto")
    made = make_material(sets, data, work / "material", recipe, report)
    by_kind = {kind: readable(lattices, grammar) for kind, lattices in made.items()}
    lattices = Lattices.join(list(by_kind.values()))
    if not len(lattices):
        raise UsageError("nothing to learn from: give cheque sets with amounts or digits, or drawn strings")
    report({"stage": "material", "fields": len(lattices), "candidates": len(lattices.source)})
    recogniser = Recogniser(AMOUNTS, len(GEOMETRY), recipe.architecture)
    train_characters(
        recogniser,
        lattices,
        CharacterOptions(epochs=recipe.character_epochs, rate=recipe.character_rate, seed=recipe.seed),
        lambda line: report({"stage": "characters", **line}),
        compiled=recipe.compiled,
        state=work / "characters.safetensors",
    )
    reading = train_through_graph(
        Reading(recogniser, grammar),
        grammar,
        lattices,
        GraphOptions(epochs=recipe.graph_epochs, rate=recipe.graph_rate, seed=recipe.seed),
        lambda line: report({"stage": "graph", **line}),
        compiled=recipe.compiled,
        state=work / "graph.safetensors",
    )
    # recombined strings are left out: composed ones are like them, one hand each, and never the same
    kinds = [kind for kind in by_kind if kind != "recombined"] or list(by_kind)
    real = _strips(by_kind["real"]) if "real" in by_kind else None
    sliding = train_committee(
        Strips.join([_strips(by_kind[kind]) for kind in kinds]),
        real,
        reading.grammar_penalty.detach(),
        CommitteeOptions(
            f"{recipe.architecture}-maxpool",
            recipe.networks,
            SlidingOptions(
                epochs=recipe.sliding_epochs,
                composed=recipe.composed,
                rate=recipe.sliding_rate,
                seed=recipe.seed,
            ),
            data,
        ),
        work,
        report,
    )
    name = f"amounts-{recipe.architecture}"
    save_weights(out, name, reading.recogniser, reading.grammar_penalty, sliding)


def _strips(lattices: Lattices) -> Strips:
    return Strips(lattices.truths, lattices.column, lattices.strips)


def readable(lattices: Lattices, grammar: Grammar) -> Lattices:
    """Leave out fields whose truth is no amount of the grammar."""

    def has_path(truth: str) -> bool:
        try:
            constrained(grammar, truth)
        except UsageError:
            return False
        return True

    good = {truth: has_path(str(truth)) for truth in np.unique(lattices.truths)}
    return lattices.select(np.flatnonzero([good[truth] for truth in lattices.truths]))


def make_material(
    sets: Sequence[ChequeSet], data: Path | None, folder: Path, recipe: Recipe, report: Report
) -> dict[str, Lattices]:
    """Make the material in shards, two at a time; return it by kind. Shards that are there already stay."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = list(_jobs(sets, data, recipe))
    if not jobs:
        raise UsageError("nothing to learn from: give cheque sets with amounts or digits, or drawn strings")
    missing = [(job, path) for job in jobs if not (path := folder / f"{job.name}.npz").is_file()]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for (job, _), made in zip(missing, pool.map(_make, missing), strict=True):
            report({"stage": "material", "shard": job.name, "fields": made})
    kinds: dict[str, list[Lattices]] = {}
    for job in jobs:
        kinds.setdefault(job.kind, []).append(Lattices.load(folder / f"{job.name}.npz"))
    return {kind: Lattices.join(parts) for kind, parts in kinds.items()}


@dataclass(frozen=True)
class _Job:
    """One shard; everything a process needs to make it."""

    kind: str
    number: int
    count: int
    rounds: int
    seed: int
    sets: tuple[ChequeSet, ...]
    data: Path | None

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.number:03d}"


def _jobs(sets: Sequence[ChequeSet], data: Path | None, recipe: Recipe) -> Iterator[_Job]:
    for number, cheques in enumerate(sets):
        boxed = (cheques.folder / material.CHARACTER_BOXES).is_file()
        rounds = recipe.rounds if boxed else recipe.zone_rounds
        yield _Job("real", number, 0, rounds, recipe.seed, (cheques,), None)
    every = tuple(sets)
    boxed = any((cheques.folder / material.CHARACTER_BOXES).is_file() for cheques in sets)
    wanted = {
        "spliced": recipe.spliced if boxed else 0,
        "recombined": recipe.recombined if data else 0,
        "drawn": recipe.drawn,
        "located": recipe.located,
    }
    for kind, count in wanted.items():
        for number, start in enumerate(range(0, count, SHARD)):
            yield _Job(kind, number, min(SHARD, count - start), 0, recipe.seed, every, data)


def _make(task: tuple[_Job, Path]) -> int:
    job, path = task
    seed = job.seed * 1000 + job.number
    if job.kind == "real":
        fields = material.real_fields(job.sets[0]) + material.real_zones(job.sets[0])
        examples = material.real_examples(fields, job.rounds, seed)
    elif job.kind == "located":
        examples = material.located(job.count, seed, SyntheticConfig())
    elif job.kind == "spliced":
        fields = [field for cheques in job.sets for field in material.real_fields(cheques)]
        examples = spliced(fields, job.count, seed)
    elif job.kind == "recombined":
        assert job.data is not None
        images, pens = material.glyph_sources(job.data)
        fields = [field for cheques in job.sets for field in material.real_fields(cheques)]
        examples = material.recombined(material.cut_out(fields), images, pens, job.count, seed)
    else:
        examples = material.drawn(job.count, seed, SyntheticConfig())
    lattices = Lattices.pack(examples)
    partial = path.with_name(path.name + ".partial.npz")
    lattices.save(partial)
    partial.replace(path)
    return len(lattices)
