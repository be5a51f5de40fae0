"""The reader with weights of chance: what it promises whatever it reads; then the shipped weights."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn_fields import PAPER, draw
from reader_checks import blank, check, field_scan, inside
from tiny_reader import CALIBRATIONS, write_chance_weights

import chequereader
from chequereader.box import Box
from chequereader.cheque_set import read_cheque_set
from chequereader.errors import UsageError
from chequereader.interpretation import worthwhile
from chequereader.legal.reader import LegalReader
from chequereader.options import ReadOptions
from chequereader.reader import Reader
from chequereader.scan import Scan, open_scans
from chequereader.synthetic import SyntheticConfig, generate


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_chance_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def whole(weights: Path) -> Reader:
    return Reader(ReadOptions(field="whole"), weights)


@pytest.fixture(scope="module")
def auto(weights: Path) -> Reader:
    return Reader(ReadOptions(threshold=0.0), weights)


@pytest.fixture(scope="module")
def cheques() -> list[Scan]:
    made = [generate(seed=3, index=i, config=SyntheticConfig(preset="easy")) for i in range(2)]
    return [Scan(c.image, c.dpi, f"cheque-{i}.png", page=i + 1) for i, c in enumerate(made)]


@pytest.mark.parametrize("scan", [field_scan(), field_scan("$77,000.00", shear=0.3), field_scan("5")])
def test_a_whole_field_is_read(whole: Reader, scan: Scan) -> None:
    reading = whole.read(scan)
    check(reading, scan)
    assert reading.field == Box(0, 0, scan.image.shape[1], scan.image.shape[0])
    assert reading.model == whole.model
    assert whole.model.startswith("chance@")


def test_the_keyed_amount_goes_along_and_tells_the_reader_nothing(whole: Reader) -> None:
    keyed = Decimal("5.00")
    reading = whole.read(replace(field_scan(), keyed_amount=keyed))
    assert reading.keyed_amount == keyed
    assert replace(reading, keyed_amount=None, elapsed_ms=1) == replace(
        whole.read(field_scan()), elapsed_ms=1
    )


def test_records_on_a_cpu_do_not_depend_on_their_neighbours(auto: Reader, cheques: list[Scan]) -> None:
    scans = [cheques[0], blank(), cheques[1], cheques[0]]
    together = [replace(reading, elapsed_ms=0, stages={}) for reading in auto.read_many(scans)]
    alone = [replace(auto.read(scan), elapsed_ms=0, stages={}) for scan in scans]
    assert together == alone


def test_symbols_stand_where_the_characters_do(whole: Reader) -> None:
    drawn = draw("1111", height=40, gap=30)
    reading = whole.read(Scan(drawn.image, None, "ones.png"))
    middles = [(b.x0 + b.x1) / 2 for b in drawn.boxes]
    places = [(s.box.x0 + s.box.x1) / 2 for s in reading.symbols]
    assert places == sorted(places)
    assert all(min(abs(place - middle) for middle in middles) < 16 for place in places)


def test_the_only_candidate_has_its_box(weights: Path) -> None:
    """A stroke far to the right, which nothing cuts: one arc, which is no position of a strip."""
    image = np.full((90, 500), PAPER, np.uint8)
    image[25:66, 440:447] = 30
    reader = Reader(ReadOptions(field="whole", recogniser="cuts"), weights)
    (symbol,) = reader.read(Scan(image, None, "one.png")).symbols
    corners = symbol.box.x0, symbol.box.y0, symbol.box.x1, symbol.box.y1
    assert corners == pytest.approx((440, 25, 447, 66), abs=3)


def test_a_cheque_is_read_from_one_of_its_zones(auto: Reader, cheques: list[Scan]) -> None:
    for scan in cheques:
        reading = auto.read(scan)
        check(reading, scan)
        assert reading.field is not None
        assert reading.field.area < 0.25 * scan.image.size


def test_words_propose_amounts_that_the_figures_do_not(
    weights: Path, cheques: list[Scan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a reader by chance, whose answers no words can say."""
    for scan in cheques:
        with monkeypatch.context() as silent:
            silent.setattr(LegalReader, "look", lambda *_: None)
            before = Reader(ReadOptions(), weights).read(scan)
        assert before.words is None
        after = Reader(ReadOptions(), weights).read(scan)
        assert after.words is not None and after.words.lines
        height, width = scan.image.shape
        assert all(inside(box, Box(0, 0, width, height)) for box in after.words.lines)
        assert {c.amount for c in after.candidates} - {c.amount for c in before.candidates}


