"""What a reader is made of: locale, recognisers, weights and device, and what is said if they don't fit."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from reader_checks import blank, check, field_scan
from tiny_reader import chance_recogniser, chance_sliding, write_chance_weights

from chequereader.device import choose_device
from chequereader.errors import ChequeReaderError, UsageError, WeightsError
from chequereader.fields.locate import shipped_penalty
from chequereader.fields.penalty import ZonePenalty
from chequereader.fields.spotter import Spotter, shipped_spotter
from chequereader.grammar import amounts
from chequereader.legal.reader import LegalReader
from chequereader.options import ReadOptions
from chequereader.reader import Reader
from chequereader.readers import reader_for
from chequereader.recognition.store import save_weights


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_chance_weights(tmp_path_factory.mktemp("weights"))


def test_a_reader_of_whole_cheques_needs_all_that_ships(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"no weights at all")
    for kind, shipped in ((Spotter, shipped_spotter), (ZonePenalty, shipped_penalty)):
        load = kind.load
        with monkeypatch.context() as changed:
            changed.setattr(kind, "load", lambda *_, load=load: load(damaged))
            shipped.cache_clear()
            with pytest.raises(WeightsError, match="damaged"):
                Reader(ReadOptions(field="auto"), weights)
            Reader(ReadOptions(field="whole"), weights)
        shipped.cache_clear()


def test_a_reader_of_whole_cheques_needs_what_looks_at_words(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"no weights at all")
    monkeypatch.setattr("chequereader.reader.LegalReader", partial(LegalReader, damaged))
    with pytest.raises(WeightsError, match="not weights of this program"):
        Reader(ReadOptions(field="auto"), weights)
    Reader(ReadOptions(field="whole"), weights)


def test_a_locale_has_its_own_grammar_and_auto_the_trained_one(weights: Path, tmp_path: Path) -> None:
    """For every recogniser: characters cost the same whether they are looked for between cuts or not."""
    trained = tmp_path / "trained.safetensors"
    penalty = amounts("auto").graph.penalty + 0.25
    save_weights(trained, "trained", chance_recogniser(), penalty, [chance_sliding()])
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


def test_weights_are_those_that_the_options_name(weights: Path) -> None:
    named, given = Reader(ReadOptions(weights=str(weights))), Reader(weights=weights)
    assert named.model == given.model and named.calibration == given.calibration
    with pytest.raises(WeightsError, match="huge"):
        Reader(ReadOptions(weights="huge"))


def test_weights_of_amounts_read_no_micr_line(weights: Path) -> None:
    with pytest.raises(UsageError, match="--field micr"):
        reader_for(ReadOptions(field="micr", weights=str(weights)))


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


def test_errors_have_exit_codes_and_one_line(weights: Path) -> None:
    with pytest.raises(ChequeReaderError) as raised:
        Reader(ReadOptions(field="9,9,99,99"), weights).read(blank(5, 5))
    assert "\n" not in str(raised.value)
