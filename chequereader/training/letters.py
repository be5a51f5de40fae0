"""Training of the network of letters from what lines say alone: the probability of their texts.

Connectionist temporal classification (Graves et al. 2006): eq. (13) over the positions of a line composed
with its one text, by PyTorch's own loss. Not for amounts in figures, which many texts say: see ``sliding``.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from chequereader.legal.slots import LETTERS
from chequereader.recognition.sliding import SlidingRecogniser
from chequereader.segmentation.strip import positions
from chequereader.training.feeding import distorted
from chequereader.training.resume import LEAST_STEPS
from chequereader.training.sliding import batches
from chequereader.training.soap import Soap
from chequereader.training.strips import Strips
from chequereader.training.through_graph import average

DROPPED = 0.1
_USUAL = 20.0  # letters of a line: what its loss is divided by
_FITTING = 400, 200  # lines, and pixels of each, at most, that a normalisation is begun with


@dataclass(frozen=True)
class LetterOptions:
    """Settings of a training."""

    passes: int = 7
    rate: float = 4e-3
    batch: int = 16
    weight_decay: float = 0.05
    distortion: float = 1.0
    averaging: float = 0.998
    seed: int = 0


def as_taught(words: str) -> str:
    """Return words as the network is taught to read them: small letters, one space where others were."""
    return re.sub(r"[^a-z0-9/&]+", " ", words.lower()).strip()


def lines_of(items: Iterable[tuple[NDArray[np.uint8], str]]) -> Strips:
    """Pack strips uint8 [32, width] with their words; those too short to say theirs are left out."""
    taught = ((strip, as_taught(words)) for strip, words in items)
    return Strips.pack(
        (strip, text) for strip, text in taught if text and _least(text) <= positions(strip.shape[1])
    )


def train_letters(
    lines: Strips,
    options: LetterOptions,
    start: SlidingRecogniser | None = None,
    report: Callable[[dict[str, float]], None] = lambda _: None,
) -> SlidingRecogniser:
    """Return the averaged weights of a network trained on lines, from new or from those of ``start``.

    ``report`` gets the pass and the mean loss of a letter.
    """
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    if start is None:
        network = SlidingRecogniser(LETTERS, normalised=True, dropped=DROPPED)
    else:
        network = start.started(0, _some(lines), DROPPED)
    network.train()
    averaged = copy.deepcopy(network)
    optimiser = Soap.of(network, options.rate, options.weight_decay)
    steps = options.passes * sum(1 for _ in batches(np.diff(lines.column), options.batch, rng))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, max(steps, LEAST_STEPS), pct_start=0.08, cycle_momentum=False
    )
    step = 0
    for number in range(options.passes):
        total, letters = 0.0, 0
        torch.manual_seed(int(rng.integers(2**31)))
        order = list(batches(np.diff(lines.column), options.batch, rng))
        for inputs, counts, texts in distorted(lines, order, options.distortion, rng):
            targets = [torch.tensor(LETTERS.encode(text)) for text in texts]
            loss = F.ctc_loss(
                -network(inputs).transpose(0, 1),
                torch.cat(targets),
                torch.tensor(counts),
                torch.tensor([len(target) for target in targets]),
                blank=LETTERS.rubbish,
                reduction="sum",
                zero_infinity=True,
            )
            optimiser.zero_grad(set_to_none=True)
            (loss / (_USUAL * len(texts))).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            step += 1
            average(averaged, network, min(options.averaging, 1 - 1 / (step + 1)))
            total, letters = total + loss.item(), letters + sum(map(len, texts))
        report({"pass": number + 1, "loss": total / max(letters, 1)})
    return averaged.plain()


def _least(text: str) -> int:
    """Return how many positions a text needs: alike neighbours have one of none between them."""
    return len(text) + sum(a == b for a, b in pairwise(text))


def _some(lines: Strips) -> torch.Tensor:
    """Return the beginnings of some lines, uint8 [lines, 32, width], none padded."""
    widths = np.diff(lines.column)
    count, most = _FITTING
    width = min(int(np.quantile(widths, 0.25)), most)
    chosen = np.flatnonzero(widths >= width)[:count]
    return torch.from_numpy(np.stack([lines.strip(member)[:, :width] for member in chosen.tolist()]))
