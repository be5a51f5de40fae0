"""A training of digit networks in a folder: checkpoints, metrics, interruption, the final weights.

The folder holds ``checkpoint.safetensors`` (the state after the last pass, or where the run was interrupted);
that of each network, often the same one, ``metrics.jsonl`` (a line a pass) and, once it is done,
``weights.safetensors``. Not for what is trained or how: see ``digit_runs``, ``digits``, ``single_patterns``.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from tqdm import tqdm

from chequereader.errors import UsageError
from chequereader.output import make_folder, write_text
from chequereader.recognition.family import DigitNetwork
from chequereader.training.checkpoints import load_state, save_state
from chequereader.training.digits import measure
from chequereader.training.passes import DigitSet

CHECKPOINT, METRICS, WEIGHTS = "checkpoint.safetensors", "metrics.jsonl", "weights.safetensors"

Metrics = dict[str, Any]


class Training(Protocol):
    """What a run needs of a training under way: ``results`` and ``mean_losses`` have one entry a network."""

    step: int

    @property
    def steps(self) -> int:
        """Steps of the whole training."""

    @property
    def pass_steps(self) -> int:
        """Steps of one pass."""

    @property
    def results(self) -> Sequence[DigitNetwork]:
        """The networks as they are now."""

    def advance(self, steps: int) -> None:
        """Do that many steps, or what is left."""

    def mean_losses(self) -> list[float]:
        """Return the criterion's means over the current pass."""

    def save(self, path: Path, about: dict[str, Any]) -> None:
        """Write the state."""

    def load(self, path: Path) -> dict[str, Any]:
        """Go on from a state; return what was saved beside it."""


@dataclass
class Run:
    """A folder, the networks trained in it (where each one's files go, and the options that identify it).

    ``report`` gets the metrics of each pass.
    """

    folder: Path
    networks: Sequence[tuple[Path, Metrics]]
    test: DigitSet
    report: Callable[[Metrics], None]

    def train(self, training: Training, resume: bool) -> list[DigitNetwork]:
        """Run all passes, the state being written after each and on interruption.

        ``UsageError`` if the folder holds a run and ``resume`` isn't given, or a run with other options.
        """
        lines = self._begin(training, resume)
        with stopping_on_interrupt() as interrupted:
            while training.step < training.steps:
                began = time.perf_counter()
                self._pass(training, interrupted)
                if interrupted():
                    self._save(training, lines)
                    raise KeyboardInterrupt
                lines.append(self._metrics(training, time.perf_counter() - began))
                self._save(training, lines)
                for line in lines[-1]:
                    self.report(line)
        for (folder, about), network in zip(self.networks, training.results, strict=True):
            save_state(folder / WEIGHTS, network.state_dict(), about)
        return [network.eval() for network in training.results]

    def _metrics(self, training: Training, seconds: float) -> list[Metrics]:
        """Return a line a network, of the pass just done."""
        now = {"epoch": training.step // training.pass_steps, "step": training.step}
        found = zip(self.networks, training.results, training.mean_losses(), strict=True)
        return [
            {**about, **now, "loss": loss, **measure(network, self.test), "seconds": round(seconds, 1)}
            for (_, about), network, loss in found
        ]

    @property
    def _about(self) -> list[Metrics]:
        return [about for _, about in self.networks]

    def check(self, resume: bool) -> None:
        """Raise ``UsageError`` if the folder holds a run and ``resume`` isn't given, or another run.

        ``WeightsError`` if there is none to resume.
        """
        self._found(resume)

    def _found(self, resume: bool) -> dict[str, Any]:
        """Return what was saved beside the state that a run goes on from, nothing for a new one."""
        path = self.folder / CHECKPOINT
        if not resume:
            if path.exists():
                raise UsageError(f"{self.folder}: holds a run already; add --resume, or give another folder")
            return {}
        found = load_state(path)[1]
        begun = found.get("networks", [])
        if len(begun) != len(self.networks):
            raise UsageError(f"{self.folder}: holds a run of {len(begun)} networks; give another folder")
        both = list(zip(self._about, begun, strict=True))
        other = [
            name for name in self._about[0] if any(ours[name] != theirs.get(name) for ours, theirs in both)
        ]
        if other:
            raise UsageError(
                f"{self.folder}: holds a run with another {', '.join(other)}; "
                "resume with the options it began with, or give another folder"
            )
        return found

    def _begin(self, training: Training, resume: bool) -> list[list[Metrics]]:
        for folder in (self.folder, *(folder for folder, _ in self.networks)):
            make_folder(folder)
        found = self._found(resume)
        if not resume:
            return []
        training.load(self.folder / CHECKPOINT)
        lines: list[list[Metrics]] = found["metrics"]
        return lines

    def _pass(self, training: Training, interrupted: Callable[[], bool]) -> None:
        done = training.step % training.pass_steps
        name = f"{self._about[0]['architecture']} pass {training.step // training.pass_steps + 1}"
        # tqdm draws on standard error
        total = training.pass_steps
        with tqdm(total=total, initial=done, desc=name, unit="step", mininterval=1.0, disable=None) as bar:
            for _ in range(training.pass_steps - done):
                if interrupted():
                    return
                training.advance(1)
                bar.update()

    def _save(self, training: Training, lines: list[list[Metrics]]) -> None:
        training.save(self.folder / CHECKPOINT, {"networks": self._about, "metrics": lines})
        for number, (folder, _) in enumerate(self.networks):
            write_text(folder / METRICS, "".join(json.dumps(line[number]) + "\n" for line in lines))


@contextmanager
def stopping_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Give a function that tells whether Ctrl-C was pressed; a second Ctrl-C interrupts at once.

    So a step is done whole or not at all. Only the main thread may enter.
    """
    pressed = False

    def press(_: int, __: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
