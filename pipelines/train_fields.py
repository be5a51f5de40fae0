"""Train the penalty of candidate amount zones and say how often the true zone is among the best.

    python -m pipelines.train_fields --data ../shared/data --seed 0

Learns from the real cheques of India and the USA under ``--data``, each seen several times with other
borders, scales and skews, and from ``--synthetic`` cheques of many layouts drawn from the seed; a part of all
pages is seen on its head, where no zone is right. The validation files of ``data/splits`` are measured on and
never trained on; the synthetic cheques measured on are of other banks and writers. Writes
``chequereader/weights/fields.safetensors``.

What the spotter says of pages is among the features, so train it first (``pipelines.train_spotter``). What to
expect, after a quarter of an hour of one core:

    validation cheques-india  proposed 1.000  top-1 1.000  top-3 1.000  top-6 1.000
    validation cheques-usa    proposed 1.000  top-1 1.000  top-3 1.000  top-6 1.000
    validation synthetic      proposed 0.999  top-1 0.988  top-3 0.995  top-6 0.996
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from tqdm import tqdm

from chequereader.box import Box
from chequereader.fields.locate import Proposals, best_zones, propose
from chequereader.fields.matching import true_ink, worth
from chequereader.fields.page_ink import GreyImage
from chequereader.fields.penalty import WEIGHTS, ZoneNetwork, ZonePenalty
from chequereader.shipped import list_checksum
from pipelines.field_pages import SYNTHETIC, another_view, cheques, on_page, synthetic

SETS = {"cheques-india": 0.13, "cheques-usa": 0.0}
"""Real cheque sets, and the share of the truth box on its left that a printed currency sign takes."""
VIEWS = 5
OVERTURNED = 0.3
"""Share of the training pages that are also seen on their head."""
SYNTHETIC_WEIGHT = 2.0
"""What the synthetic cheques weigh in training beside a real set: they are of many layouts, it is of few."""
TOP = 1, 3, 6


@dataclass(frozen=True)
class Page:
    """A page with its truth: ``candidates`` and what each is ``worth`` as the amount's zone, float32 [n].

    ``overturned``: it is seen on its head, and no candidate counts.
    """

    source: str
    candidates: Proposals
    worth: npt.NDArray[np.float32]
    overturned: bool = False


def examine(source: str, image: GreyImage, truth: Box) -> Page | None:
    """Return a page's candidates with their labels; ``None`` where the truth box holds no ink."""
    ink = true_ink(image, truth, SETS.get(source, 0.0))
    if ink is None:
        return None
    candidates = proposed(image)
    return Page(source, candidates, worth(candidates.boxes, ink))


def proposed(image: GreyImage) -> Proposals:
    """Return a page's candidates without their currencies, which would keep all of the page in memory."""
    return replace(propose(image), currency=lambda _: None)


def views_of(
    source: str, image: GreyImage, truth: Box, views: int, rng: np.random.Generator
) -> Iterator[Page]:
    """Yield a page as it is, ``views`` times changed, and for a part of the changed pages on its head."""
    for view in range(views + 1):
        seen, box = (image, truth) if view == 0 else another_view(image, truth, rng)
        page = examine(source, seen, box)
        if page is not None and page.candidates.boxes:
            yield page
        if view and rng.random() < OVERTURNED:
            over = proposed(np.ascontiguousarray(seen[::-1, ::-1]))
            if over.boxes:
                yield Page(source, over, np.zeros(len(over.boxes), np.float32), overturned=True)


def gather(
    data: Path,
    validation: bool,
    views: int,
    drawn: Iterator[tuple[GreyImage, Box]],
    rng: np.random.Generator,
) -> list[Page]:
    """Return the pages of the real sets, each ``views`` times changed, and of synthetic ones, once."""
    pages: list[Page] = []
    for name in SETS:
        for scan, box in tqdm(list(cheques(data / name, validation)), desc=name):
            pages.extend(views_of(name, *on_page(scan, box), views, rng))
    for image, truth in drawn:
        pages.extend(views_of(SYNTHETIC, image, truth, min(views, 1), rng))
    return pages


