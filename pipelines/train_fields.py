"""Train the penalty of candidate amount zones and say how often the true zone is among the best.

    python -m pipelines.train_fields --data ../shared/data --seed 0

Reads the cheques of India and the USA under ``--data`` (validation files of ``data/splits`` are measured on
and never trained on), each seen several times with other borders, scales and skews. Writes
``chequereader/weights/fields.safetensors``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from chequereader.box import Box
from chequereader.fields.locate import Proposals, best_zones, propose
from chequereader.fields.matching import holds_amount, true_ink
from chequereader.fields.page_ink import GreyImage
from chequereader.fields.penalty import WEIGHTS, ZoneNetwork, ZonePenalty
from chequereader.fields.upright import upright

ROOT = Path(__file__).parent.parent
SETS = {"cheques-india": 0.13, "cheques-usa": 0.0}
"""Cheque sets, and the share of the truth box on its left that a printed currency sign takes."""
VIEWS = 8
TOP = 1, 3, 6


@dataclass(frozen=True)
class Page:
    """An upright cheque with its truth: ``candidates`` and which of them hold the amount, bool [n]."""

    source: str
    candidates: Proposals
    right: np.ndarray


def cheques(folder: Path, validation: bool) -> Iterator[tuple[GreyImage, Box]]:
    """Yield scans, grey uint8 [height, width], and their truth boxes: of the validation part or the rest."""
    split = (ROOT / "data" / "splits" / f"{folder.name}-validation.txt").read_text().splitlines()
    held_out = {line for line in split if not line.startswith("#")}
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (row["file"] in held_out) == validation:
                image = cv2.imread(str(folder / row["file"]), cv2.IMREAD_GRAYSCALE)
                yield image, Box(*(round(float(row[side])) for side in ("x0", "y0", "x1", "y1")))


def on_page(image: GreyImage, truth: Box) -> tuple[GreyImage, Box]:
    """Return the upright page of a scan and the truth box on it."""
    page = upright(image)
    inverse = cv2.invertAffineTransform(page.matrix)
    corners = np.array([(x, y, 1) for x in (truth.x0, truth.x1) for y in (truth.y0, truth.y1)]) @ inverse.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    return page.image, Box(*(round(v) for v in (*low, *high)))


def another_view(image: GreyImage, truth: Box, rng: np.random.Generator) -> tuple[GreyImage, Box]:
    """Return a page as another scanner might have given it: other border, scale, slight skew, contrast."""
    height, width = image.shape
    scale = np.exp(rng.uniform(-0.25, 0.2))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-0.4, 0.4), scale)
    size = round(width * scale * rng.uniform(0.95, 1.06)), round(height * scale * rng.uniform(0.93, 1.08))
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    matrix[:, 2] += rng.uniform(-0.025, 0.025, 2) * size
    paper_grey = int(np.percentile(image, 80))
    seen = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_AREA, borderValue=paper_grey).astype(np.float32)
    seen = 255 - (255 - seen) * rng.uniform(0.6, 1.1) + rng.normal(0, rng.uniform(0, 5), seen.shape)
    corners = np.array([(x, y, 1) for x in (truth.x0, truth.x1) for y in (truth.y0, truth.y1)]) @ matrix.T
    low, high = corners.min(axis=0), corners.max(axis=0)
    return seen.clip(0, 255).astype(np.uint8), Box(*(round(v) for v in (*low, *high)))


def examine(source: str, image: GreyImage, truth: Box) -> Page | None:
    """Return a page's candidates with their labels; ``None`` where the truth box holds no ink."""
    ink = true_ink(image, truth, SETS.get(source, 0.0))
    if ink is None:
        return None
    candidates = propose(image)
    return Page(source, candidates, holds_amount(candidates.boxes, ink))


def gather(data: Path, validation: bool, views: int, rng: np.random.Generator) -> list[Page]:
    """Return the pages of all real sets, each once as it is and ``views`` times changed."""
    pages: list[Page | None] = []
    for name in SETS:
        for scan, box in tqdm(list(cheques(data / name, validation)), desc=name):
            image, truth = on_page(scan, box)
            pages.append(examine(name, image, truth))
            for _ in range(views):
                pages.append(examine(name, *another_view(image, truth, rng)))
    return [page for page in pages if page is not None and page.candidates.boxes]


def fit(pages: list[Page], seed: int, epochs: int) -> ZoneNetwork:
    """Return a network trained on pages, each set of the same weight whatever its size."""
    torch.manual_seed(seed)
    features = torch.from_numpy(np.concatenate([p.candidates.features for p in pages]))
    right = torch.from_numpy(np.concatenate([p.right for p in pages]))
    owner = torch.repeat_interleave(torch.arange(len(pages)), torch.tensor([len(p.right) for p in pages]))
    counts = {name: sum(p.source == name for p in pages) for name in {p.source for p in pages}}
    weight = torch.tensor([len(pages) / len(counts) / counts[p.source] for p in pages])
    network = ZoneNetwork(features.mean(0), features.std(0).clamp(min=1e-3))
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-2, epochs)
    for _ in range(epochs):
        optimiser.zero_grad()
        loss = (page_losses(network(features), right, owner, len(pages)) * weight).mean()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network


def page_losses(logits: Tensor, right: Tensor, owner: Tensor, pages: int) -> Tensor:
    """Return a loss for each page, [pages].

    Two terms: the cross-entropy of every candidate, which makes the penalty -log of a probability, and
    -log of the share that the right candidates take of their page, which puts them first. A page without a
    right candidate has only the first.
    """
    each = nn.functional.binary_cross_entropy_with_logits(logits, right.float(), reduction="none")
    entropy = torch.zeros(pages).index_add(0, owner, each)
    strength = (logits - logits.detach().max()).exp()
    every = torch.zeros(pages).index_add(0, owner, strength)
    good = torch.zeros(pages).index_add(0, owner, strength * right)
    ranked = torch.where(good > 0, every.log() - good.clamp(min=1e-30).log(), torch.zeros(()))
    return 0.5 * entropy + ranked


def recall(pages: list[Page], penalty: ZonePenalty) -> dict[str, tuple[float, ...]]:
    """Return for each set the share of pages whose amount is proposed, and is among the ``TOP`` best zones."""
    shares: dict[str, tuple[float, ...]] = {}
    for name in sorted({p.source for p in pages}):
        rows = []
        for page in (p for p in pages if p.source == name):
            zones = best_zones(page.candidates, penalty, max(TOP))
            right = [bool(page.right[page.candidates.boxes.index(z.boxes[0])]) for z in zones]
            rows.append([bool(page.right.any()), *(any(right[:k]) for k in TOP)])
        shares[name] = tuple(float(v) for v in np.mean(rows, axis=0))
    return shares


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--epochs", default=400, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=WEIGHTS, show_default=True)
def main(data: Path, seed: int, epochs: int, out: Path) -> None:
    """Train the field penalty and print its recall."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    training = gather(data, validation=False, views=VIEWS, rng=rng)
    penalty = ZonePenalty.of(fit(training, seed, epochs))
    penalty.save(out)
    for title, pages in (("training", training), ("validation", gather(data, True, 0, rng))):
        for name, shares in recall(pages, penalty).items():
            click.echo(f"{title:10} {name:14} proposed {shares[0]:.3f}" + "".join(
                f"  top-{k} {share:.3f}" for k, share in zip(TOP, shares[1:], strict=True)
            ))  # fmt: skip


if __name__ == "__main__":
    main()
