"""A space displacement network over a whole page: how likely it is, place by place, that the amount is there.

LeNet's convolutions and maxima slid over the page, as section VII-C spots objects. What it says of a
zone goes into the zone's penalty, and of likely places regions are made (``spotted``). Not for reading.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn

from chequereader.errors import WeightsError
from chequereader.fields.groups import FloatArray
from chequereader.fields.page_ink import INCH, GreyImage, PageInk, shrunk
from chequereader.shipped import SHIPPED, load_tensors

PICTURE_DPI = 50
"""Resolution at which the network sees a page: a digit is some seven pixels high."""
STRIDE = 4
"""Pixels of that picture from one place to the next; 12.5 places an inch."""
GOOD_STROKE = 160
"""Value of a good stroke's darkness in a picture; 0 is paper."""
MAPS = 8, 16, 32
"""Maps of the first three layers; the later ones have as many as the third."""
DILATIONS = 2, 4
"""Steps between what the last layers look at: with them a place sees an inch and a quarter to each side."""
ROUNDED = 64
"""Sides of a page's picture are rounded up to multiples of this when it is read: for each new size
convolutions keep a program, and a long batch grew by 100 MB a worker while every page had its own size."""
PRIOR = -5.0
"""Logit that training begins at: an amount covers about one place in 150 of its page."""
SPOTTER = SHIPPED / "spotter.safetensors"


def picture_of(page: PageInk) -> GreyImage:
    """Return a page as the network sees it, darkness in shares of a good stroke's, at ``PICTURE_DPI``."""
    darkness = page.darkness.astype(np.float32) * (GOOD_STROKE / page.strength)
    return shrunk(darkness.clip(max=255).astype(np.uint8), INCH // PICTURE_DPI)


class Spotter(nn.Module):
    """Pictures of pages to logits at their places, by five convolutions of 5 x 5.

    The later ones look at every second and every fourth place only, and are told where on the page they are.
    """

    def __init__(self) -> None:
        super().__init__()
        first, second, third = MAPS
        self.c1 = nn.Conv2d(1, first, 5, padding=2)
        self.c3 = nn.Conv2d(first, second, 5, padding=2)
        self.c5 = nn.Conv2d(second, third, 5, padding=2)
        self.around = nn.ModuleList(
            nn.Conv2d(third + 3 * (k == 0), third, 5, padding=2 * step, dilation=step)
            for k, step in enumerate(DILATIONS)
        )
        self.out = nn.Conv2d(2 * third, 1, 1)
        nn.init.constant_(self.out.get_parameter("bias"), PRIOR)

    def forward(self, pictures: Tensor, sizes: Tensor) -> Tensor:
        """Return logits [n, h / STRIDE, w / STRIDE] that the amount's ink is there.

        ``pictures`` float [n, 1, h, w], a good stroke 1; h and w multiples of ``STRIDE``. ``sizes`` [n, 2]
        are height and width of each page within its picture; what is beside the page changes nothing.
        """
        maps = torch.relu(torch.max_pool2d(self.c1(pictures), 2)) * _on_page(pictures, sizes, 2)
        maps = torch.relu(torch.max_pool2d(self.c3(maps), 2))
        on_page = _on_page(pictures, sizes, STRIDE)
        maps = torch.relu(self.c5(maps * on_page)) * on_page
        seen = torch.cat([maps, _places(on_page, sizes), on_page], 1)
        for layer in self.around:
            seen = torch.relu(layer(seen)) * on_page
        logits: Tensor = self.out(torch.cat([maps, seen], 1))
        return logits[:, 0]

    def spot(self, page: PageInk) -> FloatArray:
        """Return logits float32 [rows, columns] of a page's places; place 0, 0 is its upper left corner."""
        picture = picture_of(page)
        pictures, sizes = batch_of([picture], ROUNDED)
        with torch.inference_mode():
            seen = pictures.to(memory_format=torch.channels_last)
            logits = self(seen, sizes)[0].numpy()
        rows, columns = (-(-side // STRIDE) for side in picture.shape)
        return np.asarray(logits[:rows, :columns], np.float32)

    def save(self, path: Path) -> None:
        """Write the weights as safetensors."""
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({name: t.detach().numpy().copy() for name, t in self.state_dict().items()}, path)

    @classmethod
    def load(cls, path: Path = SPOTTER) -> Spotter:
        """Read the weights; ``WeightsError`` if they are missing, damaged or of another network."""
        tensors = load_tensors(path, "pipelines.train_spotter")
        made = cls()
        try:
            made.load_state_dict({name: torch.from_numpy(tensor) for name, tensor in tensors.items()})
        except RuntimeError as error:
            raise WeightsError(
                f"{path} holds other weights: reinstall the package or train with pipelines.train_spotter"
            ) from error
        made.requires_grad_(False)
        # maps side by side in memory: half the time
        return made.to(memory_format=torch.channels_last).eval()


def batch_of(pictures: list[GreyImage], multiple: int = STRIDE) -> tuple[Tensor, Tensor]:
    """Return pictures as the network takes them, float32 [n, 1, h, w] side by side, and their sizes.

    ``h`` and ``w`` are multiples of ``multiple``, itself one of ``STRIDE``.
    """
    sizes = torch.tensor([picture.shape for picture in pictures])
    height, width = (int(-(-side // multiple)) * multiple for side in sizes.amax(0))
    batch = np.zeros((len(pictures), 1, height, width), np.float32)
    for row, picture in zip(batch, pictures, strict=True):
        row[0, : picture.shape[0], : picture.shape[1]] = picture
    return torch.from_numpy(batch / GOOD_STROKE), sizes


@cache
def shipped_spotter() -> Spotter:
    """Return the network that ships with the package, loaded once."""
    return Spotter.load()


def _on_page(pictures: Tensor, sizes: Tensor, step: int) -> Tensor:
    """Return 1 for what is on its page and 0 for what is beside it, [n, 1, h / step, w / step]."""
    height, width = (side // step for side in pictures.shape[2:])
    tall, wide = sizes.T
    rows = torch.arange(height) * step < tall[:, None]
    columns = torch.arange(width) * step < wide[:, None]
    return (rows[:, None, :, None] & columns[:, None, None, :]).to(pictures.dtype)


def _places(on_page: Tensor, sizes: Tensor) -> Tensor:
    """Return x and y of the middle of each place as shares of its page, nought beside it: [n, 2, h, w]."""
    tall, wide = sizes.to(on_page.dtype).T
    height, width = on_page.shape[2:]
    y = (torch.arange(height) + 0.5) * STRIDE / tall[:, None]
    x = (torch.arange(width) + 0.5) * STRIDE / wide[:, None]
    grid = torch.broadcast_tensors(x[:, None, :], y[:, :, None])
    return torch.stack(grid, 1) * on_page
