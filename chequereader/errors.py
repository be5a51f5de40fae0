"""Exit codes and exceptions: every failure a user can meet, with its remedy.

An exception here is a docstring, an exit code and a message that names what to do. Nothing else in the
package decides about exit codes. Not for programming errors: those stay ordinary Python exceptions.
"""

from __future__ import annotations

from enum import IntEnum


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
    """An input file is missing, damaged, too large or not an image."""

    exit_code = ExitCode.UNREADABLE_INPUT


class WeightsError(ChequeReaderError):
    """Weights are missing, damaged or belong to another architecture."""

    exit_code = ExitCode.WEIGHTS


class OutputError(ChequeReaderError):
    """A result can't be written."""

    exit_code = ExitCode.OUTPUT
