"""Training the digit networks of the LeNet family: options, single ones, boosted ones, several seeds.

Not for the folder a run is kept in, nor for what a step does: see ``run_folder``, ``digits`` and
``single_patterns``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from chequereader.errors import UsageError, WeightsError
from chequereader.output import make_folder, write_text
from chequereader.recognition.boosted import BoostedLeNet4
from chequereader.recognition.family import DIGIT_ARCHITECTURES, DigitNetwork, LeNet4, digit_network
from chequereader.recognition.store import DIGITS
from chequereader.shipped import verified
from chequereader.training.boosting import second_set, third_set
from chequereader.training.checkpoints import load_state, restore_network, save_state
from chequereader.training.digit_recipes import DISTORTIONS, Recipe, Recipe1998, RecipePupil, choose_recipe
from chequereader.training.digits import DigitTraining, measure
from chequereader.training.passes import DigitSet, derived_seed
from chequereader.training.run_folder import CHECKPOINT, METRICS, WEIGHTS, Metrics, Run, Training
from chequereader.training.single_patterns import SinglePatterns
from chequereader.training.taught import TaughtViews

BOOSTED = "boosted-lenet4"
ARCHITECTURES = (*DIGIT_ARCHITECTURES, BOOSTED)

VIEWS = 10
"""Passes of distorted pictures that boosting filters; the paper's 540,000 distorted digits are nine."""


@dataclass(frozen=True)
class DigitOptions:
    """What is asked for; ``None`` leaves it to the recipe. ``digits``: train on the first so many only.

    ``teachers``: files that ``train_digits`` wrote, of networks to learn from. ``compiled``: by a C++
    compiler; updates of one pattern are ten times as fast then, others twice.
    """

    architecture: str
    recipe: str = "1998"
    seed: int = 0
    epochs: int | None = None
    batch: int | None = None
    distortion: str | None = None
    digits: int | None = None
    teachers: tuple[str, ...] = ()
    compiled: bool = False

    def told(self) -> dict[str, Any]:
        """Return the options as JSON keeps them."""
        return {**asdict(self), "teachers": list(self.teachers)}

    def single_patterns(self, recipe: Recipe) -> bool:
        """Tell whether the updates of the recipe are compiled ones of single patterns."""
        return self.compiled and isinstance(recipe, Recipe1998) and recipe.batch == 1

    def resolved(self) -> Recipe:
        """Return the recipe with the options put in; ``UsageError`` where they make no sense together."""
        if self.architecture not in ARCHITECTURES:
            raise UsageError(f"no architecture {self.architecture}; use one of {', '.join(ARCHITECTURES)}")
        if self.distortion is not None and self.distortion not in DISTORTIONS:
            raise UsageError(f"no distortion {self.distortion}; use one of {', '.join(DISTORTIONS)}")
        recipe = choose_recipe(self.architecture, self.recipe, taught=bool(self.teachers))
        if self.architecture == BOOSTED and recipe.distortion == "none":
            recipe = replace(recipe, distortion="affine")
        recipe = replace(
            recipe,
            epochs=self.epochs or recipe.epochs,
            batch=self.batch or recipe.batch,
            distortion=self.distortion or recipe.distortion,
        )
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
    _check_device(options, device)
    digits, test = DigitSet.read(data, "train", options.digits), DigitSet.read(data, "t10k")
    if options.architecture == BOOSTED:
        make_folder(out)
        boosted = _train_boosted(options, recipe, digits, test, out, resume, report)
        save_state(out / WEIGHTS, boosted.state_dict(), options.told())
        return boosted
    run = Run(out, [(out, options.told())], test, report)
    run.check(resume)  # before teachers are asked, which takes minutes
    views = _views(options.teachers, recipe, digits, device)
    return run.train(_training(options, recipe, digits, [options.seed], device, views), resume)[0]


