"""The recipe of 1998 one pattern an update, compiled, for several seeds at once.

An update of such small networks on one pattern is little arithmetic, and many times as much of Python's and
torch's own work. Here forward, eq. (9), backward and the step of Appendix C are one compiled function, over
weights that lie in one tensor [seeds, weights]: one seed takes a tenth of the time that ``digits`` takes,
five as long together as three would alone. The weights are the same but for rounding. Not for mini-batches
or GPUs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, vmap
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from chequereader.errors import UsageError, WeightsError
from chequereader.recognition.family import digit_network
from chequereader.recognition.layers import Convolution, Squashed, Subsampling, squash
from chequereader.recognition.lenet import LeNet
from chequereader.training.checkpoints import load_state, save_state
from chequereader.training.digit_recipes import Recipe1998
from chequereader.training.passes import WEIGHTS, DigitSet, Passes, derived_seed
from chequereader.training.second_order import MU, curvature
from chequereader.training.speed import compiling

Update = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor], None]


class SinglePatterns:
    """Trainings under way that differ in their seeds alone.

    ``compiled``: with a C++ compiler, which takes most of a minute once; without it is for tests.
    ``UsageError`` for networks without an RBF output and for batches.
    """

    def __init__(
        self,
        architecture: str,
        recipe: Recipe1998,
        digits: DigitSet,
        seeds: Sequence[int],
        *,
        compiled: bool = True,
    ) -> None:
        if recipe.batch != 1:
            raise UsageError("one pattern an update; train batches with digits")
        self.recipe = recipe
        self.passes = [Passes(recipe, digits, seed) for seed in seeds]
        self.networks = [_started(architecture, recipe, seed) for seed in seeds]
        self.weights = torch.stack([parameters_to_vector(net.parameters()).detach() for net in self.networks])
        self.curvature = torch.zeros_like(self.weights)
        self.losses = torch.zeros(len(seeds), dtype=torch.float64)
        self.step = 0
        self._update = _updating(self.networks[0], recipe, compiled)
        self._block: tuple[int, Tensor, Tensor] = (-1, self.weights, self.weights)

    @property
    def pass_steps(self) -> int:
        """Steps of one pass through the training set."""
        return self.passes[0].pass_steps

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        return self.passes[0].steps

    @property
    def results(self) -> list[LeNet]:
        """The networks as they are now, in the order of the seeds."""
        for network, weights in zip(self.networks, self.weights, strict=True):
            vector_to_parameters(weights.clone(), network.parameters())
        return self.networks

    def advance(self, steps: int) -> None:
        """Do that many steps, or what is left."""
        for _ in range(min(steps, self.steps - self.step)):
            self._advance()

    def mean_losses(self) -> list[float]:
        """Return each seed's mean of the criterion over the patterns of the current pass so far."""
        done = (self.step - 1) % self.pass_steps + 1
        return (self.losses / done).tolist()

    def _advance(self) -> None:
        epoch, within = divmod(self.step, self.pass_steps)
        if within == 0:
            self.losses.zero_()
            self._estimate(epoch)
        first, inputs, labels = self._inputs()
        rate = torch.tensor(self.recipe.rate(self.step, self.steps, epoch))
        at = self.step - first
        self._update(self.weights, self.curvature, inputs[at], labels[at], rate, self.losses)
        self.step += 1

    def _estimate(self, epoch: int) -> None:
        for row, network, passes in zip(self.curvature, self.results, self.passes, strict=True):
            found = curvature(network, network.prepare(passes.sample(epoch)))
            row.copy_(parameters_to_vector(found))

    def _inputs(self) -> tuple[int, Tensor, Tensor]:
        """Return inputs [steps, seeds, 1, height, width] and labels [steps, seeds] from a step on."""
        begun, inputs, _ = self._block
        if not begun <= self.step < begun + len(inputs) or begun < 0:
            blocks = [passes.block(self.step) for passes in self.passes]
            prepared = [
                net.prepare(block.pictures) for net, (_, block) in zip(self.networks, blocks, strict=True)
            ]
            labels = torch.stack([block.labels for _, block in blocks], dim=1)
            self._block = blocks[0][0], torch.stack(prepared, dim=1), labels
        return self._block

    def save(self, path: Path, about: dict[str, Any]) -> None:
        """Write the state, with whatever JSON can hold beside it."""
        tensors = {"weights": self.weights, "curvature": self.curvature, "losses": self.losses}
        save_state(path, tensors, {**about, "step": self.step})

    def load(self, path: Path) -> dict[str, Any]:
        """Go on from a state and return what was saved beside it; ``WeightsError`` if it doesn't fit."""
        tensors, about = load_state(path)
        for name, tensor in (
            ("weights", self.weights),
            ("curvature", self.curvature),
            ("losses", self.losses),
        ):
            if name not in tensors or tensors[name].shape != tensor.shape:
                raise WeightsError(f"{path}: holds another network's training; train again")
            tensor.copy_(tensors[name])
        self.step = about["step"]
        return about


def _started(architecture: str, recipe: Recipe1998, seed: int) -> LeNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, WEIGHTS))
        network = digit_network(architecture)
        if not isinstance(network, LeNet):
            raise UsageError(f"{architecture} has no RBF output to train as in 1998")
        recipe.start(network)
    return network


class _OfOnePattern(nn.Module):
    """The criterion of one input [1, height, width] and its label."""

    def __init__(self, network: LeNet, recipe: Recipe1998) -> None:
        super().__init__()
        self.network, self.recipe = network, recipe

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        for stage in self.network.stages().values():
            x = squash(_total(stage, x))
        penalties = ((x.flatten() - self.network.rbf.codes) ** 2).sum(dim=1)
        return self.recipe.loss(penalties[None], label[None])[0]


def _total(stage: Squashed, x: Tensor) -> Tensor:
    """Return ``stage.total`` of one pattern [maps, height, width], as products that compile well."""
    maps, height, width = x.shape
    if isinstance(stage, Subsampling):
        sums = x.view(maps, height // 2, 2, width // 2, 2).sum(dim=(2, 4))
        sums = sums.repeat_interleave(stage.copies, dim=0)
        return sums * stage.coefficient[:, None, None] + stage.bias[:, None, None]
    assert isinstance(stage, Convolution)
    size = stage.size
    high, wide = height - size + 1, width - size + 1
    shifted = [x[:, i : i + high, j : j + wide] for i in range(size) for j in range(size)]
    patches = torch.stack(shifted, dim=1).reshape(-1, high * wide)
    sums = stage.weight().reshape(stage.outputs, -1) @ patches
    return sums.view(stage.outputs, high, wide) + stage.bias[:, None, None]


def _updating(network: LeNet, recipe: Recipe1998, compiled: bool) -> Update:
    """Return an update of weights [seeds, n] and of the sums of losses [seeds], in place."""
    module = _OfOnePattern(network, recipe)
    shapes = {name: parameter.shape for name, parameter in module.named_parameters()}
    sizes = [shape.numel() for shape in shapes.values()]

    def criterion(weights: Tensor, x: Tensor, label: Tensor) -> Tensor:
        parts = zip(shapes.items(), weights.split(sizes), strict=True)
        return functional_call(module, {name: part.view(shape) for (name, shape), part in parts}, (x, label))

    gradients = vmap(grad_and_value(criterion))

    def update(weights: Tensor, h: Tensor, x: Tensor, labels: Tensor, rate: Tensor, losses: Tensor) -> None:
        gradient, loss = gradients(weights, x, labels)
        weights.sub_(rate * gradient / (MU + h))
        losses.add_(loss)

    return compiling(update, cpp_wrapper=True) if compiled else update
