"""The tutorial's examples give what it says."""

from __future__ import annotations

import doctest
from pathlib import Path

TUTORIAL = Path(__file__).parents[2] / "docs" / "graph.md"


def test_tutorial_runs() -> None:
    flags = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    result = doctest.testfile(str(TUTORIAL), module_relative=False, optionflags=flags)
    assert result.attempted > 40
    assert result.failed == 0
