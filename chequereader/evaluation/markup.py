"""Text and tables as HTML, whatever the text holds. Not for what a report says."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from chequereader.errors import one_line


def escaped(value: object) -> str:
    """Return a text for HTML, between tags or in a quoted attribute.

    Control characters, among them those that turn the direction of writing, stand as backslash escapes: a
    file's name must not be able to look like another's.
    """
    return html.escape(one_line(value))


def share(part: float) -> str:
    """Return a share of all cheques as people read it."""
    return f"{part:.1%}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """Return a table; the cells are HTML, the first of each row heads it."""
    columns = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = [
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    ]
    thead = f"<thead><tr>{columns}</tr></thead>" if head else ""
    return f'<table class="{kind}">{thead}<tbody>{"".join(lines)}</tbody></table>'
