"""How fields come before those who learn: as brought to size, or as a reader sees them after its first look.

Not for the looks themselves, which are the reader's (``recognition.digits_seen``), or for what is cut out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from chequereader.errors import WeightsError
from chequereader.grammar import amounts
from chequereader.interpretation import over_positions, seen_better
from chequereader.interpretation.notation import Notation
from chequereader.recognition.digits_seen import unfitting_digits
from chequereader.recognition.recognition_graph import RecognitionGraph, from_strips
from chequereader.recognition.sliding import SlidingRecogniser
from chequereader.recognition.store import load_weights
from chequereader.segmentation.normalise import Field, normalise
from chequereader.segmentation.segmenter import Segmentation, candidates

Sight = Callable[[NDArray[np.uint8]], Segmentation]
"""From a field's image, grey uint8 [height, width], to what is learned from it."""


@dataclass(frozen=True)
class ReadersSight:
    """Fields as the reader with some sliding networks segments them: fitted to the digits that these see."""

    sliding: SlidingRecogniser
    notation: Notation

    @classmethod
    def of(cls, weights: Path) -> ReadersSight:
        """Return the sight of the reader with a file's weights; ``WeightsError`` if none of them slide."""
        loaded = load_weights(weights)
        if not loaded.sliding:
            raise WeightsError(f"{weights}: no sliding recogniser in it to start from; leave --start out")
        grammar = amounts("auto").with_penalty(loaded.grammar_penalty)
        first = loaded.sliding[0]
        return cls(first, over_positions(grammar, len(first.networks)))

    def __call__(self, image: NDArray[np.uint8]) -> Segmentation:
        """Return the segmentation of a field; of one without ink, that has no arcs."""
        field = normalise(image)
        before = self._seen(field)
        digits = unfitting_digits(field, before)
        if digits is not None:
            fitted = normalise(image, digits)
            if seen_better(self.notation, [before], [self._seen(fitted)])[0]:
                field = fitted
        return candidates(field)

    def _seen(self, field: Field) -> RecognitionGraph:
        (graph,) = from_strips(self.sliding, [field], torch.device("cpu"))
        return graph
