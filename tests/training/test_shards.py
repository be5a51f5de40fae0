"""Material in shards: drawn amounts take real hands where there are any."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chequereader.errors import UnreadableInputError
from chequereader.grammar import amounts
from chequereader.recognition.store import weights_file
from chequereader.segmentation.strip import strip
from chequereader.synthetic.config import SyntheticConfig
from chequereader.training import material
from chequereader.training.shards import Amounts, make_shards, strips_of
from chequereader.training.sight import ReadersSight
from chequereader.training.strips import Strips

DRAWN = Amounts(rounds=0, zone_rounds=0, spliced=0, recombined=0, drawn=6, located=0)


def pen_strokes(path: Path) -> None:
    """One writer whose every digit is a slanted stroke."""
    digits = np.arange(10)
    path.parent.mkdir(parents=True)
    np.savez(
        path,
        points=np.tile(np.array([[0, 0], [3, 10]], np.float32), (10, 1)),
        stroke_start=2 * np.arange(11),
        segment_start=np.arange(11),
        label=np.array([str(digit) for digit in digits]),
        writer=np.array(["w"] * 10),
    )


def drawn(data: Path | None, folder: Path, start: Path | None = None) -> Strips:
    folder.mkdir()
    shards = make_shards([], data, folder, DRAWN, 5, lambda _: None, processes=1, start=start)
    return strips_of(shards["drawn"], amounts("auto"))


def test_every_second_writer_of_drawn_amounts_has_a_real_hand(tmp_path: Path) -> None:
    pen_strokes(tmp_path / "data" / "pen" / "some_isolated.npz")
    plain, real = drawn(None, tmp_path / "plain"), drawn(tmp_path / "data", tmp_path / "real")
    assert str(plain.truths[0]) == str(real.truths[0]), "the first text is drawn before any hand"
    assert not np.array_equal(plain.columns, real.columns)


def test_with_weights_to_start_from_fields_are_segmented_as_their_reader_does_it(tmp_path: Path) -> None:
    start = weights_file("standard")
    plain, seen = drawn(None, tmp_path / "plain"), drawn(None, tmp_path / "seen", start)
    assert list(plain.truths) == list(seen.truths)
    assert not np.array_equal(plain.columns, seen.columns)
    sight, config = ReadersSight.of(start), SyntheticConfig()
    (first, *_) = material.drawn(1, 5 * 1000, config, sight)
    assert np.array_equal(strip(first[0].field), seen.strip(0))


def test_a_folder_of_data_without_pens_is_told(tmp_path: Path) -> None:
    (tmp_path / "pen").mkdir()
    with pytest.raises(UnreadableInputError, match="holds no glyphs"):
        make_shards([], tmp_path, tmp_path, DRAWN, 5, lambda _: None, processes=1)
