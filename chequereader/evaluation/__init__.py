"""How well cheques are read: shares of correct, wrong and rejected, curves, calibration, confusions.

Takes readings and truths; not for reading, nor for choosing thresholds.
"""

from __future__ import annotations

from chequereader.evaluation.figures import Evaluation
from chequereader.evaluation.files import write_evaluation
from chequereader.evaluation.gallery import Gallery
from chequereader.evaluation.outcome import Outcome
from chequereader.evaluation.report import Conditions
from chequereader.evaluation.run import evaluate

__all__ = ["Conditions", "Evaluation", "Gallery", "Outcome", "evaluate", "write_evaluation"]
