"""Train the spotter: a network over the whole page that says where the amount stands.

    python -m pipelines.train_spotter --seed 0

Learns from drawn cheques of many layouts alone, a third of them seen in another view too, a part of these on
their head, where nothing is right. Neither real pages nor those that the penalty learns from are among them:
that one has to learn what the spotter says of pages that it never saw. Writes
``chequereader/weights/spotter.safetensors``; train the penalty again after it (``pipelines.train_fields``).

What to expect after half an hour of one core:

    pass 12 of 12: criterion 0.1940
    likeliest place in the amount, cheques never seen: 0.993
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from chequereader.box import Box
from chequereader.fields.matching import TrueInk, true_ink
from chequereader.fields.page_ink import PAGE_DPI, GreyImage, find_ink
from chequereader.fields.spotter import PICTURE_DPI, SPOTTER, STRIDE, Spotter, batch_of, picture_of
from chequereader.shipped import list_checksum
from pipelines.field_pages import another_view, synthetic

VIEWED, OVERTURNED = 0.35, 0.3
"""Shares of the pages seen in another view as well, and of these views that are seen on their head too."""
BATCH = 16
RATE = 2e-3
DECAY = 1e-3
LOT = 512
"""Pages, drawn at random, among which those of like size are put together."""
WHOLE_PAGE = 0.01, 0.3
"""Weights of what every place says by itself, and of the share of a page's odds at the right places."""
LIGHT = 0.7, 1.2
"""Factors that darkness is multiplied by, drawn anew for each page and pass."""


@dataclass(frozen=True)
class SeenPage:
    """A page as the network sees it, and the share of each of its places that the amount's box covers."""

    picture: GreyImage
    truth: npt.NDArray[np.float32]


def seen(image: GreyImage, boxes: Sequence[Box], middle: float = 1.0) -> SeenPage:
    """Return an upright page with the boxes of what is looked for, of which a share in the middle counts."""
    picture = picture_of(find_ink(image))
    rows, columns = (-(-side // STRIDE) for side in picture.shape)
    covered = np.zeros((rows * STRIDE, columns * STRIDE), np.float32)
    for box in boxes:
        edge = (1 - middle) / 2 * box.height
        sides = box.x0, box.y0 + edge, box.x1, box.y1 - edge
        x0, y0, x1, y1 = (max(round(side * PICTURE_DPI / PAGE_DPI), 0) for side in sides)
        covered[y0 : max(y1, y0 + 1), x0:x1] = 1.0
    return SeenPage(picture, covered.reshape(rows, STRIDE, columns, STRIDE).mean((1, 3)))


def views(image: GreyImage, amount: Box, rng: np.random.Generator) -> Iterator[SeenPage]:
    """Yield a page as it is and, by chance, in another view and that on its head; none without ink."""
    ink = true_ink(image, amount)
    if ink is None:
        return
    yield seen(image, [ink.box])
    if rng.random() < VIEWED:
        other, box = another_view(image, amount, rng)
        moved = true_ink(other, box)
        if moved is not None:
            yield seen(other, [moved.box])
            if rng.random() < OVERTURNED:
                yield seen(np.ascontiguousarray(other[::-1, ::-1]), [])


def gather(seed: int, count: int, rng: np.random.Generator) -> list[SeenPage]:
    """Return drawn pages in their views."""
    return [page for image, amount in synthetic(seed, count) for page in views(image, amount, rng)]


def truths(pages: Sequence[SeenPage], shape: tuple[int, int]) -> Tensor:
    """Return pages' truths as a batch [n, rows, columns]."""
    batch = np.zeros((len(pages), *shape), np.float32)
    for row, page in zip(batch, pages, strict=True):
        row[: page.truth.shape[0], : page.truth.shape[1]] = page.truth
    return torch.from_numpy(batch)


def criterion(logits: Tensor, truth: Tensor) -> Tensor:
    """Return a loss of each page [n] for logits and truths [n, rows, columns].

    The cross-entropy of every place, and -log of the share that the right places have of a page's odds.
    Places beside a page count as wrong ones; pages of like size go together, so there are few.
    """
    each = nn.functional.binary_cross_entropy_with_logits(logits, truth, reduction="none").sum((1, 2))
    share = (logits.flatten(1).softmax(1) * truth.flatten(1)).sum(1)
    somewhere = truth.flatten(1).amax(1) > 0
    missed = torch.where(somewhere, -share.clamp(min=1e-6).log(), torch.zeros(()))
    return WHOLE_PAGE[0] * each + WHOLE_PAGE[1] * missed


def batches(pages: Sequence[SeenPage], rng: np.random.Generator) -> list[npt.NDArray[np.intp]]:
    """Return a pass's batches, pages of like size together, in an order of chance."""
    sizes = np.array([page.picture.shape for page in pages])
    order = rng.permutation(len(pages))
    lots = np.array_split(order, max(len(pages) // LOT, 1))
    alike = np.concatenate([lot[np.lexsort(sizes[lot].T)] for lot in lots])
    found = [alike[start : start + BATCH] for start in range(0, len(alike), BATCH)]
    return [found[k] for k in rng.permutation(len(found))]


def fit(
    pages: Sequence[SeenPage], seed: int, passes: int, start: Spotter | None = None, rate: float = RATE
) -> Spotter:
    """Return a network trained on pages, from new or from the weights of another one."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = Spotter()
    if start is not None:
        network.load_state_dict(start.state_dict())
    network = network.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=DECAY)
    steps = passes * sum(1 for _ in batches(pages, np.random.default_rng(seed)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps)
    for number in range(passes):
        losses = []
        for some in batches(pages, rng):
            chosen = [pages[k] for k in some]
            pictures, sizes = batch_of([page.picture for page in chosen])
            light = rng.uniform(*LIGHT, len(chosen)).astype(np.float32)
            pictures = pictures * torch.from_numpy(light)[:, None, None, None]
            logits = network(pictures.contiguous(memory_format=torch.channels_last), sizes)
            loss = criterion(logits, truths(chosen, tuple(logits.shape[1:]))).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        click.echo(f"pass {number + 1} of {passes}: criterion {np.mean(losses):.4f}")
    return network.to(memory_format=torch.contiguous_format).eval()


def found(network: Spotter, pages: Sequence[SeenPage]) -> float:
    """Return the share of pages with an amount whose likeliest place is in it."""
    hits = []
    for page in pages:
        if page.truth.any():
            pictures, sizes = batch_of([page.picture])
            with torch.inference_mode():
                logits = network(pictures, sizes)[0].numpy()
            hits.append(page.truth.flat[logits.argmax()] > 0)
    return float(np.mean(hits))


@click.command()
@click.option("--seed", default=0, show_default=True)
@click.option("--count", default=6000, show_default=True, help="Drawn cheques to train on.")
@click.option("--passes", default=12, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=SPOTTER, show_default=True)
def main(seed: int, count: int, passes: int, out: Path) -> None:
    """Train the spotter and print how often its likeliest place is in the amount."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    network = fit(gather(2 * seed + 3000, count, rng), seed, passes)
    network.save(out)
    list_checksum(out)  # shipped weights are read only as they are listed
    others = [seen(image, [ink.box]) for image, ink in _legible(2 * seed + 3001, count // 8)]
    click.echo(f"likeliest place in the amount, cheques never seen: {found(network, others):.3f}")


def _legible(seed: int, count: int) -> Iterator[tuple[GreyImage, TrueInk]]:
    for image, amount in synthetic(seed, count):
        ink = true_ink(image, amount)
        if ink is not None:
            yield image, ink


if __name__ == "__main__":
    main()
