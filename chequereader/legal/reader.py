"""What a page says in words: its lines found, brought to size, and looked at by a sliding network.

A legal amount of several lines is one chain of positions, one line's after the other's. Not for what the
words are worth beside the figures: see ``agreement``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from chequereader.box import Box
from chequereader.errors import WeightsError
from chequereader.fields.page_ink import GreyImage, find_ink
from chequereader.fields.spotter import ROUNDED, Spotter
from chequereader.legal.line import words_strip
from chequereader.legal.locate import LEGAL_SPOTTER, legal_lines
from chequereader.legal.slots import LETTERS
from chequereader.output import written_whole
from chequereader.recognition.sliding import SlidingRecogniser
from chequereader.recognition.store import made_ready
from chequereader.segmentation.strip import positions
from chequereader.shipped import SHIPPED, verified

LEGAL = SHIPPED / "legal.safetensors"


@dataclass(frozen=True, eq=False)
class LegalLook:
    """What was seen of a legal amount.

    ``boxes`` of its lines on the upright page, at least one; ``penalties`` float [positions, labels], minus
    the logarithms of the probabilities of ``LETTERS.labels``, of all lines one after the other.
    """

    boxes: tuple[Box, ...]
    penalties: Tensor

    @property
    def text(self) -> str:
        """The likeliest letters of the positions, one by one, spaces as they come."""
        likeliest = self.penalties.argmin(dim=1).tolist()
        return LETTERS.decode([label for label, _ in groupby(likeliest)]).strip()


class LegalReader:
    """Looks at legal amounts; loads weights once. ``WeightsError`` if there are none that fit."""

    def __init__(self, weights: Path = LEGAL, spotter: Path = LEGAL_SPOTTER) -> None:
        self.spotter = Spotter.load(spotter)
        self.recogniser = made_ready(load_legal(weights), torch.device("cpu"))

    def look(self, page: GreyImage) -> LegalLook | None:
        """Look for the legal amount on an upright page, grey uint8 [height, width]; ``None`` without any."""
        return self.look_at(page, self.lines(page))

    def lines(self, page: GreyImage) -> list[Box]:
        """Return where its lines are, from the upper one on."""
        return legal_lines(self.spotter.spot(find_ink(page)))

    def look_at(self, page: GreyImage, lines: Sequence[Box]) -> LegalLook | None:
        """Look at some lines of a page; ``None`` without ink in any."""
        boxes, penalties = [], []
        for box in lines:
            strip = words_strip(np.ascontiguousarray(page[box.y0 : box.y1, box.x0 : box.x1]))
            if strip is not None:
                count = positions(strip.shape[1])
                # widths are rounded up, as a convolution keeps a program for each
                padded = np.pad(strip, ((0, 0), (0, -strip.shape[1] % ROUNDED)))
                with torch.inference_mode():
                    penalties.append(self.recogniser(torch.from_numpy(padded)[None])[0, :count])
                boxes.append(box)
        return LegalLook(tuple(boxes), torch.cat(penalties)) if boxes else None


def save_legal(path: Path, recogniser: SlidingRecogniser) -> None:
    """Write the weights of a network of letters; the file appears whole or not at all."""
    about = {"architecture": recogniser.architecture, "labels": LETTERS.labels}
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in recogniser.state_dict().items()}
    with written_whole(path) as temporary:
        temporary.write_bytes(save(tensors, metadata={"chequereader": json.dumps(about)}))


def load_legal(path: Path) -> SlidingRecogniser:
    """Read the weights of a network of letters; ``WeightsError`` if they are missing, damaged or others."""
    if not path.is_file():
        raise WeightsError(f"{path} is missing: reinstall the package or train with pipelines.train_legal")
    verified(path)
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})["chequereader"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        if about["labels"] != LETTERS.labels:
            raise ValueError("other labels")
        recogniser = SlidingRecogniser(LETTERS, about["architecture"])
        recogniser.load_state_dict(tensors)
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as broken:
        raise WeightsError(
            f"{path}: not weights of this program ({type(broken).__name__}); reinstall or train them again"
        ) from broken
    return recogniser.eval()
