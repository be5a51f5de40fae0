"""A training of digits as a run in a folder: options, checkpoints, metrics, interruption, the final weights.

A folder holds ``checkpoint.safetensors`` (the state after the last pass, or where the run was interrupted),
``metrics.jsonl`` (a line a pass) and, once it is done, ``weights.safetensors``. Not for what a step does: see
``digits``.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any

from tqdm import tqdm

from chequereader.errors import UsageError, WeightsError
from chequereader.output import make_folder, write_text
from chequereader.recognition.boosted import BoostedLeNet4
from chequereader.recognition.family import DIGIT_ARCHITECTURES, DigitNetwork, LeNet4, digit_network
from chequereader.recognition.store import DIGITS, verified
from chequereader.training.boosting import second_set, third_set
from chequereader.training.checkpoints import load_state, restore_network, save_state
from chequereader.training.digit_recipes import DISTORTIONS, Recipe, RecipeModern, choose_recipe
from chequereader.training.digits import DigitSet, DigitTraining, derived_seed, measure

BOOSTED = "boosted-lenet4"
ARCHITECTURES = (*DIGIT_ARCHITECTURES, BOOSTED)

CHECKPOINT, METRICS, WEIGHTS = "checkpoint.safetensors", "metrics.jsonl", "weights.safetensors"

VIEWS = 10
"""Passes of distorted pictures that boosting filters; the paper's 540,000 distorted digits are nine."""

Metrics = dict[str, Any]


@dataclass(frozen=True)
class DigitOptions:
    """What is asked for; ``None`` leaves it to the recipe. ``digits``: train on the first so many only.

    ``teachers``: files that ``train_digits`` wrote, of networks to learn from.
    """

    architecture: str
    recipe: str = "1998"
    seed: int = 0
    epochs: int | None = None
    batch: int | None = None
    distortion: str | None = None
    digits: int | None = None
    teachers: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """Return the options as JSON keeps them."""
        return {**asdict(self), "teachers": list(self.teachers)}

    def resolved(self) -> Recipe:
        """Return the recipe with the options put in; ``UsageError`` where they make no sense together."""
        if self.architecture not in ARCHITECTURES:
            raise UsageError(f"no architecture {self.architecture}; use one of {', '.join(ARCHITECTURES)}")
        if self.distortion is not None and self.distortion not in DISTORTIONS:
            raise UsageError(f"no distortion {self.distortion}; use one of {', '.join(DISTORTIONS)}")
        recipe = choose_recipe(self.architecture, self.recipe)
        if self.architecture == BOOSTED and recipe.distortion == "none":
            recipe = replace(recipe, distortion="affine")
        recipe = replace(
            recipe,
            epochs=self.epochs or recipe.epochs,
            batch=self.batch or recipe.batch,
            distortion=self.distortion or recipe.distortion,
        )
        if self.teachers and (self.architecture == BOOSTED or not isinstance(recipe, RecipeModern)):
            raise UsageError("teachers teach single networks in the modern recipe; leave --teacher out")
        if self.architecture == BOOSTED and recipe.distortion == "none":
            raise UsageError(
                f"{BOOSTED} needs distorted digits to find enough mistakes; use affine, elastic or mild"
            )
        return recipe


def train_digits(
    options: DigitOptions,
    data: Path,
    out: Path,
    *,
    resume: bool = False,
    report: Callable[[Metrics], None] = lambda _: None,
    device: str = "cpu",
) -> DigitNetwork | BoostedLeNet4:
    """Train on MNIST in ``data`` (idx files), write the run's files into ``out``, and return the network.

    ``report`` gets the metrics of each pass. With ``resume`` an interrupted run goes on where it stopped.
    ``device`` as torch names it; boosting knows the CPU alone.
    Raises ``UsageError`` if ``out`` holds a run and ``resume`` isn't given, or a run with other options;
    ``WeightsError`` if there is none to resume; ``UnreadableInputError`` if there is no MNIST in ``data``.
    """
    recipe = options.resolved()
    if options.architecture == BOOSTED and device != "cpu":
        raise UsageError(f"{BOOSTED} is trained on a CPU; leave --device out")
    digits, test = DigitSet.read(data, "train", options.digits), DigitSet.read(data, "t10k")
    teachers = [load_teacher(Path(path)) for path in options.teachers]
    make_folder(out)
    if options.architecture == BOOSTED:
        boosted = _train_boosted(options, recipe, digits, test, out, resume, report)
        save_state(out / WEIGHTS, boosted.state_dict(), options.told())
        return boosted
    run = _Run(out, options.told(), test, report)
    training = DigitTraining(options.architecture, recipe, digits, options.seed, device, teachers)
    return run.train(training, resume)


