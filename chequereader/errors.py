"""Exit codes and exceptions: every failure a user can meet, with its remedy.

An exception here is a docstring, an exit code and a message that names what to do. Nothing else in the
package decides about exit codes. Not for programming errors: those stay ordinary Python exceptions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """The documented, stable exit codes of the command line."""

    DONE = 0
    USAGE = 2
    UNREADABLE_INPUT = 3
    WEIGHTS = 4
    OUTPUT = 5
    SOME_FAILED = 6
    INTERRUPTED = 130


class ChequeReaderError(Exception):
    """A failure with a remedy; the message is one line."""

    exit_code: ExitCode = ExitCode.USAGE


class UsageError(ChequeReaderError):
    """What was asked for makes no sense, such as a zone outside the image."""

    exit_code = ExitCode.USAGE


class UnreadableInputError(ChequeReaderError):
    """An input file is missing, damaged, too large or not an image.

    ``page`` counts from 1 and tells where in a file of several pages reading stopped.
    """

    exit_code = ExitCode.UNREADABLE_INPUT

    def __init__(self, message: str, page: int = 1) -> None:
        super().__init__(message)
        self.page = page


class WeightsError(ChequeReaderError):
    """Weights are missing, damaged or belong to another architecture."""

    exit_code = ExitCode.WEIGHTS


class OutputError(ChequeReaderError):
    """A result can't be written."""

    exit_code = ExitCode.OUTPUT


def one_line(text: object) -> str:
    """Return a text that prints as one line in any encoding of Unicode, whatever a file name holds.

    Line breaks, control characters and bytes that are no text stand as backslash escapes.
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(text))


@contextmanager
def reading_whole(path: Path, what: str, like: str) -> Iterator[None]:
    """Turn what goes wrong while a data file is read into ``UnreadableInputError``.

    ``what``: its kind; ``like``: a file of that kind, as the remedy.
    """
    import zlib  # not all commands read such files
    from zipfile import BadZipFile

    try:
        yield
    except (OSError, EOFError, ValueError, IndexError, KeyError, BadZipFile, zlib.error) as broken:
        raise UnreadableInputError(
            f"{path}: not a whole {what} ({one_line(broken)}); expected one like {like}"
        ) from broken
