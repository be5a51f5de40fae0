"""Reading asks nothing of the network: no socket is made from the import to the JSON line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Told by the interpreter before the system is asked, whatever library wants the socket.
GUARD = """
import sys
NETWORK = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.")
def guard(event, arguments):
    if event.startswith(NETWORK):
        sys.stderr.write(f"network: {event} {arguments}\\n")
        raise RuntimeError(event)
sys.addaudithook(guard)
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[1]
    command = [sys.executable, "-c", GUARD + code, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=root)


def test_reading_makes_no_socket(samples: Path) -> None:
    done = run("from chequereader import cli; cli.main()", "read", "--json", str(samples / "us-personal.png"))
    assert (done.returncode, done.stderr) == (0, "")
    assert '"file"' in done.stdout


def test_the_guard_guards() -> None:
    done = run("import socket; socket.socket()")
    assert done.returncode == 1 and "network: socket." in done.stderr
