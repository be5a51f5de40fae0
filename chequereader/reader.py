"""The reader: locate, segment, recognise, compose, best paths, decide. The table of contents of the program.

Only this module knows the order of the stages. Fields of many scans go through one call of the recogniser.
Not the place for how any stage works.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chequereader.box import Box
from chequereader.decision import load_calibrations
from chequereader.device import choose_device
from chequereader.errors import UsageError, WeightsError, one_line
from chequereader.fields.locate import against_others, either_way_up, locate, shipped_penalty
from chequereader.fields.spotter import shipped_spotter
from chequereader.fields.upright import upright
from chequereader.followed import FollowedPage
from chequereader.grammar import amounts
from chequereader.interpretation import (
    answers,
    between_cuts,
    doubted,
    doubted_as_parts,
    over_positions,
    seen_better,
    worthwhile,
)
from chequereader.legal.agreement import agree, said
from chequereader.legal.reader import LegalLook, LegalReader
from chequereader.legal.words import WordsReading
from chequereader.micr.either import EitherReader
from chequereader.options import ReadOptions
from chequereader.reading import Reading
from chequereader.recognition.digits_seen import unfitting_digits
from chequereader.recognition.recognition_graph import RecognitionGraph, from_candidates, from_strips
from chequereader.recognition.store import load_weights, to_device, weights_file
from chequereader.scan import Scan
from chequereader.segmentation.normalise import Field, normalise
from chequereader.segmentation.segmenter import candidates
from chequereader.told import CANDIDATES, Told

ZONES = 2
"""Candidate zones of a cheque that go on to recognition, at most."""

MARGIN = 3.5
"""Zones that are worse than the best by more than this penalty stay behind: a chance of one in thirty."""


class Reader:
    """Reads scans; loads weights once.

    ``clock``: seconds, what the stages are timed by. ``WeightsError`` if there are no weights that fit,
    ``UsageError`` for options that can't be met.
    """

    def __init__(
        self,
        options: ReadOptions | None = None,
        weights: Path | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.options = options or ReadOptions()
        self.clock = clock
        self.device = choose_device(self.options.device)
        where = weights or weights_file(self.options.weights)
        loaded = to_device(load_weights(where), self.device)
        self.model = loaded.model
        self.recogniser = None if self.options.recogniser == "sliding" else loaded.recogniser
        self.sliding = () if self.options.recogniser == "cuts" else loaded.sliding
        if self.recogniser is None and not self.sliding:
            raise WeightsError(f"{where}: no sliding recogniser in it; use --recogniser cuts")
        grammar = amounts(self.options.locale)
        if self.options.locale == "auto":
            if loaded.grammar_penalty.shape != grammar.graph.penalty.shape:
                raise WeightsError(f"{where}: made for another grammar; reinstall or train again")
            grammar = grammar.with_penalty(loaded.grammar_penalty.cpu())
        # the quick one first: zones that it finds far worse are not cut at all
        self.notations = [over_positions(grammar, len(one.networks)) for one in self.sliding]
        self.notations += [between_cuts(grammar)] * (self.recogniser is not None)
        calibrations = load_calibrations(where.with_suffix(".calibration.json"))
        self.calibration = calibrations["auto" if self.options.field == "auto" else "whole"]
        self.threshold = self.calibration.accepted_from(self.options)
        self.micr = EitherReader() if self.options.field == "auto" else None
        self.legal = LegalReader() if self.options.field == "auto" else None
        if self.options.field == "auto":
            # now rather than with the first page: what ships is whole, or nothing is read
            shipped_spotter()
            shipped_penalty()

    @property
    def together(self) -> int:
        """Pages that are best read at a time: their graphs go together, on a GPU their pictures too.

        More would take hardly less time a page, and a worker of a batch 150 MB more.
        """
        return 16

    def _calls(self, pages: Sequence[FollowedPage]) -> Sequence[Sequence[FollowedPage]]:
        """Return which pages go through a network together.

        The sixth decimal of a penalty depends on what it is computed beside. A GPU wants many; on a CPU each
        page goes alone, and its record is the same whatever is read with it.
        """
        return [pages] if self.device.type == "cuda" else [[page] for page in pages]

    def read(self, scan: Scan) -> Reading:
        """Read one scan."""
        return self.read_many([scan])[0]

    def read_many(self, scans: Sequence[Scan]) -> list[Reading]:
        """Read scans together, results in their order."""
        return [reading for _, reading in self.follow(scans)]

    def follow(self, scans: Sequence[Scan]) -> list[tuple[FollowedPage, Reading]]:
        """Read scans and keep what every stage made of them, for pictures and reports."""
        if not scans:
            return []
        began = self.clock()
        stages: dict[str, float] = {}
        pages = [FollowedPage(scan) for scan in scans]
        with self._timed(stages, "locate"):
            for page in pages:
                self._bring_upright(page)
        if self.micr is not None:
            with self._timed(stages, "micr"):
                for page, line in zip(pages, self.micr.read_pages([p.image for p in pages]), strict=True):
                    page.take_line(line)
        with self._timed(stages, "locate"):
            for page in pages:
                self._locate(page)
        with self._timed(stages, "segment"):
            for page in pages:
                page.fields = [normalise(_cut(page.image, zone)) for zone in page.zones]
        for number, sliding in enumerate(self.sliding):
            with self._timed(stages, "recognise"):
                for some in self._calls(pages):
                    fields = [field for page in some for field in page.fields]
                    _hand_out(some, from_strips(sliding, fields, self.device))
            if number == 0:
                self._look_again(pages, stages)
                self._leave_behind(pages, stages)
        if self.recogniser is not None:
            with self._timed(stages, "segment"):
                for page in pages:
                    page.segmentations = [candidates(field) for field in page.fields]
            with self._timed(stages, "recognise"):
                for some in self._calls(pages):
                    parts = [part for page in some for part in page.segmentations]
                    _hand_out(some, from_candidates(self.recogniser, parts, self.device))
            if not self.sliding:
                self._leave_behind(pages, stages)
        with self._timed(stages, "interpret"):
            self._interpret(pages)
        if self.legal is not None:
            with self._timed(stages, "words"):
                self._compare_words(pages, self.legal)
        if self.sliding:
            # last: words tell nothing of a minus
            for page in pages:
                page.answers = doubted(page.answers, page.graphs[0])
        share = {stage: ms / len(pages) for stage, ms in stages.items()}
        with self._timed(stages, "decide"):
            told = Told(self.model, self.calibration, self.threshold, share)
            readings = [told.reading(page) for page in pages]
        elapsed = round((self.clock() - began) * 1000 / len(pages), 2)
        return [
            (page, replace(reading, elapsed_ms=elapsed, keyed_amount=page.scan.keyed_amount))
            for page, reading in zip(pages, readings, strict=True)
        ]

    @contextmanager
    def _timed(self, stages: dict[str, float], name: str) -> Iterator[None]:
        began = self.clock()
        yield
        stages[name] = stages.get(name, 0.0) + (self.clock() - began) * 1000

    def _bring_upright(self, page: FollowedPage) -> None:
        if self.options.field == "auto":
            page.page = upright(page.scan.image, page.scan.dpi)

    def _locate(self, page: FollowedPage) -> None:
        if page.page is not None:
            if page.micr is not None and page.micr.certain:
                found = locate(page.page.image, limit=ZONES)
            else:
                page.page, found = either_way_up(page.page, limit=ZONES)
            found = [zone for zone in found if zone.penalty <= found[0].penalty + MARGIN]
            page.zones = [zone.boxes[0] for zone in found]
            page.zone_penalties = against_others(found)
            page.currencies = [zone.currency for zone in found]
            page.grow()
            return
        height, width = page.scan.image.shape
        whole = Box(0, 0, width, height)
        zone = (self.options.zone or whole).intersection(whole)
        if not (zone.width > 0 and zone.height > 0):
            raise UsageError(
                f"{one_line(page.scan.source)}: field {self.options.field} lies outside the image of "
                f"{width} x {height} pixels; give a field inside"
            )
        page.zones, page.zone_penalties, page.currencies = [zone], [0.0], [None]

    def _look_again(self, pages: Sequence[FollowedPage], stages: dict[str, float]) -> None:
        """Fit fields to the digits that were seen in them, where they are seen better then."""
        fitted: list[tuple[FollowedPage, int, Field]] = []
        with self._timed(stages, "segment"):
            for page in pages:
                for zone, field in enumerate(page.fields):
                    digits = unfitting_digits(field, page.graphs[0][zone])
                    if digits is not None:
                        again = normalise(_cut(page.image, page.zones[zone]), digits)
                        fitted.append((page, zone, again))
        with self._timed(stages, "recognise"):
            graphs = [from_strips(self.sliding[0], [field], self.device)[0] for _, _, field in fitted]
        with self._timed(stages, "interpret"):
            before = [page.graphs[0][zone] for page, zone, _ in fitted]
            better = seen_better(self.notations[0], before, graphs)
            for (page, zone, field), graph, taken in zip(fitted, graphs, better, strict=True):
                if taken:
                    page.fields[zone], page.graphs[0][zone] = field, graph

    def _leave_behind(self, pages: Sequence[FollowedPage], stages: dict[str, float]) -> None:
        """Weigh zones by what the first recogniser finds in them; the second looks at the likely ones."""
        with self._timed(stages, "interpret"):
            choices = worthwhile([page.lattice for page in pages], self.notations[0])
            for page, choice in zip(pages, choices, strict=True):
                page.keep(choice)

    def _interpret(self, pages: Sequence[FollowedPage], also: Sequence[Sequence[int]] | None = None) -> None:
        found = answers([page.lattice for page in pages], self.notations, CANDIDATES, also)
        for page, own in zip(pages, found, strict=True):
            page.answers = doubted_as_parts(own, page.weighed, page.left_behind)

    def _compare_words(self, pages: Sequence[FollowedPage], legal: LegalReader) -> None:
        """Let the legal amount of each page order its answers, and propose others where they are doubtful."""
        for page in pages:
            page.look = legal.look(page.image) if page.answers else None
        told = [page for page in pages if page.look is not None]
        doubtful = _agree(told)
        also = [said(look, words.language) for _, look, words in doubtful]
        self._interpret([page for page, _, _ in doubtful], also)
        _agree([page for page, _, _ in doubtful])

    def explain(self, scan: Scan, folder: Path) -> Reading:
        """Read a scan and write a picture of every stage into a folder."""
        from chequereader.explain import draw_stages

        ((page, reading),) = self.follow([scan])
        draw_stages(page, reading, folder)
        return reading


def _hand_out(pages: Sequence[FollowedPage], graphs: Sequence[RecognitionGraph]) -> None:
    """Give each page the graphs of its zones."""
    left = iter(graphs)
    for page in pages:
        page.graphs.append([next(left) for _ in page.zones])


def _cut(image: NDArray[np.uint8], zone: Box) -> NDArray[np.uint8]:
    return image[zone.y0 : zone.y1, zone.x0 : zone.x1]


def _agree(pages: Sequence[FollowedPage]) -> list[tuple[FollowedPage, LegalLook, WordsReading]]:
    """Order the answers of pages by their words; return those that are doubtful still."""
    looks = [(page, page.look) for page in pages if page.look is not None]
    doubtful = []
    for (page, look), agreement in zip(looks, agree([(p.answers, look) for p, look in looks]), strict=True):
        page.answers = agreement.answers
        page.words = WordsReading(look.text, agreement.language, agreement.agrees, look.boxes)
        if agreement.doubtful:
            doubtful.append((page, look, page.words))
    return doubtful
