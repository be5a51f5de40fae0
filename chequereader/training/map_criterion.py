"""The criterion of single characters: maximum a posteriori with a class for "none of them" (eq. 9).

Not for sequences, whose criteria are in ``criteria``.
"""

from __future__ import annotations

import torch
from torch import Tensor


def map_criterion(penalties: Tensor, targets: Tensor, none_penalty: float) -> Tensor:
    """Return eq. (9) of each pattern, [batch]: y_correct + log(e^-j + sum_i e^-y_i).

    ``penalties`` [batch, classes], ``targets`` int64 [batch], ``none_penalty`` the paper's j > 0. Classes
    whose penalty is far above j aren't pushed further away. Never negative.
    """
    correct = penalties.gather(1, targets[:, None])[:, 0]
    none = penalties.new_full((len(penalties), 1), -none_penalty)
    return correct + torch.cat([-penalties, none], dim=1).logsumexp(dim=1)
