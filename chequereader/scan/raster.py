"""Pages of image files (PNG, JPEG, BMP, WebP, TIFF) by Pillow, as grey uint8 with dark ink on light paper.

Pillow is held to these formats (others start outside programs), headers are checked before pixels are
decoded, and a file that is cut off is refused instead of being filled up with grey. Not for PDF.
"""

from __future__ import annotations

import functools
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from chequereader.errors import UnreadableInputError, one_line
from chequereader.scan.limits import MAX_PAGES, MAX_PIXELS, check_size
from chequereader.scan.page import Page, Scan, plausible_dpi

FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "TIFF")

_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"RIFF", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# What Pillow raises on damaged files: its decoders are not strict about the type.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)

_PHOTOMETRIC = 262
_WHITE_IS_ZERO = 0
_SIXTEEN_BIT = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N"})
_EIGHT_BIT = frozenset(
    {"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr"},
)


def raster_pages(file: BinaryIO, name: str, head: bytes) -> Iterator[Page]:
    """Yield the pages of an image file; only TIFF has more than the first picture.

    ``head`` holds the file's first bytes. Raises ``UnreadableInputError`` where no further page can be found.
    """
    image = _opened(file, name, head)
    page = 1
    while True:
        yield Page(name, page, functools.partial(_decoded, image, name, page))
        if image.format != "TIFF" or not _turned(image, name, page):
            return
        page += 1
        if page > MAX_PAGES:
            raise UnreadableInputError(f"{one_line(name)}: more than {MAX_PAGES} pages; split the file", page)


def _decoded(image: Image.Image, name: str, page: int) -> Scan:
    check_size(name, image.width, image.height, page)
    with _damage_explained(name, page):
        return Scan(_pixels(image, name, page), _dpi(image), name, page)


def _opened(file: BinaryIO, name: str, head: bytes) -> Image.Image:
    with _damage_explained(name, 1):
        try:
            return Image.open(file, formats=FORMATS)
        except UnidentifiedImageError:
            if head.startswith(_MAGIC):
                raise
            raise UnreadableInputError(
                f"{one_line(name)}: not an image; PNG, JPEG, TIFF, WebP, BMP and PDF files are read, "
                "X9 cash letters, and ZIP and tar archives of them"
            ) from None


def _turned(image: Image.Image, name: str, page: int) -> bool:
    """Turn to the page after ``page``; false after the last."""
    with _damage_explained(name, page + 1):
        try:
            image.seek(page)
        except EOFError:
            return False
        return True


@contextmanager
def _damage_explained(name: str, page: int) -> Iterator[None]:
    """Say what is wrong with a file in one line, and keep Pillow's own warnings to itself."""
    shown = one_line(name)
    where = f"{shown}: page {page}" if page > 1 else f"{shown}: the image"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError:
        raise UnreadableInputError(
            f"{shown}: far more than {MAX_PIXELS // 10**6} million pixels; "
            "scan at 200 to 300 dpi or crop to the cheque",
            page,
        ) from None
    except _DAMAGE as error:
        raise UnreadableInputError(f"{where} is cut off or damaged; scan or copy it again", page) from error


def _pixels(image: Image.Image, name: str, page: int) -> np.ndarray:
    """Decode a page to grey uint8 [height, width], the right way up by its EXIF orientation."""
    # A JPEG's grey plane can be had without its colours, at a third of the memory.
    image.draft("L", image.size)
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode in _SIXTEEN_BIT:
        return _from_sixteen_bit(image, name, page)
    if image.mode not in _EIGHT_BIT:
        raise _strange_pixels(image, name, page)
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA").convert("LA")
        paper = Image.new("L", image.size, 255)
        paper.paste(with_alpha.getchannel("L"), mask=with_alpha.getchannel("A"))
        return np.array(paper)
    if image.mode in ("CMYK", "YCbCr"):
        image = image.convert("RGB")
    return np.array(image.convert("L"))


def _from_sixteen_bit(image: Image.Image, name: str, page: int) -> np.ndarray:
    levels = np.asarray(image)
    if levels.min() < 0 or levels.max() > 0xFFFF:
        raise _strange_pixels(image, name, page)
    grey = (levels // 257).astype(np.uint8)
    # Pillow minds TIFF's photometric sense for up to eight bits only.
    tags = getattr(image, "tag_v2", {})
    return 255 - grey if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO else grey


def _strange_pixels(image: Image.Image, name: str, page: int) -> UnreadableInputError:
    return UnreadableInputError(
        f"{one_line(name)}: pixels of kind {image.mode} are not read; save the scan as 8-bit grey or RGB",
        page,
    )


def _dpi(image: Image.Image) -> float | None:
    told = image.info.get("dpi")
    return plausible_dpi(told) if isinstance(told, tuple) and len(told) == 2 else None
