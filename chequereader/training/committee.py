"""The sliding networks of the amount reader: each from chance by itself, then one recogniser of all.

A network is trained twice: what the first training can align is put together anew for the second. Networks
differ in their seed, so in their start, order, distortions and new strings, and by turns in the scale at
which they see strips; together they read better than any of them. Not for what one training is: see
``sliding``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from chequereader.alphabet import AMOUNTS
from chequereader.errors import UsageError, WeightsError
from chequereader.grammar import amounts
from chequereader.recognition.sliding import SlidingRecogniser, joined, padded
from chequereader.recognition.store import Weights, load_weights
from chequereader.segmentation.strip import STANDARD, Scale, rescaled
from chequereader.training import material
from chequereader.training.aligned import AlignedStrip, align
from chequereader.training.checkpoints import load_state, save_state
from chequereader.training.composing import Composer
from chequereader.training.shards import Shards, strips_of
from chequereader.training.side_by_side import Report
from chequereader.training.sliding import SlidingOptions, train_sliding
from chequereader.training.strips import Strips

SCALES = STANDARD, Scale(across=0.75)
"""By turns: with the second one more of what stands around a character is seen."""

_DROPPED = 0.2
_SAMPLE = 100  # strips, whose means and variances a network that goes on begins with
_FIRST = 0.2  # of the passes: enough to align characters by


@dataclass(frozen=True)
class SlidingNetwork:
    """A job: trains network ``number`` of an ``architecture`` and keeps it in ``work``.

    ``data``: folder with digit images and pen trajectories, as ``material.glyph_sources`` reads it;
    ``device`` as torch names it; ``workers`` as for ``train_sliding``. With a file of weights to ``start``
    from it is that file's network of the same scale, if there is one, and is trained once.
    """

    number: int
    architecture: str
    training: SlidingOptions
    data: Path | None
    shards: Shards
    work: Path
    device: str = "cpu"
    workers: int = 0
    start: Path | None = None

    @property
    def scale(self) -> Scale:
        """How large the network sees strips."""
        return SCALES[self.number % len(SCALES)]

    def _state(self, stage: str) -> Path:
        return self.work / f"sliding-{self.number}-{stage}.safetensors"

    @property
    def done(self) -> bool:
        """Whether there is a result to ``load``."""
        return self._state("done").is_file()

    def __call__(self, report: Report) -> None:
        """Train; goes on from the state in ``work``."""
        grammar = amounts("auto")
        # recombined strings are left out: composed ones are like them, one hand each, and never the same
        kinds = [kind for kind in self.shards if kind != "recombined"] or list(self.shards)
        strips = strips_of([path for kind in kinds for path in self.shards[kind]], grammar)
        images, pens = material.glyph_sources(self.data) if self.data else ([], None)
        training, seed = self.training, self.training.seed + self.number
        torch.manual_seed(seed)
        recogniser = self._begun(strips).to(self.device)
        first = 0 if self.start else max(round(_FIRST * training.epochs), 1)
        for stage, epochs in (("sliding", first), ("aligned", training.epochs - first)):
            if not epochs:
                continue
            lines: list[AlignedStrip] = []
            if stage == "aligned" and "real" in self.shards:
                real = strips_of(self.shards["real"], grammar)
                own = [real.strip(member) for member in range(len(real))]
                lines = align(recogniser, grammar, own, [str(truth) for truth in real.truths])
            graph_epochs = training.graph_epochs if stage == "aligned" else 0

            def tell(line: dict[str, float], stage: str = stage) -> None:
                report({"stage": stage, "network": self.number, **line})

            recogniser = train_sliding(
                recogniser,
                grammar,
                strips,
                replace(training, epochs=epochs, graph_epochs=min(graph_epochs, epochs), seed=seed),
                tell,
                state=self._state(stage),
                composer=Composer(lines, images, pens),
                workers=self.workers,
            )
        save_state(self._state("done"), recogniser.plain().state_dict(), {})

    def _begun(self, strips: Strips) -> SlidingRecogniser:
        if self.start is None:
            return SlidingRecogniser(
                AMOUNTS, self.architecture, scale=self.scale, normalised=True, dropped=_DROPPED
            )
        sliding = started_from(self.start, self.architecture).sliding
        if not sliding:
            raise WeightsError(f"{self.start}: no sliding recogniser in it to start from; leave --start out")
        alike = next((one for one in sliding if one.scale == self.scale), sliding[0])
        some = range(0, len(strips), max(len(strips) // _SAMPLE, 1))
        shown = [rescaled(strips.strip(m), self.scale) for m in some]
        recogniser = alike.started(self.number // len(SCALES), padded(shown)[0], _DROPPED)
        recogniser.scale = self.scale
        return recogniser

    def load(self) -> SlidingRecogniser:
        """Return what was trained."""
        recogniser = SlidingRecogniser(AMOUNTS, self.architecture, scale=self.scale)
        recogniser.load_state_dict(load_state(self._state("done"))[0])
        return recogniser


def started_from(weights: Path, architecture: str) -> Weights:
    """Return weights to start from; ``UsageError`` if they are of another architecture."""
    loaded = load_weights(weights)
    if loaded.recogniser.architecture != architecture:
        raise UsageError(
            f"{weights}: made with {loaded.recogniser.architecture}; give --architecture of that name"
        )
    return loaded


def committee(networks: Sequence[SlidingNetwork]) -> list[SlidingRecogniser]:
    """Return the trained networks, those of one scale in one recogniser."""
    loaded = [network.load() for network in networks]
    by_scale = [[one for one in loaded if one.scale == scale] for scale in SCALES]
    return [joined(alike) for alike in by_scale if alike]
