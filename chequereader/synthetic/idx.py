"""The files of MNIST and QMNIST: arrays of bytes or of 32-bit integers behind a short head.

Not for what the arrays mean: see ``glyph_sources`` and the training's ``glyphs``.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chequereader.errors import reading_whole

_TYPES = {b"\0\0\x08": ">u1", b"\0\0\x0c": ">i4"}


def read_idx(path: Path) -> NDArray[np.uint8] | NDArray[np.int32]:
    """Read an idx file, gzipped or not; ``UnreadableInputError`` if it isn't a whole one."""
    with reading_whole(path, "idx file", "MNIST's"):
        raw = path.read_bytes()
        if path.suffix == ".gz":
            raw = gzip.decompress(raw)
        if raw[:3] not in _TYPES:
            raise ValueError("another kind of file")
        shape = np.frombuffer(raw, ">i4", raw[3], 4)
        values = np.frombuffer(raw, _TYPES[raw[:3]], offset=4 + 4 * raw[3]).reshape(shape)
        return values.astype(values.dtype.newbyteorder("="), copy=False)
