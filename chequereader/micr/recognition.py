"""From the candidates of MICR lines to penalties: the network's, and those of arcs it need not see.

Not for the network itself (``chequereader.recognition``) or for the search (``chequereader.graph``).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from chequereader.micr.fonts import Font
from chequereader.micr.grammar import RUBBISH_PENALTY
from chequereader.micr.segmenter import looked_at
from chequereader.recognition.recogniser import Recogniser

_LOST_CELLS = 2
"""Cells of a blank in which one digit may have stood, at most: its own and the space beside it."""

_CROPS_A_CALL = 32  # small calls stay in the processor's cache


def penalties(
    font: Font,
    recogniser: Recogniser,
    crops: Tensor,
    geometry: Tensor,
    shapes: Callable[[Tensor], Tensor] | None = None,
) -> Tensor:
    """Return the penalties [arcs, labels] of candidates; infinite where a label is out of the question.

    ``crops`` uint8 [arcs, 32, 32], ``geometry`` float [arcs, features] of ``micr.segmenter``. ``shapes``
    stands in for the recogniser's ``shape_penalties``. A blank costs nothing as such, nor as the digit that
    was lost in it: what that costs is the grammar's.
    """
    classes = len(font.classes.labels)
    seen = torch.from_numpy(looked_at(geometry.numpy())).nonzero()[:, 0]
    cells = geometry[:, -1]
    base = geometry.new_full((len(geometry), len(font.labels.labels)), torch.inf)
    base[:, font.labels.rubbish] = torch.where(cells > 0, -RUBBISH_PENALTY, 0.0)
    lost = (cells > 0) & (cells <= _LOST_CELLS)
    base[:, classes:] = torch.where(lost, 0.0, torch.inf)[:, None]
    if not len(seen):
        return base
    pictures = crops[seen]
    parts = pictures.split(_CROPS_A_CALL)
    shape = shapes(pictures) if shapes else torch.cat([recogniser.shape_penalties(p) for p in parts])
    found = recogniser.penalties(shape, geometry[seen])
    return base.index_copy(
        0, seen, torch.nn.functional.pad(found, (0, len(font.labels.labels) - classes), value=torch.inf)
    )
