"""Second training: through the graph, from what a field says alone (section VI).

The penalty of all that says the amount against that of all readings, E_dforw (eq. 17) or one of its kin,
reaches every trainable part: networks, geometry, segment penalties, and the penalties of the grammar. No
character needs a box. Not for the first training from scratch: see ``characters``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from chequereader.grammar import Grammar
from chequereader.graph import Graph, pack
from chequereader.recognition.recogniser import Recogniser
from chequereader.training.criteria import CRITERIA
from chequereader.training.distortions import distort
from chequereader.training.lattices import Lattices
from chequereader.training.resume import LEAST_STEPS, Progress
from chequereader.training.speed import shape_function
from chequereader.training.truths import constrained_to_amount


@dataclass(frozen=True)
class GraphOptions:
    """Settings of the second training; ``averaging`` is the decay of the averaged weights a step."""

    epochs: int = 4
    batch: int = 8
    rate: float = 1e-3
    distortion: float = 0.7
    criterion: str = "discriminative-forward"
    averaging: float = 0.998
    seed: int = 0


class Reading(nn.Module):
    """What is trained: a recogniser and the penalties of a grammar's arcs."""

    def __init__(self, recogniser: Recogniser, grammar: Grammar) -> None:
        super().__init__()
        self.recogniser = recogniser
        self.grammar_penalty = nn.Parameter(grammar.graph.penalty.clone())


def train_through_graph(
    reading: Reading,
    grammar: Grammar,
    lattices: Lattices,
    options: GraphOptions,
    report: Callable[[dict[str, float]], None] = lambda _: None,
    compiled: bool = False,
    state: Path | None = None,
) -> Reading:
    """Train in place, on the device that ``reading`` is on, and return the averaged weights.

    Lattices without a path for their truth teach nothing and are left out; ``report`` gets epoch, mean
    criterion and the share left out; ``compiled`` and ``state`` as for
    ``train_characters``.
    """
    criterion = CRITERIA[options.criterion]
    device = reading.grammar_penalty.device
    generator = torch.Generator(device).manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    averaged = copy.deepcopy(reading)
    optimiser = torch.optim.AdamW(
        [
            {"params": reading.recogniser.parameters(), "weight_decay": 1e-4},
            {"params": [reading.grammar_penalty], "weight_decay": 0.0},
        ],
        lr=options.rate,
    )
    steps = options.epochs * -(-len(lattices) // options.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, total_steps=max(steps, LEAST_STEPS), pct_start=0.1
    )
    correct_of = {truth: constrained_to_amount(grammar, str(truth)) for truth in np.unique(lattices.truths)}
    every = grammar.graph.to(device)
    shapes = shape_function(reading.recogniser, compiled)
    progress = Progress(
        state, {"reading": reading, "averaged": averaged}, optimiser, schedule, generator, rng
    )
    done = progress.restore()
    step = done * -(-len(lattices) // options.batch)
    for epoch in range(done, options.epochs):
        total, used = 0.0, 0
        for chosen in _batches(len(lattices), options.batch, rng):
            some = lattices.select(chosen)
            crops = distort(torch.from_numpy(some.crops).to(device), options.distortion, generator)
            with torch.no_grad():
                shape = shapes(crops)
            shape.requires_grad_()
            penalties = reading.recogniser.penalties(shape, torch.from_numpy(some.geometry).to(device))
            own = [correct_of[truth] for truth in some.truths]
            free, correct = grammars(every, own, reading.grammar_penalty)
            loss = criterion(some.graph(device), penalties, correct, free)
            found = torch.isfinite(loss)
            optimiser.zero_grad(set_to_none=True)
            if found.any():
                loss[found].mean().backward()
                _back_through_pictures(shapes, crops, shape)
                nn.utils.clip_grad_norm_(reading.parameters(), 2.0)
                optimiser.step()
            schedule.step()
            step += 1
            average(averaged, reading, min(options.averaging, 1 - 1 / (step + 1)))
            total, used = total + loss[found].sum().item(), used + int(found.sum())
        progress.keep(epoch + 1)
        report({"epoch": epoch + 1, "loss": total / max(used, 1), "no_path": 1 - used / len(lattices)})
    return averaged


def _back_through_pictures(shapes: Callable[[Tensor], Tensor], crops: Tensor, shape: Tensor) -> None:
    """Carry the gradient at the RBF penalties on into the network.

    Most candidates are ruled out on both sides of eq. (17) and get next to no gradient: the network sees
    those that get some a second time, the others not again.
    """
    gradient = shape.grad
    assert gradient is not None
    strength = gradient.abs().sum(dim=1)
    matter = torch.nonzero(strength > 1e-3 * strength.max()).flatten()
    shapes(crops[matter]).backward(gradient[matter])


def grammars(free: Graph, correct: list[Graph], penalty: Tensor) -> tuple[Graph, Graph]:
    """Return a grammar's graph and its constrained forms, packed, both with the penalties being trained.

    Both are on the device of the ``penalty``, where ``free`` is already.
    """
    packed = pack(correct).to(penalty.device)
    return free.with_penalty(penalty), packed.with_penalty(penalty[packed.origin])


def _batches(count: int, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    order = rng.permutation(count)
    for start in range(0, count, size):
        yield order[start : start + size]


@torch.no_grad()
def average(into: nn.Module, of: nn.Module, decay: float) -> None:
    """Move the averaged weights ``into`` towards those ``of`` now."""
    for mean, now in zip(into.state_dict().values(), of.state_dict().values(), strict=True):
        if mean.is_floating_point():  # the others count or point somewhere
            mean.lerp_(now, 1 - decay)
