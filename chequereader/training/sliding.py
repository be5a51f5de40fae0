"""Training of the sliding recogniser from what a strip says alone (sections VI and VII).

First the forward penalty of the correct readings over the positions' own probabilities (eq. 13), which needs
no wrong ones to compare with; then E_dforw (eq. 17) against all readings of the grammar. No character needs a
box or a place. Not for candidates between cuts: see ``through_graph``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from chequereader.alphabet import AMOUNTS
from chequereader.grammar import Grammar
from chequereader.grammar.held import held, holding_penalties
from chequereader.graph import Graph, forward, pack
from chequereader.recognition.sliding import SlidingRecogniser, chain, padded
from chequereader.segmentation.strip import REACH, STRIDE
from chequereader.training.composing import Composer
from chequereader.training.resume import LEAST_STEPS, Progress
from chequereader.training.strips import Strips
from chequereader.training.through_graph import average, constrained

_HUNDREDTHS = "/100"
_POOL = 40  # batches among which strips of like width are put together
_KNOWN = 40_000  # truths whose graphs are kept
_BLOTTED, _BLOT = 0.12, 14  # share of strips, pixels at most
_COARSE, _COARSEST = 0.1, 0.35  # share of strips, and how much coarser at most a scan has them
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
    rate: float = 2e-3
    weight_decay: float = 0.02
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
) -> SlidingRecogniser:
    """Train in place and return the averaged weights.

    Each epoch takes all ``strips`` and as many new ones of the ``composer`` as the options say. Strips too
    short for their truth teach nothing and are left out. ``report`` gets epoch, mean criterion and the share
    left out; with a ``state`` file training goes on from it and keeps it after each epoch.
    """
    generator = torch.Generator().manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    recogniser.train()
    averaged = copy.deepcopy(recogniser)
    optimiser = torch.optim.AdamW(recogniser.parameters(), lr=options.rate, weight_decay=options.weight_decay)
    fresh = options.composed if composer is not None else 0
    steps = options.epochs * -(-(len(strips) + fresh) // options.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, total_steps=max(steps, LEAST_STEPS), pct_start=0.08
    )
    correct_of = lru_cache(_KNOWN)(lambda truth: held(constrained(grammar, truth)))
    free = held(grammar.graph)
    modules = {"recogniser": recogniser, "averaged": averaged}
    progress = Progress(state, modules, optimiser, schedule, generator, rng)
    done = progress.restore()
    step = schedule.last_epoch
    for epoch in range(done, options.epochs):
        discriminative = epoch >= options.epochs - options.graph_epochs
        total, used = 0.0, 0
        shown_now = strips
        if composer is not None and fresh:
            shown_now = Strips.join([strips, Strips.pack(composer.draw(rng) for _ in range(fresh))])
        # what is dropped doesn't depend on where training was stopped
        torch.manual_seed(int(rng.integers(2**31)))
        for chosen in batches(np.diff(shown_now.column), options.batch, rng):
            inputs, counts = padded([distort(shown_now.strip(m), options.distortion, rng) for m in chosen])
            penalties = shown(recogniser, inputs, counts)
            loss = correct_penalty(penalties, counts, [str(shown_now.truths[m]) for m in chosen], correct_of)
            if discriminative:
                loss = loss - forward(chain(counts), penalties, free)
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


def shown(recogniser: SlidingRecogniser, strips: Tensor, counts: list[int]) -> Tensor:
    """Return holding penalties [positions of all strips, 2 * labels], padding left out."""
    half = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        penalties = recogniser(strips)
    return holding_penalties(torch.cat([p[:n] for p, n in zip(penalties, counts, strict=True)]))


def correct_penalty(
    penalties: Tensor, counts: Sequence[int], truths: Sequence[str], correct_of: Callable[[str], Graph]
) -> Tensor:
    """Return the forward penalty of each strip's correct readings, [strips]; all ways to write it together.

    ``penalties`` as ``shown`` gives them; ``correct_of`` gives a text's grammar over positions.
    """
    rows = penalties.split(list(counts))
    said = [(strip, way) for strip, truth in enumerate(truths) for way in ways_to_write(truth)]
    found = forward(
        chain([counts[strip] for strip, _ in said]),
        torch.cat([rows[strip] for strip, _ in said]),
        pack([correct_of(way) for _, way in said]),
    )
    if len(said) == len(truths):
        return found
    owner = torch.tensor([strip for strip, _ in said])
    return torch.stack([_summed(found[owner == strip]) for strip in range(len(truths))])


def _summed(penalties: Tensor) -> Tensor:
    """Return the penalty of all ways together; without infinite ones, whose gradient would be none."""
    possible = penalties[torch.isfinite(penalties)]
    return -torch.logsumexp(-possible, dim=0) if len(possible) else penalties[0]


def ways_to_write(truth: str) -> list[str]:
    """Return a text and what else a strip may show of it.

    Cents over a hundred may stand one above the other: then nothing is written behind the cents.
    """
    if truth.endswith(_HUNDREDTHS) and truth[: -len(_HUNDREDTHS)][-2:].strip(AMOUNTS.raised) == "":
        return [truth, truth.removesuffix(_HUNDREDTHS)]
    return [truth]


def batches(widths: NDArray[np.int64], size: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Yield batches of members in random order, members of like width together."""
    order = rng.permutation(np.flatnonzero(widths <= _MOST_WIDTH))
    for start in range(0, len(order), size * _POOL):
        pool = order[start : start + size * _POOL]
        pool = pool[np.argsort(widths[pool], kind="stable")]
        parts = [pool[i : i + size] for i in range(0, len(pool), size)]
        for index in rng.permutation(len(parts)):
            yield parts[index]


