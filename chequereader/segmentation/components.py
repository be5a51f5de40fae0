"""Where the connected components of a mask are and how large: all that most of their users ask for.

Not for which pixel belongs to which: see ``cv2.connectedComponentsWithStats``.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SHORT = 1 << 16  # labels of 16 bits are three times as quick


def component_stats(mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return x, y, width, height and area of components, neighbours across corners joined, [components, 5].

    ``mask`` [height, width]: nought is background, which is not among them.
    """
    # while components are found there may be a label for every pixel, never more
    labels = cv2.CV_16U if cv2.countNonZero(mask) < _SHORT else cv2.CV_32S
    stats = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=labels)[2]
    return np.asarray(stats[1:], np.int32)
