"""The spotter: its places, its pages, its file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from toy_page import toy_page

from chequereader.fields.page_ink import find_ink
from chequereader.fields.spotter import STRIDE, Spotter, batch_of, picture_of, shipped_spotter


def network(seed: int = 0) -> Spotter:
    torch.manual_seed(seed)
    return Spotter().eval()


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (height, width), dtype=np.uint8)


def test_a_place_for_every_four_pixels() -> None:
    pictures, sizes = batch_of([picture(33, 50), picture(40, 41)])
    assert pictures.shape == (2, 1, 40, 52)
    assert sizes.tolist() == [[33, 50], [40, 41]]
    assert network()(pictures, sizes).shape == (2, 40 // STRIDE, 52 // STRIDE)


@pytest.mark.parametrize("size", [(32, 48), (33, 50), (30, 45)])
def test_a_page_says_the_same_whatever_it_is_seen_beside(size: tuple[int, int]) -> None:
    made = network()
    small, large = picture(*size), picture(64, 80, 1)
    alone = made(*batch_of([small]))[0]
    beside = made(*batch_of([small, large]))[0]
    assert torch.allclose(beside[: alone.shape[0], : alone.shape[1]], alone, atol=1e-5)


def test_a_page_is_read_as_if_it_had_its_own_size() -> None:
    page = find_ink(toy_page().image)
    seen = picture_of(page)
    expected = shipped_spotter()(*batch_of([seen]))[0]
    found = shipped_spotter().spot(page)
    assert found.shape == tuple(expected.shape)
    assert np.allclose(found, expected.numpy(), atol=1e-4)


def test_darkness_counts_in_shares_of_the_pages_good_strokes() -> None:
    page = toy_page().image
    faint = (255 - (255 - page.astype(np.float32)) * 0.5).astype(np.uint8)
    dark, light = (picture_of(find_ink(one)).astype(int) for one in (page, faint))
    assert dark.shape == tuple(side // 4 for side in page.shape)
    assert np.abs(dark - light).mean() < 3


def test_gradients_reach_every_weight() -> None:
    made = network()
    made(*batch_of([picture(32, 48)])).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in made.parameters())


def test_the_likeliest_place_of_a_page_is_in_its_amount() -> None:
    page = toy_page()
    logits = shipped_spotter().spot(find_ink(page.image))
    row, column = np.unravel_index(logits.argmax(), logits.shape)
    x, y = (column + 0.5) * STRIDE * 4, (row + 0.5) * STRIDE * 4
    assert page.amount.x0 <= x <= page.amount.x1
    assert page.amount.y0 <= y <= page.amount.y1


def test_a_blank_sheet_has_no_likely_place() -> None:
    logits = shipped_spotter().spot(find_ink(np.full((700, 1500), 230, np.uint8)))
    assert logits.max() < 0


def test_save_and_load_are_inverse(tmp_path: Path) -> None:
    made = network()
    made.save(tmp_path / "weights" / "spotter.safetensors")
    page = find_ink(toy_page().image)
    assert np.allclose(
        Spotter.load(tmp_path / "weights" / "spotter.safetensors").spot(page), made.spot(page), atol=1e-5
    )