def distort(strip: NDArray[np.uint8], strength: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the strip as another hand, pen and scan would have it.

    Sheared, scaled, moved up or down, waved; strokes wider or narrower, darker or lighter, the paper's own
    pattern stronger or weaker; now and then from a coarser scan, or with a few small places lost or blotted.
    """
    height, width = strip.shape

    def normal(scale: float) -> float:
        return float(np.clip(rng.normal(), -2.5, 2.5)) * scale * strength

    x_scale, y_scale = float(np.exp(normal(0.1))), float(np.exp(normal(0.08)))
    wide = max(int(np.ceil(x_scale * width)) + int(rng.integers(STRIDE)), REACH)
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(height, dtype=np.float32) - height / 2)
    # a wave along the line, another one for the letters' widths
    knots = wide // 12 + 3
    rise = cv2.resize((rng.normal(size=(1, knots)) * 0.5 * strength).astype(np.float32), (wide, 1))
    push = cv2.resize((rng.normal(size=(3, knots)) * 0.7 * strength).astype(np.float32), (wide, height))
    from_x = (x + normal(0.12) * y) / x_scale + push
    from_y = (y - normal(1.0) + normal(0.01) * (x - wide / 2)) / y_scale + rise + height / 2
    out = cv2.remap(strip, from_x, from_y.astype(np.float32), cv2.INTER_LINEAR)
    pen = rng.random()
    if pen < 0.15 * strength:
        out = cv2.dilate(out, np.ones((2, 2), np.uint8))
    elif pen < 0.3 * strength:
        out = cv2.erode(out, np.ones((2, 1) if rng.random() < 0.5 else (1, 2), np.uint8))
    if rng.random() < _COARSE * strength:
        coarse = rng.uniform(_COARSEST, 0.8)
        small = cv2.resize(out, None, fx=coarse, fy=coarse, interpolation=cv2.INTER_AREA)
        out = cv2.resize(small, (wide, height), interpolation=cv2.INTER_LINEAR)
    elif rng.random() < 0.2 * strength:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 0.9))
    bend = float(np.exp(normal(0.3)))  # bends the scale of grey: the middle moves, paper and ink don't
    table = 255.0 * (np.arange(256) / 255.0) ** bend * float(np.exp(normal(0.12)))
    out = np.asarray(cv2.LUT(out, np.clip(table, 0, 255).astype(np.uint8)), np.uint8)
    if rng.random() < _BLOTTED * strength:
        for _ in range(int(rng.integers(1, 4))):
            x0, y0 = int(rng.integers(wide)), int(rng.integers(height))
            size = rng.integers(2, _BLOT, size=2)
            out[y0 : y0 + size[0], x0 : x0 + size[1]] = rng.integers(160) if rng.random() < 0.5 else 0
    return out
