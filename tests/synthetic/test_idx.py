"""Files of idx: arrays as they were written, and what is none refused."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from chequereader.errors import UnreadableInputError
from chequereader.synthetic.idx import read_idx


def idx(array: np.ndarray) -> bytes:
    kind = b"\0\0\x08" if array.dtype == np.uint8 else b"\0\0\x0c"
    return kind + bytes([array.ndim]) + np.array(array.shape, ">i4").tobytes() + array.tobytes()


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("shape", [(5,), (3, 4, 2)])
@pytest.mark.parametrize("kind", [">u1", ">i4"])
def test_idx_files(tmp_path: Path, suffix: str, shape: tuple[int, ...], kind: str) -> None:
    array = np.arange(np.prod(shape)).astype(kind).reshape(shape)
    path = tmp_path / f"some{suffix}"
    path.write_bytes(gzip.compress(idx(array)) if suffix else idx(array))
    assert np.array_equal(read_idx(path), array)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\x08",
        b"\x89PNG....",
        b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0",  # floats
        b"\0\0\x08\x01\0\0\0\x03\x07\x07",  # cut off
        b"\0\0\x08\x02\0\0",
    ],
)
def test_what_is_no_idx_file_is_refused(tmp_path: Path, content: bytes) -> None:
    for name in ("some", "some.gz"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(UnreadableInputError, match="not a whole idx file"):
            read_idx(path)
