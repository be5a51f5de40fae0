"""What tests of several rooms share: the folders of real data and of the project's own samples."""

from __future__ import annotations

import os
import signal
import sys
import types
from pathlib import Path

import pytest
from faked_cli import RememberingReader, Run
from hypothesis import HealthCheck, settings

from chequereader import cli

# the same examples every time where a failure would stop others; new ones on a developer's machine;
# and a busy machine is no failure
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", patient, derandomize=True)
settings.register_profile("developer", patient)
settings.load_profile("ci" if os.environ.get("CI") else "developer")

# a shell that starts the tests in the background has Ctrl-C ignored, here and in what is started from here
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data beside the repository; tests that need it are skipped where it isn't."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data (shared/data beside the repository) are not here")
    return folder


@pytest.fixture(scope="session")
def samples() -> Path:
    """The cheque set of samples that the project made itself."""
    folder = ROOT / "data" / "samples"
    if not (folder / "truth.csv").is_file():
        pytest.skip("data/samples holds no cheque set")
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with the reader that remembers its options: exit code, standard output and error."""
    module = types.ModuleType("chequereader.reader")
    module.Reader = RememberingReader  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "chequereader.reader", module)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
