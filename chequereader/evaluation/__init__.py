"""How well cheques are read: shares of correct, wrong and rejected, curves, calibration, confusions.

Takes readings and truths; not for reading, nor for choosing thresholds.
"""

from __future__ import annotations

from chequereader.evaluation.outcome import Outcome
from chequereader.evaluation.report import Evaluation, write_evaluation
from chequereader.evaluation.run import evaluate

__all__ = ["Evaluation", "Outcome", "evaluate", "write_evaluation"]
