"""Looks at words that say a text as a perfect network would, or nearly so."""

import torch

from chequereader.box import Box
from chequereader.legal.reader import LegalLook
from chequereader.legal.slots import LETTERS


def look_at_text(text: str, doubt: float = 0.01, seed: int = 0) -> LegalLook:
    """Return a look whose positions say a text, each label with a probability of 1 - ``doubt``."""
    labels = [label for letter in LETTERS.encode(text) for label in (letter, LETTERS.rubbish)]
    generator = torch.Generator().manual_seed(seed)
    others = torch.rand((len(labels), len(LETTERS.labels)), generator=generator)
    others[torch.arange(len(labels)), labels] = 0.0
    chances = doubt * others / others.sum(dim=1, keepdim=True)
    chances[torch.arange(len(labels)), labels] = 1.0 - doubt
    return LegalLook((Box(0, 0, 100, 20),), -chances.log())
