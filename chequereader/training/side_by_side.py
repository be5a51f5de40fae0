"""Parts of one training that need nothing of each other: processes of their own, at the same time.

Not for what they do or for where they keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import Manager, get_context
from queue import Empty, Queue

import torch

Report = Callable[[dict[str, object]], None]
Job = Callable[[Report], None]


def side_by_side(jobs: Sequence[Job], report: Report) -> None:
    """Run all jobs at once, one thread each, and return when the last one is done.

    Jobs must be picklable; what they report is passed on to ``report``. What a job raises is raised here
    once all have ended.
    """
    if not jobs:
        return
    with Manager() as manager, ProcessPoolExecutor(len(jobs), mp_context=get_context("spawn")) as pool:
        told: Queue[dict[str, object]] = manager.Queue()
        running = [pool.submit(_run, job, told) for job in jobs]
        _pass_on(told, running, report)
        for future in running:
            future.result()


def _run(job: Job, told: Queue[dict[str, object]]) -> None:
    torch.set_num_threads(1)
    job(told.put)


def _pass_on(told: Queue[dict[str, object]], running: list[Future[None]], report: Report) -> None:
    while not (all(future.done() for future in running) and told.empty()):
        try:
            report(told.get(timeout=1.0))
        except Empty:
            continue
