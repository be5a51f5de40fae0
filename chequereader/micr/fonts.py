"""The types that MICR lines are printed in, and the forms of lines in each: what all stages have to know.

Not for their shapes: the drawn ones are in ``synthetic``, the RBF codes in ``recognition``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from chequereader.alphabet import RUBBISH, Alphabet
from chequereader.micr.characters import BARS_SIGNS, LOST, SIGNS


class Form(IntEnum):
    """Which country's form a line has; ``FREE`` is that of any other line."""

    FREE = 0
    US = 1
    CA = 2
    IN = 3
    UK = 4
    FR = 5
    BR = 6


@dataclass(frozen=True)
class Font:
    """A type. Lengths are in heights of its digits.

    ``classes``: what its network tells apart; ``labels``: what stands on the arcs of the graph. ``signs`` as
    transcriptions write them. ``forms`` of lines printed in it. ``pitch`` of neighbours' right edges;
    ``widest``: the widest character, with what ink spreads and what smears add; ``bridged``: no two strokes
    of a character stand further apart, 0 where that may be as far as characters do. ``weights``: file name.
    """

    name: str
    classes: Alphabet
    labels: Alphabet
    signs: str
    forms: tuple[Form, ...]
    pitch: float
    widest: float
    bridged: float
    weights: str


E13B = Font(
    name="e13b",
    classes=Alphabet("0123456789" + SIGNS + RUBBISH),
    labels=Alphabet("0123456789" + SIGNS + RUBBISH, raised=LOST),
    signs=SIGNS,
    forms=(Form.US, Form.CA, Form.IN, Form.UK),
    pitch=0.125 / 0.117,
    widest=1.025,
    bridged=0.0,
    weights="micr.safetensors",
)
"""The type of most countries, each character drawn for the magnetic head."""

CMC7 = Font(
    name="cmc7",
    classes=Alphabet("0123456789" + BARS_SIGNS + RUBBISH),
    labels=Alphabet("0123456789" + BARS_SIGNS + RUBBISH),
    signs=BARS_SIGNS,
    forms=(Form.FR, Form.BR),
    pitch=0.125 / 0.112,
    widest=0.95,
    bridged=0.15,
    weights="micr-cmc7.safetensors",
)
"""The type of France, Brazil and others: characters of seven bars, whose gaps are a code."""
