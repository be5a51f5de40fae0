"""The criterion of single characters: maximum a posteriori with a class for "none of them" (eq. 9).

Not for sequences, whose criteria are in ``criteria``.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def map_criterion(penalties: Tensor, targets: Tensor, none_penalty: float) -> Tensor:
    """Return eq. (9) of each pattern, [batch]: y_correct + log(e^-j + sum_i e^-y_i).

    ``penalties`` [batch, classes], ``targets`` int64 [batch], ``none_penalty`` the paper's j > 0. Classes
    whose penalty is far above j aren't pushed further away. Never negative.
    """
    correct = penalties.gather(1, targets[:, None])[:, 0]
    return correct + _with_none(-penalties, none_penalty).logsumexp(dim=1)


def map_curvature(features: Tensor, codes: Tensor, none_penalty: float) -> Tensor:
    """Return the second derivative of eq. (9) with respect to each feature, [batch, features].

    ``features`` [batch, features] are what the RBF output sees, ``codes`` [classes, features] its centres;
    the RBF has no trained parameter and counts as part of the loss. With posteriors p of the classes and of
    "none", and dy_i/dx_j = 2 (x_j - w_ij), it is 2 p_none + Var_p(dy/dx_j): never negative, and the correct
    class has no part in it.
    """
    slopes = 2.0 * (features[:, None] - codes)
    posteriors = F.softmax(_with_none(-(slopes**2).sum(dim=2) / 4.0, none_penalty), dim=1)
    classes, none = posteriors[:, :-1], posteriors[:, -1:]
    mean = torch.einsum("bc,bcf->bf", classes, slopes)
    spread = torch.einsum("bc,bcf->bf", classes, (slopes - mean[:, None]) ** 2)
    return 2.0 * none + spread + none * mean**2


def _with_none(scores: Tensor, none_penalty: float) -> Tensor:
    return torch.cat([scores, scores.new_full((len(scores), 1), -none_penalty)], dim=1)