def fit(pages: list[Page], seed: int, epochs: int) -> ZoneNetwork:
    """Return a network trained on pages, the real sets of the same weight whatever their size."""
    torch.manual_seed(seed)
    features = torch.from_numpy(np.concatenate([p.candidates.features for p in pages]))
    worths = torch.from_numpy(np.concatenate([p.worth for p in pages]))
    owner = torch.repeat_interleave(torch.arange(len(pages)), torch.tensor([len(p.worth) for p in pages]))
    counts = Counter(p.source for p in pages)
    shares = {name: SYNTHETIC_WEIGHT if name == SYNTHETIC else 1.0 for name in counts}
    whole = sum(shares.values())
    weight = torch.tensor([len(pages) * shares[p.source] / whole / counts[p.source] for p in pages])
    network = ZoneNetwork(features.mean(0), features.std(0).clamp(min=1e-3))
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-2, epochs)
    for _ in range(epochs):
        optimiser.zero_grad()
        loss = (page_losses(network(features), worths, owner, len(pages)) * weight).mean()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network


def page_losses(logits: Tensor, worths: Tensor, owner: Tensor, pages: int) -> Tensor:
    """Return a loss for each page, [pages].

    Two terms: the cross-entropy of every candidate with its worth, which makes the penalty -log of a
    probability, and -log of the worth expected when a page's candidates are drawn by their strength, which
    puts the best first. A page without a right candidate has only the first.
    """
    each = nn.functional.binary_cross_entropy_with_logits(logits, worths, reduction="none")
    entropy = torch.zeros(pages).index_add(0, owner, each)
    strength = (logits - logits.detach().max()).exp()
    every = torch.zeros(pages).index_add(0, owner, strength)
    good = torch.zeros(pages).index_add(0, owner, strength * worths)
    ranked = torch.where(good > 0, every.log() - good.clamp(min=1e-30).log(), torch.zeros(()))
    return 0.5 * entropy + ranked


def recall(pages: list[Page], penalty: ZonePenalty) -> dict[str, tuple[float, ...]]:
    """Return for each set the share of pages whose amount is proposed, and is in the ``TOP`` best zones."""
    shares: dict[str, tuple[float, ...]] = {}
    for name in sorted({p.source for p in pages}):
        rows = []
        for page in (p for p in pages if p.source == name and not p.overturned):
            zones = best_zones(page.candidates, penalty, max(TOP))
            right = [bool(page.worth[page.candidates.boxes.index(z.boxes[0])]) for z in zones]
            rows.append([bool(page.worth.any()), *(any(right[:k]) for k in TOP)])
        shares[name] = tuple(float(v) for v in np.mean(rows, axis=0))
    return shares


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--synthetic", "count", default=3000, show_default=True, help="Synthetic cheques to train on.")
@click.option("--epochs", default=250, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=WEIGHTS, show_default=True)
def main(data: Path, seed: int, count: int, epochs: int, out: Path) -> None:
    """Train the field penalty and print its recall."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    training = gather(data, False, VIEWS, synthetic(2 * seed + 1000, count), rng)
    penalty = ZonePenalty.of(fit(training, seed, epochs))
    penalty.save(out)
    list_checksum(out)  # shipped weights are read only as they are listed
    validation = gather(data, True, 0, synthetic(2 * seed + 1001, count // 4), rng)
    for title, pages in (("training", training), ("validation", validation)):
        for name, shares in recall(pages, penalty).items():
            best = "".join(f"  top-{k} {share:.3f}" for k, share in zip(TOP, shares[1:], strict=True))
            click.echo(f"{title:10} {name:14} proposed {shares[0]:.3f}{best}")


if __name__ == "__main__":
    main()
