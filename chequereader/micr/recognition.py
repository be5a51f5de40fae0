"""From the candidates of MICR lines to penalties: the network's, and those of arcs it need not see.

Not for the network itself (``chequereader.recognition``) or for the search (``chequereader.graph``).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from chequereader.micr.characters import E13B
from chequereader.micr.grammar import RUBBISH_PENALTY
from chequereader.micr.segmenter import looked_at
from chequereader.recognition.recogniser import Recogniser

BLANK_DIGIT_PENALTY = 9.0
"""Of a digit in the place of a single blank cell: one of ten whose ink is gone, in a line that has spaces."""

_CROPS_A_CALL = 32  # small calls stay in the processor's cache


def penalties(
    recogniser: Recogniser,
    crops: Tensor,
    geometry: Tensor,
    shapes: Callable[[Tensor], Tensor] | None = None,
) -> Tensor:
    """Return the penalties [arcs, labels] of candidates; infinite where a label is out of the question.

    ``crops`` uint8 [arcs, 32, 32], ``geometry`` float [arcs, features] of ``micr.segmenter``. ``shapes``
    stands in for the recogniser's ``shape_penalties``. Blanks cost nothing as blanks, and a digit may have
    stood in a single blank cell.
    """
    seen = torch.from_numpy(looked_at(geometry.numpy())).nonzero()[:, 0]
    blank, one = geometry[:, -1] > 0, geometry[:, -1] == 1
    base = geometry.new_full((len(geometry), len(E13B.labels)), torch.inf)
    base[:, E13B.rubbish] = torch.where(blank, -RUBBISH_PENALTY, 0.0)
    base[:, :10] = torch.where(one, BLANK_DIGIT_PENALTY, torch.inf)[:, None]
    if not len(seen):
        return base
    pictures = crops[seen]
    parts = pictures.split(_CROPS_A_CALL)
    shape = shapes(pictures) if shapes else torch.cat([recogniser.shape_penalties(p) for p in parts])
    return base.index_copy(0, seen, recogniser.penalties(shape, geometry[seen]))
