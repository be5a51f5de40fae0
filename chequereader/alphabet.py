"""The characters of courtesy amounts: what the network tells apart, and what an amount is written with.

Two sets, because a raised digit (cents written small and high) has the shape of a digit but means another
thing: *classes* are shapes, one output of the network each; *labels* are what stands on the arcs of the
recognition graph and in the grammar. A label's shape is a class; where it stands and how large it is decides
between labels of one shape. Not the place for grammar or for glyphs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

RUBBISH = "\N{REPLACEMENT CHARACTER}"
"""Stands for a candidate that is no character: half a digit, two digits, a guilloche line."""

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@dataclass(frozen=True)
class Alphabet:
    """Classes of the network and labels of the graph.

    ``classes`` are single characters, rubbish last; ``labels`` are single characters too and each maps to a
    class by ``class_of_label``.
    """

    classes: str
    raised: str = ""
    _index: dict[str, int] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        if self.classes[-1:] != RUBBISH:
            raise ValueError("the last class must be rubbish")
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("a label stands twice in the alphabet")
        self._index.update({label: i for i, label in enumerate(self.labels)})

    @cached_property
    def labels(self) -> str:
        """All labels: the classes in their order (rubbish among them), then the raised digits."""
        return self.classes + self.raised

    @cached_property
    def class_of_label(self) -> tuple[int, ...]:
        """For each label the index of the class that has its shape."""
        return tuple(self.classes.index(label.translate(LOWERED)) for label in self.labels)

    @property
    def rubbish(self) -> int:
        """Index of rubbish, the same among classes and labels."""
        return len(self.classes) - 1

    def index(self, label: str) -> int:
        """Return a label's index; ``KeyError`` for a character outside the alphabet."""
        return self._index[label]

    def encode(self, text: str) -> list[int]:
        """Return the label indices of a text; ``KeyError`` for a character outside the alphabet."""
        return [self._index[c] for c in text]

    def decode(self, indices: list[int]) -> str:
        """Return the text of label indices, rubbish left out."""
        return "".join(self.labels[i] for i in indices if i != self.rubbish)


AMOUNTS = Alphabet("0123456789.,-/=*#$£€₹x" + RUBBISH, raised="⁰¹²³⁴⁵⁶⁷⁸⁹")
"""Courtesy amounts: digits, the signs around them, ``x`` of ``xx/100``, rubbish; raised digits for cents."""

DIGITS = Alphabet("0123456789" + RUBBISH)
"""Digits and rubbish."""
