"""A scan on its way through the stages: what each of them made of it, for answers, pictures and reports.

Not for the stages' order, which is the reader's, or for what is told of a page in the end: see ``reading``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.fields.grown import wholes
from chequereader.fields.upright import Upright
from chequereader.interpretation import Answer, Choice, Lattice, WeighedZone, nested
from chequereader.legal.reader import LegalLook
from chequereader.legal.words import WordsReading
from chequereader.micr.reading import MicrReading
from chequereader.recognition.recognition_graph import RecognitionGraph
from chequereader.scan import Scan
from chequereader.segmentation.normalise import Field
from chequereader.segmentation.segmenter import Segmentation
from chequereader.symbols import boxes, boxes_over_positions


@dataclass
class FollowedPage:
    """A scan on its way through the stages; zone boxes and images are in the upright page's pixels.

    ``zone_penalties``: of zones beside each other (``against_others``), negative for likely ones.
    ``grown`` are pairs of zones, the second one being what the first was grown to.
    ``weighed`` are the zones as the first recogniser found them, ``left_behind`` those that no other saw.
    ``look`` is at the legal amount. ``graphs`` [recognisers][zones] are in the order of the reader's
    notations. Without the recogniser between cuts there are no ``segmentations``.
    """

    scan: Scan
    page: Upright | None = None
    zones: list[Box] = field(default_factory=list)
    zone_penalties: list[float] = field(default_factory=list)
    grown: list[tuple[int, int]] = field(default_factory=list)
    weighed: list[WeighedZone] = field(default_factory=list)
    left_behind: list[WeighedZone] = field(default_factory=list)
    currencies: list[str | None] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    segmentations: list[Segmentation] = field(default_factory=list)
    graphs: list[list[RecognitionGraph]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    micr: MicrReading | None = None
    look: LegalLook | None = None
    words: WordsReading | None = None

    @property
    def image(self) -> NDArray[np.uint8]:
        """The page that zones lie on: upright where it was looked for, else as scanned."""
        return self.scan.image if self.page is None else self.page.image

    @property
    def lattice(self) -> Lattice:
        """All zones with what the recognisers made of them."""
        found = min((whole for _, whole in self.grown), default=len(self.zones))
        inside = nested(self.zones[:found], self.zone_penalties[:found])
        return Lattice(self.zone_penalties, self.graphs, self.grown, inside)

    def boxes(self, answer: Answer) -> list[Box]:
        """Return the box of each character of an answer, in its zone's pixels."""
        scale = self.graphs[answer.notation][answer.zone].scale
        if scale is None:
            return boxes(answer.path, self.segmentations[answer.zone])
        return boxes_over_positions(answer.path, self.fields[answer.zone], scale)

    def grow(self) -> None:
        """Add the wholes that zones are parts of to the zones; a whole has its first part's penalty."""
        boxes, self.grown = wholes(self.image, self.zones)
        first = {whole: part for part, whole in reversed(self.grown)}
        for whole in range(len(self.zones), len(self.zones) + len(boxes)):
            self.zone_penalties.append(self.zone_penalties[first[whole]])
            self.currencies.append(self.currencies[first[whole]])
        self.zones += boxes

    def keep(self, choice: Choice) -> None:
        """Leave all other zones than those chosen behind, and take over the chosen ones' penalties."""
        penalties = choice.kept
        zones = [WeighedZone(*told) for told in zip(self.zones, choice.costs, choice.amounts, strict=True)]
        self.weighed = [zones[z] for z in penalties]
        self.left_behind = [
            zone for z, zone in enumerate(zones) if z not in penalties and z not in choice.settled
        ]
        self.grown = []
        self.zones = [self.zones[z] for z in penalties]
        self.zone_penalties = list(penalties.values())
        self.currencies = [self.currencies[z] for z in penalties]
        self.fields = [self.fields[z] for z in penalties]
        self.segmentations = [self.segmentations[z] for z in penalties if self.segmentations]
        self.graphs = [[graphs[z] for z in penalties] for graphs in self.graphs]

    def take_line(self, line: MicrReading | None) -> None:
        """Take over the MICR line of the page; if it certainly stands on its head the page is turned over."""
        if line is not None and line.turned and line.certain and self.page is not None:
            height, width = self.image.shape
            self.page = self.page.turned_over()
            line = replace(
                line,
                box=line.box.turned_over(width, height),
                characters=tuple(box.turned_over(width, height) for box in line.characters),
                turned=0,
            )
        self.micr = line

    def micr_on_scan(self, amount: Decimal | None) -> MicrReading | None:
        """Return the MICR line in the scan's pixels, its amount compared with the best answer's."""
        line = self.micr
        if line is None:
            return None
        encoded = line.fields.get("amount")
        return replace(
            line,
            box=self.to_scan(line.box),
            characters=tuple(self.to_scan(box) for box in line.characters),
            turned=(line.turned + (0 if self.page is None else self.page.turned)) % 4,
            amount_agrees=None if encoded is None or amount is None else Decimal(encoded) == amount,
        )

    def words_on_scan(self) -> WordsReading | None:
        """Return the legal amount in the scan's pixels."""
        if self.words is None:
            return None
        return replace(self.words, lines=tuple(self.to_scan(box) for box in self.words.lines))

    def to_scan(self, box: Box) -> Box:
        """Take a box of the page to the scan, kept inside it."""
        height, width = self.scan.image.shape
        moved = box if self.page is None else self.page.to_scan(box)
        return moved.intersection(Box(0, 0, width, height))
