"""Jobs side by side: all run, their reports arrive, and what one raises isn't lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from chequereader.training.side_by_side import Report, side_by_side


@dataclass(frozen=True)
class Counting:
    """Reports its numbers, then fails if it is told to."""

    name: str
    fails: bool = False

    def __call__(self, report: Report) -> None:
        for number in range(3):
            report({"name": self.name, "number": number})
        if self.fails:
            raise ValueError(self.name)


def test_reports_of_all_jobs_arrive_in_their_order() -> None:
    told: list[dict[str, object]] = []
    side_by_side([Counting("a"), Counting("b")], told.append)
    for name in "ab":
        assert [line["number"] for line in told if line["name"] == name] == [0, 1, 2]


def test_what_a_job_raises_is_raised_after_the_others_have_ended() -> None:
    told: list[dict[str, object]] = []
    with pytest.raises(ValueError, match="broken"):
        side_by_side([Counting("broken", fails=True), Counting("whole")], told.append)
    assert len(told) == 6


def test_no_jobs_are_no_work() -> None:
    side_by_side([], lambda line: pytest.fail(f"{line} from nobody"))
