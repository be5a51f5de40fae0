"""The traits of a person's hand, drawn once per writer. What they do to a line is in ``handwriting``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class WriterStyle:
    """What stays the same in one person's hand; lengths in digit heights.

    ``slant`` is a shear (positive leans right), ``spacing`` the mean gap between characters, ``word_gap``
    that of a space, ``bend`` the spread of the writer's own shapes around the skeletons, ``wobble`` that
    from one character to the next, ``tremor`` the noise along a stroke, ``haste`` (0..1) how much corners
    are rounded, ``drift`` the slope of his lines, ``touching`` and ``joining`` the probabilities that
    neighbours touch and that zeros run into each other, ``cursive`` that letters are joined, ``constancy``
    that a character keeps its usual shape. ``raised_scale`` and ``raised_rise`` are the size and height of
    raised cents, ``underline`` the probability of a line below them; ``stacked`` says that a fraction's
    parts stand above each other.
    """

    slant: float
    width: float
    letter_width: float
    spacing: float
    word_gap: float
    bend: float
    wobble: float
    tremor: float
    haste: float
    drift: float
    size_spread: float
    touching: float
    joining: float
    cursive: float
    constancy: float
    raised_scale: float
    raised_rise: float
    underline: float
    stacked: bool

    @classmethod
    def choose(cls, rng: np.random.Generator) -> WriterStyle:
        """Draw a style; most writers are tidy, some are not."""
        untidy = float(rng.beta(1.5, 3))
        return cls(
            slant=float(np.clip(rng.normal(0.14, 0.2), -0.3, 0.65)),
            width=float(np.clip(rng.lognormal(0.08, 0.2), 0.7, 1.7)),
            letter_width=float(np.clip(rng.lognormal(0.0, 0.15), 0.7, 1.4)),
            spacing=float(rng.uniform(0.08, 0.5)),
            word_gap=float(rng.uniform(0.35, 0.8)),
            bend=0.02 + 0.06 * float(rng.random()),
            wobble=0.006 + 0.03 * untidy,
            tremor=0.004 + 0.018 * float(rng.beta(1.2, 4)),
            haste=float(rng.beta(1.5, 2)),
            drift=float(rng.normal(0, 0.02)),
            size_spread=0.02 + 0.09 * untidy,
            touching=0.7 * float(rng.beta(0.7, 5)),
            joining=float(rng.beta(0.5, 1.6)),
            cursive=float(rng.choice([0.0, 0.5, 0.95], p=[0.5, 0.25, 0.25])),
            constancy=float(rng.uniform(0.8, 1.0)),
            raised_scale=float(rng.uniform(0.48, 0.7)),
            raised_rise=float(rng.uniform(0.35, 0.6)),
            underline=float(rng.choice([0.0, 0.9], p=[0.6, 0.4])),
            stacked=bool(rng.random() < 0.2),
        )
