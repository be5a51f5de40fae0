"""Training of the sliding recogniser: the criteria are what they are said to be, they fall, runs repeat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tiny_reader import chance_sliding
from torch.nn import functional as F
from toy_lattices import toy_lattices

from chequereader.alphabet import AMOUNTS
from chequereader.grammar import amounts, with_same_amount
from chequereader.grammar.held import HOLDING, held, holding_penalties
from chequereader.graph import Graph, forward
from chequereader.recognition.sliding import SlidingRecogniser, chain, padded
from chequereader.segmentation.strip import REACH, STRIDE, Scale
from chequereader.training import feeding, sliding
from chequereader.training.composing import Composer
from chequereader.training.sliding import (
    SlidingOptions,
    batches,
    correct_penalty,
    shown,
    train_sliding,
    ways_to_write,
)
from chequereader.training.strips import Strips
from chequereader.training.truths import constrained

GRAMMAR = amounts("auto")
QUICK = SlidingOptions(epochs=2, graph_epochs=1, batch=2, averaging=0.9, seed=3)


@pytest.fixture(scope="module")
def strips() -> Strips:
    """Four fields, each with the one text that it says."""
    packed = toy_lattices(["12", "71", "27", "4"])
    return Strips(np.array(["12.", "71.", "27.", "4."]), packed.column, packed.strips)


def told(packed: Strips, truths: list[str]) -> Strips:
    """The same strips with other truths; a text with a sign in it is taken as it stands."""
    return replace(packed, truths=np.array(truths))


def weights_of(recogniser: SlidingRecogniser) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in recogniser.parameters()])


def criteria(recogniser: SlidingRecogniser, strips: Strips) -> tuple[float, float]:
    """Mean penalty of the truths by CTC, and of all that says their amounts less that of all readings.

    Before a text that begins with a digit a currency sign may be read that the truth doesn't tell.
    """
    ctc, discriminative = [], []
    for member, truth in enumerate(strips.truths):
        with torch.no_grad():
            penalties = recogniser(torch.from_numpy(strips.strip(member).copy())[None])[0]
        parts = []
        for sign in ["", *"$£€₹"]:
            labels = AMOUNTS.encode(sign + str(truth))
            path = GRAMMAR.path(labels)
            assert path is not None
            parts.append(-every_way(-penalties.double(), labels) - GRAMMAR.graph.penalty[path].sum().double())
        ctc.append(-torch.logsumexp(torch.stack(parts), 0).item())
        where = chain([len(penalties)])
        rows = holding_penalties(penalties)
        worth, free = held(with_same_amount(GRAMMAR, str(truth))), held(GRAMMAR.graph)
        discriminative.append((forward(where, rows, worth) - forward(where, rows, free)).item())
    return float(np.mean(ctc)), float(np.mean(discriminative))


def every_way(log_probability: torch.Tensor, labels: list[int]) -> torch.Tensor:
    """The forward penalty of a text by torch's CTC: none is spelled out, CTC's blank ruled out."""
    none = AMOUNTS.rubbish
    columns = F.pad(log_probability, (0, 1), value=-1e4)[:, None]
    between = [label for character in labels for label in (character, none)][:-1]
    found = []
    for before, after in ((0, 0), (0, 1), (1, 0), (1, 1)):
        target = torch.tensor([[none] * before + between + [none] * after])
        sizes = torch.tensor([len(columns)]), torch.tensor([target.shape[1]])
        found.append(-F.ctc_loss(columns, target, *sizes, blank=HOLDING, reduction="none")[0])
    return -torch.logsumexp(torch.stack(found), 0)


@pytest.mark.parametrize("discriminative", [False, True])
def test_the_criterion_is_all_ways_to_say_the_truth_against_all_readings(
    strips: Strips, monkeypatch: pytest.MonkeyPatch, discriminative: bool
) -> None:
    """In a first epoch that moves nothing; half precision of the network's layers allowed for."""
    monkeypatch.setattr(feeding, "distort", lambda strip, strength, rng: strip)
    reports: list[dict[str, float]] = []
    options = SlidingOptions(epochs=1, graph_epochs=int(discriminative), batch=2, rate=1e-12)
    recogniser = chance_sliding()
    truth = criteria(recogniser, strips)
    train_sliding(recogniser, GRAMMAR, strips, options, reports.append)
    (report,) = reports
    assert report["epoch"] == 1
    assert report["no_path"] == 0
    assert report["loss"] == pytest.approx(truth[discriminative], rel=0.02)
    assert truth[1] < 0.9 * truth[0], "the criteria differ"


def correct_of(text: str) -> Graph:
    return held(constrained(GRAMMAR, text))


