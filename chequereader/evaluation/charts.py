"""The curves of an evaluation as SVG, to stand in an HTML page, whose style sheet gives their colours.

Not for the curves' points: see ``metrics``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chequereader.evaluation.markup import escaped, share
from chequereader.evaluation.metrics import CurvePoint, ReliabilityBin, best_within

_WIDTH, _HEIGHT = 520, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 18, 16, 50
_ERROR_TICKS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_TENTHS = tuple(i / 10 for i in range(0, 11, 2))
_LETTER = 7.2  # pixels that a letter of a note takes, about
_LABEL_SPACE = 13  # pixels from one label of the upright axis to the next, at least


@dataclass(frozen=True)
class Axis:
    """What an axis says, the values that are labelled, and where along it, 0 to 1, a value lies."""

    label: str
    ticks: Sequence[float]
    place: Callable[[float], float]


@dataclass(frozen=True)
class Plot:
    """A frame with two axes."""

    title: str
    across: Axis
    up: Axis

    def x(self, value: float) -> float:
        """Return where a value lies across."""
        return _LEFT + self.across.place(value) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """Return where a value lies, from the top."""
        return _HEIGHT - _BOTTOM - self.up.place(value) * (_HEIGHT - _TOP - _BOTTOM)

    def line(self, points: Sequence[tuple[float, float]], kind: str) -> str:
        """Return a line through points, in values."""
        places = " ".join(f"{self.x(x):.2f},{self.y(y):.2f}" for x, y in points)
        return f'<polyline class="{kind}" points="{places}"/>'

    def dot(self, x: float, y: float, kind: str, says: str, radius: float = 4.0) -> str:
        """Return a point, in values, that says what it is where a pointer rests on it."""
        return (
            f'<circle class="{kind}" cx="{self.x(x):.2f}" cy="{self.y(y):.2f}" r="{radius:g}">'
            f"<title>{escaped(says)}</title></circle>"
        )

    def note(self, x: float, y: float, says: str) -> str:
        """Return a text above a point, in values, to its right as far as there is room."""
        left = min(self.x(x) + 8, _WIDTH - _RIGHT - _LETTER * len(says))
        return f'<text class="note" x="{left:.2f}" y="{self.y(y) - 8:.2f}">{escaped(says)}</text>'

    def svg(self, *content: str) -> str:
        """Return the picture: the axes and on them the content."""
        bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
        parts = []
        for value in self.across.ticks:
            x = f"{self.x(value):.2f}"
            parts.append(f'<line class="grid" x1="{x}" y1="{_TOP}" x2="{x}" y2="{bottom}"/>')
            parts.append(f'<text class="across" x="{x}" y="{bottom + 16}">{value:.0%}</text>')
        last = math.inf
        for value in self.up.ticks:
            y = self.y(value)
            if last - y < _LABEL_SPACE:
                continue
            last = y
            parts.append(f'<line class="grid" x1="{_LEFT}" y1="{y:.2f}" x2="{right}" y2="{y:.2f}"/>')
            parts.append(f'<text class="up" x="{_LEFT - 6}" y="{y + 4:.2f}">{100 * value:g}%</text>')
        middle = (_TOP + bottom) / 2
        parts += [
            f'<text class="name" x="{(_LEFT + right) / 2:g}" y="{_HEIGHT - 12}">{self.across.label}</text>',
            f'<text class="name" x="14" y="{middle:g}" transform="rotate(-90 14 {middle:g})">'
            f"{self.up.label}</text>",
        ]
        return (
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escaped(self.title)}">'
            f"<title>{escaped(self.title)}</title>{''.join(parts)}{''.join(content)}</svg>"
        )


def error_reject_chart(
    curve: Sequence[CurvePoint], rejected: float, error: float, marked: Sequence[float]
) -> str:
    """Draw error against rejection, both shares of all cheques, with the working point.

    The most correct points within the shares of errors ``marked`` have circles. Errors are on the scale of
    their square root: what matters lies at small ones.
    """
    most = max(point.error for point in curve)
    top = next(tick for tick in _ERROR_TICKS if tick >= max(most, marked[0]))
    plot = Plot(
        "Error against rejection",
        Axis("rejected, of all cheques", _TENTHS, lambda value: value),
        Axis(
            "error, of all cheques (square root scale)",
            [tick for tick in _ERROR_TICKS if tick <= top],
            lambda value: math.sqrt(value / top),
        ),
    )
    dots = []
    for limit in marked:
        best = best_within(curve, limit)
        dots.append(
            plot.dot(
                best.rejected,
                best.error,
                "limit",
                f"at most {100 * limit:g}% error: {share(best.correct)} correct, {share(best.error)} error, "
                f"{share(best.rejected)} rejected",
                5.0,
            )
        )
    here = f"here: {share(rejected)} rejected, {share(error)} error"
    return plot.svg(
        plot.line([(point.rejected, point.error) for point in curve], "curve"),
        *dots,
        plot.dot(rejected, error, "here", here, 5.5),
        plot.note(rejected, error, here),
    )


def reliability_chart(bins: Sequence[ReliabilityBin], threshold: float | None) -> str:
    """Draw the share of right answers against their mean confidence; the threshold is where accepting starts.

    A threshold above one accepts nothing and isn't drawn.
    """
    plot = Plot(
        "Share of right answers against confidence",
        Axis("confidence", _TENTHS, lambda value: value),
        Axis("right, of the answers in a bin", _TENTHS, lambda value: value),
    )
    content = [plot.line([(0, 0), (1, 1)], "ideal")]
    if threshold is not None and threshold <= 1:
        content.append(plot.line([(threshold, 0), (threshold, 1)], "threshold"))
        content.append(plot.note(threshold, 0.02, f"accepted from {threshold:.3f}"))
    content.append(plot.line([(part.confidence, part.right) for part in bins], "curve"))
    content += [
        plot.dot(
            part.confidence,
            part.right,
            "bin",
            f"{part.count} answers of confidence {share(part.confidence)}: {share(part.right)} right",
        )
        for part in bins
    ]
    return plot.svg(*content)
