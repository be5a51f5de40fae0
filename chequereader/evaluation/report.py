"""The report for people, ``report.html``: figures, curves, confusions, every error and every reject.

One file that needs nothing else, no script and no network, and allows none: file names and truths come from
outside. It holds pictures of the cheques. Not for programs: ``metrics.json`` and ``readings.jsonl`` are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chequereader.evaluation.cards import card, row
from chequereader.evaluation.charts import error_reject_chart, reliability_chart
from chequereader.evaluation.figures import ERROR_SHARES, Evaluation
from chequereader.evaluation.gallery import Gallery, ranked
from chequereader.evaluation.markup import escaped, share, table
from chequereader.evaluation.metrics import best_within
from chequereader.evaluation.outcome import Kind
from chequereader.evaluation.style import STYLE
from chequereader.options import ReadOptions

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_COMMON = 8  # confusions told in words
_LEGEND = (
    "<h2>Cheques</h2><p>In a field's picture the zone that won is blue, its cuts are red, the characters and "
    "their letters green. In a page's picture the zone that won is green, the others red.</p>"
)


@dataclass(frozen=True)
class Conditions:
    """What was read and how; ``threshold`` is the confidence from which answers were accepted."""

    cheques: str
    options: ReadOptions
    threshold: float


def report(evaluation: Evaluation, gallery: Gallery, conditions: Conditions | None = None) -> str:
    """Return the report as HTML; the gallery's limit is that of errors, and of rejects, shown as cards."""
    title = escaped(f"Evaluation of {conditions.cheques}" if conditions else "Evaluation")
    figures = evaluation.metrics()
    threshold = conditions.threshold if conditions else None
    body = [
        f"<h1>{title}</h1>",
        f"<p>{figures['n']} cheques, model {escaped(figures['model'] or 'unknown')}</p>",
        '<nav><a href="#curves">Curves</a><a href="#confusions">Confusions</a>'
        '<a href="#errors">Errors</a><a href="#rejects">Rejects</a></nav>',
        _triple(figures),
        '<div class="side">',
        _figures(evaluation, figures, conditions),
        _times(evaluation, figures),
        "</div>",
        _curves(evaluation, figures, threshold),
        _confusions(evaluation),
        _LEGEND,
        *_cheques(evaluation, gallery, "error"),
        *_cheques(evaluation, gallery, "rejected"),
    ]
    return "\n".join(
        [
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{STYLE}</style></head><body><main>",
            *body,
            "</main></body></html>\n",
        ]
    )


def _triple(figures: dict[str, Any]) -> str:
    kinds = "correct", "error", "rejected"
    bar = "".join(f'<span class="{kind}" style="width:{100 * figures[kind]:.3f}%"></span>' for kind in kinds)
    key = "".join(f'<li class="{kind}"><b>{share(figures[kind])}</b> {kind}</li>' for kind in kinds)
    return (
        f'<section class="panel"><div class="triple">{bar}</div><ul class="key">{key}</ul>'
        "<p>Shares of all cheques at the threshold used. Images that can't be read count as rejected: "
        f"{share(figures['failed'])}.</p></section>"
    )


def _figures(evaluation: Evaluation, figures: dict[str, Any], conditions: Conditions | None) -> str:
    curve = evaluation.curve
    rows = [["best answer right (exact)", share(figures["exact"])]]
    for limit in ERROR_SHARES:
        best = best_within(curve, float(limit))
        accepting = f"accepting from {best.threshold:.3f}" if best.threshold <= 1 else "accepting nothing"
        rows.append([f"correct at {100 * float(limit):g}% error", f"{share(best.correct)}, {accepting}"])
    rows += [
        [
            "calibration error (ECE)",
            f"{figures['ece']:.3f} in {figures['ece_bins']} bins; by chance {figures['ece_by_chance']:.3f}",
        ],
        ["cheques", str(figures["n"])],
        ["cheques a second", f"{figures['per_second']:.2f}"],
        ["model", escaped(figures["model"] or "unknown")],
    ]
    if conditions is not None:
        options = conditions.options
        asked = (
            f"--max-error {options.max_error:g}"
            if options.threshold is None
            else f"--threshold {options.threshold:g}"
        )
        used = f"from {conditions.threshold:.3f}" if conditions.threshold <= 1 else "nothing"
        rows += [
            ["accepted", f"{used} ({asked})"],
            ["field, locale", f"{escaped(options.field)}, {escaped(options.locale)}"],
            ["recogniser", escaped(options.recogniser)],
        ]
    return f'<section class="panel"><h2>Figures</h2>{table([], rows, "facts")}</section>'


