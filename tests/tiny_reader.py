"""Weights of chance for tests of what stands around the networks: made in milliseconds, no good."""

from __future__ import annotations

from pathlib import Path

import torch

from chequereader.alphabet import AMOUNTS
from chequereader.decision import Calibration, save_calibrations
from chequereader.grammar import amounts
from chequereader.recognition.recogniser import Recogniser
from chequereader.recognition.store import save_weights
from chequereader.segmentation.segmenter import GEOMETRY

CALIBRATIONS = {
    "whole": Calibration(1.0, 0.0, (0.0, 0.2, 0.4, 0.8, 0.99)),
    "auto": Calibration(0.5, -1.0, (0.0, 0.1, 0.5)),
}


def chance_recogniser(seed: int = 0) -> Recogniser:
    """A recogniser as it is before any training."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Recogniser(AMOUNTS, len(GEOMETRY)).eval()


def write_chance_weights(folder: Path) -> Path:
    """Write weights and their calibrations; return the path of the weights."""
    path = folder / "chance.safetensors"
    save_weights(path, "chance", chance_recogniser(), amounts("auto").graph.penalty)
    save_calibrations(path.with_suffix(".calibration.json"), CALIBRATIONS)
    return path
