"""Training of the sliding recogniser from what a strip says alone (sections VI and VII).

First the forward penalty of the correct readings over the positions' own probabilities (eq. 13), which needs
no wrong ones to compare with; then E_dforw (eq. 17) of all readings of the amount, with its digits, against
all readings of the grammar. No character needs a
box or a place. Not for candidates between cuts: see ``through_graph``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from chequereader.grammar import Grammar
from chequereader.grammar.held import held, holding_penalties
from chequereader.graph import Graph, chain_forward, pack
from chequereader.recognition.sliding import SlidingRecogniser
from chequereader.training.composing import Composer
from chequereader.training.feeding import composed, distorted
from chequereader.training.resume import LEAST_STEPS, Progress
from chequereader.training.soap import Soap
from chequereader.training.speed import half_precision
from chequereader.training.strips import Strips
from chequereader.training.through_graph import average
from chequereader.training.truths import constrained, constrained_to_amount, ways_to_write

_POOL = 40  # batches among which strips of like width are put together
_KNOWN = 40_000  # truths whose graphs are kept
_MOST_WIDTH = 1100  # pixels; wider strips are rare, and padding to them costs all


@dataclass(frozen=True)
class SlidingOptions:
    """Settings; of ``epochs`` the last ``graph_epochs`` are trained against the grammar's other readings.

    ``composed``: strips made anew for each epoch, where there is a composer.
    """

    epochs: int = 12
    composed: int = 12_000
    graph_epochs: int = 2
    batch: int = 16
    rate: float = 3e-3
    weight_decay: float = 0.05
    distortion: float = 1.1
    averaging: float = 0.998
    seed: int = 0


def train_sliding(
    recogniser: SlidingRecogniser,
    grammar: Grammar,
    strips: Strips,
    options: SlidingOptions,
    report: Callable[[dict[str, float]], None] = lambda _: None,
    state: Path | None = None,
    composer: Composer | None = None,
    workers: int = 0,
) -> SlidingRecogniser:
    """Train in place, on the device that the ``recogniser`` is on, and return the averaged weights.

    Each epoch takes all ``strips`` and as many new ones of the ``composer`` as the options say, standard ones
    that are brought to the recogniser's scale. Strips too short for their truth teach nothing and are left
    out. ``report`` gets epoch, mean criterion and the share left out; with a ``state`` file training goes on
    from it and keeps it after each epoch. ``workers``: processes that make the strips, 0 for this one; what
    is made is the same.
    """
    strips = strips.rescaled(recogniser.scale)
    generator = torch.Generator().manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    recogniser.train()
    averaged = copy.deepcopy(recogniser)
    optimiser = Soap.of(recogniser, options.rate, options.weight_decay)
    fresh = options.composed if composer is not None else 0
    steps = options.epochs * -(-(len(strips) + fresh) // options.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        options.rate,
        total_steps=max(steps, LEAST_STEPS),
        pct_start=0.08,
        cycle_momentum=False,
    )
    said = lru_cache(_KNOWN)(lambda truth: held(constrained(grammar, truth)))
    worth = lru_cache(_KNOWN)(lambda truth: held(constrained_to_amount(grammar, truth)))
    device = recogniser.prior.device
    free = held(grammar.graph).to(device)
    modules = {"recogniser": recogniser, "averaged": averaged}
    progress = Progress(state, modules, optimiser, schedule, generator, rng)
    done = progress.restore()
    step = schedule.last_epoch
    for epoch in range(done, options.epochs):
        discriminative = epoch >= options.epochs - options.graph_epochs
        total, used = 0.0, 0
        shown_now = strips
        if composer is not None and fresh:
            made = composed(composer, fresh, rng, workers).rescaled(recogniser.scale)
            shown_now = Strips.join([strips, made])
        # what is dropped doesn't depend on where training was stopped
        torch.manual_seed(int(rng.integers(2**31)))
        order = list(batches(np.diff(shown_now.column), options.batch, rng))
        for inputs, positions, truths in distorted(shown_now, order, options.distortion, rng, workers):
            penalties = shown(recogniser, inputs.to(device))
            counts = torch.tensor(positions, device=device)
            loss = correct_penalty(penalties, counts, truths, worth if discriminative else said)
            if discriminative:
                loss = loss - chain_forward(penalties, counts, free)
            found = torch.isfinite(loss)
            optimiser.zero_grad(set_to_none=True)
            if found.any():
                loss[found].mean().backward()
                nn.utils.clip_grad_norm_(recogniser.parameters(), 5.0)
                optimiser.step()
            schedule.step()
            step += 1
            average(averaged, recogniser, min(options.averaging, 1 - 1 / (step + 1)))
            total, used = total + loss[found].sum().item(), used + int(found.sum())
        progress.keep(epoch + 1)
        report({"epoch": epoch + 1, "loss": total / max(used, 1), "no_path": 1 - used / len(shown_now)})
    recogniser.eval()
    return averaged.eval()


def shown(recogniser: SlidingRecogniser, strips: Tensor) -> Tensor:
    """Return holding penalties [strips, positions, 2 * labels], those of the padding too."""
    with half_precision(strips.device):
        penalties = recogniser(strips)
    return holding_penalties(penalties)


def correct_penalty(
    penalties: Tensor, counts: Tensor, truths: Sequence[str], correct_of: Callable[[str], Graph]
) -> Tensor:
    """Return the forward penalty of each strip's correct readings, [strips]; all ways to write it together.

    ``penalties`` as ``shown`` gives them, of which strip m has the first ``counts`` [m]; ``correct_of`` gives
    a text's grammar over positions.
    """
    said = [(strip, way) for strip, truth in enumerate(truths) for way in ways_to_write(truth)]
    owner = torch.tensor([strip for strip, _ in said], device=penalties.device)
    grammar = pack([correct_of(way) for _, way in said]).to(penalties.device)
    found = chain_forward(penalties[owner], counts[owner], grammar)
    return found if len(said) == len(truths) else _summed(found, owner, len(truths))


def _summed(penalties: Tensor, owner: Tensor, count: int) -> Tensor:
    """Return the penalty of all ways of each owner together, [count]; infinite if all are."""
    least = penalties.new_full((count,), torch.inf).scatter_reduce(0, owner, penalties.detach(), "amin")
    base = least.masked_fill(least == torch.inf, 0.0)
    mass = torch.zeros_like(base).index_add(0, owner, (base[owner] - penalties).exp())
    # the logarithm of no mass would have an infinite gradient, and 0 times that is none
    return torch.where(least < torch.inf, base - (mass + (mass == 0)).log(), torch.inf)


def batches(widths: NDArray[np.int64], size: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Yield batches of members in random order, members of like width together."""
    order = rng.permutation(np.flatnonzero(widths <= _MOST_WIDTH))
    for start in range(0, len(order), size * _POOL):
        pool = order[start : start + size * _POOL]
        pool = pool[np.argsort(widths[pool], kind="stable")]
        parts = [pool[i : i + size] for i in range(0, len(pool), size)]
        for index in rng.permutation(len(parts)):
            yield parts[index]