@pytest.mark.parametrize("far", [0.0, 0.7, 1e9])
def test_zones_far_worse_are_left_behind_whole(
    weights: Path, cheques: list[Scan], monkeypatch: pytest.MonkeyPatch, far: float
) -> None:
    """Before they are cut; what is kept of the others still belongs together."""
    monkeypatch.setattr("chequereader.reader.MARGIN", 99.0)  # however unlikely the other zones are
    with monkeypatch.context() as all_kept:
        all_kept.setattr(Reader, "_leave_behind", lambda *_: None)
        first = Reader(ReadOptions(recogniser="sliding"), weights).follow(cheques)
    monkeypatch.setattr("chequereader.interpretation.choice.FAR_WORSE", far)
    reader = Reader(ReadOptions(), weights)
    for (page, _), (before, _) in zip(reader.follow(cheques), first, strict=True):
        assert len(before.zones) > 1, "nothing to leave behind: nothing is tested"
        (choice,) = worthwhile([before.lattice], reader.notations[0])
        kept = choice.kept
        assert [zone.box for zone in page.weighed] == page.zones
        told = dict(zip(before.zones, choice.costs, strict=True))
        assert all(zone.cost == told[zone.box] for zone in [*page.weighed, *page.left_behind])
        others = len(before.zones) - len(choice.settled)
        assert len(page.weighed) + len(page.left_behind) == others
        assert len(kept) <= {0.0: 1}.get(far, others)
        assert len(kept) >= {1e9: others}.get(far, 1)
        assert page.zones == [before.zones[z] for z in kept]
        assert page.zone_penalties == list(kept.values())
        assert page.currencies == [before.currencies[z] for z in kept]
        assert [graph.nodes for graph in page.graphs[0]] == [before.graphs[0][z].nodes for z in kept]
        assert [graph.nodes for graph in page.graphs[1]] == [s.cuts for s in page.segmentations]
        for field, segmentation, z in zip(page.fields, page.segmentations, kept, strict=True):
            assert segmentation.field is field
            assert np.array_equal(field.ink.mask, before.fields[z].ink.mask)
        assert all(answer.zone < len(kept) for answer in page.answers)


