"""Pictures of every stage of one reading, for people who want to see why.

``0-spotted.png``: where on the page the spotter sees the amount; ``1-zones.png``: the page with its candidate
zones; ``2-ink.png`` and ``3-cuts.png``: ink and cuts of the winning zone; ``4-graph.png``: its segmentation
graph, arcs with their best label; ``5-path.png``: the winning path; ``6-positions.png``: the strip with the
sliding network's best label at each position, one more picture for each scale that it is seen at;
``7-micr.png``: the MICR line as read; ``8-words.png``: the legal amount as the network of letters saw it. Of
a field by itself there are neither the first nor the last two. Not part of reading: it only looks at what
the stages left.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.special import expit

from chequereader.alphabet import AMOUNTS
from chequereader.box import Box
from chequereader.drawing import (
    BLUE,
    GREEN,
    GREY,
    RED,
    Picture,
    coloured,
    draw_box,
    draw_cuts,
    draw_text,
    resized,
)
from chequereader.errors import OutputError
from chequereader.fields.page_ink import PAGE_DPI, find_ink
from chequereader.fields.spotter import PICTURE_DPI, shipped_spotter
from chequereader.fields.spotter import STRIDE as STRIDE_OF_PLACES
from chequereader.grammar.held import HOLDING
from chequereader.legal import pictures as legal
from chequereader.micr import pictures as micr
from chequereader.reading import Reading
from chequereader.segmentation.strip import REACH, STRIDE, rescaled, strip
from chequereader.symbols import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chequereader.followed import FollowedPage
    from chequereader.interpretation import Answer
    from chequereader.recognition.recognition_graph import RecognitionGraph
    from chequereader.segmentation.normalise import Field
    from chequereader.segmentation.segmenter import Segmentation
    from chequereader.segmentation.strip import Scale

_ZOOM = 4
ORANGE = np.array((255, 150, 0), np.float32)


def draw_stages(page: FollowedPage, reading: Reading, folder: Path) -> None:
    """Write the pictures into a folder, which is made if need be; ``OutputError`` if that can't be done."""
    pictures = {"1-zones": _zones(page, reading)}
    if page.page is not None:
        pictures["0-spotted"] = page_with_spots(page)
    best = page.answers[0] if page.answers else None
    winner = best.zone if best else 0
    if page.fields and page.fields[winner].ink.mask.any():
        field = page.fields[winner]
        pictures["2-ink"] = _ink(field)
        slid = 0
        for graph in (graphs[winner] for graphs in page.graphs):
            if graph.scale is not None:
                slid += 1
                name = "6-positions" if slid == 1 else f"6-positions-{slid}"
                pictures[name] = _positions(field, graph, graph.scale)
            else:
                segmentation = page.segmentations[winner]
                mine = best is not None and page.graphs[best.notation][winner] is graph
                taken = set(best.path.arcs) if best and mine else set()
                pictures["3-cuts"] = _cuts(segmentation)
                pictures["4-graph"] = _graph(segmentation, graph.penalties.numpy(), taken)
        if best:
            pictures["5-path"] = _path(field, page.boxes(best), best)
    if page.micr is not None:
        pictures["7-micr"] = micr.answer(page.image, page.micr)
    if page.words is not None:
        pictures["8-words"] = legal.seen(page.image, page.words)
    _write(pictures, folder)


def draw_line_stages(image: NDArray[np.uint8], reading: Reading, folder: Path) -> None:
    """Write the pictures of a MICR line, grey uint8 [height, width], into a folder like ``draw_stages``."""
    _write(micr.stages(image, reading.micr), folder)


