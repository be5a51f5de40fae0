"""Training that can be stopped: everything an epoch needs to go on from, kept after each one.

Going on gives the same weights as never having stopped. Not for the file format: see ``checkpoints``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from chequereader.training.checkpoints import load_state, optimiser_tensors, restore_optimiser, save_state

LEAST_STEPS = 20
"""Updates that a rate's course is planned for at least: with fewer its warm-up would have no length."""


@dataclass
class Progress:
    """The moving parts of a training run; ``path`` is where they are kept, nowhere if ``None``."""

    path: Path | None
    modules: Mapping[str, nn.Module]
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    generator: torch.Generator
    rng: np.random.Generator

    def restore(self) -> int:
        """Put back the last state kept and return how many epochs it has behind it, 0 without one."""
        if self.path is None or not self.path.is_file():
            return 0
        tensors, about = load_state(self.path)
        for name, module in self.modules.items():
            own = {k.removeprefix(f"{name}/"): v for k, v in tensors.items() if k.startswith(f"{name}/")}
            module.load_state_dict(own)
        moments = {k.removeprefix("optimiser/"): v for k, v in tensors.items() if k.startswith("optimiser/")}
        self.schedule.load_state_dict(about["schedule"])
        restore_optimiser(self.optimiser, moments)
        for group, settings in zip(self.optimiser.param_groups, about["groups"], strict=True):
            group.update(settings)
        self.generator.set_state(tensors["generator"])
        self.rng.bit_generator.state = json.loads(about["rng"])
        return int(about["epochs"])

    def keep(self, epochs: int) -> None:
        """Write the state after so many epochs."""
        if self.path is None:
            return
        tensors = {
            f"{n}/{k}": v for n, module in self.modules.items() for k, v in module.state_dict().items()
        }
        tensors |= {f"optimiser/{k}": v for k, v in optimiser_tensors(self.optimiser).items()}
        tensors["generator"] = self.generator.get_state()
        plain = (int, float, bool)
        schedule = {k: v for k, v in self.schedule.state_dict().items() if isinstance(v, (*plain, list))}
        groups = [
            {k: v for k, v in group.items() if isinstance(v, (*plain, tuple, list)) and k != "params"}
            for group in self.optimiser.param_groups
        ]
        about = {
            "epochs": epochs,
            "rng": json.dumps(self.rng.bit_generator.state),
            "schedule": schedule,
            "groups": groups,
        }
        save_state(self.path, tensors, about)