def test_cents_over_a_hundred_may_stand_one_above_the_other() -> None:
    assert ways_to_write("12⁴⁵/100") == ["12⁴⁵/100", "12⁴⁵"]
    for text in ("1245/100", "12.45", "45/100", "12⁴⁵", "12xx/100"):
        assert ways_to_write(text) == [text]
    torch.manual_seed(0)
    counts = [14, 9]
    rows = holding_penalties(torch.rand(2, max(counts), len(AMOUNTS.labels), dtype=torch.float64))
    both, other = correct_penalty(rows, torch.tensor(counts), ["12⁴⁵/100", "8"], correct_of).tolist()
    alone = [float(forward(chain([14]), rows[0], correct_of(text))[0]) for text in ("12⁴⁵/100", "12⁴⁵")]
    assert both == pytest.approx(-np.logaddexp(-alone[0], -alone[1]))
    assert other == pytest.approx(float(forward(chain([9]), rows[1, :9], correct_of("8"))[0]))


@pytest.mark.parametrize("positions", [2, 6])
def test_a_way_that_is_too_long_for_the_strip_leaves_the_others_their_gradient(positions: int) -> None:
    penalties = torch.rand(1, positions, len(AMOUNTS.labels), requires_grad=True)
    counts = torch.tensor([positions])
    loss = correct_penalty(holding_penalties(penalties), counts, ["1⁴⁵/100"], correct_of)
    assert bool(torch.isfinite(loss)[0]) == (positions == 6)
    loss[torch.isfinite(loss)].sum().backward()
    assert penalties.grad is not None
    assert bool(torch.isfinite(penalties.grad).all())


def test_both_criteria_fall(strips: Strips) -> None:
    recogniser = chance_sliding()
    before = criteria(recogniser, strips)
    reports: list[dict[str, float]] = []
    options = SlidingOptions(epochs=12, graph_epochs=4, batch=2, rate=4e-3, distortion=0.0, averaging=0.5)
    averaged = train_sliding(recogniser, GRAMMAR, strips, options, reports.append)
    after, after_averaged = criteria(recogniser, strips), criteria(averaged, strips)
    assert [report["epoch"] for report in reports] == list(range(1, 13))
    assert reports[7]["loss"] < 0.4 * reports[0]["loss"]
    assert reports[11]["loss"] < reports[8]["loss"], "from where the first criterion left it"
    for found in (after, after_averaged):
        assert found[0] < 0.4 * before[0]
        assert found[1] < 0.6 * before[1]


def test_every_part_is_trained(strips: Strips) -> None:
    recogniser = chance_sliding()
    before = {name: p.detach().clone() for name, p in recogniser.named_parameters()}
    train_sliding(recogniser, GRAMMAR, strips, QUICK)
    for name, parameter in recogniser.named_parameters():
        assert not torch.equal(parameter, before[name]), name


def test_the_averaged_weights_follow_the_trained_ones(strips: Strips) -> None:
    """They are others than what is trained in place, and between it and the start."""
    recogniser = chance_sliding()
    start = weights_of(recogniser)
    averaged = train_sliding(recogniser, GRAMMAR, strips, QUICK)
    assert averaged is not recogniser
    way, lag = weights_of(recogniser) - start, weights_of(recogniser) - weights_of(averaged)
    assert 0 < lag.norm() < way.norm()


def test_training_is_decided_by_its_seed(strips: Strips) -> None:
    trained = []
    for seed in (1, 1, 2):
        recogniser = chance_sliding()
        options = SlidingOptions(epochs=1, graph_epochs=0, batch=2, seed=seed)
        train_sliding(recogniser, GRAMMAR, strips, options)
        trained.append(weights_of(recogniser))
    assert torch.equal(trained[0], trained[1])
    assert not torch.equal(trained[0], trained[2])


@pytest.mark.parametrize("left_out", [0, 1])
def test_stopped_and_resumed_gives_the_same_weights(
    strips: Strips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: int
) -> None:
    """What is trained, and the average of it, also where strips are too wide to be trained on."""
    widths = np.sort(np.diff(strips.column))
    monkeypatch.setattr(sliding, "_MOST_WIDTH", int(widths[-1 - left_out]))

    def stop(report: dict[str, float]) -> None:
        if report["epoch"] == 2:
            raise KeyboardInterrupt

    options = SlidingOptions(epochs=3, graph_epochs=1, batch=1, averaging=0.98, seed=5)
    through = chance_sliding()
    averaged_through = train_sliding(through, GRAMMAR, strips, options)
    state = tmp_path / "sliding.safetensors"
    with pytest.raises(KeyboardInterrupt):
        train_sliding(chance_sliding(), GRAMMAR, strips, options, stop, state)
    resumed = chance_sliding(seed=9)
    reports: list[dict[str, float]] = []
    averaged = train_sliding(resumed, GRAMMAR, strips, options, reports.append, state)
    assert [report["epoch"] for report in reports] == [3]
    assert torch.equal(weights_of(resumed), weights_of(through))
    assert torch.equal(weights_of(averaged), weights_of(averaged_through))


