"""Lattices of drawn strings, small enough to train on in a second."""

from __future__ import annotations

import numpy as np
from drawn_fields import Drawn, draw
from numpy.typing import NDArray

from chequereader.alphabet import AMOUNTS
from chequereader.segmentation.segmenter import Segmentation, segment
from chequereader.training.alignment import candidate_labels
from chequereader.training.lattices import Lattices


def owners(drawn: Drawn) -> NDArray[np.int16]:
    """Which character each pixel belongs to, -1 where there is none."""
    owner = np.full(drawn.image.shape, -1, np.int16)
    for index, ink in enumerate(drawn.inks):
        owner[ink] = index
    return owner


def example(text: str, seed: int) -> tuple[Segmentation, NDArray[np.int64], str]:
    """A drawn string, segmented, with the labels of its candidates and its digits."""
    rng = np.random.default_rng(seed)
    drawn = draw(text, height=rng.uniform(30, 45), gap=rng.uniform(2, 12), shear=rng.uniform(0, 0.2))
    segmentation = segment(drawn.image)
    labels = candidate_labels(segmentation, owners(drawn), text, AMOUNTS)
    return segmentation, labels, "".join(c for c in text if c.isdigit())


def toy_lattices(texts: list[str]) -> Lattices:
    """Some drawn strings, packed."""
    return Lattices.pack(example(text, seed) for seed, text in enumerate(texts))
