"""Files of weights that ship with the package: where they lie, and that they are as they came.

Not for what is in them: each kind has its own loader.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from chequereader.errors import WeightsError

SHIPPED = Path(__file__).resolve().parent / "weights"


def verified(path: Path) -> str:
    """Return a file's SHA-256; ``WeightsError`` if it ships with the package and isn't as it came."""
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    if path.resolve().parent == SHIPPED:
        listing = path.parent / "SHA256SUMS"
        lines = listing.read_text(encoding="utf-8").splitlines() if listing.is_file() else []
        if f"{checksum}  {path.name}" not in lines:
            raise WeightsError(
                f"{path}: damaged, its checksum is not the one it came with; reinstall chequereader"
            )
    return checksum


def load_tensors(path: Path, pipeline: str) -> dict[str, NDArray[np.float32]]:
    """Read a file of weights that ``pipeline`` writes; ``WeightsError`` if it is missing or damaged."""
    if not path.is_file():
        raise WeightsError(f"{path} is missing: reinstall the package or train with {pipeline}")
    verified(path)
    try:
        return load_file(path)
    except SafetensorError as error:
        raise WeightsError(f"{path} is damaged ({error}): reinstall the package") from error
