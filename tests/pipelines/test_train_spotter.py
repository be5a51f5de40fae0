"""Training the spotter: what it learns from, its criterion, and that a few pages are learnt."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from chequereader.box import Box
from chequereader.fields.spotter import Spotter
from pipelines.train_spotter import batches, criterion, fit, found, gather, main, seen


def test_truth_is_the_share_of_a_place_that_the_amount_covers() -> None:
    page = seen(np.full((320, 640), 230, np.uint8), [Box(64, 40, 128, 80)])
    assert page.picture.shape == (80, 160)
    assert page.truth.shape == (20, 40)
    # 16 pixels of the page a place: 4 to 8 across, half of the third row to all of the fifth
    expected = np.zeros((20, 40), np.float32)
    expected[2:5, 4:8] = np.array([0.5, 1, 1])[:, None]
    assert np.array_equal(page.truth, expected)
    assert not seen(np.full((320, 640), 230, np.uint8), []).truth.any()


def test_the_criterion_in_closed_form() -> None:
    truth = torch.zeros(2, 2, 2)
    truth[0, 0, 0] = 1
    losses = criterion(torch.zeros(2, 2, 2), truth)
    every = 4 * math.log(2) * 0.01
    assert losses.tolist() == pytest.approx([every + 0.3 * math.log(4), every])


def test_every_page_is_in_one_batch_of_a_pass() -> None:
    pages = [seen(np.full((200 + 8 * k, 400), 230, np.uint8), []) for k in range(40)]
    some = batches(pages, np.random.default_rng(0))
    assert sorted(np.concatenate(some)) == list(range(40))
    assert all(len(one) <= 16 for one in some)


def test_it_learns(capsys: pytest.CaptureFixture[str]) -> None:
    pages = gather(5, 3, np.random.default_rng(0))
    fit(pages, 3, 40)
    criteria = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert len(criteria) == 40
    assert criteria[-1] < 0.8 * criteria[0]


class Saying(Spotter):
    """Says one and the same place of every page."""

    def forward(self, pictures: torch.Tensor, sizes: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(len(pictures), pictures.shape[2] // 4, pictures.shape[3] // 4)
        logits[:, 3, 5] = 1.0
        return logits


def test_found_counts_pages_whose_likeliest_place_is_in_the_amount() -> None:
    blank = np.full((320, 640), 230, np.uint8)
    there, elsewhere, nowhere = (
        seen(blank, [Box(64, 40, 128, 80)]),
        seen(blank, [Box(0, 0, 32, 32)]),
        seen(blank, []),
    )
    assert found(Saying(), [there, there, elsewhere, nowhere]) == pytest.approx(2 / 3)


def test_a_seed_gives_the_same_network() -> None:
    pages = gather(5, 2, np.random.default_rng(0))
    first, second = fit(pages, 3, 2), fit(pages, 3, 2)
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_command_writes_weights_that_load(tmp_path: Path) -> None:
    out = tmp_path / "weights" / "spotter.safetensors"
    done = CliRunner().invoke(main, ["--count", "8", "--passes", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "likeliest place in the amount" in done.output
    assert isinstance(Spotter.load(out), Spotter)
