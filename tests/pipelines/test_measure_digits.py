"""Measures of digit networks: the printed lines, the picture of what was misread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from chequereader.recognition.store import DIGITS
from chequereader.training.passes import DigitSet
from pipelines.measure_digits import by_origin, drawn, main


def test_draws_what_was_misread_and_nothing_else() -> None:
    pictures = torch.zeros(14, 28, 28, dtype=torch.uint8)
    pictures[1] = 255
    digits = DigitSet(pictures, torch.arange(14) % 10)
    right = drawn(digits, digits.labels)
    assert (right == 255).all()
    wrong = digits.labels.clone()
    wrong[1] = 7
    picture = drawn(digits, wrong)
    assert picture.shape == right.shape
    assert (picture[:56, :56] == 0).all(), "white ink of MNIST is black on paper"
    assert (picture[56:] < 128).any(), "what it is and what was read stands under it"
    assert drawn(digits, digits.labels + 1).shape[0] == 2 * picture.shape[0]


def test_writers_are_optional(tmp_path: Path) -> None:
    digits = DigitSet(torch.zeros(3, 28, 28), torch.tensor([5, 6, 7]))
    assert by_origin(tmp_path, digits) == {}
    table = np.array([[5, 0, 11], [6, 4, 12], [7, 4, 13], [8, 4, 14]], ">i4")  # QMNIST goes on beyond MNIST
    header = b"\0\0\x0c\x02" + np.array(table.shape, ">i4").tobytes()
    (tmp_path / "qmnist-test-labels-idx2-int").write_bytes(header + table.tobytes())
    found = by_origin(tmp_path, digits)
    assert [name.split(", ")[1] for name in found] == ["employees", "pupils"]
    assert [name.split(", ")[2] for name in found] == ["1 writers", "2 writers"]
    assert [some.labels.tolist() for some in found.values()] == [[5], [6, 7]]


def test_the_shipped_network(shared_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("h5py", reason="h5py is in the train extra")
    picture = tmp_path / "misread.png"
    arguments = ["--data", str(shared_data / "digits"), "--picture", str(picture), str(DIGITS), str(DIGITS)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[1].split()[:2] == ["MNIST", "10000"]
    assert any("249 writers" in line for line in lines)
    each, together = lines[1].split()[2], lines[1].split()[5]
    assert each == together, "a network is as good as two of the same"
    assert np.asarray(Image.open(picture)).ndim == 3
