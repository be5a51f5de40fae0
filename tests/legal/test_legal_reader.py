"""Looking at legal amounts with what ships."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from chequereader.errors import WeightsError
from chequereader.fields.upright import upright
from chequereader.legal.agreement import fit
from chequereader.legal.reader import LEGAL, LegalReader, load_legal, save_legal
from chequereader.legal.slots import LETTERS
from chequereader.recognition.sliding import SlidingRecogniser


@pytest.fixture(scope="module")
def reader() -> LegalReader:
    return LegalReader()


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [("us-business", 200_000, 700_000), ("in-cts", 30_000_000, 80_000_000), ("uk", 40_920_000, 40_120_000)],
)
def test_the_samples_say_their_amounts(
    reader: LegalReader, samples: Path, name: str, right: int, wrong: int
) -> None:
    image = cv2.imread(str(samples / f"{name}.png"), cv2.IMREAD_GRAYSCALE)
    look = reader.look(upright(np.asarray(image, np.uint8)).image)
    assert look is not None
    assert look.penalties.shape[1] == len(LETTERS.labels)
    assert fit(look, right) < fit(look, wrong) - 5


def test_two_lines_are_one_after_the_other(reader: LegalReader, samples: Path) -> None:
    image = cv2.imread(str(samples / "us-business.png"), cv2.IMREAD_GRAYSCALE)
    page = upright(np.asarray(image, np.uint8)).image
    (line,) = reader.lines(page)[:1]
    alone, twice = reader.look_at(page, [line]), reader.look_at(page, [line, line])
    assert alone is not None and twice is not None
    assert torch.equal(twice.penalties, torch.cat([alone.penalties] * 2))
    assert twice.boxes == (line, line)


def test_blank_paper_says_nothing(reader: LegalReader) -> None:
    page = np.full((600, 1400), 230, np.uint8)
    assert reader.look(page) is None
    assert reader.look_at(page, reader.lines(page)) is None


def test_weights_come_back(tmp_path: Path) -> None:
    torch.manual_seed(0)
    made = SlidingRecogniser(LETTERS, "lenet5-maxpool").eval()
    save_legal(tmp_path / "made.safetensors", made)
    strip = torch.randint(0, 256, (1, 32, 80), dtype=torch.uint8)
    with torch.no_grad():
        assert torch.equal(load_legal(tmp_path / "made.safetensors")(strip), made(strip))


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="missing"):
        load_legal(tmp_path / "none.safetensors")
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(LEGAL.read_bytes()[:5000])
    with pytest.raises(WeightsError, match="not weights of this program"):
        load_legal(damaged)
    save_file({"a": torch.zeros(2)}, tmp_path / "foreign.safetensors")
    with pytest.raises(WeightsError, match="not weights of this program"):
        load_legal(tmp_path / "foreign.safetensors")
