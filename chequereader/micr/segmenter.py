"""The segmentation graph of a MICR line: cuts by ink and pitch, candidates of up to one character.

A character of E-13B may be several bars: a candidate is a run of pieces no wider than a character. Those of
CMC-7 all are bars, near each other: what is near is one piece. Characters stand an eighth of an inch apart,
so runs of two characters are never candidates, and a wide gap holds a known number of blank cells. Not for
scores: see ``recognition``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.micr.fonts import E13B, Font
from chequereader.micr.line import HEIGHT, ROWS, Strip, bridged

GEOMETRY = (
    "width",
    "height",
    "top",
    "bottom",
    "gap_left",
    "gap_right",
    "crossed_left",
    "crossed_right",
    "density",
    "pieces",
    "from_left",
    "to_right",
    "blank_cells",
)
"""What is told of each candidate beside its picture; lengths in digit heights, distances of right edges in
pitches over one. ``blank_cells``: of an arc without ink, how many characters would have had room."""

CROP = 32
_INK = 96  # a strip's pixel from which on it counts as ink
_BAND = slice(3, 29)  # rows that characters reach; ink beyond belongs to something else
_SLIVER = 5.5  # pixels; every character is wider, so nothing as narrow is worth a look
_MAX_RUN = 6
_SPECK = 3  # pixels of ink; less is dirt
_REMNANT = 40  # pixels of ink; less may be left of a character that is gone; the dash has a hundred
_HALF_GAP = 0.13  # pitches between characters as wide as any
_NEAR = 3  # columns closer than this are one cut
_USUAL_GAP = 0.33  # pitches between neighbours
_WIDE_GAP = 0.95  # pitches; no two neighbours stand as far apart


@dataclass(frozen=True)
class MicrSegmentation:
    """Candidates of one line as arcs between cuts, ordered by source.

    ``source``, ``target`` int64 [arcs]; ``cuts`` nodes, the first one starts, the last one ends. ``crops``
    uint8 [arcs, 32, 32]: the candidate alone, ink bright, in its place in the line, centred across.
    ``geometry`` float32 [arcs, len(GEOMETRY)]. ``columns`` int32 [arcs, 2]: the candidate's ink in the strip,
    of a blank what lies between the ink.
    """

    strip: Strip
    cuts: int
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    crops: NDArray[np.uint8]
    geometry: NDArray[np.float32]
    columns: NDArray[np.int32]
    font: Font = E13B

    def image_boxes(self, arcs: Sequence[int]) -> list[Box]:
        """Return the boxes of candidates in pixels of the picture, as high as digits are there."""
        strip, columns = self.strip, self.columns[np.asarray(arcs)]
        edges = np.minimum(columns, len(strip.x) - 1)
        edges[:, 1] = np.maximum(edges[:, 1], edges[:, 0] + 1)
        top = np.append(strip.middle - strip.height / 2, np.inf)
        bottom = np.append(strip.middle + strip.height / 2, -np.inf)
        low = np.stack([strip.x[edges[:, 0]], np.minimum.reduceat(top, edges.ravel())[::2]], axis=1)
        high = np.stack([strip.x[edges[:, 1]], np.maximum.reduceat(bottom, edges.ravel())[::2]], axis=1)
        corners = np.concatenate([np.maximum(np.floor(low + 0.5), 0), np.ceil(high + 0.5)], axis=1)
        return [Box(*corner) for corner in corners.astype(int).tolist()]


def segment(strip: Strip, font: Font = E13B) -> MicrSegmentation:
    """Return the segmentation graph of a strip; no cuts and no arcs where there is no ink."""
    ink = strip.ink
    mask = ink[_BAND] >= _INK
    if font.bridged:
        mask = bridged(mask.view(np.uint8), font.bridged * HEIGHT) > 0
    pitch, widest = font.pitch * HEIGHT, font.widest * HEIGHT
    profile = mask.sum(axis=0)
    piece, crossed = _pieces(profile, widest, pitch)
    count = len(piece)
    if not count:
        nothing = np.zeros(0, np.int64)
        return MicrSegmentation(
            strip,
            *(0, nothing, nothing),
            np.zeros((0, CROP, CROP), np.uint8),
            np.zeros((0, len(GEOMETRY)), np.float32),
            np.zeros((0, 2), np.int32),
            font,
        )
    first, run = _runs(piece, widest)
    last = first + run - 1
    left, right = _blanks(piece, profile, _WIDE_GAP * pitch)
    # a node stands before each piece; one more behind each piece before a wide gap and at the end
    wide = np.flatnonzero(piece[1:, 0] - piece[:-1, 1] > _WIDE_GAP * pitch)
    before = np.arange(count) + np.searchsorted(wide, np.arange(count))
    behind = np.append(before[1:], before[-1] + 1)
    behind[wide] = before[wide] + 1
    source = np.concatenate([before[first], behind[left]])
    target = np.concatenate([behind[last], before[right]])
    columns = np.concatenate(
        [
            np.stack([piece[first, 0], piece[last, 1]], axis=1),
            np.stack([piece[left, 1], piece[right, 0]], axis=1),
        ]
    ).astype(np.int32)
    order = np.lexsort((target, source))
    geometry = np.zeros((len(order), len(GEOMETRY)), np.float32)
    geometry[: len(first), :-1] = _geometry(mask, piece, crossed, first, last, pitch)
    gap = piece[right, 0] - piece[left, 1]
    geometry[len(first) :, -1] = np.maximum(np.rint(gap / pitch - _USUAL_GAP), 1)
    crops = np.zeros((len(order), CROP, CROP), np.uint8)
    crops[: len(first)] = _crops(ink, columns[: len(first)])
    return MicrSegmentation(
        strip,
        int(behind[-1]) + 1,
        source[order],
        target[order],
        crops[order],
        geometry[order],
        columns[order],
        font,
    )


def looked_at(geometry: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which candidates are worth a look by the network; blanks and slivers are not, bool [arcs]."""
    return (geometry[:, -1] == 0) & (geometry[:, 0] >= _SLIVER / HEIGHT)