@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
def test_strips_too_short_for_their_truth_teach_nothing(strips: Strips) -> None:
    """More characters than there are positions; one strip that is long enough teaches by itself."""
    long = "*" * 40 + "1"
    reports: list[dict[str, float]] = []
    recogniser = chance_sliding()
    before = weights_of(recogniser)
    options = SlidingOptions(epochs=1, graph_epochs=0, batch=4)
    train_sliding(recogniser, GRAMMAR, told(strips, [long] * 4), options, reports.append)
    assert reports == [{"epoch": 1, "loss": 0.0, "no_path": 1.0}]
    assert torch.equal(weights_of(recogniser), before)
    train_sliding(recogniser, GRAMMAR, told(strips, [long, "71.", long, long]), options, reports.append)
    assert reports[1]["no_path"] == pytest.approx(0.75)
    assert np.isfinite(reports[1]["loss"]) and reports[1]["loss"] > 0
    assert torch.isfinite(weights_of(recogniser)).all()
    assert not torch.equal(weights_of(recogniser), before)


def test_a_composer_adds_new_strips_in_every_epoch(strips: Strips, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def spy(recogniser: SlidingRecogniser, inputs: torch.Tensor) -> torch.Tensor:
        seen[-1].append(str(inputs.shape))
        return shown(recogniser, inputs)

    class Counting(Composer):
        def draw(self, rng: np.random.Generator) -> tuple[NDArray[np.uint8], str]:
            drawn.append(super().draw(rng))
            return drawn[-1]

    drawn: list[tuple[NDArray[np.uint8], str]] = []
    seen.append([])
    monkeypatch.setattr(sliding, "shown", spy)
    options = SlidingOptions(epochs=2, graph_epochs=0, batch=1, composed=3, seed=4)
    train_sliding(chance_sliding(), GRAMMAR, strips, options, composer=Counting([]))
    assert len(drawn) == 6
    assert len({strip.tobytes() for strip, _ in drawn}) == 6, "none twice"
    assert len(seen[0]) == 2 * (len(strips) + 3)
    train_sliding(chance_sliding(), GRAMMAR, strips, replace(options, composed=0), composer=Counting([]))
    assert len(drawn) == 6, "none asked for, none drawn"


@pytest.mark.parametrize("across", [1.0, 0.5])
def test_strips_are_shown_at_the_recognisers_scale(
    strips: Strips, monkeypatch: pytest.MonkeyPatch, across: float
) -> None:
    widths: list[int] = []

    def spy(recogniser: SlidingRecogniser, inputs: torch.Tensor) -> torch.Tensor:
        widths.append(inputs.shape[2])
        return shown(recogniser, inputs)

    monkeypatch.setattr(sliding, "shown", spy)
    options = SlidingOptions(epochs=1, graph_epochs=0, batch=1, composed=0, distortion=0.0)
    recogniser = SlidingRecogniser(AMOUNTS, "lenet5", scale=Scale(across))
    assert train_sliding(recogniser, GRAMMAR, strips, options).scale == Scale(across)
    wanted = [max(round(width * across), REACH) for width in np.diff(strips.column)]
    # padded to whole strides, and moved by less than one
    for found, width in zip(sorted(widths), sorted(wanted), strict=True):
        assert width <= found < width + 2 * STRIDE


def test_padding_changes_nothing_of_a_strip(strips: Strips) -> None:
    """Positions of each strip as of it alone; half precision of the layers allowed for."""
    recogniser = chance_sliding()
    parts = [strips.strip(member) for member in range(3)]
    together, counts = padded(parts)
    assert len(set(counts)) > 1
    found = shown(recogniser, together)
    assert found.shape[0] == 3 and found.shape[1] >= max(counts) and found.shape[2] == 2 * HOLDING
    for row, part, count in zip(found, parts, counts, strict=True):
        with torch.no_grad():
            alone = recogniser(torch.from_numpy(part.copy())[None])[0]
        assert torch.allclose(row[:count], holding_penalties(alone), atol=0.35, rtol=0.05)
    found.sum().backward()
    assert all(p.grad is not None for p in recogniser.parameters())


@given(
    widths=st.lists(st.integers(REACH, 2 * sliding._MOST_WIDTH), max_size=60),
    size=st.integers(1, 7),
    seed=st.integers(0, 99),
)
@settings(max_examples=25, deadline=None)
def test_every_strip_once_but_the_very_wide(widths: list[int], size: int, seed: int) -> None:
    given = np.array(widths, np.int64)
    parts = list(batches(given, size, np.random.default_rng(seed)))
    kept = np.flatnonzero(given <= sliding._MOST_WIDTH)
    assert sorted(np.concatenate([[], *parts]).tolist()) == kept.tolist()
    assert all(1 <= len(part) <= size for part in parts)


def test_strips_of_like_width_come_together_in_another_order_each_time() -> None:
    widths = np.random.default_rng(0).integers(REACH, 800, 400)
    rng = np.random.default_rng(1)
    first, second = list(batches(widths, 8, rng)), list(batches(widths, 8, rng))
    assert np.mean([np.ptp(widths[part]) for part in first]) < 0.05 * np.ptp(widths)
    assert [part.tolist() for part in first] != [part.tolist() for part in second]
    middle = [widths[part].mean() for part in first]
    assert abs(np.corrcoef(middle, np.arange(len(middle)))[0, 1]) < 0.5, "not from narrow to wide"
