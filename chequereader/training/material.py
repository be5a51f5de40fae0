"""Training material of the amount reader: real fields, strings recombined from them, and drawn ones.

Everything comes out as segmented fields with what is known of each candidate and what the field says.
What is made, and how often, is decided by a seed and a number, so that parts can be made in parallel. Not for
packing (``lattices``) or for training itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.alphabet import AMOUNTS, LOWERED
from chequereader.box import Box
from chequereader.cheque_set import ChequeSet
from chequereader.errors import UsageError
from chequereader.grammar import amounts
from chequereader.scan import open_scans
from chequereader.segmentation.segmenter import Segmentation, segment
from chequereader.synthetic.amounts_text import draw_amount, write_amount
from chequereader.synthetic.config import SyntheticConfig
from chequereader.synthetic.strip import amount_strip
from chequereader.training.alignment import (
    UNKNOWN,
    candidate_labels,
    owners_from_boxes,
    read_character_boxes,
    without_ink,
)
from chequereader.training.glyphs import CutGlyphs, GlyphSource
from chequereader.training.sight import Sight
from chequereader.training.strings import write
from chequereader.training.truths import digits_alone

Example = tuple[Segmentation, NDArray[np.int64], str]
"""A segmented field, the label of each candidate (-1 unknown), the amount as written or its digits alone."""

CHARACTER_BOXES = "digit_boxes.csv"

_FOREIGN = "SRsDaeoTEBGAbghq()+:;&%"  # characters that stand near amounts and are none of ours
_LOCALES = ("us", "uk", "in", "eu", "uy")
_SIGNS = {"us": "$", "uk": "£", "in": "₹", "eu": "€", "uy": "$"}


@dataclass(frozen=True)
class RealField:
    """An amount field cut out of a scan, grey uint8 [height, width].

    With it its truth as the module ``truths`` tells it, and a box for each digit where known.
    """

    image: NDArray[np.uint8]
    truth: str
    boxes: tuple[tuple[str, Box], ...] = ()


@dataclass
class RealMaterial:
    """Real fields and what is cut out of them: papers without ink, characters."""

    fields: list[RealField]
    papers: list[NDArray[np.uint8]] = field(default_factory=list)
    characters: dict[str, list[tuple[NDArray[np.float32], float]]] = field(default_factory=dict)


def real_fields(cheques: ChequeSet) -> list[RealField]:
    """Read the amount fields of a cheque set: the zone of its truth, or the whole image where it has none.

    Rows that tell no amount are left out.
    """
    boxes_file = cheques.folder / CHARACTER_BOXES
    boxes = read_character_boxes(boxes_file) if boxes_file.is_file() else {}
    fields = []
    for truth in cheques.truths:
        written = legible(truth.text) or (truth.digits and digits_alone(truth.digits))
        if not written:
            continue
        image = next(iter(open_scans(cheques.path(truth)))).image
        if truth.box is not None:
            zone = amount_zone(truth.box, *image.shape)
            image = image[zone.y0 : zone.y1, zone.x0 : zone.x1]
        fields.append(RealField(image, written, tuple(boxes.get(truth.file, ()))))
    return fields


def amount_zone(box: Box, height: int, width: int) -> Box:
    """Return the zone to cut out for an amount's box, with room around it, inside an image of that size."""
    return box.padded(box.height // 8, box.height // 8, width, height)


def cut_out(fields: Sequence[RealField]) -> RealMaterial:
    """Return papers and characters of the fields that have a box for each digit."""
    material = RealMaterial(list(fields))
    for real in fields:
        if not real.boxes:
            continue
        segmentation, labels, _ = example(real)
        material.papers.append(without_ink(real.image, segmentation))
        for arc in np.flatnonzero((labels >= 0) & (labels < 10)):
            x0, y0, x1, y1 = segmentation.boxes[arc]
            mask = cv2.dilate(segmentation.mask(int(arc)).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            ink = np.where(mask, segmentation.field.ink.soft, 0.0)[y0:y1, x0:x1].astype(np.float32)
            character = AMOUNTS.labels[labels[arc]]
            material.characters.setdefault(character, []).append((ink, float(segmentation.geometry[arc, 0])))
    return material


def example(real: RealField, see: Sight = segment) -> Example:
    """Segment a real field."""
    segmentation = see(real.image)
    labels = np.full(len(segmentation.source), UNKNOWN, np.int64)
    if real.boxes and len(labels):
        owner = owners_from_boxes(real.image.shape, [box for _, box in real.boxes])
        labels = candidate_labels(segmentation, owner, "".join(digit for digit, _ in real.boxes), AMOUNTS)
    return segmentation, labels, real.truth


def varied(real: RealField, rng: np.random.Generator) -> RealField:
    """Return the field as another scan of it would be: stretched, sheared, darker, blurred, noisier."""
    height, width = real.image.shape
    zoom = rng.uniform(0.7, 1.4)
    stretch = zoom * float(np.exp(rng.normal(0, 0.1)))
    shear, turn = rng.normal(0, 0.1), rng.normal(0, 0.02)
    matrix = np.array([[stretch, shear * zoom, max(-shear, 0) * zoom * height], [turn * stretch, zoom, 0.0]])
    matrix[1, 2] = max(-turn, 0) * stretch * width
    size = (
        int(stretch * width + abs(shear) * zoom * height) + 1,
        int(zoom * height + abs(turn) * stretch * width) + 1,
    )
    image = cv2.warpAffine(real.image, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    grey = image.astype(np.float32)
    grey = grey.mean() + (grey - grey.mean()) * rng.uniform(0.7, 1.3) + rng.normal(0, 20)
    if rng.random() < 0.4:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 1.0))
    grey += rng.normal(0, rng.uniform(0, 5), grey.shape)
    corners = [np.array([[b.x0, b.y0, 1], [b.x1, b.y1, 1]]) @ matrix.T for _, b in real.boxes]
    # a sheared box's corners: y hardly changes, x moves with the row; take the box around both shifts
    boxes = []
    for (digit, b), corner in zip(real.boxes, corners, strict=True):
        lean = shear * zoom * b.height
        x0, x1 = corner[0, 0] + min(lean, 0), corner[1, 0] + max(-lean, 0)
        boxes.append((digit, Box(round(x0), round(corner[0, 1]), round(x1), round(corner[1, 1]))))
    return RealField(np.clip(grey, 0, 255).astype(np.uint8), real.truth, tuple(boxes))


def real_examples(
    fields: Sequence[RealField], rounds: int, seed: int, see: Sight = segment
) -> Iterator[Example]:
    """Every field as it is, then ``rounds`` times varied."""
    rng = np.random.default_rng([seed, 1])
    for real in fields:
        yield example(real, see)
        for _ in range(rounds):
            yield example(varied(real, rng), see)


def recombined(
    material: RealMaterial,
    images: Sequence[GlyphSource],
    pens: GlyphSource,
    count: int,
    seed: int,
    see: Sight = segment,
) -> Iterator[Example]:
    """Strings over real papers: of characters cut out, of digit images, of pen trajectories."""
    rng = np.random.default_rng([seed, 2])
    cut = CutGlyphs(material.characters) if material.characters else None
    made = 0
    while made < count:
        chance = rng.random()
        if cut and chance < 0.45:
            sources: list[GlyphSource] = [cut, pens]
        elif images and chance < 0.75:
            sources = [images[int(rng.integers(len(images)))], pens]
        else:
            sources = [pens]
        text = amount_text(rng, pens.characters())
        written = write(text, sources, material.papers, rng)
        segmentation = see(written.image)
        if not len(segmentation.source):
            continue
        labels = candidate_labels(segmentation, written.owner, text, AMOUNTS)
        yield segmentation, labels, legible(text)
        made += 1


def drawn(count: int, seed: int, config: SyntheticConfig, see: Sight = segment) -> Iterator[Example]:
    """Amount zones of the generator: its own handwriting, and print."""
    rng = np.random.default_rng([seed, 3])
    made = 0
    while made < count:
        strip = amount_strip(rng, config)
        segmentation = see(strip.image)
        if not len(segmentation.source):
            continue
        owner = owners_from_boxes(strip.image.shape, list(strip.boxes))
        labels = candidate_labels(segmentation, owner, strip.text, AMOUNTS)
        # the generator's zones hold borders and neighbours that no box tells of
        yield segmentation, labels, legible(strip.text)
        made += 1


def amount_text(rng: np.random.Generator, characters: str) -> str:
    """Draw the text of an amount that can be written with some characters, now and then with strange ones."""
    locale = str(rng.choice(_LOCALES, p=[0.2, 0.08, 0.22, 0.1, 0.4]))
    minor = draw_amount(1.0, 9_999_999.0, rng, 0.97 if locale in ("in", "uy") else 0.5)
    if rng.random() < 0.3:  # any digits, not only likely amounts
        minor = int(rng.integers(1, 10 ** int(rng.integers(2, 8)))) * 100
    text = write_amount(locale, _SIGNS[locale], minor, rng, printed=False, with_sign=False).text.replace(
        " ", ""
    )
    if rng.random() < 0.12:
        text = "$" + text
    strange = [c for c in _FOREIGN if c in characters]
    if rng.random() < 0.05 and strange:
        text = "".join(rng.choice(strange, int(rng.integers(1, 3)))) + text
    return "".join(c for c in text if c.translate(LOWERED) in characters)


def legible(text: str) -> str:
    """Return what of a text is written in labels: spaces and strange characters left out.

    Nothing if that is no amount, such as a text with a minus sign in front.
    """
    known = "".join(c for c in text if c in AMOUNTS.labels)
    try:
        amounts("auto").parse(known)
    except UsageError:
        return ""
    return known


def glyph_sources(data: Path) -> tuple[list[GlyphSource], GlyphSource]:
    """Read digits of many hands, and pen trajectories of all characters, from a folder of data.

    It has ``digits`` and ``pen``; ``UnreadableInputError`` if a file is missing or isn't what its name says.
    """
    from chequereader.training import glyphs
    from chequereader.training.unipen import pendigits

    digits = data / "digits"
    images: list[GlyphSource] = [
        glyphs.mnist(digits),
        glyphs.usps(digits / "usps.h5"),
        glyphs.semeion(digits / "semeion.data.gz"),
        glyphs.emnist(digits / "emnist-byclass_test.npz"),
        pendigits(data / "pen" / "pendigits-train.gz"),
    ]
    pens = glyphs.pen_characters(data / "pen" / "unipen_isolated.npz", "0123456789.,-/=*#$x" + _FOREIGN)
    return images, pens
