"""The recogniser alone: characters a second, from pictures of 32 x 32 bytes to scores, on one core and a GPU.

    python -m pipelines.benchmark recogniser [--batches 32 256 1024] [--seconds 2]

Each network as it was trained and as the reader runs it, by torch and, where that is installed, by ONNX
Runtime, and compiled with its weights fixed where there is a C++ compiler; beside each how far its scores are
from those of the network as trained, at most. Untrained networks: weights change no time. On a GPU in half
precision, by the clock. Not for accuracy, nor for whole cheques: see ``read``.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from chequereader.alphabet import AMOUNTS
from chequereader.recognition import onnx_networks
from chequereader.recognition.lenet import LeNet5
from chequereader.recognition.networks import READING_ARCHITECTURES, reading_network

TARGET, GPU_TARGET = 50_000, 1_000_000
"""Characters a second wanted of the paper's network on one core, and of a GPU."""

GPU_BATCHES = 4096, 65536

NAMES = 44
"""Letters that a name has room for."""

Scores = Callable[[Tensor], Tensor]


def main(arguments: list[str]) -> None:
    """Print a table of characters a second."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.benchmark recogniser", description=__doc__)
    parser.add_argument("--batches", type=int, nargs="*", default=[32, 256, 1024])
    parser.add_argument("--seconds", type=float, default=2.0, help="measured for each number")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    batches = "".join(f"{batch:>10}" for batch in options.batches)
    print(f"{'characters a second, in batches of':{NAMES}}{'differs by':>10}{batches}")
    for architecture in READING_ARCHITECTURES:
        for name, scores, trained in ways(architecture):
            one_row(f"{architecture}, {name}", scores, trained, options.batches, options.seconds)
    if torch.cuda.is_available():
        on_gpu(options.seconds)
    else:
        print("no GPU here: its rows are left out")
    print(f"wanted: {TARGET:,} on one core, {GPU_TARGET:,} on a GPU")


def ways(architecture: str) -> list[tuple[str, Scores, Scores]]:
    """Return the ways to run a network: a name, its scores, and those of the network as trained."""
    torch.manual_seed(0)
    network = reading_network(AMOUNTS.classes, architecture).eval()
    trained = network.picture_scores
    found: list[tuple[str, Scores, Scores]] = [("as trained", trained, trained)]
    if isinstance(network, LeNet5):
        reading = reading_network(AMOUNTS.classes, architecture).eval()
        reading.load_state_dict(network.state_dict())
        assert isinstance(reading, LeNet5)
        reading.fold()
        found.append(("folded", reading.picture_scores, trained))
    if onnx_networks.installed():
        found.append(("by ONNX Runtime", onnx_networks.OnnxNetwork(network).picture_scores, trained))
    if shutil.which("g++"):
        by_torch = found[1] if isinstance(network, LeNet5) else found[0]
        found.append((f"{by_torch[0]}, compiled", compiled(by_torch[1]), trained))
    return found


def compiled(scores: Scores) -> Scores:
    """Return scores compiled anew for each size of batch, the weights laid out once and for all."""
    return torch.compile(scores, dynamic=False, options={"freezing": True})


@torch.no_grad()
def one_row(name: str, scores: Scores, trained: Scores, batches: Sequence[int], seconds: float) -> None:
    """Print how far scores are from the trained network's, and characters a second of processor time."""
    torch.compiler.reset()
    some = pictures(batches[0])
    apart = float((scores(some) - trained(some)).abs().max())
    rates = [rate(scores, pictures(batch), seconds, time.process_time) for batch in batches]
    print(f"{name:{NAMES}}{apart:10.0e}" + "".join(f"{round(value):>10,}" for value in rates), flush=True)


@torch.no_grad()
def on_gpu(seconds: float) -> None:
    """Print characters a second on the GPU, pictures already there, in half precision."""
    print(f"{torch.cuda.get_device_name():{NAMES}}" + "".join(f"{batch:>12}" for batch in GPU_BATCHES))
    for architecture in READING_ARCHITECTURES:
        network = reading_network(AMOUNTS.classes, architecture).eval().cuda()

        scores = in_half_precision(network.picture_scores)
        rates = [rate(scores, pictures(batch).cuda(), seconds, time.perf_counter) for batch in GPU_BATCHES]
        print(f"{architecture:{NAMES}}" + "".join(f"{round(value):>12,}" for value in rates), flush=True)


def in_half_precision(scores: Scores) -> Scores:
    """Return scores on the GPU that are done when they are returned."""

    def done(some: Tensor) -> Tensor:
        with torch.autocast("cuda", torch.bfloat16):
            found = scores(some)
        torch.cuda.synchronize()
        return found

    return done


def rate(scores: Scores, some: Tensor, seconds: float, clock: Callable[[], float]) -> float:
    """Return characters a second, the best of five turns."""
    scores(some)
    best = 0.0
    for _ in range(5):
        began, done = clock(), 0
        while (spent := clock() - began) < seconds / 5 or not done:
            scores(some)
            done += len(some)
        best = max(best, done / max(spent, 1e-9))
    return best


def pictures(count: int) -> Tensor:
    """Return random pictures, uint8 [count, 32, 32]."""
    return torch.randint(256, (count, 32, 32), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
