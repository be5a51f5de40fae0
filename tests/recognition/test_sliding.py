"""The sliding recogniser against the same network looking through one window at a time (section VII)."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tiny_reader import chance_sliding

from chequereader.alphabet import AMOUNTS, DIGITS
from chequereader.graph import Graph, forward
from chequereader.recognition.lenet import to_input
from chequereader.recognition.sliding import SlidingRecogniser, chain, joined, padded, side_by_side
from chequereader.segmentation.strip import REACH, STRIDE, STRIP, positions

few = settings(max_examples=15, deadline=None)


@pytest.fixture(scope="module")
def paper() -> SlidingRecogniser:
    """The paper's network, weights of chance, with a prior as training would leave it."""
    torch.manual_seed(0)
    made = SlidingRecogniser(AMOUNTS, "lenet5").eval()
    with torch.no_grad():
        made.prior[0].copy_(torch.linspace(-1, 1, len(AMOUNTS.labels)))
    return made


@pytest.fixture(scope="module", params=["lenet5", "lenet5-maxpool", "two"])
def recogniser(request: pytest.FixtureRequest, paper: SlidingRecogniser) -> SlidingRecogniser:
    if request.param == "lenet5":
        return paper
    if request.param == "two":
        return joined([chance_sliding(seed, "lenet5-maxpool") for seed in range(2)])
    return chance_sliding(0, "lenet5-maxpool")


def noise(width: int, seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (STRIP, width), dtype=np.uint8)


@few
@given(width=st.integers(REACH, REACH + 9 * STRIDE), seed=st.integers(0, 99))
def test_each_position_says_what_its_own_window_says(
    recogniser: SlidingRecogniser, width: int, seed: int
) -> None:
    strip = torch.from_numpy(noise(width, seed))[None]
    with torch.no_grad():
        together = recogniser(strip)
        starts = range(0, width - REACH + 1, STRIDE)
        alone = torch.cat([recogniser(strip[:, :, x : x + REACH]) for x in starts], dim=1)
    assert together.shape == (1, positions(width), len(AMOUNTS.labels))
    assert torch.allclose(together, alone, rtol=1e-4, atol=1e-4)


def test_penalties_are_logarithms_of_probabilities_by_rbf_distance(paper: SlidingRecogniser) -> None:
    """exp(prior - distance / 8), divided by the sum over all labels."""
    strip = torch.from_numpy(noise(REACH + STRIDE, 1))[None]
    with torch.no_grad():
        found = paper(strip)[0].double()
        state = paper.networks[0].features(to_input(strip))[0, :, 0].T.double()
    codes = paper.networks[0].rbf.codes.double()
    for position in range(2):
        weight = [
            prior - float(((state[position] - codes[label]) ** 2).sum()) / 8
            for label, prior in enumerate(paper.prior[0].tolist())
        ]
        probability = np.exp(np.array(weight) - max(weight))
        expected = -np.log(probability / probability.sum())
        assert found[position].numpy() == pytest.approx(expected, abs=1e-3)
    assert torch.exp(-found).sum(dim=1).tolist() == pytest.approx([1.0, 1.0], abs=1e-5)


def test_raised_digits_have_an_output_of_their_own() -> None:
    """Unlike between cuts: here no geometry tells a raised digit from a digit."""
    network = SlidingRecogniser(AMOUNTS, "lenet5").networks[0]
    assert network.rbf.codes.shape[0] == len(AMOUNTS.labels) > len(AMOUNTS.classes)
    assert len(network.rbf.codes.unique(dim=0)) == len(AMOUNTS.labels)
    assert SlidingRecogniser(DIGITS, "lenet5")(torch.zeros(1, 32, 36, dtype=torch.uint8)).shape == (1, 2, 11)


@few
@given(
    widths=st.lists(st.integers(REACH, 90), min_size=1, max_size=4),
    seed=st.integers(0, 99),
)
def test_padding_changes_nothing_for_the_shorter(
    recogniser: SlidingRecogniser, widths: list[int], seed: int
) -> None:
    strips = [noise(width, seed + i) for i, width in enumerate(widths)]
    together, counts = padded(strips)
    assert counts == [positions(width) for width in widths]
    with torch.no_grad():
        found = recogniser(together)
        for one, penalties, count in zip(strips, found, counts, strict=True):
            alone = recogniser(torch.from_numpy(one)[None])[0]
            assert len(alone) == count
            assert torch.allclose(penalties[:count], alone, rtol=1e-4, atol=1e-4)


