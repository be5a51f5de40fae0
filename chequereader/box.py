"""Boxes: integer pixel rectangles, the coordinate frame that all stages share.

Not for outlines that are no rectangle: masks of pieces live in ``segmentation``.
"""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """Pixels ``x0 <= x < x1`` and ``y0 <= y < y1``; the origin is the image's top left corner."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.y1 - self.y0

    @property
    def area(self) -> int:
        """Pixels inside; nought for an empty box."""
        return max(self.width, 0) * max(self.height, 0)

    def intersection(self, other: Box) -> Box:
        """Return the shared rectangle; its area is nought if there is none."""
        return Box(
            max(self.x0, other.x0), max(self.y0, other.y0), min(self.x1, other.x1), min(self.y1, other.y1)
        )

    def union(self, other: Box) -> Box:
        """Return the smallest box around both."""
        return Box(
            min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1)
        )

    def overlap(self, other: Box) -> float:
        """Return the area of the intersection over that of both together."""
        shared = self.intersection(other).area
        return shared / max(self.area + other.area - shared, 1)

    def moved(self, dx: int, dy: int) -> Box:
        """Return the box shifted by whole pixels."""
        return Box(self.x0 + dx, self.y0 + dy, self.x1 + dx, self.y1 + dy)

    def turned_over(self, width: int, height: int) -> Box:
        """Return where the box lies when its image of ``width`` x ``height`` is turned by a half."""
        return Box(width - self.x1, height - self.y1, width - self.x0, height - self.y0)

    def padded(self, dx: int, dy: int, width: int, height: int) -> Box:
        """Return the box grown on each side, kept inside an image of ``width`` x ``height``."""
        return Box(
            max(self.x0 - dx, 0), max(self.y0 - dy, 0), min(self.x1 + dx, width), min(self.y1 + dy, height)
        )