def _times(evaluation: Evaluation, figures: dict[str, Any]) -> str:
    """Milliseconds a cheque by stage, in the order in which the stages come."""
    stages: dict[str, float] = figures["stages_ms"]
    if not stages:
        return '<section class="panel"><h2>Time</h2><p>The reader tells no times.</p></section>'
    order = list(dict.fromkeys(stage for o in evaluation.outcomes for stage in o.reading.stages))
    longest = max(stages.values()) or 1.0
    rows = [
        [
            escaped(stage),
            f"{stages[stage]:.1f} ms",
            f'<span class="bar" style="width:{100 * stages[stage] / longest:.1f}%"></span>',
        ]
        for stage in order
    ]
    rows.append(["all stages", f"{sum(stages.values()):.1f} ms", ""])
    return (
        '<section class="panel"><h2>Time</h2>'
        f"{table(['stage', 'a cheque, on average', ''], rows, 'times')}</section>"
    )


def _curves(evaluation: Evaluation, figures: dict[str, Any], threshold: float | None) -> str:
    limits = [float(limit) for limit in ERROR_SHARES]
    chart = error_reject_chart(evaluation.curve, figures["rejected"], figures["error"], limits)
    told = ", ".join(f"{100 * limit:g}%" for limit in limits)
    return (
        '<h2 id="curves">Curves</h2><div class="side">'
        f"<figure>{chart}<figcaption>Error against rejection over all thresholds. The filled point is the "
        f"threshold used; the circles have the most correct at {told} error.</figcaption></figure>"
        f"<figure>{reliability_chart(evaluation.reliability, threshold)}<figcaption>How far confidences can "
        "be believed: on the dashed line, as many answers are right as their confidence says. Bins hold "
        "equal numbers of answers.</figcaption></figure></div>"
    )


def _confusions(evaluation: Evaluation) -> str:
    counts = evaluation.confusions
    if not counts:
        return (
            '<h2 id="confusions">Confusions</h2><section class="panel"><p>The digits as written are known '
            "of no cheque that was read.</p></section>"
        )
    wrong = [(pair, count) for pair, count in counts.most_common() if pair[0] != pair[1]]
    most = max((count for _, count in wrong), default=1)
    # What is missing, the empty text, comes last.
    rows = sorted({true for true, _ in counts}, key=lambda c: (not c, c))
    columns = sorted({read for _, read in counts}, key=lambda c: (not c, c))

    def cell(true: str, read: str) -> str:
        count = counts[true, read]
        if true == read and true:
            return f'<td class="same">{count or ""}</td>'
        shade = f' style="background:rgba(179,38,30,{0.6 * count / most:.2f})"' if count else ""
        return f"<td{shade}>{count or ''}</td>"

    head = "".join(f'<th scope="col">{escaped(read) or "missed"}</th>' for read in columns)
    lines = "".join(
        f'<tr><th scope="row">{escaped(true) or "added"}</th>'
        f"{''.join(cell(true, read) for read in columns)}</tr>"
        for true in rows
    )
    common = ", ".join(
        f"{escaped(true) or 'nothing'} as {escaped(read) or 'nothing'} ({count})"
        for (true, read), count in wrong[:_COMMON]
    )
    told = f"Most often: {common}." if common else "None was taken for another."
    return (
        f'<h2 id="confusions">Confusions</h2><section class="panel"><table class="matrix"><thead><tr>'
        f"<th>true \\ read</th>{head}</tr></thead><tbody>{lines}</tbody></table><p>{told} Digits of the best "
        "answers, accepted or not, laid beside the digits as written where those are known.</p></section>"
    )


def _cheques(evaluation: Evaluation, gallery: Gallery, kind: Kind) -> Iterable[str]:
    """Yield the cards of a kind, then the list of those past the limit."""
    outcomes = ranked(evaluation.outcomes, kind)
    shown, rest = outcomes[: gallery.limit], outcomes[gallery.limit :]
    if kind == "error":
        yield f'<h2 id="errors">Errors: {len(outcomes)}</h2><p>Accepted and wrong, the most confident first.'
    else:
        yield f'<h2 id="rejects">Rejects: {len(outcomes)}</h2><p>The most confident first.'
    if rest:
        yield f"The first {len(shown)} have pictures; {len(rest)} are left out and only listed after them."
    yield "</p>"
    if shown:
        yield '<div class="cards">'
        yield from (card(outcome, gallery.pictures(outcome)) for outcome in shown)
        yield "</div>"
    if rest:
        head = ["file", "", "truth", "read", "confidence", "reason"]
        yield table(head, (row(outcome) for outcome in rest), "list")
