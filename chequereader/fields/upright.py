"""From a scan as it came to an upright page: border cut off, skew taken out, about 200 dots per inch.

The page keeps the way back to the scan, so that zones and characters can be reported in scan coordinates.
Not for perspective: a photo taken at an angle keeps its trapezium.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from chequereader.box import Box
from chequereader.fields.page_ink import PAGE_DPI, GreyImage, darkness_of, grey_quantile, shrunk

WIDTHS = 4.5, 12.0
"""Inches that a cheque, or a voucher with its stub, is wide; a resolution that says otherwise is wrong."""
USUAL_WIDTH = 7.25
STEEPEST = 10.0
SMALL = 800
"""Pixels of the longer side of the picture that border and skew are measured on."""
LEAST_ANGLE = 0.12
MOST_ENLARGED = 4.0
MOST_SIDE = 4000
"""Pixels of the longer side of an upright page, at most: twenty inches at 200 dpi."""
SAME_SCALE = 0.87, 1.15
"""Scales between which the page's pixels stay as they were scanned."""
MOST_POINTS = 12_000


@dataclass(frozen=True)
class Upright:
    """An upright page.

    ``image`` grey uint8 [height, width]; ``matrix`` float64 [2, 3] takes page pixels (x, y, 1) to scan pixels
    (pixel centres at whole numbers); ``scale`` page pixels per scan pixel; ``dpi`` the page's resolution as
    far as it is known; ``angle`` the skew that was taken out, degrees, positive where the scan's lines fell
    to the right.
    """

    image: GreyImage
    matrix: npt.NDArray[np.float64]
    scale: float
    dpi: float
    angle: float

    @property
    def turned(self) -> int:
        """Quarter turns clockwise that brought the scan upright."""
        x, y = self.matrix[0, 0], self.matrix[1, 0]
        return round(np.arctan2(y, x) / (np.pi / 2)) * -1 % 4

    def to_scan(self, box: Box) -> Box:
        """Return the smallest box of the scan around a box of the page."""
        corners = np.array([(x, y, 1) for x in (box.x0, box.x1 - 1) for y in (box.y0, box.y1 - 1)], float)
        places = corners @ self.matrix.T
        half = 0.5 / self.scale
        low, high = places.min(axis=0) - half + 0.5, places.max(axis=0) + half + 0.5
        return Box(*(round(v) for v in (*low.tolist(), *high.tolist())))

    def turned_over(self) -> Upright:
        """Return the page with its top at the bottom."""
        height, width = self.image.shape
        half_turn = np.array([[-1.0, 0.0, width - 1], [0.0, -1.0, height - 1], [0.0, 0.0, 1.0]])
        image = np.ascontiguousarray(self.image[::-1, ::-1])
        return replace(self, image=image, matrix=self.matrix @ half_turn)


def upright(scan_image: GreyImage, dpi: float | None = None) -> Upright:
    """Return the upright page of a scan, grey uint8 [height, width].

    ``dpi`` is what the file says of the scan's resolution; where it is missing, or would make the page
    narrower or wider than any cheque, the page is taken to be of the usual width. A page that lies on its
    side is turned by a quarter; whether it then stands on its head, only what is found on it can tell.
    """
    small = _small(scan_image)
    lying = _lies_on_its_side(small)
    if lying:
        quarter_turn = np.array([[0.0, -1.0, scan_image.shape[1] - 1], [1.0, 0.0, 0.0]])
        scan_image, small = np.rot90(scan_image), np.rot90(small)
    height, width = scan_image.shape
    angle = skew(small)
    if abs(angle) < LEAST_ANGLE:
        angle = 0.0
    turned = _turned(small, angle)
    page = _enlarged(paper(turned), turned, scan_image)
    known = dpi if dpi and WIDTHS[0] <= page.width / dpi <= WIDTHS[1] else page.width / USUAL_WIDTH
    # however little is known of the resolution, a page stays of a size that can be worked on
    scale = min(PAGE_DPI / known, MOST_ENLARGED, MOST_SIDE / max(page.width, page.height))
    if SAME_SCALE[0] <= scale <= SAME_SCALE[1]:
        scale = 1.0
    image = _turned(scan_image, angle)[page.y0 : page.y1, page.x0 : page.x1]
    if scale != 1.0:
        size = max(round(page.width * scale), 1), max(round(page.height * scale), 1)
        smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        image = np.asarray(cv2.resize(image, size, interpolation=smooth), np.uint8)
    # Resizing maps pixel centres: a page pixel x is (x + 0.5) / scale - 0.5 of the cut.
    shift = 0.5 / scale - 0.5
    to_cut = np.array([[1 / scale, 0, shift + page.x0], [0, 1 / scale, shift + page.y0], [0, 0, 1]])
    matrix = _rotation(width, height, angle) @ to_cut
    if lying:
        matrix = quarter_turn @ np.vstack([matrix, [0.0, 0.0, 1.0]])
    return Upright(np.ascontiguousarray(image), matrix, scale, known * scale, angle)


def _small(image: GreyImage) -> GreyImage:
    """Return a picture of at most ``SMALL`` pixels a side."""
    return shrunk(image, -(-max(image.shape) // SMALL))


def _lies_on_its_side(small: GreyImage) -> bool:
    """Say whether a picture higher than wide has its lines upright; a cheque above its stub has not."""
    page = paper(small)
    if page.height < 1.15 * page.width:
        return False
    part = small[page.y0 : page.y1, page.x0 : page.x1]
    level, upended = (_unevenness(*_edge_points(side), 0.0, side.shape[1]) for side in (part, np.rot90(part)))
    return upended * part.shape[0] > level * part.shape[1]


def _rotation(width: int, height: int, angle: float) -> npt.NDArray[np.float64]:
    """Return the matrix [2, 3] from a page turned about the picture's centre to the skewed picture."""
    return np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -angle, 1.0), np.float64)


