"""The sliding networks of the amount reader: each from chance by itself, two at a time, then one recogniser.

A network is trained twice: what the first training can align is put together anew for the second. Networks
differ in their seed, so in their start, order, distortions and new strings; together they read better than
any of them. Not for what one training is: see ``sliding``.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import Manager, get_context
from pathlib import Path
from queue import Empty, Queue

import torch
from torch import Tensor

from chequereader.alphabet import AMOUNTS
from chequereader.grammar import amounts
from chequereader.recognition.sliding import SlidingRecogniser, joined
from chequereader.training import material
from chequereader.training.aligned import AlignedStrip, align
from chequereader.training.checkpoints import load_state, save_state
from chequereader.training.composing import Composer
from chequereader.training.sliding import SlidingOptions, train_sliding
from chequereader.training.strips import Strips

Report = Callable[[dict[str, object]], None]

_AT_ONCE = 2
_DROPPED = 0.2
_FIRST = 0.2  # of the passes: enough to align characters by


@dataclass(frozen=True)
class CommitteeOptions:
    """How many ``networks`` of which architecture, and how each of them is trained.

    ``data``: folder with digit images and pen trajectories, as ``material.glyph_sources`` reads it.
    """

    architecture: str
    networks: int
    training: SlidingOptions
    data: Path | None


def train_committee(
    strips: Strips,
    real: Strips | None,
    grammar_penalty: Tensor,
    options: CommitteeOptions,
    work: Path,
    report: Report,
) -> SlidingRecogniser:
    """Train the networks and return them as they read, in one recogniser.

    ``real``: those strips whose characters are put together anew. ``grammar_penalty`` float [arcs] of the
    grammar of locale "auto". ``work`` keeps states: the same call goes on from them.
    """
    paths = [work / f"sliding-{number}" for number in range(options.networks)]
    missing = [path for path in paths if not _done(path).is_file()]
    if missing:
        strips.save(work / "strips.npz")
        if real is not None:
            real.save(work / "real-strips.npz")
        with (
            Manager() as manager,
            ProcessPoolExecutor(min(_AT_ONCE, len(missing)), mp_context=get_context("spawn")) as pool,
        ):
            told: Queue[dict[str, object]] = manager.Queue()
            running = [
                pool.submit(_train, path, paths.index(path), real is not None, grammar_penalty, options, told)
                for path in missing
            ]
            _pass_on(told, running, report)
            for future in running:
                future.result()
    return joined([_load(path, options.architecture) for path in paths])


def _done(path: Path) -> Path:
    return path.with_name(path.name + "-done.safetensors")


def _load(path: Path, architecture: str) -> SlidingRecogniser:
    recogniser = SlidingRecogniser(AMOUNTS, architecture)
    recogniser.load_state_dict(load_state(_done(path))[0])
    return recogniser


def _pass_on(told: Queue[dict[str, object]], running: list[Future[None]], report: Report) -> None:
    while not (all(future.done() for future in running) and told.empty()):
        try:
            report(told.get(timeout=1.0))
        except Empty:
            continue


def _train(
    path: Path,
    number: int,
    has_real: bool,
    grammar_penalty: Tensor,
    options: CommitteeOptions,
    told: Queue[dict[str, object]],
) -> None:
    """Train one network, in a process of its own."""
    torch.set_num_threads(1)
    work = path.parent
    strips = Strips.load(work / "strips.npz")
    grammar = amounts("auto").with_penalty(grammar_penalty)
    images, pens = material.glyph_sources(options.data) if options.data else ([], None)
    training, seed = options.training, options.training.seed + number
    torch.manual_seed(seed)
    recogniser = SlidingRecogniser(AMOUNTS, options.architecture, normalised=True, dropped=_DROPPED)
    first = max(round(_FIRST * training.epochs), 1)
    for stage, epochs in (("sliding", first), ("aligned", training.epochs - first)):
        if not epochs:
            break
        lines: list[AlignedStrip] = []
        if stage == "aligned" and has_real:
            real = Strips.load(work / "real-strips.npz")
            own = [real.strip(member) for member in range(len(real))]
            lines = align(recogniser, grammar, own, [str(truth) for truth in real.truths])
        graph_epochs = training.graph_epochs if stage == "aligned" else 0

        def report(line: dict[str, float], stage: str = stage) -> None:
            told.put({"stage": stage, "network": number, **line})

        recogniser = train_sliding(
            recogniser,
            grammar,
            strips,
            replace(training, epochs=epochs, graph_epochs=min(graph_epochs, epochs), seed=seed),
            report,
            state=path.with_name(f"{path.name}-{stage}.safetensors"),
            composer=Composer(lines, images, pens),
        )
    save_state(_done(path), recogniser.plain().state_dict(), {})
