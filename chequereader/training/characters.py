"""First training: the recogniser on candidates whose class is known, by the MAP criterion (eq. 9).

Characters keep their label, wrong cuts are rubbish; candidates of which nothing is known are left out. It
gives the start from which training through the graph goes on (see ``through_graph``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from chequereader.recognition.recogniser import Recogniser
from chequereader.training.distortions import distort
from chequereader.training.lattices import Lattices
from chequereader.training.resume import LEAST_STEPS, Progress
from chequereader.training.speed import shape_function


@dataclass(frozen=True)
class CharacterOptions:
    """Settings of the first training."""

    epochs: int = 10
    batch: int = 192
    rate: float = 4e-3
    distortion: float = 1.0
    rubbish_share: float = 0.35
    seed: int = 0


def train_characters(
    recogniser: Recogniser,
    lattices: Lattices,
    options: CharacterOptions,
    report: Callable[[dict[str, float]], None] = lambda _: None,
    compiled: bool = False,
    state: Path | None = None,
) -> None:
    """Train all parameters but those of segment penalties, in place, on the device that they are on.

    ``report`` gets epoch, loss and share right after each epoch; ``compiled`` as for ``shape_function``;
    with a ``state`` file training goes on from it and keeps it after each epoch.
    """
    shapes = shape_function(recogniser, compiled)
    device = recogniser.class_of_label.device
    generator = torch.Generator(device).manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    labels = torch.from_numpy(lattices.labels)
    crops, geometry = torch.from_numpy(lattices.crops), torch.from_numpy(lattices.geometry)
    rubbish = recogniser.alphabet.rubbish
    characters = np.flatnonzero((lattices.labels >= 0) & (lattices.labels != rubbish))
    wrong = np.flatnonzero(lattices.labels == rubbish)
    take = min(len(wrong), int(len(characters) * options.rubbish_share / (1 - options.rubbish_share)))
    optimiser = torch.optim.AdamW(recogniser.parameters(), lr=options.rate, weight_decay=1e-4)
    if not len(characters):  # sets without character boxes, and nothing drawn: the graph has to teach it all
        return
    batch = min(options.batch, len(characters) + take)
    steps = options.epochs * ((len(characters) + take) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, total_steps=max(steps, LEAST_STEPS), pct_start=0.15
    )
    progress = Progress(state, {"recogniser": recogniser}, optimiser, schedule, generator, rng)
    for epoch in range(progress.restore(), options.epochs):
        order = rng.permutation(np.concatenate([characters, rng.choice(wrong, take, replace=False)]))
        order = order[: len(order) // batch * batch].reshape(-1, batch)
        loss_sum = right = torch.zeros((), device=device)
        for chosen in torch.from_numpy(order):
            shape = shapes(distort(crops[chosen].to(device), options.distortion, generator))
            penalties = recogniser.label_penalties(shape, geometry[chosen].to(device))
            own = labels[chosen].to(device)
            loss = penalties.gather(1, own[:, None]).mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(recogniser.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            loss_sum = loss_sum + loss.detach()
            right = right + (penalties.argmin(dim=1) == own).sum()
        progress.keep(epoch + 1)
        report({"epoch": epoch + 1, "loss": float(loss_sum) / len(order), "right": float(right) / order.size})
