"""Accept or reject: a raw posterior becomes a calibrated confidence, a tolerated error a threshold.

Calibration is a logistic curve over the posterior's log odds, fitted on cheques that training never saw; with
it comes the distribution of confidences there, from which the threshold for a tolerated share of errors
follows. Not for finding answers: see ``interpretation``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chequereader.errors import WeightsError
from chequereader.options import ReadOptions
from chequereader.output import write_text
from chequereader.shipped import list_checksum, verified

_LEAST = 1e-6
_KINDS = ("whole", "auto")


@dataclass(frozen=True)
class Calibration:
    """Calibrated confidence = 1 / (1 + exp(-(slope * log odds + offset))).

    ``sample``: calibrated confidences of the best answers on the cheques it was fitted on, sorted, 0 where
    there was no answer.
    """

    slope: float
    offset: float
    sample: tuple[float, ...]

    def confidence(self, posterior: float) -> float:
        """Return the calibrated probability that an answer with this posterior is right."""
        p = min(max(posterior, _LEAST), 1 - _LEAST)
        return 1 / (1 + math.exp(-(self.slope * math.log(p / (1 - p)) + self.offset)))

    def threshold(self, max_error: float) -> float:
        """Return the least confidence to accept so that errors stay at ``max_error`` of all cheques or below.

        Expected errors: the sum of 1 - confidence over the accepted ones of the sample. Above one if nothing
        may be accepted.
        """
        if not self.sample:
            return 1.1
        falling = np.array(self.sample)[::-1]
        expected = np.cumsum(1 - falling) / len(falling)
        accepted = int(np.searchsorted(expected, max_error, side="right"))
        if accepted < len(falling):  # equal confidences are accepted together or not at all
            accepted = int(np.count_nonzero(falling > falling[accepted]))
        if accepted == 0:
            return 1.1
        return float(falling[accepted - 1])

    def accepted_from(self, options: ReadOptions) -> float:
        """Return the least confidence to accept under the options of reading."""
        return self.threshold(options.max_error) if options.threshold is None else options.threshold

    @classmethod
    def fit(cls, posteriors: Sequence[float], right: Sequence[bool]) -> Calibration:
        """Fit by maximum likelihood, Platt's smoothed targets; a posterior of 0 means there was no answer."""
        from scipy.optimize import minimize

        p = np.clip(np.array(posteriors, float), _LEAST, 1 - _LEAST)
        odds = np.log(p / (1 - p))
        good = np.array(right, bool)
        high, low = (good.sum() + 1) / (good.sum() + 2), 1 / ((~good).sum() + 2)
        target = np.where(good, high, low)

        def loss(w: np.ndarray) -> float:
            z = w[0] * odds + w[1]
            return float((np.logaddexp(0, z) - target * z).mean() + 1e-3 * (w[0] - 1) ** 2)

        slope, offset = minimize(loss, np.array([1.0, 0.0])).x
        bare = cls(float(slope), float(offset), ())
        sample = sorted(bare.confidence(q) if q > 0 else 0.0 for q in posteriors)
        # rounded down: an answer like one of the sample must reach a threshold taken from it
        return cls(bare.slope, bare.offset, tuple(math.floor(c * 1e6) / 1e6 for c in sample))


def load_calibrations(path: Path) -> dict[str, Calibration]:
    """Read the calibrations that belong to weights: ``whole`` for fields, ``auto`` for whole cheques.

    ``WeightsError`` if the file is missing or damaged, lacks one of them, or ships and isn't as it came.
    """
    try:
        verified(path)
        data = json.loads(path.read_text(encoding="utf-8"))
        found = {kind: data[kind] for kind in _KINDS}
        return {
            k: Calibration(float(v["slope"]), float(v["offset"]), tuple(float(c) for c in v["sample"]))
            for k, v in found.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as broken:
        raise WeightsError(
            f"{path}: no usable calibration beside the weights; reinstall chequereader"
        ) from broken


def save_calibrations(path: Path, calibrations: dict[str, Calibration]) -> None:
    """Write calibrations as JSON; where weights ship, with their checksum, without which they aren't read."""
    data = {k: {"slope": c.slope, "offset": c.offset, "sample": c.sample} for k, c in calibrations.items()}
    write_text(path, json.dumps(data, indent=1) + "\n")
    list_checksum(path)
