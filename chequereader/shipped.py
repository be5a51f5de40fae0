"""Weights and calibrations that ship with the package: where they lie, and that they are as they came.

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
from chequereader.output import write_text

SHIPPED = Path(__file__).resolve().parent / "weights"
_LISTING = "SHA256SUMS"


def verified(path: Path) -> str:
    """Return a file's SHA-256; ``WeightsError`` if it ships with the package and isn't as it came."""
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    if path.resolve().parent == SHIPPED and _listed(path.parent).get(path.name) != checksum:
        raise WeightsError(
            f"{path}: damaged, its checksum is not the one it came with; reinstall chequereader"
        )
    return checksum


def list_checksum(path: Path) -> None:
    """Put the SHA-256 of a file that is to ship into the list beside it; nothing for files elsewhere."""
    if path.resolve().parent == SHIPPED:
        known = _listed(path.parent) | {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
        write_text(path.parent / _LISTING, "".join(f"{sha}  {name}\n" for name, sha in sorted(known.items())))


def _listed(folder: Path) -> dict[str, str]:
    """Return the checksums of a folder's list by file name; it has the format of ``sha256sum``."""
    listing = folder / _LISTING
    lines = listing.read_text(encoding="utf-8").splitlines() if listing.is_file() else []
    return {name: checksum for checksum, _, name in (line.partition("  ") for line in lines)}


def load_tensors(path: Path, pipeline: str) -> dict[str, NDArray[np.float32]]:
    """Read a file of weights that ``pipeline`` writes; ``WeightsError`` if it is missing or damaged."""
    if not path.is_file():
        raise WeightsError(f"{path} is missing: reinstall the package or train with {pipeline}")
    verified(path)
    try:
        return load_file(path)
    except SafetensorError as error:
        raise WeightsError(f"{path} is damaged ({error}): reinstall the package") from error
