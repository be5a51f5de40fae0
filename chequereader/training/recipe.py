"""The recipe of the amount reader: material, the recogniser between cuts, the sliding networks, weights.

One call makes it all from cheque sets and glyph data, seeded; a second call with the same folder goes on
where the first one stopped. Not for the digits' own benchmark (``digits``) or for calibration, which needs
cheques that this never sees (``calibrate`` in the pipelines).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from chequereader.cheque_set import ChequeSet
from chequereader.errors import UsageError
from chequereader.output import written_whole
from chequereader.recognition.store import save_weights
from chequereader.training.between_cuts import BetweenCuts
from chequereader.training.characters import CharacterOptions
from chequereader.training.committee import SlidingNetwork, committee
from chequereader.training.shards import Amounts, make_shards
from chequereader.training.side_by_side import Report, side_by_side
from chequereader.training.sliding import SlidingOptions
from chequereader.training.through_graph import GraphOptions


@dataclass(frozen=True)
class Recipe(Amounts):
    """How much of everything; the defaults are the shipped weights' own.

    ``composed``: strips put together anew for each epoch of a sliding network, of which there are
    ``networks``. One ``architecture`` is used by all.
    """

    architecture: str = "lenet5-wide-maxpool"
    composed: int = 12_000
    character_epochs: int = 2
    graph_epochs: int = 2
    networks: int = 2
    sliding_epochs: int = 10
    character_rate: float = 3e-3
    graph_rate: float = 1e-3
    sliding_rate: float = 2e-3
    seed: int = 0
    compiled: bool = False


def train_reader(
    sets: Sequence[ChequeSet], data: Path | None, work: Path, out: Path, recipe: Recipe, report: Report
) -> None:
    """Train the amount reader and write its weights to ``out``.

    ``work`` keeps material and states. ``data``: folder with ``digits`` and ``pen``; without it there are
    neither digit images nor pen trajectories, and nothing is recombined. ``UsageError`` if the sets and
    options give nothing to learn from, or if ``work`` is another recipe's.
    """
    torch.manual_seed(recipe.seed)
    work.mkdir(parents=True, exist_ok=True)
    _claim(work, recipe)
    shards = make_shards(sets, data, work / "material", recipe, recipe.seed, report)
    cuts = BetweenCuts(
        recipe.architecture,
        CharacterOptions(epochs=recipe.character_epochs, rate=recipe.character_rate, seed=recipe.seed),
        GraphOptions(epochs=recipe.graph_epochs, rate=recipe.graph_rate, seed=recipe.seed),
        shards,
        work,
        recipe.compiled,
    )
    sliding = SlidingOptions(
        epochs=recipe.sliding_epochs, composed=recipe.composed, rate=recipe.sliding_rate, seed=recipe.seed
    )
    networks = [
        SlidingNetwork(number, recipe.architecture, sliding, data, shards, work)
        for number in range(recipe.networks)
    ]
    jobs: list[BetweenCuts | SlidingNetwork] = [cuts, *networks]
    side_by_side([job for job in jobs if not job.done], report)
    reading = cuts.load()
    name = f"amounts-{recipe.architecture}"
    save_weights(out, name, reading.recogniser, reading.grammar_penalty, committee(networks))


def _claim(work: Path, recipe: Recipe) -> None:
    """Write down whose folder it is; ``UsageError`` if it is another recipe's."""
    own = asdict(recipe)
    path = work / "recipe.json"
    if path.is_file():
        if json.loads(path.read_text(encoding="utf-8")) != own:
            raise UsageError(
                f"{work}: holds what other settings made; give another folder or the same settings"
            )
        return
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(own, indent=1), encoding="utf-8")
