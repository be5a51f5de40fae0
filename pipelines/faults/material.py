"""Inputs of a night run in every format, good and damaged, from a seed. Not for pictures worth reading."""

from __future__ import annotations

import functools
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from pipelines.faults.letters import BACK, Item, View, letter

_SAVED_AS: Mapping[str, tuple[str, dict[str, object]]] = {
    "png": ("PNG", {}),
    "jpg": ("JPEG", {"quality": 90}),
    "bmp": ("BMP", {}),
    "webp": ("WEBP", {"lossless": True}),
    "tif": ("TIFF", {"compression": "tiff_lzw"}),
    "g4.tif": ("TIFF", {"compression": "group4"}),
    "pdf": ("PDF", {"resolution": 200}),
}


def picture(rng: np.random.Generator) -> Image.Image:
    """Return a small grey page with some ink."""
    page = np.full((40, 120), 235, np.uint8)
    x, y = rng.integers(5, 80), rng.integers(5, 25)
    page[y : y + 10, x : x + 30] = rng.integers(0, 90)
    return Image.fromarray(page)


def encoded(kind: str, images: list[Image.Image]) -> bytes:
    """Return an image file; ``kind`` is a suffix such as ``g4.tif``."""
    form, options = _SAVED_AS[kind]
    pages = (
        [image.point(lambda v: 255 * (v > 128)).convert("1") for image in images] if "g4" in kind else images
    )
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    pages[0].save(buffer, form, **options, **more)
    return buffer.getvalue()


def _one_page(kind: str, rng: np.random.Generator) -> bytes:
    return encoded(kind, [picture(rng)])


def _letter(rng: np.random.Generator, encoding: str) -> bytes:
    def view(side: str = "0") -> View:
        return View(encoded("g4.tif", [picture(rng)]), side)

    items = [Item(int(rng.integers(1, 10**7)), [view(), view(BACK)], returned=i == 2) for i in range(3)]
    return letter(items, encoding)


def _zip(rng: np.random.Generator) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in ("png", "jpg", "tif"):
            archive.writestr(f"in/{kind}.{kind}", encoded(kind, [picture(rng)]))
    return buffer.getvalue()


def _tar(rng: np.random.Generator, mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for kind in ("png", "bmp", "g4.tif"):
            data = encoded(kind, [picture(rng)])
            info = tarfile.TarInfo(f"in/{kind[:2]}.{kind}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


KINDS: Mapping[str, Callable[[np.random.Generator], bytes]] = {
    **{kind: functools.partial(_one_page, kind) for kind in _SAVED_AS},
    "pages.tif": lambda rng: encoded("tif", [picture(rng) for _ in range(3)]),
    "pages.pdf": lambda rng: encoded("pdf", [picture(rng) for _ in range(2)]),
    "ascii.x9": lambda rng: _letter(rng, "ascii"),
    "ebcdic.x937": lambda rng: _letter(rng, "cp037"),
    "zip": _zip,
    "tar": lambda rng: _tar(rng, "w"),
    "tar.gz": lambda rng: _tar(rng, "w:gz"),
}
"""Makers of valid files by their suffix."""

PAGES: Mapping[str, tuple[str, ...]] = {
    "pages.tif": ("", "", ""),
    "pages.pdf": ("", ""),
    "ascii.x9": ("", "", ""),
    "ebcdic.x937": ("", "", ""),
    "zip": ("/in/png.png", "/in/jpg.jpg", "/in/tif.tif"),
    "tar": ("/in/pn.png", "/in/bm.bmp", "/in/g4.g4.tif"),
    "tar.gz": ("/in/pn.png", "/in/bm.bmp", "/in/g4.g4.tif"),
}
"""What a file of several pages gives: the member of each page, empty where the file has its own pages."""


def bits_flipped(data: bytes, rng: np.random.Generator) -> bytes:
    """Return data with some bits turned over, half of the time near the beginning, where they do most."""
    damaged = bytearray(data)
    reach = len(data) if rng.random() < 0.5 else min(300, len(data))
    for place in rng.integers(0, reach, rng.integers(1, 12)):
        damaged[place] ^= 1 << int(rng.integers(8))
    return bytes(damaged)


def truncated(data: bytes, rng: np.random.Generator) -> bytes:
    """Return the beginning of data."""
    return data[: int(rng.integers(1, len(data)))]


Damage = Callable[[bytes, np.random.Generator], bytes]

DAMAGES: Mapping[str, Damage] = {
    "empty": lambda data, rng: b"",
    "truncated": truncated,
    "halved": lambda data, rng: data[len(data) // 2 :],
    "bits": bits_flipped,
    "zeros": lambda data, rng: data[:40] + bytes(max(0, len(data) - 40)),
    "noise": lambda data, rng: rng.bytes(len(data)),
    "text": lambda data, rng: b"this is no scan\n" * 40,
    "doubled": lambda data, rng: data[:100] + data,
    "headless": lambda data, rng: data[16:],
    "html": lambda data, rng: b"<html><body>404 not found</body></html>",
    # These have a good file, but do harm to the reader of the test by their names.
    "crash": lambda data, rng: data,
    "exit": lambda data, rng: data,
    "spin": lambda data, rng: data,
    "hang": lambda data, rng: data,
    "memory": lambda data, rng: data,
}
"""Ways to damage a file, by the word that its name gets."""

HARMFUL = ("crash", "exit", "spin", "hang", "memory")
"""Those that take the reading process along: in which way may depend on what else happens to it."""


@dataclass(frozen=True)
class Material:
    """A folder of inputs: the pages that have to come out, as (file, page), and the damaged files."""

    good: frozenset[tuple[str, int]]
    damaged: frozenset[str]


def write_material(folder: Path, count: int, seed: int, share_damaged: float = 0.05) -> Material:
    """Write ``count`` files of all kinds in turn into a folder, a share of them damaged, all ways in turn."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    chosen = rng.choice(count, round(count * share_damaged), replace=False).tolist()
    ways = dict(zip(chosen, list(DAMAGES) * (len(chosen) // len(DAMAGES) + 1), strict=False))
    good: set[tuple[str, int]] = set()
    damaged = set()
    for number in range(count):
        kind = list(KINDS)[number % len(KINDS)]
        data = KINDS[kind](rng)
        way = ways.get(number)
        name = f"{number:05d}-{way or 'good'}.{kind}"
        (folder / name).write_bytes(data if way is None else DAMAGES[way](data, rng))
        if way is not None:
            damaged.add(name)
            continue
        for page, member in enumerate(PAGES.get(kind, ("",)), 1):
            good.add((name + member, 1 if member else page))
    return Material(frozenset(good), frozenset(damaged))
