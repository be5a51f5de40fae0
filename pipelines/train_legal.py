"""Train what looks at legal amounts: a spotter of their lines, and a network of letters.

    python -m pipelines.train_legal --data ../shared/data --work runs/legal

First both learn from drawn cheques and from lines set of words that people wrote on a tablet. Then the lines
of real cheques, of which the words are known, are found with them (``training.legal_pages``), and both go on
with these too. The cheques of ``data/splits`` are left out. Writes ``legal.safetensors`` and
``legal-spotter.safetensors`` into the folder; what ships lies in ``chequereader/weights``.

What to expect after three hours of one core:

    letters, pass 7: 0.72 a letter; with real lines 0.73
    places: criterion 1.25; with real pages 1.05
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import click
import cv2
import numpy as np
from numpy.typing import NDArray

from chequereader.cheque_set import ChequeSet, read_cheque_set, read_names
from chequereader.fields.spotter import Spotter
from chequereader.legal.line import words_strip
from chequereader.legal.locate import MIDDLE
from chequereader.legal.reader import LegalReader, save_legal
from chequereader.shipped import list_checksum
from chequereader.training.legal_pages import LegalPage, drawn_pages, real_pages, strips_of
from chequereader.training.letters import LetterOptions, lines_of, train_letters
from chequereader.training.pen_words import PenWords
from chequereader.training.strips import Strips
from pipelines.field_pages import ROOT, another_view
from pipelines.train_spotter import SeenPage, fit, seen

REAL = "cheques-india", "cheques-usa"
PLACES, PLACES_AGAIN = 8, 6
"""Passes of the spotter, from new and with real pages."""
LETTERS, LETTERS_AGAIN = (7, 4e-3), (8, 2e-3)
"""Passes and rate of the network of letters, the same."""
RATE_AGAIN = 1.2e-3
"""Rate of the spotter with real pages."""
VIEWS, PAGE_VIEWS = 24, 4
"""Views of each real line for the letters, and of each real page beside itself for the spotter."""


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--work", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--count", default=9000, show_default=True, help="Drawn cheques to train on.")
@click.option("--written", default=14_000, show_default=True, help="Lines of words from a tablet.")
def main(data: Path, work: Path, seed: int, count: int, written: int) -> None:
    """Train both networks and write their weights."""
    cv2.setNumThreads(1)
    letters, spotter = work / "legal.safetensors", work / "legal-spotter.safetensors"
    rng = np.random.default_rng(seed)
    drawn = drawn_pages(2 * seed + 5000, count)
    lines, pages = gathered(drawn, rng)
    pens = PenWords.read(data / "pen").lines(written, seed)
    strips = ((words_strip(picture), words) for picture, words in pens)
    lines = Strips.join([lines, lines_of((strip, words) for strip, words in strips if strip is not None)])
    places = fit(pages, seed, PLACES)
    places.save(spotter)
    passes, rate = LETTERS
    first = train_letters(lines, LetterOptions(passes, rate, seed=seed), report=told("letters"))
    save_legal(letters, first)
    found = list(real_lines(data, LegalReader(letters, spotter)))
    click.echo(f"{len(found)} lines of real cheques")
    if not found:
        raise click.ClickException("no legal amount was found on the real cheques: draw more with --count")
    again = [*pages, *(view for page in found for view in views(page, rng))]
    fit(again, seed + 1, PLACES_AGAIN, Spotter.load(spotter), RATE_AGAIN).save(spotter)
    lines = Strips.join([lines, lines_of(strips_of(found, rng, VIEWS))])
    passes, rate = LETTERS_AGAIN
    options = LetterOptions(passes, rate, seed=seed + 1)
    save_legal(letters, train_letters(lines, options, first, told("letters, with real lines")))
    for path in (letters, spotter):
        list_checksum(path)


def gathered(drawn: Iterator[LegalPage], rng: np.random.Generator) -> tuple[Strips, list[SeenPage]]:
    """Return the lines of drawn pages, and every second page as the spotter sees it."""
    pages: list[SeenPage] = []
    items: list[tuple[NDArray[np.uint8], str]] = []
    while some := list(islice(drawn, 2)):
        items += strips_of(some, rng)
        pages.append(seen(some[0].image, [box for _, box in some[0].lines], MIDDLE))
    return lines_of(items), pages


def real_lines(data: Path, reader: LegalReader) -> Iterator[LegalPage]:
    """Yield real cheques that aren't held back, with the line of their legal amount."""
    for name in REAL:
        held = frozenset(read_names(ROOT / "data" / "splits" / f"{name}-validation.txt"))
        cheques = read_cheque_set(data / name)
        training = ChequeSet(cheques.folder, tuple(t for t in cheques.truths if t.file not in held))
        yield from real_pages(training, reader)


def views(page: LegalPage, rng: np.random.Generator) -> Iterator[SeenPage]:
    """Yield a real page as it is and as another scanner might have given it."""
    ((_, box),) = page.lines
    yield seen(page.image, [box], MIDDLE)
    for _ in range(PAGE_VIEWS):
        image, moved = another_view(page.image, box, rng)
        yield seen(image, [moved], MIDDLE)


def told(name: str) -> Callable[[dict[str, float]], None]:
    """Return what prints the figures of a pass."""
    return lambda figures: click.echo(f"{name}, pass {figures['pass']}: {figures['loss']:.3f} a letter")


if __name__ == "__main__":
    main()
