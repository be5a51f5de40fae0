"""The material of a recipe, in shards on disk: made once, side by side, and read by whoever learns from it.

Not for what an example is (``material``, ``splicing``) or how examples are packed (``lattices``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from chequereader.cheque_set import ChequeSet
from chequereader.errors import UsageError
from chequereader.grammar import Grammar
from chequereader.segmentation.segmenter import segment
from chequereader.synthetic.config import SyntheticConfig
from chequereader.training import material
from chequereader.training.lattices import Lattices
from chequereader.training.located import located, real_zones
from chequereader.training.side_by_side import Report
from chequereader.training.sight import ReadersSight, Sight
from chequereader.training.splicing import spliced
from chequereader.training.strips import Strips
from chequereader.training.truths import constrained_to_amount

Shards = dict[str, list[Path]]
"""Files of packed lattices by kind: real, spliced, recombined, drawn, located."""

DRAWN, PUT_TOGETHER = 500, 4_000
"""Examples of a shard: small ones keep all processes busy to the end, but what is put together of real fields
reads and cuts them anew for every shard."""

ROWS = 60
"""Rows of a cheque set whose fields are in one shard."""

NOTHING = "nothing to learn from: give cheque sets with amounts or digits, or drawn strings"


@dataclass(frozen=True)
class Amounts:
    """How much of every kind of material; the defaults are the shipped weights' own.

    ``rounds``: varied copies of each real field that has digit boxes; ``zone_rounds``: of the others, which
    are fewer, and of their zones on whole cheques. ``spliced``: real digits in another order, from fields
    with digit boxes; ``recombined``: strings made of characters from everywhere; ``drawn`` and ``located``:
    zones of synthetic cheques, as they are drawn and as the field stage finds them.
    """

    rounds: int = 8
    zone_rounds: int = 16
    spliced: int = 6_000
    recombined: int = 8_000
    drawn: int = 6_000
    located: int = 10_000


def make_shards(
    sets: Sequence[ChequeSet],
    data: Path | None,
    folder: Path,
    amounts: Amounts,
    seed: int,
    report: Report,
    processes: int = 2,
    start: Path | None = None,
) -> Shards:
    """Make what is missing of the material, a shard a process, and return all of it.

    ``data``: folder with ``digits`` and ``pen`` as ``material.glyph_sources`` reads them; without it nothing
    is recombined. With weights to ``start`` from, fields are segmented as the reader with these does it, who
    fits them to their digits. ``UsageError`` if the sets and amounts give nothing.
    """
    jobs = list(_jobs(sets, data, amounts, seed, start))
    if not jobs:
        raise UsageError(NOTHING)
    missing = [(job, path) for job in jobs if not (path := folder / f"{job.name}.npz").is_file()]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for (job, _), made in zip(missing, pool.map(_make, missing), strict=True):
            report({"stage": "material", "shard": job.name, "fields": made})
    shards: Shards = {}
    for job in jobs:
        shards.setdefault(job.kind, []).append(folder / f"{job.name}.npz")
    return shards


def lattices_of(shards: Shards, grammar: Grammar) -> Lattices:
    """Load the lattices of all kinds whose truth the grammar can say; ``UsageError`` if there are none."""
    parts = []
    for path in (path for paths in shards.values() for path in paths):
        lattices = Lattices.load(path)
        readable = readable_ones(lattices.truths, grammar)
        parts.append(lattices if len(readable) == len(lattices) else lattices.select(readable))
    joined = Lattices.join(parts)
    if not len(joined):
        raise UsageError(NOTHING)
    return joined


def strips_of(paths: Sequence[Path], grammar: Grammar) -> Strips:
    """Load the strips of some shards whose truth the grammar can say, and nothing else of them."""
    parts = []
    for path in paths:
        with np.load(path, allow_pickle=False) as arrays:
            strips = Strips(arrays["truths"], arrays["column"], arrays["strips"])
        parts.append(strips.select(readable_ones(strips.truths, grammar)))
    return Strips.join(parts)


def readable_ones(truths: NDArray[np.str_], grammar: Grammar) -> NDArray[np.int64]:
    """Return which truths are amounts of the grammar."""

    def has_path(truth: str) -> bool:
        try:
            constrained_to_amount(grammar, truth)
        except UsageError:
            return False
        return True

    good = {truth: has_path(str(truth)) for truth in np.unique(truths)}
    return np.flatnonzero([good[truth] for truth in truths])


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
    start: Path | None

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.number:03d}"


def _jobs(
    sets: Sequence[ChequeSet], data: Path | None, amounts: Amounts, seed: int, start: Path | None
) -> Iterator[_Job]:
    parts = [
        ChequeSet(cheques.folder, cheques.truths[row : row + ROWS])
        for cheques in sets
        for row in range(0, len(cheques.truths), ROWS)
    ]
    for number, part in enumerate(parts):
        boxed = (part.folder / material.CHARACTER_BOXES).is_file()
        rounds = amounts.rounds if boxed else amounts.zone_rounds
        yield _Job("real", number, 0, rounds, seed, (part,), None, start)
    every = tuple(sets)
    boxed = any((cheques.folder / material.CHARACTER_BOXES).is_file() for cheques in sets)
    wanted = {
        "spliced": amounts.spliced if boxed else 0,
        "recombined": amounts.recombined if data else 0,
        "drawn": amounts.drawn,
        "located": amounts.located,
    }
    for kind, count in wanted.items():
        size = PUT_TOGETHER if kind in ("spliced", "recombined") else DRAWN
        for number, made in enumerate(range(0, count, size)):
            yield _Job(kind, number, min(size, count - made), 0, seed, every, data, start)


def _make(task: tuple[_Job, Path]) -> int:
    job, path = task
    torch.set_num_threads(1)  # other shards are made beside this one
    seed = job.seed * 1000 + job.number
    # every second writer of drawn amounts borrows a real hand's digits
    see: Sight = segment if job.start is None else ReadersSight.of(job.start)
    drawing = SyntheticConfig(glyphs=job.data / "pen" if job.data else None)
    if job.kind == "real":
        fields = material.real_fields(job.sets[0]) + real_zones(job.sets[0])
        examples = material.real_examples(fields, job.rounds, seed, see)
    elif job.kind == "located":
        examples = located(job.count, seed, drawing, see)
    elif job.kind == "spliced":
        fields = [field for cheques in job.sets for field in material.real_fields(cheques)]
        examples = spliced(fields, job.count, seed, see)
    elif job.kind == "recombined":
        assert job.data is not None
        images, pens = material.glyph_sources(job.data)
        fields = [field for cheques in job.sets for field in material.real_fields(cheques)]
        examples = material.recombined(material.cut_out(fields), images, pens, job.count, seed, see)
    else:
        examples = material.drawn(job.count, seed, drawing, see)
    lattices = Lattices.pack(examples)
    partial = path.with_name(path.name + ".partial.npz")
    lattices.save(partial)
    partial.replace(path)
    return len(lattices)
