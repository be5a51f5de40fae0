"""A batch over several machines with Ray Data: the local engine's workers, one in each actor of a cluster.

Every actor keeps a worker process of its own, so that a page that crashes, hangs or eats memory costs one
record there too, and records are those of the local engine. Results are a folder of Parquet files. Not for
what a worker does (``workers``) or for one machine (``run``), which needs no Ray.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chequereader.batch.formats import Parquet, record_of
from chequereader.batch.progress import BatchSummary, Tally
from chequereader.batch.run import reader_maker, settings_of
from chequereader.batch.serving import Limits, PageRead
from chequereader.batch.workers import WorkerPool
from chequereader.errors import ChequeReaderError, OutputError, UsageError, one_line
from chequereader.options import ReadOptions
from chequereader.output import output_errors
from chequereader.reading import Reading, ReadsScans
from chequereader.scan.inputs import Input

FILES_A_TASK = 64
"""Files that an actor is given at a time: enough to keep it busy, few enough to lose little with it."""

_ROWS_A_FILE = 10_000
_UNFINISHED = ".part"


def run_spread(
    inputs: Sequence[Input],
    out: Path,
    options: ReadOptions,
    *,
    workers: int = 1,
    quiet: bool = True,
    make_reader: Callable[[], ReadsScans] | None = None,
    limits: Limits | None = None,
) -> BatchSummary:
    """Read files with ``workers`` actors of a Ray cluster; write a record a page to the new folder ``out``.

    The cluster is that of ``RAY_ADDRESS``, or one of this machine for the time of the run. Inputs and ``out``
    have to lie where all its machines see them under the same path. Actors get a GPU, or a share of one,
    where there are any and the options don't say ``cpu``. Until all is read, the folder is called ``out``
    with ``.part`` behind. ``make_reader`` (picklable) stands in for the package's own reader.

    Raises ``OutputError`` where ``out`` is there already or can't be written, ``UsageError`` without Ray or
    if the cluster fails, and what making the reader raises.
    """
    part = out.with_name(out.name + _UNFINISHED)
    for folder in (out, part):
        if folder.exists():
            raise OutputError(f"{one_line(folder)}: is there already; choose another --out or remove it")
    ray = _ray()
    make = make_reader or reader_maker(options)
    # actors have a working folder of their own; bytes, since names need not be Unicode as Arrow's texts are
    rows = [{"path": os.fsencode(one.path.absolute()), "file": os.fsencode(one.file)} for one in inputs]
    started = not ray.is_initialized()
    if started:
        _start(ray, workers)
    try:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = not quiet and sys.stderr.isatty()
        given = (make, settings_of(options), limits or Limits())
        # a reader that can't be made is told once and at once
        ray.get(ray.remote(num_cpus=1)(_made).remote(make))
        with output_errors(part):
            part.mkdir(parents=True)
        read = ray.data.from_items(rows, override_num_blocks=-(-len(rows) // FILES_A_TASK)).map_batches(
            _Actor,
            fn_constructor_args=given,
            batch_size=FILES_A_TASK,
            compute=ray.data.ActorPoolStrategy(size=workers),
            num_cpus=1,
            num_gpus=_share_of_gpus(ray, workers, options),
        )
        read.write_parquet(str(part.absolute()), min_rows_per_file=_ROWS_A_FILE)
    except ray.exceptions.RayError as error:
        cause = error.cause if isinstance(error, ray.exceptions.RayTaskError) else None
        if isinstance(cause, ChequeReaderError):
            raise cause from None
        raise UsageError(f"Ray: {one_line(str(error).strip().splitlines()[-1])}") from error
    finally:
        if started:
            ray.shutdown()
    tally = Tally()
    for path in sorted(part.glob("*.parquet")):
        for record in Parquet().read(path):
            tally.add(Reading.from_dict(record))
    with output_errors(out):
        part.rename(out)
    return tally.summary()


class _Actor:
    """Reads lots of files with a worker process of its own."""

    def __init__(self, make: Callable[[], ReadsScans], settings: str, limits: Limits) -> None:
        self._pool = WorkerPool(make, settings, 1, limits)
        self._pool.__enter__()
        self._pool.wait_until_ready(lambda: False)

    def __call__(self, batch: Mapping[str, Any]) -> Any:
        """Return the records of some files as an Arrow table."""
        files = zip(batch["path"], batch["file"], strict=True)
        inputs = [Input(Path(os.fsdecode(path)), os.fsdecode(file)) for path, file in files]
        return Parquet().table(
            record_of(event.reading, event.fingerprint)
            for event in self._pool.read(inputs, lambda _: frozenset())
            if isinstance(event, PageRead)
        )


def _made(make: Callable[[], ReadsScans]) -> str:
    return make().model


def _ray() -> Any:
    # Ray tells its makers about each cluster unless it is told not to
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # of its own course; what ends a run is raised
    try:
        import ray
        import ray.data
    except ImportError:
        raise UsageError("--engine ray needs Ray; pip install 'chequereader[ray]'") from None
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    return ray


def _start(ray: Any, workers: int) -> None:
    quietly = {"log_to_driver": False, "logging_level": logging.ERROR}
    if "RAY_ADDRESS" in os.environ:
        ray.init(**quietly)
    else:
        # one more for what writes the results
        ray.init(num_cpus=workers + 1, include_dashboard=False, **quietly)


def _share_of_gpus(ray: Any, workers: int, options: ReadOptions) -> float:
    gpus = ray.cluster_resources().get("GPU", 0) if options.device != "cpu" else 0
    return min(1.0, gpus / workers)