def test_between_cuts_alone_zones_far_worse_are_left_behind_too(
    weights: Path, cheques: list[Scan], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chequereader.reader.MARGIN", 99.0)
    monkeypatch.setattr("chequereader.interpretation.choice.FAR_WORSE", 0.0)
    for page, _ in Reader(ReadOptions(recogniser="cuts"), weights).follow(cheques):
        assert len(page.zones) == len(page.segmentations) == 1
        assert page.segmentations[0].field is page.fields[0]
        assert page.graphs[0][0].nodes == page.segmentations[0].cuts


def test_a_field_given_in_pixels_is_read_as_if_cut_out(weights: Path) -> None:
    drawn = draw("4,510", height=36)
    height, width = drawn.image.shape
    page = np.full((400, 900), PAPER, np.uint8)
    page[120 : 120 + height, 300 : 300 + width] = drawn.image
    there = Reader(ReadOptions(field=f"300,120,{300 + width},{120 + height}"), weights).read(
        Scan(page, None, "page.png")
    )
    alone = Reader(ReadOptions(field="whole"), weights).read(Scan(drawn.image, None, "page.png"))
    assert there.field == Box(300, 120, 300 + width, 120 + height)
    assert (there.text, there.confidence) == (alone.text, alone.confidence)
    assert [s.box for s in there.symbols] == [s.box.moved(300, 120) for s in alone.symbols]


def test_a_field_reaching_over_the_edge_is_cut_off_there(weights: Path) -> None:
    scan = field_scan()
    height, width = scan.image.shape
    reading = Reader(ReadOptions(field=f"10,0,{width + 500},{height + 500}"), weights).read(scan)
    assert reading.field == Box(10, 0, width, height)


def test_a_field_outside_the_image_is_a_usage_error(weights: Path) -> None:
    reader = Reader(ReadOptions(field="5000,10,5100,90"), weights)
    with pytest.raises(UsageError, match="outside"):
        reader.read(field_scan())


def test_a_threshold_decides(weights: Path) -> None:
    scan = field_scan("98")
    generous = Reader(ReadOptions(field="whole", threshold=0.0), weights).read(scan)
    strict = Reader(ReadOptions(field="whole", threshold=1.0), weights).read(scan)
    assert (generous.status, strict.status) == ("accepted", "rejected")
    assert generous.amount == generous.candidates[0].amount
    assert generous.reason is None
    assert strict.amount is None
    assert strict.reason is not None
    assert "below the threshold 1.000" in strict.reason
    assert strict.candidates == generous.candidates
    exactly = Reader(ReadOptions(field="whole", threshold=generous.confidence - 1e-6), weights).read(scan)
    above = Reader(ReadOptions(field="whole", threshold=generous.confidence + 1e-6), weights).read(scan)
    assert (exactly.status, above.status) == ("accepted", "rejected")


def test_a_tolerated_error_decides_by_the_calibration_of_its_kind(weights: Path) -> None:
    for kind in ("whole", "auto"):
        for share in (0.0, 0.05, 1.0):
            reader = Reader(ReadOptions(field=kind, max_error=share), weights)
            assert reader.threshold == CALIBRATIONS[kind].threshold(share)
    zone = Reader(ReadOptions(field="0,0,9,9", max_error=0.05), weights)
    assert zone.calibration == CALIBRATIONS["whole"]


def test_confidence_is_calibrated(weights: Path, whole: Reader) -> None:
    ((page, reading),) = whole.follow([field_scan()])
    assert reading.confidence == pytest.approx(page.answers[0].confidence, abs=1e-5), "slope 1, offset 0"
    bent = Reader(ReadOptions(field="auto"), weights)
    bent.options = ReadOptions(field="whole")
    odds = page.answers[0].confidence / (1 - page.answers[0].confidence)
    expected = 1 / (1 + np.exp(1.0) / np.sqrt(odds))  # slope 0.5, offset -1
    assert bent.read(field_scan()).confidence == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("scan", [blank(), blank(1, 1), blank(3, 400), blank(40, 30)])
@pytest.mark.parametrize(
    ("field", "reason"), [("auto", "no amount field"), ("whole", "no amount in the field")]
)
def test_nothing_is_read_where_nothing_is_written(
    auto: Reader, whole: Reader, field: str, reason: str, scan: Scan
) -> None:
    reader = auto if field == "auto" else whole
    reading = reader.read(scan)
    assert reading.status == "rejected"
    assert reading.reason is not None
    assert reason in reading.reason
    assert (reading.amount, reading.candidates, reading.confidence) == (None, (), 0.0)
    assert reading.model == reader.model


def test_no_scans_no_readings(auto: Reader) -> None:
    assert auto.read_many([]) == []


def test_reading_again_gives_the_same(whole: Reader) -> None:
    first, second = whole.read(field_scan()), whole.read(field_scan())
    assert first == replace(second, elapsed_ms=first.elapsed_ms)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_the_gpu_reads_as_the_cpu_does(weights: Path, cheques: list[Scan]) -> None:
    on_cpu = Reader(ReadOptions(device="cpu"), weights).read_many(cheques)
    on_gpu = Reader(ReadOptions(device="cuda"), weights).read_many(cheques)
    for a, b in zip(on_cpu, on_gpu, strict=True):
        assert a.text == b.text
        assert a.confidence == pytest.approx(b.confidence, abs=1e-3)


def test_the_shipped_weights_read_the_shipped_samples(samples: Path) -> None:
    cheques = read_cheque_set(samples)
    reader = Reader()
    right = wrong = 0
    for truth in cheques.truths:
        scan = next(iter(open_scans(cheques.path(truth))))
        reading = reader.read(scan)
        if reading.status == "accepted":
            right += reading.amount == truth.amount
            wrong += reading.amount != truth.amount
    assert wrong <= max(1, len(cheques.truths) // 20)
    assert right >= len(cheques.truths) / 2


def test_read_takes_a_file(samples: Path) -> None:
    cheques = read_cheque_set(samples)
    path = cheques.path(cheques.truths[0])
    reading = chequereader.read(path)
    assert reading.file == str(path)
    assert reading.model is not None
    assert reading.model.count("@") == 1


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_with_a_micr_line_may_lie_any_way_up(samples: Path, quarters: int) -> None:
    """Zones, line and amount are the same, in the pixels of the scan as it came."""
    reader = Reader(ReadOptions(threshold=0.0))
    scan = next(iter(open_scans(samples / "in-cts.png")))
    turned = replace(scan, image=np.ascontiguousarray(np.rot90(scan.image, quarters)))
    ((page, straight), (other, lying)) = (reader.follow([one])[0] for one in (scan, turned))
    assert page.page is not None and other.page is not None
    assert (other.page.turned, page.page.turned) == (quarters, 0)
    assert straight.micr is not None and lying.micr is not None
    assert (lying.micr.raw, lying.micr.turned) == (straight.micr.raw, quarters)
    assert lying.candidates[0].amount == straight.candidates[0].amount
    for mine, there in ((straight.field, lying.field), (straight.micr.box, lying.micr.box)):
        assert mine is not None and there is not None
        marked = np.zeros(scan.image.shape, np.uint8)
        marked[mine.y0 : mine.y1, mine.x0 : mine.x1] = 1
        rows, columns = np.nonzero(np.rot90(marked, quarters))
        expected = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        assert tuple(there) == pytest.approx(expected, abs=6)