def _write(pictures: Mapping[str, Picture], folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, picture in pictures.items():
            Image.fromarray(picture).save(folder / f"{name}.png")
    except OSError as refused:
        raise OutputError(
            f"{folder}: {refused.strerror or refused}; give a folder that can be written"
        ) from refused


def page_with_spots(page: FollowedPage) -> Picture:
    """Return a page, tinted by how likely the spotter finds it that the amount stands at a place."""
    logits = shipped_spotter().spot(find_ink(page.image))
    chance = expit(logits)[:, :, None]
    side = STRIDE_OF_PLACES * PAGE_DPI // PICTURE_DPI
    height, width = page.image.shape
    tint = np.float32(0.6) * chance.repeat(side, axis=0).repeat(side, axis=1)[:height, :width]
    canvas = coloured(page.image)
    seen = canvas[: tint.shape[0], : tint.shape[1]]  # a rest at the right and bottom has no place
    seen[:] = (1 - tint) * seen + tint * ORANGE
    return canvas


def page_with_zones(page: FollowedPage, scale: float = 1.0) -> Picture:
    """Return a page with its candidate zones, the winning one green; their penalties at full size only."""
    canvas = coloured(resized(page.image, scale))
    winner = page.answers[0].zone if page.answers else -1
    # the winner on top of those that it overlaps
    for index in sorted(range(len(page.zones)), key=lambda z: z == winner):
        zone, penalty = page.zones[index], page.zone_penalties[index]
        colour = GREEN if index == winner else RED
        box = Box(*(round(side * scale) for side in zone))
        draw_box(canvas, box, colour)
        if scale == 1.0:
            draw_text(canvas, box.x0, box.y0 - 16, f"{index + 1}: {penalty:.2f}", colour, 14)
    return canvas


def _zones(page: FollowedPage, reading: Reading) -> Picture:
    canvas = page_with_zones(page)
    draw_text(
        canvas, 4, 4, f"{reading.status}: {reading.text}  confidence {reading.confidence:.3f}", BLUE, 20
    )
    return canvas


def _ink(field: Field) -> Picture:
    ink = field.ink
    canvas = coloured((255 - 255 * ink.soft).astype(np.uint8))
    canvas[ink.mask] = canvas[ink.mask] // 2 + np.array([0, 40, 100], np.uint8)
    return _enlarged(canvas)


def _cuts(segmentation: Segmentation) -> Picture:
    field = segmentation.field
    canvas = _enlarged(coloured((255 - 255 * field.ink.soft).astype(np.uint8)))
    draw_cuts(canvas, segmentation.lines, np.array([[_ZOOM, 0.0, 0.0], [0.0, _ZOOM, 0.0]]), RED)
    for (slope, start), colour in ((field.baseline, GREEN), (field.topline, BLUE)):
        end = start + slope * canvas.shape[1] / _ZOOM
        cv2.line(
            canvas, (0, round(start * _ZOOM)), (canvas.shape[1], round(end * _ZOOM)), colour, 1, cv2.LINE_AA
        )
    return canvas


def _graph(segmentation: Segmentation, penalties: NDArray[np.float32], taken: set[int]) -> Picture:
    """Nodes in a row, arcs as bows above, the longer the higher, each with its crop and best label."""
    step, crop = 56, 32
    level = segmentation.target - segmentation.source
    height = int(level.max()) * (crop + 22) + 60
    canvas = np.full((height, step * segmentation.cuts + crop, 3), 255, np.uint8)
    base = height - 24
    for cut in range(segmentation.cuts):
        cv2.circle(canvas, (step // 2 + cut * step, base), 5, BLUE, -1, cv2.LINE_AA)
        draw_text(canvas, step // 2 + cut * step - 4, base + 6, str(cut), BLUE, 12)
    for arc in np.argsort(-level, kind="stable"):
        i, j = int(segmentation.source[arc]), int(segmentation.target[arc])
        x0, x1 = step // 2 + i * step, step // 2 + j * step
        y = base - int(level[arc]) * (crop + 22) + 24
        colour = GREEN if int(arc) in taken else GREY
        bow = np.array([[x0, base], [x0 + 8, y], [x1 - 8, y], [x1, base]], np.int32)
        cv2.polylines(canvas, [bow[:, None]], False, colour, 2 if int(arc) in taken else 1, cv2.LINE_AA)
        middle = (x0 + x1) // 2 - crop // 2
        canvas[y : y + crop, middle : middle + crop] = 255 - segmentation.crops[arc][..., None]
        best = int(penalties[arc].argmin())
        label = "rubbish" if best == AMOUNTS.rubbish else AMOUNTS.labels[best]
        draw_text(canvas, middle, y - 16, f"{label} {penalties[arc, best]:.1f}", colour, 12)
    return canvas


def _path(field: Field, placed: Sequence[Box], answer: Answer) -> Picture:
    """The answer's characters above the field, each with its box."""
    canvas = _enlarged(coloured((255 - 255 * field.ink.soft).astype(np.uint8)))
    out = np.full((canvas.shape[0] + 40, *canvas.shape[1:]), 255, np.uint8)
    out[40:] = canvas
    from_image = cv2.invertAffineTransform(field.to_image)
    for (label, _, _), box in zip(spoken(answer.path), placed, strict=True):
        corners = np.array([[x, y, 1] for x in (box.x0, box.x1) for y in (box.y0, box.y1)]) @ from_image.T
        (x0, y0), (x1, y1) = (
            (corners.min(axis=0) * _ZOOM).astype(int),
            (corners.max(axis=0) * _ZOOM).astype(int),
        )
        cv2.rectangle(out, (x0, y0 + 40), (x1, y1 + 40), GREEN, 2)
        draw_text(out, (x0 + x1) // 2 - 8, 4, AMOUNTS.labels[label], GREEN, 30)
    return out


def _positions(field: Field, graph: RecognitionGraph, scale: Scale) -> Picture:
    """The strip, and under each position its best label, the surer the darker; nothing for none."""
    picture = 255 - rescaled(strip(field), scale)
    canvas = _enlarged(coloured(picture))
    out = np.full((canvas.shape[0] + 40, *canvas.shape[1:]), 255, np.uint8)
    out[: canvas.shape[0]] = canvas
    for position, penalties in enumerate(graph.penalties[:, :HOLDING].numpy()):
        best = int(penalties.argmin())
        x = (position * STRIDE + REACH // 2) * _ZOOM
        cv2.line(out, (x, canvas.shape[0]), (x, canvas.shape[0] + 4), GREY, 1)
        if best != AMOUNTS.rubbish:
            grey = int(255 * (1 - np.exp(-penalties[best])))
            draw_text(out, x - 6, canvas.shape[0] + 6, AMOUNTS.labels[best], (grey, grey, grey), 24)
    return out


def _enlarged(canvas: Picture) -> Picture:
    size = canvas.shape[1] * _ZOOM, canvas.shape[0] * _ZOOM
    return cv2.resize(canvas, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)
