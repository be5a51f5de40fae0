"""Recognition graphs: a penalty for every label on every arc, by either recogniser (section VI-A).

Between cuts the arcs are the candidates of a segmentation graph; over positions they are a chain (section
VII). Many zones go through a network in one call. Not for searching the graphs: see ``interpretation``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chequereader.grammar.held import holding_penalties
from chequereader.recognition.recogniser import Recogniser
from chequereader.recognition.sliding import SlidingRecogniser, side_by_side
from chequereader.segmentation.normalise import Field
from chequereader.segmentation.segmenter import Segmentation
from chequereader.segmentation.strip import Scale, rescaled, strip

_CROPS_A_CALL, _STRIPS_A_CALL = 32, 8  # small calls stay in the processor's cache


@dataclass(frozen=True, eq=False)
class RecognitionGraph:
    """One recogniser's graph of one zone.

    ``source``, ``target`` int64 [arcs] are nodes 0 .. ``nodes`` - 1, arcs sorted by source; none for a zone
    without ink. ``penalties`` float [arcs, columns] are lower for what fits better; ``misfits`` are minus the
    logarithms of probabilities alone, without penalties of places, which are no measure across zones. In a
    ``chain`` the arcs are positions, one after the other, on a strip of the ``scale``; between cuts there is
    none.
    """

    nodes: int
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    penalties: Tensor
    misfits: Tensor
    scale: Scale | None = None

    @property
    def chain(self) -> bool:
        """Whether the arcs are positions."""
        return self.scale is not None


@torch.no_grad()
def from_candidates(
    recogniser: Recogniser, segmentations: Sequence[Segmentation], device: torch.device
) -> list[RecognitionGraph]:
    """Score the candidates of all segmentations; columns are the labels."""
    if not segmentations:
        return []
    crops = torch.from_numpy(np.concatenate([s.crops for s in segmentations]))
    geometry = torch.from_numpy(np.concatenate([s.geometry for s in segmentations])).to(device)
    shape = torch.cat([recogniser.shape_penalties(some.to(device)) for some in crops.split(_CROPS_A_CALL)])
    misfits = recogniser.label_penalties(shape, geometry)
    penalties = (misfits + recogniser.segment_penalties(geometry)).cpu()
    sizes = [len(s.source) for s in segmentations]
    split = zip(segmentations, penalties.split(sizes), misfits.cpu().split(sizes), strict=True)
    return [RecognitionGraph(s.cuts, s.source, s.target, penalty, misfit) for s, penalty, misfit in split]


@torch.no_grad()
def from_strips(
    recogniser: SlidingRecogniser, fields: Sequence[Field], device: torch.device
) -> list[RecognitionGraph]:
    """Score the positions of all fields' strips; columns are the labels, then the labels held on.

    A field without ink has no positions.
    """
    inked = [i for i, field in enumerate(fields) if field.ink.mask.any()]
    scale = recogniser.scale
    strips = {i: rescaled(strip(fields[i]), scale) for i in inked}
    graphs = [_chain(torch.zeros(0, 2 * len(recogniser.alphabet.labels)), scale) for _ in fields]
    for start in range(0, len(inked), _STRIPS_A_CALL):
        chosen = inked[start : start + _STRIPS_A_CALL]
        # not one above the other: padding to the widest would cost as much as ink
        picture, places = side_by_side([strips[i] for i in chosen])
        penalties = recogniser(picture.to(device))[0].cpu()
        for i, place in zip(chosen, places, strict=True):
            graphs[i] = _chain(holding_penalties(penalties[place]), scale)
    return graphs


def _chain(penalties: Tensor, scale: Scale) -> RecognitionGraph:
    source = np.arange(len(penalties))
    return RecognitionGraph(len(penalties) + 1, source, source + 1, penalties, penalties, scale)
