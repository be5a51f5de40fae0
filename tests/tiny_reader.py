"""Weights of chance for tests of what stands around the networks: made in milliseconds, no good."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from chequereader.alphabet import AMOUNTS
from chequereader.decision import Calibration, save_calibrations
from chequereader.grammar import amounts
from chequereader.recognition.recogniser import Recogniser
from chequereader.recognition.sliding import SlidingRecogniser
from chequereader.recognition.store import save_weights
from chequereader.segmentation.segmenter import GEOMETRY
from chequereader.segmentation.strip import STANDARD, Scale

CALIBRATIONS = {
    "whole": Calibration(1.0, 0.0, (0.0, 0.2, 0.4, 0.8, 0.99)),
    "auto": Calibration(0.5, -1.0, (0.0, 0.1, 0.5)),
}


def chance_recogniser(seed: int = 0) -> Recogniser:
    """A recogniser as it is before any training."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Recogniser(AMOUNTS, len(GEOMETRY)).eval()


def chance_sliding(seed: int = 0, architecture: str = "lenet5", scale: Scale = STANDARD) -> SlidingRecogniser:
    """A sliding recogniser as it is before any training, with the paper's few maps."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return SlidingRecogniser(AMOUNTS, architecture, scale=scale).eval()


def write_chance_weights(
    folder: Path, name: str = "chance", sliding: bool = True, scales: Sequence[Scale] = (STANDARD,)
) -> Path:
    """Write weights, by default of both recognisers, and calibrations; return the path of the weights."""
    path = folder / f"{name}.safetensors"
    other = [chance_sliding(seed, scale=scale) for seed, scale in enumerate(scales)] if sliding else []
    save_weights(path, name, chance_recogniser(), amounts("auto").graph.penalty, other)
    save_calibrations(path.with_suffix(".calibration.json"), CALIBRATIONS)
    return path