def load_digits(path: Path = DIGITS) -> DigitNetwork | BoostedLeNet4:
    """Read the network that ``train_digits`` wrote to ``weights.safetensors``, the shipped one by default.

    ``WeightsError`` if the file is missing, damaged or isn't one.
    """
    if path.is_file():
        verified(path)
    tensors, about = load_state(path)
    name = about.get("architecture")
    if name not in ARCHITECTURES:
        raise WeightsError(
            f"{path}: not the weights of a digit network; train one with chequereader train digits"
        )
    network = BoostedLeNet4() if name == BOOSTED else digit_network(name)
    restore_network(path, network, tensors)
    network.eval()
    return network


def load_teacher(path: Path) -> DigitNetwork:
    """Read a single network as ``load_digits`` does; ``UsageError`` for a boosted one."""
    network = load_digits(path)
    if isinstance(network, BoostedLeNet4):
        raise UsageError(f"{path}: three networks that ask each other; teach with a single one")
    return network


def _train_boosted(
    options: DigitOptions,
    recipe: Recipe,
    digits: DigitSet,
    test: DigitSet,
    out: Path,
    resume: bool,
    report: Callable[[Metrics], None],
) -> BoostedLeNet4:
    """Train three LeNet-4 one after the other, each in a folder of its own; those begun are resumed."""
    networks: list[LeNet4] = []
    for number in (1, 2, 3):
        chance = derived_seed(options.seed, number)
        plan, chosen = recipe, digits
        if number == 2:
            chosen = second_set(networks[0], digits, recipe.distortion, VIEWS, chance)
        if number == 3:
            chosen = third_set(networks[0], networks[1], digits, recipe.distortion, VIEWS, chance)
        if number > 1:
            # distorted already, and whether net 1 is right about a picture holds for that picture only
            plan = replace(recipe, distortion="none")
        folder = out / f"net{number}"
        make_folder(folder)
        about = {**options.told(), "net": number, "patterns": len(chosen)}
        training = DigitTraining("lenet4", plan, chosen, chance)
        begun = resume and (number == 1 or (folder / CHECKPOINT).exists())
        network = _Run(folder, about, test, report).train(training, begun)
        assert isinstance(network, LeNet4)
        networks.append(network)
    boosted = BoostedLeNet4(networks)
    boosted.trust_first(digits.pictures)
    cost = boosted.cost(boosted.prepare(test.pictures))
    metrics = {**options.told(), "net": "all", **measure(boosted, test), "cost": cost}
    write_text(out / METRICS, json.dumps(metrics) + "\n")
    report(metrics)
    return boosted


@dataclass
class _Run:
    """A folder, the options that identify what is trained in it, and where its metrics go."""

    folder: Path
    about: dict[str, Any]
    test: DigitSet
    report: Callable[[Metrics], None]

    def train(self, training: DigitTraining, resume: bool) -> DigitNetwork:
        """Run all passes, the state being written after each and on interruption."""
        lines = self._begin(training, resume)
        with stopping_on_interrupt() as interrupted:
            while training.step < training.steps:
                epoch = training.step // training.pass_steps
                began = time.perf_counter()
                self._pass(training, interrupted)
                if interrupted():
                    self._save(training, lines)
                    raise KeyboardInterrupt
                metrics = {
                    **self.about,
                    "epoch": epoch + 1,
                    "step": training.step,
                    "loss": training.mean_loss(),
                    **measure(training.result, self.test),
                    "seconds": round(time.perf_counter() - began, 1),
                }
                lines.append(metrics)
                self._save(training, lines)
                self.report(metrics)
        save_state(self.folder / WEIGHTS, training.result.state_dict(), self.about)
        return training.result.eval()

    def _begin(self, training: DigitTraining, resume: bool) -> list[Metrics]:
        path = self.folder / CHECKPOINT
        if not resume:
            if path.exists():
                raise UsageError(f"{self.folder}: holds a run already; add --resume, or give another folder")
            return []
        found = load_state(path)[1]
        other = [name for name, value in self.about.items() if found.get("about", {}).get(name) != value]
        if other:
            raise UsageError(
                f"{self.folder}: holds a run with another {', '.join(other)}; "
                "resume with the options it began with, or give another folder"
            )
        training.load(path)
        return found["metrics"]

    def _pass(self, training: DigitTraining, interrupted: Callable[[], bool]) -> None:
        done = training.step % training.pass_steps
        name = f"{self.about['architecture']} pass {training.step // training.pass_steps + 1}"
        # tqdm draws on standard error
        with tqdm(total=training.pass_steps, initial=done, desc=name, unit="step", mininterval=1.0) as bar:
            for _ in range(training.pass_steps - done):
                if interrupted():
                    return
                training.advance(1)
                bar.update()

    def _save(self, training: DigitTraining, lines: list[Metrics]) -> None:
        training.save(self.folder / CHECKPOINT, {"about": self.about, "metrics": lines})
        write_text(self.folder / METRICS, "".join(json.dumps(line) + "\n" for line in lines))


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
