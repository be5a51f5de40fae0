"""Scanning: the matrix that the truth follows, and the presets."""

import numpy as np
import pytest

from chequereader.synthetic.degrade import PRESETS, scan_geometry, warp, wear


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_a_dot_goes_where_the_matrix_says(preset):
    for seed in range(10):
        rng = np.random.default_rng(seed)
        page = np.full((300, 700), 255, np.float32)
        page[140:152, 400:412] = 0
        matrix, size, dpi = scan_geometry(300, 700, PRESETS[preset], rng)
        seen = 255 - warp(page, matrix, size, 255)
        y, x = np.indices(seen.shape) + 0.5
        found = np.array([(x * seen).sum(), (y * seen).sum()]) / seen.sum()
        expected = matrix @ [406, 146, 1]
        assert np.abs(found - expected[:2] / expected[2]).max() < 0.5
        assert PRESETS[preset].dpi[0] <= dpi <= PRESETS[preset].dpi[1]


def test_the_presets_get_worse():
    page = np.full((200, 400), 230, np.float32)
    page[90:110, 50:350] = 40
    damage = {}
    for name, difficulty in PRESETS.items():
        seen = [wear(page, difficulty, np.random.default_rng(seed)).astype(float) for seed in range(40)]
        damage[name] = np.mean([np.abs(image - page).mean() for image in seen])
    assert damage["easy"] < damage["mixed"] < damage["hard"]


def test_bitonal_scans_have_two_levels():
    page = np.full((100, 200), 230, np.float32)
    page[40:60, 20:180] = 40
    levels = {len(np.unique(wear(page, PRESETS["hard"], np.random.default_rng(seed)))) for seed in range(40)}
    assert 2 in levels and max(levels) > 2
