"""The recogniser between cuts, from chance: first by candidates of known class, then through the graph.

Not for what one training is: see ``characters`` and ``through_graph``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from chequereader.alphabet import AMOUNTS
from chequereader.grammar import Grammar, amounts
from chequereader.recognition.recogniser import Recogniser
from chequereader.segmentation.segmenter import GEOMETRY
from chequereader.training.characters import CharacterOptions, train_characters
from chequereader.training.checkpoints import load_state, save_state
from chequereader.training.committee import started_from
from chequereader.training.lattices import Lattices
from chequereader.training.shards import Shards, lattices_of
from chequereader.training.side_by_side import Report
from chequereader.training.through_graph import GraphOptions, Reading, train_through_graph

_DROPPED = 0.1


@dataclass(frozen=True)
class BetweenCuts:
    """A job: trains one recogniser and the grammar's penalties with it, and keeps them in ``work``.

    The first training normalises batches where the ``architecture`` can; the second, which sees all
    candidates of few fields at a time, takes the network as it reads. ``compiled`` as for
    ``train_characters``; ``device`` as torch names it. With a file of weights to ``start`` from
    it is that file's network, and is trained through the graph alone.
    """

    architecture: str
    characters: CharacterOptions
    graph: GraphOptions
    shards: Shards
    work: Path
    compiled: bool
    device: str = "cpu"
    start: Path | None = None

    @property
    def _done(self) -> Path:
        return self.work / "cuts-done.safetensors"

    @property
    def done(self) -> bool:
        """Whether there is a result to ``load``."""
        return self._done.is_file()

    def __call__(self, report: Report) -> None:
        """Train; goes on from the state in ``work``."""
        grammar = amounts("auto")
        lattices = lattices_of(self.shards, grammar)
        report({"stage": "material", "fields": len(lattices), "candidates": len(lattices.source)})
        reading = train_through_graph(
            self._begun(lattices, grammar, report).to(self.device),
            grammar,
            lattices,
            self.graph,
            lambda line: report({"stage": "graph", **line}),
            compiled=self.compiled,
            state=self.work / "graph.safetensors",
        )
        save_state(self._done, reading.state_dict(), {})

    def _begun(self, lattices: Lattices, grammar: Grammar, report: Report) -> Reading:
        """Return what the training through the graph starts from."""
        if self.start is not None:
            loaded = started_from(self.start, self.architecture)
            return Reading(
                loaded.recogniser.requires_grad_(True), grammar.with_penalty(loaded.grammar_penalty)
            )
        torch.manual_seed(self.characters.seed)
        recogniser = Recogniser(AMOUNTS, len(GEOMETRY), self.architecture, normalised=True, dropped=_DROPPED)
        recogniser.to(self.device)
        train_characters(
            recogniser,
            lattices,
            self.characters,
            lambda line: report({"stage": "characters", **line}),
            compiled=self.compiled,
            state=self.work / "characters.safetensors",
        )
        return Reading(recogniser.plain(), grammar)

    def load(self) -> Reading:
        """Return what was trained."""
        reading = Reading(Recogniser(AMOUNTS, len(GEOMETRY), self.architecture), amounts("auto"))
        reading.load_state_dict(load_state(self._done)[0])
        return reading
