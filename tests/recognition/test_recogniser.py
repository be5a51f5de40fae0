"""The recognition transformer: shapes, probabilities, and gradients to every part."""

from __future__ import annotations

import pytest
import torch

from chequereader.alphabet import AMOUNTS
from chequereader.recognition.recogniser import Recogniser

FEATURES, ARCS = 7, 5


@pytest.fixture
def recogniser() -> Recogniser:
    torch.manual_seed(0)
    return Recogniser(AMOUNTS, FEATURES)


def candidates() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    crops = torch.randint(0, 256, (ARCS, 32, 32), dtype=torch.uint8, generator=generator)
    return crops, torch.randn(ARCS, FEATURES, generator=generator)


def test_one_penalty_for_every_label(recogniser: Recogniser) -> None:
    penalties = recogniser(*candidates())
    assert penalties.shape == (ARCS, len(AMOUNTS.labels))
    assert bool(torch.isfinite(penalties).all())


def test_label_penalties_are_probabilities_with_some_left_for_none(recogniser: Recogniser) -> None:
    crops, geometry = candidates()
    penalties = recogniser.label_penalties(recogniser.shape_penalties(crops), geometry)
    total = torch.exp(-penalties).sum(dim=1)
    assert bool(((total > 0) & (total < 1)).all())


def test_raised_digits_have_the_shape_of_their_digit(recogniser: Recogniser) -> None:
    crops, geometry = candidates()
    with torch.no_grad():
        for parameter in recogniser.geometry.parameters():
            parameter.zero_()
        penalties = recogniser.label_penalties(recogniser.shape_penalties(crops), geometry)
    assert torch.equal(penalties[:, AMOUNTS.index("7")], penalties[:, AMOUNTS.index("⁷")])


def test_the_place_says_nothing_of_rubbish_and_the_same_of_all_others(recogniser: Recogniser) -> None:
    _, geometry = candidates()
    with torch.no_grad():
        recogniser.place[-1].bias.fill_(2.0)
    penalty = recogniser.segment_penalties(geometry)
    others = [i for i in range(len(AMOUNTS.labels)) if i != AMOUNTS.rubbish]
    assert not penalty[:, AMOUNTS.rubbish].any()
    assert bool((penalty[:, others] == 2.0).all())


def test_gradients_reach_every_part(recogniser: Recogniser) -> None:
    recogniser(*candidates())[:, 3].sum().backward()
    still = [n for n, p in recogniser.named_parameters() if p.grad is None or not p.grad.any()]
    # the last layer of the place starts at nought, so nothing reaches the one before it yet
    assert still == ["place.0.weight", "place.0.bias"]


def test_plain_reads_as_the_one_it_came_from() -> None:
    torch.manual_seed(1)
    trained = Recogniser(AMOUNTS, FEATURES, "lenet5-maxpool", normalised=True, dropped=0.5)
    trained(*candidates())  # the moments of a batch, so that normalisation has something to do
    plain = trained.eval().plain()
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in plain.modules())
    torch.testing.assert_close(plain(*candidates()), trained(*candidates()), rtol=1e-4, atol=1e-4)


def test_plain_of_the_papers_network_is_the_same(recogniser: Recogniser) -> None:
    assert torch.equal(recogniser.plain()(*candidates()), recogniser(*candidates()))
