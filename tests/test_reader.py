"""The reader with weights of chance: what it promises whatever it reads; then the shipped weights."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn_fields import PAPER, draw
from tiny_reader import CALIBRATIONS, chance_recogniser, chance_sliding, write_chance_weights

import chequereader
from chequereader.box import Box
from chequereader.cheque_set import read_cheque_set
from chequereader.errors import ChequeReaderError, UsageError, WeightsError
from chequereader.grammar import amounts
from chequereader.interpretation import vote
from chequereader.options import ReadOptions
from chequereader.reader import CANDIDATES, Reader, choose_device
from chequereader.reading import Reading
from chequereader.recognition.store import save_weights
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


def field_scan(text: str = "1,234", shear: float = 0.0) -> Scan:
    return Scan(draw(text, shear=shear).image, None, f"{text}.png")


def blank(height: int = 300, width: int = 700) -> Scan:
    return Scan(np.full((height, width), PAPER, np.uint8), 100.0, "blank.png")


def inside(inner: Box, outer: Box) -> bool:
    return inner.intersection(outer) == inner and inner.area > 0


def check(reading: Reading, scan: Scan) -> None:
    """What holds of every reading that has answers."""
    height, width = scan.image.shape
    assert (reading.file, reading.page) == (scan.source, scan.page)
    assert reading.field is not None
    assert inside(reading.field, Box(0, 0, width, height))
    assert 1 <= len(reading.candidates) <= CANDIDATES
    best = reading.candidates[0]
    assert (best.text, best.digits, best.confidence) == (reading.text, reading.digits, reading.confidence)
    assert reading.amount in (None, best.amount)
    assert sum(c.confidence for c in reading.candidates) <= 1 + 1e-5
    assert len({c.amount for c in reading.candidates}) == len(reading.candidates)
    assert "".join(s.char for s in reading.symbols) == reading.text
    assert all(inside(s.box, reading.field) for s in reading.symbols)
    assert set(reading.stages) == {"locate", "segment", "recognise", "interpret"}
    assert reading.elapsed_ms > 0
    assert Reading.from_json(reading.to_json()) == reading


@pytest.mark.parametrize("scan", [field_scan(), field_scan("$77,000.00", shear=0.3), field_scan("5")])
def test_a_whole_field_is_read(whole: Reader, scan: Scan) -> None:
    reading = whole.read(scan)
    check(reading, scan)
    assert reading.field == Box(0, 0, scan.image.shape[1], scan.image.shape[0])
    assert reading.model == whole.model
    assert whole.model.startswith("chance@")


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


@pytest.mark.parametrize("far", [0.0, 0.7, 1e9])
def test_zones_far_worse_are_left_behind_whole(
    weights: Path, cheques: list[Scan], monkeypatch: pytest.MonkeyPatch, far: float
) -> None:
    """Before they are cut; what is kept of the others still belongs together."""
    first = Reader(ReadOptions(recogniser="sliding"), weights).follow(cheques)
    monkeypatch.setattr(vote, "FAR_WORSE", far)
    reader = Reader(ReadOptions(), weights)
    for (page, _), (before, _) in zip(reader.follow(cheques), first, strict=True):
        assert len(before.zones) > 1, "nothing to leave behind: nothing is tested"
        kept = vote.worthwhile(before.lattice, reader.notations[0])
        assert len(kept) <= {0.0: 1}.get(far, len(before.zones))
        assert len(kept) >= {1e9: len(before.zones)}.get(far, 1)
        assert page.zones == [before.zones[z] for z in kept]
        assert page.zone_penalties == [before.zone_penalties[z] for z in kept]
        assert page.currencies == [before.currencies[z] for z in kept]
        assert [graph.nodes for graph in page.graphs[0]] == [before.graphs[0][z].nodes for z in kept]
        assert [graph.nodes for graph in page.graphs[1]] == [s.cuts for s in page.segmentations]
        for field, segmentation, z in zip(page.fields, page.segmentations, kept, strict=True):
            assert segmentation.field is field
            assert np.array_equal(field.ink.mask, before.fields[z].ink.mask)
        assert all(answer.zone < len(kept) for answer in page.answers)


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


def test_many_at_once_read_like_one_by_one(auto: Reader, cheques: list[Scan]) -> None:
    scans = [cheques[0], blank(), cheques[1]]
    together = auto.read_many(scans)
    for scan, reading in zip(scans, together, strict=True):
        alone = auto.read(scan)
        assert (reading.file, reading.page, reading.text, reading.field) == (
            alone.file,
            alone.page,
            alone.text,
            alone.field,
        )
        assert reading.status == alone.status
        assert reading.confidence == pytest.approx(alone.confidence, abs=1e-4)
        assert [s.box for s in reading.symbols] == [s.box for s in alone.symbols]
        assert [c.amount for c in reading.candidates] == [c.amount for c in alone.candidates]


def test_no_scans_no_readings(auto: Reader) -> None:
    assert auto.read_many([]) == []


def test_reading_again_gives_the_same(whole: Reader) -> None:
    first, second = whole.read(field_scan()), whole.read(field_scan())
    assert first == replace(second, elapsed_ms=first.elapsed_ms)


def test_a_locale_has_its_own_grammar_and_auto_the_trained_one(weights: Path, tmp_path: Path) -> None:
    """For every recogniser: characters cost the same whether they are looked for between cuts or not."""
    trained = tmp_path / "trained.safetensors"
    penalty = amounts("auto").graph.penalty + 0.25
    save_weights(trained, "trained", chance_recogniser(), penalty, chance_sliding())
    shutil.copy(weights.with_suffix(".calibration.json"), trained.with_suffix(".calibration.json"))
    for locale, expected in (("auto", penalty), ("us", amounts("us").graph.penalty)):
        notations = Reader(ReadOptions(locale=locale), trained).notations
        assert [notation.name for notation in notations] == ["sliding", "cuts"]
        for notation in notations:
            assert torch.equal(notation.grammar.graph.penalty, expected)
            arcs = torch.tensor(notation.grammar_arc)
            assert torch.equal(notation.graph.penalty[arcs >= 0], expected[arcs[arcs >= 0]])


@pytest.mark.parametrize(("recogniser", "columns"), [("cuts", [33]), ("sliding", [66]), ("all", [66, 33])])
def test_the_recognisers_asked_for_read(weights: Path, recogniser: str, columns: list[int]) -> None:
    scan = field_scan("4,510")
    reader = Reader(ReadOptions(field="whole", recogniser=recogniser), weights)
    ((page, reading),) = reader.follow([scan])
    check(reading, scan)
    assert [graphs[0].penalties.shape[1] for graphs in page.graphs] == columns
    assert {answer.notation for answer in page.answers} <= set(range(len(columns)))


def test_weights_without_a_sliding_recogniser_read_with_the_other(tmp_path: Path) -> None:
    alone = write_chance_weights(tmp_path, "alone", sliding=False)
    scan = field_scan("69")
    every = Reader(ReadOptions(field="whole"), alone).read(scan)
    cuts = Reader(ReadOptions(field="whole", recogniser="cuts"), alone).read(scan)
    assert every == replace(cuts, elapsed_ms=every.elapsed_ms)
    with pytest.raises(WeightsError, match=r"alone\.safetensors.*no sliding"):
        Reader(ReadOptions(recogniser="sliding"), alone)


def test_an_unknown_recogniser_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="all, cuts, sliding"):
        ReadOptions(recogniser="guessing")


def test_an_unknown_locale_is_a_usage_error(weights: Path) -> None:
    with pytest.raises(UsageError, match="atlantis"):
        Reader(ReadOptions(locale="atlantis"), weights)


def test_missing_weights_or_calibration_are_one_clear_error(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nowhere\.safetensors"):
        Reader(weights=tmp_path / "nowhere.safetensors")
    alone = tmp_path / "alone.safetensors"
    shutil.copy(weights, alone)
    with pytest.raises(WeightsError, match=r"alone\.calibration\.json"):
        Reader(weights=alone)


def test_weights_of_another_grammar_are_refused(weights: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    save_weights(other, "other", chance_recogniser(), torch.zeros(7))
    shutil.copy(weights.with_suffix(".calibration.json"), other.with_suffix(".calibration.json"))
    with pytest.raises(WeightsError, match="grammar"):
        Reader(weights=other)


def test_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_device("cpu") == torch.device("cpu")
    with pytest.raises(UsageError, match="no such device"):
        choose_device("toaster")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == torch.device("cpu")
    with pytest.raises(UsageError, match="--device cpu"):
        choose_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("auto") == torch.device("cuda")
    assert choose_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(UsageError, match="cuda:2"):
        choose_device("cuda:2")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_the_gpu_reads_as_the_cpu_does(weights: Path, cheques: list[Scan]) -> None:
    on_cpu = Reader(ReadOptions(device="cpu"), weights).read_many(cheques)
    on_gpu = Reader(ReadOptions(device="cuda"), weights).read_many(cheques)
    for a, b in zip(on_cpu, on_gpu, strict=True):
        assert a.text == b.text
        assert a.confidence == pytest.approx(b.confidence, abs=1e-3)


def test_errors_have_exit_codes_and_one_line(weights: Path) -> None:
    with pytest.raises(ChequeReaderError) as raised:
        Reader(ReadOptions(field="9,9,99,99"), weights).read(blank(5, 5))
    assert "\n" not in str(raised.value)


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