def _turned(image: GreyImage, angle: float) -> GreyImage:
    if angle == 0.0:
        return image
    height, width = image.shape
    turned = cv2.warpAffine(
        image,
        _rotation(width, height, angle),
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(turned, np.uint8)


def _enlarged(box: Box, small: GreyImage, image: GreyImage) -> Box:
    """Return a small picture's box in the pixels of the image, its edges where they are the image's."""
    down, across = image.shape[0] / small.shape[0], image.shape[1] / small.shape[1]
    return Box(round(box.x0 * across), round(box.y0 * down), round(box.x1 * across), round(box.y1 * down))


def paper(small: GreyImage) -> Box:
    """Return where the paper is in a small upright picture: without a dark bed and wide empty margins.

    The whole picture where neither is there.
    """
    light = _without_bed(small)
    return _written(small[light.y0 : light.y1, light.x0 : light.x1]).moved(light.x0, light.y0)


def _without_bed(small: GreyImage) -> Box:
    """Return the picture without the dark strips along its sides that end in a sharp step: a scanner's bed.

    A shadow, however dark, ends softly and stays.
    """
    paper_grey = float(grey_quantile(small, 0.8))
    # Every third pixel of a row or a column tells it.
    y0, y1 = _dark_ends(small[:, ::3], paper_grey)
    x0, x1 = _dark_ends(small[::3].T, paper_grey)
    return Box(x0, y0, x1, y1)


def _dark_ends(lines: GreyImage, paper_grey: float) -> tuple[int, int]:
    """Return where lines of pixels, [lines, pixels], start and end being paper, cut off at sharp steps only.

    A line is as light as its median, so that a skewed edge is a step too.
    """
    length, pixels = lines.shape
    # counting takes a tenth of the time that all medians take
    light = np.flatnonzero(2 * (lines >= 0.6 * paper_grey).sum(axis=1) >= pixels)
    if len(light) < 0.25 * length:
        return 0, length
    first, last = int(light[0]), int(light[-1])
    reach = 4
    inside = lines[[min(first + reach, length - 1), max(last - reach, 0)]]
    outside = lines[[max(first - reach, 0), min(last + reach, length - 1)]]
    steps = np.abs(np.median(inside, axis=1) - np.median(outside, axis=1))
    start, end = (steps > 0.35 * paper_grey).tolist()
    return (first if start else 0), (last + 1 if end else length)


def _written(part: GreyImage) -> Box:
    """Return a picture without those of its empty margins that are wide; a narrow strip of them is kept."""
    height, width = part.shape
    darkness = darkness_of(part, 9)
    ink = darkness > max(0.4 * grey_quantile(darkness, 0.99), 25.0)
    rows, columns = np.flatnonzero(ink.sum(axis=1) > 1), np.flatnonzero(ink.sum(axis=0) > 1)
    if len(rows) < 2 or len(columns) < 2:
        return Box(0, 0, width, height)
    margin = round(0.03 * max(height, width))
    box = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    x0, y0, x1, y1 = box.padded(margin, margin, width, height)
    wide = 0.12 * width, 0.12 * height
    return Box(
        x0 if x0 > wide[0] else 0,
        y0 if y0 > wide[1] else 0,
        x1 if width - x1 > wide[0] else width,
        y1 if height - y1 > wide[1] else height,
    )


def skew(image: GreyImage) -> float:
    """Return the skew of a page's lines in degrees within ``STEEPEST``; nought where nothing tells.

    The angle whose sheared row histogram of ink is most uneven: rules and text lines then fall into few rows.
    """
    small = _small(image)
    x, y = _edge_points(small)
    if len(y) < 50:
        return 0.0
    angle = 0.0
    # The first look needs only every third point: it tells half degrees apart.
    for reach, count, every in ((STEEPEST, 41, 3), (0.5, 11, 1), (0.1, 9, 1)):
        angles = np.clip(angle + np.linspace(-reach, reach, count), -STEEPEST, STEEPEST)
        scores = [_unevenness(x[::every], y[::every], float(a), small.shape[1]) for a in angles]
        angle = float(angles[int(np.argmax(scores))])
    return angle


def _edge_points(small: GreyImage) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return at most ``MOST_POINTS`` places of ink, x from the middle and y; large dark areas have none."""
    darkness = darkness_of(np.ascontiguousarray(small), 9)
    y, x = np.nonzero(darkness > max(0.4 * grey_quantile(darkness, 0.98), 12.0))
    if len(y) > MOST_POINTS:
        every = np.linspace(0, len(y) - 1, MOST_POINTS).astype(int)
        y, x = y[every], x[every]
    return x - small.shape[1] / 2, y.astype(np.float64)


def _unevenness(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], angle: float, width: int) -> float:
    """Return the sum of squares of the histogram of rows along lines that fall by ``angle`` degrees."""
    slope = np.tan(np.radians(angle))
    offset = abs(slope) * width / 2 + 1
    counts = np.bincount((y - slope * x + offset).astype(np.int64))
    return float(np.dot(counts, counts))
