"""Outcomes of an evaluation whose answers are given, without images, and a report taken apart."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree

from chequereader.cheque_set import Truth
from chequereader.evaluation import Outcome
from chequereader.reading import Candidate, Reading

STAGES = {"locate": 2.0, "segment": 1.0, "recognise": 6.0}
_VOID = {"meta", "img", "br", "hr", "link", "input"}


def outcome(
    file: str,
    truth: str,
    read: str | None,
    confidence: float = 0.0,
    accepted: bool = False,
    reason: str = "unsure",
    others: tuple[str, ...] = (),
    written: str = "",
) -> Outcome:
    """A cheque that says ``truth`` and was read as ``read``; nothing was read if that is ``None``."""
    amounts = [] if read is None else [read, *others]
    candidates = tuple(
        Candidate(Decimal(a), a, a.replace(".", ""), confidence if i == 0 else 0.01)
        for i, a in enumerate(amounts)
    )
    reading = Reading(
        file,
        1,
        "accepted" if accepted else "rejected",
        amount=Decimal(read) if accepted and read else None,
        text=read or "",
        digits=(read or "").replace(".", ""),
        confidence=confidence,
        candidates=candidates,
        reason=None if accepted else reason,
        model="given 0123",
        stages=STAGES,
    )
    return Outcome(Truth(file, Decimal(truth), text=written or truth), reading)


def failed(file: str, truth: str) -> Outcome:
    return Outcome(Truth(file, Decimal(truth)), Reading.failed(file, 1, "the file is empty"))


class Page(HTMLParser):
    """A report taken apart: every tag is closed where it must be, or reading it fails."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute comes twice: {tag} {attrs}"
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every tag of a name."""
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        """All that is shown, in order."""
        return " ".join(text for tag, text in self.texts if tag not in ("style", "title"))

    @property
    def svgs(self) -> list[ElementTree.Element]:
        """The curves, read as XML."""
        return [ElementTree.fromstring(part) for part in re.findall(r"<svg.*?</svg>", self.html, re.DOTALL)]