@few
@given(widths=st.lists(st.integers(REACH, 90), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_neighbours_change_nothing(recogniser: SlidingRecogniser, widths: list[int], seed: int) -> None:
    strips = [noise(width, seed + i) for i, width in enumerate(widths)]
    together, places = side_by_side(strips)
    assert together.dtype == torch.uint8
    assert together.shape[:2] == (1, STRIP)
    with torch.no_grad():
        found = recogniser(together)[0]
        for one, place in zip(strips, places, strict=True):
            alone = recogniser(torch.from_numpy(one)[None])[0]
            assert found[place].shape == alone.shape
            assert torch.allclose(found[place], alone, rtol=1e-4, atol=1e-4)


@few
@given(widths=st.lists(st.integers(REACH, 60), min_size=1, max_size=5), seed=st.integers(0, 99))
def test_strips_stand_at_the_left_on_paper(widths: list[int], seed: int) -> None:
    strips = [noise(width, seed + i) for i, width in enumerate(widths)]
    together, _ = padded(strips)
    assert together.dtype == torch.uint8
    assert together.shape[:2] == (len(widths), STRIP)
    assert 0 <= together.shape[2] - max(widths) < STRIDE
    assert (together.shape[2] - REACH) % STRIDE == 0
    for one, row in zip(strips, together.numpy(), strict=True):
        assert np.array_equal(row[:, : one.shape[1]], one)
        assert not row[:, one.shape[1] :].any()


@few
@given(st.lists(st.integers(0, 6), min_size=1, max_size=5))
def test_a_chain_has_one_path_through_all_positions(counts: list[int]) -> None:
    graph = chain(counts)
    graph.validate()
    assert (graph.members, graph.arcs, graph.nodes) == (len(counts), sum(counts), sum(counts) + len(counts))
    assert torch.bincount(graph.arc_member, minlength=len(counts)).tolist() == counts
    assert int(graph.start.sum()) == int(graph.final.sum()) == len(counts)
    # an acceptor of anything sums the penalties along every path: there is one, and it takes every arc
    penalties = torch.arange(1.0, sum(counts) + 1)[:, None]
    anything = Graph.from_arcs([(0, 0, 0, 0.0)], start=[0], final=[0])
    ends = np.cumsum(counts)
    expected = [sum(range(end - n + 1, end + 1)) for n, end in zip(counts, ends.tolist(), strict=True)]
    assert forward(graph, penalties, anything).tolist() == pytest.approx(expected)


def test_several_networks_give_their_geometric_mean() -> None:
    alone = [chance_sliding(seed, "lenet5-maxpool") for seed in range(3)]
    strip = torch.from_numpy(noise(REACH + 2 * STRIDE, 4))[None]
    with torch.no_grad():
        together = torch.exp(-joined(alone)(strip))
        product = torch.stack([torch.exp(-one(strip)) for one in alone]).prod(dim=0) ** (1 / 3)
    assert torch.allclose(together, product / product.sum(dim=-1, keepdim=True), atol=1e-6)


def test_what_only_training_needs_is_left_out_of_the_plain_recogniser() -> None:
    torch.manual_seed(0)
    made = SlidingRecogniser(AMOUNTS, "lenet5-maxpool", normalised=True, dropped=0.5)
    strips = torch.from_numpy(np.stack([noise(90, seed) for seed in range(4)]))
    for _ in range(3):
        made.train()(strips)  # means and variances to multiply into the weights
    plain = made.eval().plain()
    assert plain.state_dict().keys() == chance_sliding(0, "lenet5-maxpool").state_dict().keys()
    with torch.no_grad():
        assert torch.allclose(plain(strips), made(strips), atol=1e-4)
        assert torch.equal(plain.train()(strips), plain.eval()(strips)), "nothing is dropped any more"


def test_unknown_architectures_are_refused() -> None:
    with pytest.raises(KeyError):
        SlidingRecogniser(AMOUNTS, "lenet6")


@pytest.mark.parametrize("architecture", ["lenet5", "lenet5-maxpool"])
def test_gradients_reach_every_weight(architecture: str) -> None:
    torch.manual_seed(0)
    made = SlidingRecogniser(AMOUNTS, architecture)
    made(torch.from_numpy(noise(44, 0))[None])[..., AMOUNTS.index("1")].sum().backward()
    for name, parameter in made.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name
    assert "networks.0.rbf.codes" not in dict(made.named_parameters()), "codes stay as they were drawn"