def _pieces(
    profile: NDArray[np.int64], widest: float, pitch: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the columns [pieces, 2] of each piece, and the ink that the cut before each of them crosses.

    Gaps separate pieces; what is wider than a character is cut where it has the least ink.
    """
    padded = np.concatenate([[0], (profile > 0).view(np.int8), [0]])
    edge = np.flatnonzero(np.diff(padded)).reshape(-1, 2)
    total = np.concatenate([[0], np.cumsum(profile)])
    edge = edge[total[edge[:, 1]] - total[edge[:, 0]] >= _SPECK]
    pieces: list[tuple[int, int]] = []
    crossed: list[float] = []
    for a, b in edge.tolist():
        at = _cuts(profile[a:b], pitch) + a if b - a > widest else np.zeros(0, np.int64)
        ends = [a, *at.tolist(), b]
        pieces += pairwise(ends)
        crossed += [0.0, *profile[at].tolist()]
    return np.array(pieces, np.int64).reshape(-1, 2), np.array(crossed)


def _cuts(profile: NDArray[np.int64], pitch: float) -> NDArray[np.int64]:
    """Return where ink wider than a character may be cut, left to right, no two cuts near each other.

    The columns of least ink around them, the better of two near ones; where several in a row have the same,
    both ends are meant, for a smear between two characters is neither's. And, as a blot has no such columns,
    the middles of the gaps that the pitch tells: right edges are a pitch apart.
    """
    smooth = np.convolve(profile, (0.25, 0.5, 0.25), "same")
    inner = np.arange(2, len(profile) - 2)
    left, here, right = smooth[inner - 1], smooth[inner], smooth[inner + 1]
    low = inner[(here <= left) & (here <= right) & ((here < left) | (here < right))]
    low = low[smooth[low] <= 0.55 * HEIGHT]
    gaps = np.arange(len(profile) - pitch + _HALF_GAP * pitch, 2, -pitch).astype(np.int64)
    kept: list[int] = []
    for column in low[np.argsort(smooth[low], kind="stable")].tolist():
        if all(abs(column - other) >= _NEAR for other in kept):
            kept.append(column)
    kept += [gap for gap in gaps.tolist() if all(abs(gap - other) >= 2 * _NEAR for other in kept)]
    return np.array(sorted(kept), np.int64)


def _blanks(
    piece: NDArray[np.int64], profile: NDArray[np.int64], wide_gap: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pieces to the left and to the right of each blank that has room for a character.

    A blank has no ink, or no more than what is left of a character that was rubbed out.
    """
    total = np.concatenate([[0], np.cumsum(profile)])
    whole = np.flatnonzero(total[piece[:, 1]] - total[piece[:, 0]] >= _REMNANT)
    each = np.arange(len(piece))
    left = np.concatenate([each[:-1], whole[:-1]])
    right = np.concatenate([each[1:], whole[1:]])
    roomy = piece[right, 0] - piece[left, 1] > wide_gap
    left, right = np.unique(np.stack([left[roomy], right[roomy]]), axis=1)
    return left, right


def _runs(piece: NDArray[np.int64], widest: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return first piece and number of pieces of every run no wider than a character."""
    count = len(piece)
    starts, lengths = [np.arange(count)], [np.ones(count, np.int64)]
    for run in range(2, min(_MAX_RUN, count) + 1):
        start = np.flatnonzero(piece[run - 1 :, 1] - piece[: count - run + 1, 0] <= widest)
        starts.append(start)
        lengths.append(np.full(len(start), run))
    return np.concatenate(starts), np.concatenate(lengths)


def _crops(ink: NDArray[np.uint8], columns: NDArray[np.int32]) -> NDArray[np.uint8]:
    """Cut out each candidate with what is within its columns and a rim, and nothing else."""
    left = (columns[:, :1] + columns[:, 1:]) // 2 - CROP // 2
    at = left + np.arange(CROP)
    # the rim of a stroke's edge is the candidate's too
    mine = (at >= columns[:, :1] - 1) & (at < columns[:, 1:] + 1) & (at >= 0) & (at < ink.shape[1])
    picture = ink.T[np.clip(at, 0, ink.shape[1] - 1)]
    picture = np.where(mine[:, :, None], picture, 0)
    return np.ascontiguousarray(picture.transpose(0, 2, 1))


def _geometry(
    mask: NDArray[np.bool_],
    piece: NDArray[np.int64],
    crossed: NDArray[np.float64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    pitch: float,
) -> NDArray[np.float32]:
    x0, x1 = piece[first, 0], piece[last, 1]
    rows, count = mask.shape[0], len(piece)
    # the first and the last row of ink of each piece, then of each run of pieces
    position = np.arange(rows)[:, None]
    top_of_column = np.where(mask, position, rows).min(axis=0)
    end_of_column = np.where(mask, position + 1, 0).max(axis=0)
    bounds = np.stack([piece[:, 0], piece[:, 1]], axis=1).ravel()
    piece_top = np.minimum.reduceat(np.append(top_of_column, rows), bounds)[::2]
    piece_end = np.maximum.reduceat(np.append(end_of_column, 0), bounds)[::2]
    runs = np.stack([first, last + 1], axis=1).ravel()
    top = np.minimum.reduceat(np.append(piece_top, rows), runs)[::2].astype(np.float64)
    end = np.maximum.reduceat(np.append(piece_end, 0), runs)[::2].astype(np.float64)
    total = np.concatenate([[0], np.cumsum(mask.sum(axis=0))])
    area = total[x1] - total[x0]
    far = 2 * HEIGHT
    ends_before = np.concatenate([[-far], piece[:, 1]])[first]
    starts_behind = np.concatenate([piece[:, 0], [piece[-1, 1] + far]])[last + 1]
    crossed_behind = np.append(crossed, 0.0)[last + 1]
    # distances of right edges tell whether the pitch is kept
    right_before = np.concatenate([[-far], piece[:, 1]])[first]
    left_behind = np.concatenate([piece[:, 1], [piece[-1, 1] + far]])[np.minimum(last + 1, count)]
    columns = (
        (x1 - x0) / HEIGHT,
        (end - top) / HEIGHT,
        (top + _BAND.start - (ROWS - HEIGHT) / 2) / HEIGHT,
        (end + _BAND.start - (ROWS + HEIGHT) / 2) / HEIGHT,
        np.clip(x0 - ends_before, 0, far) / HEIGHT,
        np.clip(starts_behind - x1, 0, far) / HEIGHT,
        crossed[first] / HEIGHT,
        crossed_behind / HEIGHT,
        area / np.maximum((x1 - x0) * HEIGHT, 1),
        (last - first + 1) / _MAX_RUN,
        np.clip(x1 - right_before, 0, far) / pitch - 1,
        np.clip(left_behind - x1, 0, far) / pitch - 1,
    )
    return np.stack(columns, axis=1).astype(np.float32)
