"""From penalties to answers: what the grammar makes of all zones, by one recogniser or by several."""

from chequereader.interpretation.choice import Choice, seen_better, worthwhile
from chequereader.interpretation.minus import doubted
from chequereader.interpretation.notation import Notation, between_cuts, over_positions
from chequereader.interpretation.partial import WeighedZone, doubted_as_parts
from chequereader.interpretation.testimony import Path
from chequereader.interpretation.vote import Answer, Lattice, answers
from chequereader.interpretation.wholes import nested

__all__ = [
    "Answer",
    "Choice",
    "Lattice",
    "Notation",
    "Path",
    "WeighedZone",
    "answers",
    "between_cuts",
    "doubted",
    "doubted_as_parts",
    "nested",
    "over_positions",
    "seen_better",
    "worthwhile",
]
