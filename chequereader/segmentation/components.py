"""Connected components of a mask: where they are, how large, and which pixel belongs to which.

Not for what a component is: a stroke, a rule or a speck.
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
    return labelled(mask)[1][1:]


def labelled(
    mask: NDArray[np.uint8],
) -> tuple[NDArray[np.uint16] | NDArray[np.int32], NDArray[np.int32]]:
    """Return the label of each pixel, [height, width], and what is told of each label, [labels, 5].

    As ``component_stats`` tells it; label nought is the background.
    """
    # while components are found there may be a label for every pixel, never more
    kind = cv2.CV_16U if cv2.countNonZero(mask) < _SHORT else cv2.CV_32S
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=kind)
    return labels, np.asarray(stats, np.int32)