def train_seeds(
    options: DigitOptions,
    seeds: Sequence[int],
    data: Path,
    out: Path,
    report: Callable[[Metrics], None] = lambda _: None,
) -> list[Path]:
    """Train one network a seed, each with a folder of its own in ``out``, and return these folders.

    ``options.seed`` is not used. Compiled updates of single patterns are those of all seeds together, others
    come one seed after the other. Seeds that are done are left as they are, what was begun goes on, seeds
    together if they are asked for together again. Raises as ``train_digits`` does without ``resume``.
    """
    folders = {seed: out / f"seed{seed}" for seed in seeds}
    left = [seed for seed, folder in folders.items() if not (folder / WEIGHTS).exists()]
    each = {seed: replace(options, seed=seed) for seed in left}
    recipe = options.resolved()
    if not left:
        return list(folders.values())
    digits, test = DigitSet.read(data, "train", options.digits), DigitSet.read(data, "t10k")
    if options.architecture != BOOSTED and options.single_patterns(recipe):
        run = out / f"seeds{'-'.join(map(str, left))}"
        networks = [(folders[seed], each[seed].told()) for seed in left]
        training = _training(options, recipe, digits, left)
        Run(run, networks, test, report).train(training, resume=(run / CHECKPOINT).exists())
    elif options.architecture == BOOSTED:
        for seed in left:
            begun = any(folders[seed].rglob(CHECKPOINT))
            train_digits(each[seed], data, folders[seed], resume=begun, report=report)
    else:
        views = _views(options.teachers, recipe, digits)
        for seed in left:
            alone = Run(folders[seed], [(folders[seed], each[seed].told())], test, report)
            training = _training(each[seed], recipe, digits, [seed], views=views)
            alone.train(training, resume=(folders[seed] / CHECKPOINT).exists())
    return list(folders.values())


def _check_device(options: DigitOptions, device: str) -> None:
    if device == "cpu":
        return
    if options.architecture == BOOSTED:
        raise UsageError(f"{BOOSTED} is trained on a CPU; leave --device out")
    if options.compiled:
        raise UsageError("updates are compiled for a CPU; leave --device or --compile out")


def _views(
    teachers: Sequence[str], recipe: Recipe, digits: DigitSet, device: str = "cpu"
) -> TaughtViews | None:
    """Return what the recipe shows of the digits where there are teachers."""
    if not isinstance(recipe, RecipePupil):
        return None
    networks = [load_teacher(Path(path)).to(device) for path in teachers]
    return TaughtViews.of(networks, digits, recipe.distortion, recipe.VIEWS)


def _training(
    options: DigitOptions,
    recipe: Recipe,
    digits: DigitSet,
    seeds: Sequence[int],
    device: str = "cpu",
    views: TaughtViews | None = None,
) -> Training:
    """Return a training of one network a seed; more than one are compiled updates of single patterns."""
    architecture = "lenet4" if options.architecture == BOOSTED else options.architecture
    if options.single_patterns(recipe):
        assert isinstance(recipe, Recipe1998)
        return SinglePatterns(architecture, recipe, digits, seeds)
    (seed,) = seeds
    return DigitTraining(architecture, recipe, digits, seed, device, views, compiled=options.compiled)


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
        about = {**options.told(), "net": number, "patterns": len(chosen)}
        training = _training(options, plan, chosen, [chance])
        begun = resume and (number == 1 or (folder / CHECKPOINT).exists())
        (network,) = Run(folder, [(folder, about)], test, report).train(training, begun)
        assert isinstance(network, LeNet4)
        networks.append(network)
    boosted = BoostedLeNet4(networks)
    boosted.trust_first(digits.pictures)
    cost = boosted.cost(boosted.prepare(test.pictures))
    metrics = {**options.told(), "net": "all", **measure(boosted, test), "cost": cost}
    write_text(out / METRICS, json.dumps(metrics) + "\n")
    report(metrics)
    return boosted
