"""LeNet-5 against the paper's table of layers, and sliding over wider inputs."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from chequereader.alphabet import AMOUNTS
from chequereader.recognition.counts import count_layers
from chequereader.recognition.family import DIGITS
from chequereader.recognition.lenet import INK, PAPER, TABLE_I, LeNet5, to_input


def test_table_i_has_the_papers_groups() -> None:
    assert [len(row) for row in TABLE_I] == [3] * 6 + [4] * 9 + [6]
    assert len(set(TABLE_I)) == 16
    # six runs of three, six of four, three of two pairs, and all six; each map is used ten times
    assert [sum(m in row for row in TABLE_I) for m in range(6)] == [10] * 6
    in_a_row = [set(row) in [{(s + k) % 6 for k in range(len(row))} for s in range(6)] for row in TABLE_I]
    assert in_a_row == [True] * 12 + [False] * 3 + [True]


def test_counts_are_the_papers() -> None:
    counts = count_layers(LeNet5(DIGITS), torch.zeros(1, 1, 32, 32))
    assert [(c.name, c.shape, c.parameters, c.connections) for c in counts] == [
        ("c1", "6@28x28", 156, 122_304),
        ("s2", "6@14x14", 12, 5_880),
        ("c3", "16@10x10", 1_516, 151_600),
        ("s4", "16@5x5", 32, 2_000),
        ("c5", "120@1x1", 48_120, 48_120),
        ("f6", "84@1x1", 10_164, 10_164),
        ("rbf", "10", 0, 840),
    ]
    assert sum(c.parameters for c in counts) == 60_000
    assert sum(c.connections for c in counts) == 340_908


def test_counts_are_those_of_the_parameters() -> None:
    assert sum(p.numel() for p in LeNet5(AMOUNTS.classes).parameters()) == 60_000


def test_one_more_position_costs_what_the_paper_says() -> None:
    def multiplications(width: int) -> int:
        counts = count_layers(LeNet5(DIGITS), torch.zeros(1, 1, 32, width))
        return sum(c.connections for c in counts)

    # the paper counts 105,720 multiply-adds for a position: products and biases of C1 to F6 without the RBF,
    # and without the four products of a subsampling unit that one coefficient makes needless
    extra = multiplications(36) - multiplications(32)
    assert extra - 840 == 28 * 4 * 156 + 14 * 2 * 6 * 5 + 10 * 2 * 1516 + 5 * 16 * 5 + 48_120 + 10_164


def test_slides_over_a_wider_input() -> None:
    torch.manual_seed(1)
    network = LeNet5(DIGITS)
    wide = torch.randn(2, 1, 32, 32 + 4 * 5)
    with torch.no_grad():
        together = network(wide)
        one_by_one = [network(wide[..., 4 * k : 4 * k + 32]) for k in range(6)]
    assert together.shape == (2, 10, 1, 6)
    assert torch.allclose(together, torch.cat(one_by_one, dim=3), rtol=1e-4, atol=1e-4)


def test_names_of_the_weights_are_stable() -> None:
    assert list(LeNet5(DIGITS).state_dict()) == [
        *(f"c1.{n}" for n in ("kernels", "bias")),
        *(f"s2.{n}" for n in ("coefficient", "bias")),
        *(f"c3.{n}" for n in ("kernels", "bias")),
        *(f"s4.{n}" for n in ("coefficient", "bias")),
        *(f"c5.{n}" for n in ("kernels", "bias")),
        *(f"f6.{n}" for n in ("kernels", "bias")),
        "rbf.codes",
    ]


def test_input_values_are_the_papers() -> None:
    crops = torch.tensor(np.array([[[0, 255]]], np.uint8))
    assert to_input(crops).flatten().tolist() == pytest.approx([-0.1, 1.175])


def test_digits_get_a_margin_of_two_pixels() -> None:
    x = LeNet5(DIGITS).prepare(torch.full((1, 28, 28), 255, dtype=torch.uint8))
    assert x.shape == (1, 1, 32, 32)
    assert float(x[0, 0, 2:30, 2:30].min()) == pytest.approx(INK)
    assert float(x[0, 0, :2].max()) == pytest.approx(PAPER)
    assert float((x > 0).sum()) == 28 * 28
