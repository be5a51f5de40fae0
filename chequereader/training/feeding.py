"""Strips on their way to the sliding network: put together, distorted and padded by worker processes.

What is made depends on seeds that are drawn beforehand and not on how many workers make it; with none it is
made where it is asked for. Not for what a distortion is (``strip_distortion``) or what is put together
(``composing``).
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from chequereader.recognition.sliding import padded
from chequereader.training.composing import Composer
from chequereader.training.strip_distortion import distort
from chequereader.training.strips import Strips

_PIECE = 250  # strips that are put together at a time


Fed = tuple[Tensor, list[int], list[str]]
"""Strips uint8 [batch, 32, width] padded to one width, how many positions each has, and what each says."""


@dataclass(frozen=True)
class _Distorted(Dataset[Fed]):
    strips: Strips
    strength: float

    def __getitem__(self, item: tuple[NDArray[np.int64], int]) -> Fed:
        members, seed = item
        rng = np.random.default_rng(seed)
        inputs, counts = padded([distort(self.strips.strip(m), self.strength, rng) for m in members])
        return inputs, counts, [str(self.strips.truths[m]) for m in members]


@dataclass(frozen=True)
class _Composed(Dataset[Strips]):
    composer: Composer

    def __getitem__(self, item: tuple[int, int]) -> Strips:
        count, seed = item
        rng = np.random.default_rng(seed)
        return Strips.pack(self.composer.draw(rng) for _ in range(count))


def distorted(
    strips: Strips,
    batches: Sequence[NDArray[np.int64]],
    strength: float,
    rng: np.random.Generator,
    workers: int = 0,
) -> Iterator[Fed]:
    """Yield batches of some members of ``strips``, each strip distorted anew."""
    items = [(members, int(rng.integers(1 << 62))) for members in batches]
    yield from _loaded(_Distorted(strips, strength), items, workers)


def composed(composer: Composer, count: int, rng: np.random.Generator, workers: int = 0) -> Strips:
    """Return ``count`` strips put together anew."""
    sizes = [min(_PIECE, count - start) for start in range(0, count, _PIECE)]
    composer.prepare()
    items = [(size, int(rng.integers(1 << 62))) for size in sizes]
    return Strips.join(list(_loaded(_Composed(composer), items, workers)))


def _loaded(dataset: Dataset[Any], items: Sequence[Any], workers: int) -> Iterator[Any]:
    """Yield the dataset's answers to ``items``, in their order."""
    if not workers:
        yield from (dataset[item] for item in items)
        return
    # forked workers share the strips, which are hundreds of megabytes, with whoever feeds on them
    forked = "fork" if "fork" in multiprocessing.get_all_start_methods() else None
    yield from DataLoader(
        dataset,
        batch_size=None,
        sampler=items,
        num_workers=workers,
        prefetch_factor=4,
        collate_fn=_as_it_is,
        worker_init_fn=_alone,
        multiprocessing_context=forked,
    )


def _as_it_is(item: Any) -> Any:
    return item


def _alone(_: int) -> None:
    # OpenCV's own threads don't survive a fork
    cv2.setNumThreads(0)
