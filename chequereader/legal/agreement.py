"""How far what a page says in words agrees with each answer of its figures: what banks check by eye.

Each answer's ways to be written are composed with what the network sees, and the forward penalties of
eq. (13) are likelihoods of the words. The figures' posteriors are the prior. Words that fit no answer say
little: they may not have been found, or not be legible. Not for finding or looking at words: see ``reader``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from chequereader.grammar.held import held, holding_penalties
from chequereader.graph import Probabilities, pack
from chequereader.interpretation import Answer
from chequereader.legal.languages import languages_of
from chequereader.legal.numbers import proposed
from chequereader.legal.phrases import phrases
from chequereader.legal.reader import LegalLook
from chequereader.legal.slots import BESIDE, LABELS, graph_of
from chequereader.legal.spelling import LANGUAGES, UNSPELLED
from chequereader.recognition.sliding import chain

PASSED_OVER = 0.5
"""What a position costs that belongs to no text, beyond its likeliest label."""
TRUST = 0.11
"""Power of the words' likelihoods: what is seen at successive positions is far from independent."""
READINGS = 6
"""Readings of the words that are looked at for amounts which the figures don't propose."""
USELESS = 0.6
"""How likely words are useless, not found or illegible, beforehand."""
OTHERWISE = 45.0, 0.03
"""Penalty of what says none of the answers, and how much more it is for each position."""
PLAINLY = 0.05
"""Share of the penalty of what says none of the answers, up to which words plainly say one."""
UNSURE, SURE = 0.7, 0.95
"""Confidences: less after the words leaves doubt, or less before words that don't say it plainly."""

_LEAST_REST = 1e-6


@dataclass(frozen=True)
class Agreement:
    """A page's answers as its words have ordered them, and whether these say what the first one does.

    ``language``: of ``spelling.LANGUAGES``, the one that they seem to be in. ``doubtful``: whether another
    amount than these may be meant, so that it is worth to ask what the words say.
    """

    answers: list[Answer]
    agrees: bool
    language: str
    doubtful: bool


def agree(pages: Sequence[tuple[Sequence[Answer], LegalLook]]) -> list[Agreement]:
    """Weigh the answers of pages by their words; a page has one answer at least.

    The language is the one in which a page's best answer fits best.
    """
    looks = [look for _, look in pages]
    tried = [
        (page, answers[0].amount.minor_units, language)
        for page, (answers, look) in enumerate(pages)
        for language in languages_of(look.text)
    ]
    spoken: list[tuple[float, str]] = [(math.inf, LANGUAGES[0])] * len(pages)
    for (page, _, language), penalty in zip(tried, _penalties(looks, tried), strict=True):
        spoken[page] = min(spoken[page], (penalty, language))
    others = [
        (page, answer.amount.minor_units, spoken[page][1])
        for page, (answers, _) in enumerate(pages)
        for answer in answers[1:]
    ]
    rest = iter(_penalties(looks, others))
    agreements = []
    for (answers, look), (best, language) in zip(pages, spoken, strict=True):
        penalties = [best, *(next(rest) for _ in answers[1:])]
        agreements.append(_weighed(answers, look, penalties, language))
    return agreements


def _weighed(
    answers: Sequence[Answer], look: LegalLook, penalties: Sequence[float], language: str
) -> Agreement:
    seen = float(look.penalties.amin(dim=1).sum())
    likelihood = [-TRUST * (penalty - seen) for penalty in penalties]
    otherwise = -TRUST * (OTHERWISE[0] + OTHERWISE[1] * len(look.penalties))
    unit = max(*likelihood, otherwise)
    useless = math.exp(otherwise - unit)
    says = [(1 - USELESS) * math.exp(one - unit) + USELESS * useless for one in likelihood]
    mass = [answer.confidence * one for answer, one in zip(answers, says, strict=True)]
    left = max(1.0 - sum(answer.confidence for answer in answers), _LEAST_REST) * useless
    whole = sum(mass) + left
    order = sorted(range(len(answers)), key=lambda k: -mass[k])
    weighed = [replace(answers[k], confidence=mass[k] / whole) for k in order]
    says_it, best = likelihood[order[0]], answers[order[0]]
    plainly = says_it > PLAINLY * otherwise
    doubtful = weighed[0].confidence < UNSURE or (not plainly and best.confidence < SURE)
    return Agreement(weighed, says_it > otherwise, language, doubtful)


def fit(look: LegalLook, minor_units: int) -> float:
    """Return how badly words say an amount in the language that it fits best in: a penalty, lower is better.

    The forward penalty beyond that of the likeliest labels.
    """
    asked = [(0, minor_units, language) for language in LANGUAGES]
    return min(_penalties([look], asked)) - float(look.penalties.amin(dim=1).sum())


def said(look: LegalLook, language: str) -> list[int]:
    """Return the amounts that words most likely say in a language, best first, in hundredths."""
    return proposed(_columns(look.penalties), language, READINGS)


def _penalties(looks: Sequence[LegalLook], asked: Sequence[tuple[int, int, str]]) -> list[float]:
    """Return the forward penalty of each amount in a page's words in a language, +inf if it isn't spelled."""
    found = [math.inf] * len(asked)
    known = [k for k, (_, amount, _) in enumerate(asked) if amount < 100 * UNSPELLED]
    if not known:
        return found
    pages = sorted({asked[k][0] for k in known}, key=lambda page: -len(looks[page].penalties))
    place = {page: number for number, page in enumerate(pages)}
    # those whose chains are longest come first: they are the last to end
    known.sort(key=lambda k: place[asked[k][0]])
    texts = pack([graph_of([BESIDE, *phrases(*asked[k][1:]), BESIDE]) for k in known])
    positions = chain([len(looks[page].penalties) for page in pages])
    columns = torch.cat([_columns(looks[page].penalties) for page in pages])
    member = np.array([place[asked[k][0]] for k in known])
    sums = Probabilities(positions, holding_penalties(columns), held(texts, LABELS, touching=True), member)
    for k, penalty in zip(known, sums.total.tolist(), strict=True):
        found[k] = penalty
    return found


def _columns(penalties: Tensor) -> Tensor:
    """Return penalties of ``LABELS``: those of letters, what passing over a position costs, and none's."""
    passed = penalties.amin(dim=1, keepdim=True) + PASSED_OVER
    return torch.cat([penalties[:, :-1], passed, penalties[:, -1:]], dim=1)
