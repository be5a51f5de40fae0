"""The command line: what can be asked for, and how answers and failures leave the program.

Results go to standard output and nothing else does; talk and progress go to standard error. Heavy libraries
are imported inside the commands, so that ``--help`` answers at once. Not for the work itself.
"""

from __future__ import annotations

import functools
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from chequereader.errors import (
    ChequeReaderError,
    ExitCode,
    OutputError,
    UnreadableInputError,
    UsageError,
    one_line,
)
from chequereader.options import ReadOptions
from chequereader.reading_options import reading_options
from chequereader.training.commands import train_digits_command, train_reader_command

_PATH = click.Path(path_type=Path)


def main() -> None:
    """Run the program with the process's arguments and leave it with one of the documented exit codes."""
    _mend_streams()
    sys.exit(run(sys.argv[1:]))


def _mend_streams() -> None:
    """Make the standard streams safe to use, whatever the program was started with."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # Else the next file to be opened would be taken for the stream, here or in a worker.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names may hold what a terminal can't show


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; a failure is one line on standard error."""
    try:
        return int(
            cli.main(list(arguments), prog_name="chequereader", standalone_mode=False) or ExitCode.DONE
        )
    except ChequeReaderError as error:
        _complain(error)
        return error.exit_code
    except click.ClickException as error:
        command = getattr(error, "ctx", None)
        path = command.command_path if command else "chequereader"
        _complain(f"{error.format_message()} See '{path} --help'.")
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted")
        return ExitCode.INTERRUPTED


def _complain(message: object) -> None:
    print(f"chequereader: {one_line(message)}", file=sys.stderr)


def _emit(line: str) -> None:
    """Print a result at once, so that a program at the other end of a pipe can work on it."""
    if sys.stdout is None:
        raise OutputError("standard output can't be written (it is closed); check where it goes")
    try:
        print(line, flush=True)
    except OSError as error:
        # What is left in the buffer can't be written either: keep the interpreter from trying at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OutputError(
            f"standard output can't be written ({error.strerror}); check where it goes"
        ) from None


def _listed() -> Iterator[bytes]:
    """Yield the lines of standard input, which is left alone until then."""
    if sys.stdin is None:
        raise UsageError("-: standard input is closed; give files, or a list on standard input")
    yield from sys.stdin.buffer


@click.group(no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chequereader")
def cli() -> None:
    """Read the amounts of bank cheques.

    \b
    Exit codes: 0 done, 2 usage, 3 an input can't be read, 4 weights missing or
    not matching, 5 output can't be written, 6 finished but some files failed,
    130 interrupted. A rejected cheque is a result, not a failure.
    """


@cli.command()
@click.argument("scans", nargs=-1, required=True, metavar="SCAN...")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a page instead of a line for people."
)
@click.option(
    "--explain", type=_PATH, metavar="DIR", help="Write pictures of every stage into folders in DIR."
)
@reading_options
def read(*, scans: tuple[str, ...], as_json: bool, explain: Path | None, options: ReadOptions) -> ExitCode:
    """Read scans: PNG, JPEG, TIFF, WebP, BMP or PDF, every page of them; X9 cash
    letters, every item of them; ZIP and tar archives of all these.

    SCAN may be a pattern such as '*.tif', or - for a list on standard input. A
    page that can't be read is reported and the others are read.
    """
    from chequereader.reading import Reading
    from chequereader.scan import open_pages
    from chequereader.scan.inputs import named_files
    from chequereader.scan.quiet import load_quietly

    @functools.cache
    def reader() -> Any:
        # Not before a scan is open: a misspelt name is told without waiting for the weights.
        from chequereader.readers import reader_for

        return reader_for(options)

    code = ExitCode.DONE
    pages = 0
    for path in named_files(scans, _listed()):
        for page in open_pages(path):
            try:
                scan = load_quietly(page)
                pages += 1
                if explain is None:
                    reading = reader().read(scan)
                else:
                    reading = reader().explain(scan, explain / f"{pages:03d}-{Path(page.source).stem}")
            except UnreadableInputError as error:
                _complain(error)
                code = error.exit_code
                reading = Reading.failed(page.source, page.number, str(error), keyed_amount=page.keyed_amount)
                if not as_json:
                    continue
            _emit(reading.to_json() if as_json else reading.line())
    return code


@cli.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "--out", required=True, type=_PATH, metavar="FILE", help="Results: a new .jsonl, .csv or .parquet file."
)
@click.option(
    "--resume", is_flag=True, help="Continue FILE; skip what it has for the same bytes, options, weights."
)
@click.option("--ordered", is_flag=True, help="Put the records in the order of the inputs when all are read.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that read."
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where the workers run: on this machine, or on a Ray cluster, with a new folder of Parquet as FILE.",
)
@click.option("--quiet", is_flag=True, help="Show no progress and no summary.")
@reading_options
def batch(
    *,
    inputs: tuple[str, ...],
    out: Path,
    resume: bool,
    ordered: bool,
    workers: int,
    engine: str,
    quiet: bool,
    options: ReadOptions,
) -> ExitCode:
    """Read many scans, one record a page, written as they come.

    INPUT is a folder (all scans, cash letters and archives in it and below), a
    file, a pattern such as 'scans/*.tif', or - for a list of files on standard
    input. A page that can't be read becomes a failed record and the run goes on.
    """
    from chequereader.batch import run_batch, run_spread
    from chequereader.scan.inputs import find_inputs

    if engine == "ray" and (resume or ordered):
        raise UsageError("--engine ray has neither --resume nor --ordered; use --engine local for these")
    found = find_inputs(inputs, _listed())
    if engine == "ray":
        summary = run_spread(found, out, options, workers=workers, quiet=quiet)
    else:
        summary = run_batch(found, out, options, resume=resume, ordered=ordered, workers=workers, quiet=quiet)
    if not quiet:
        print(f"chequereader: {summary.line()}", file=sys.stderr)
    return ExitCode.SOME_FAILED if summary.failed else ExitCode.DONE


@cli.command()
@click.argument("cheque_set", type=_PATH, metavar="SET")
@click.option(
    "--out",
    type=_PATH,
    metavar="DIR",
    help="Write metrics.json, readings.jsonl, errors.csv and, for people, report.html.",
)
@click.option(
    "--pictures",
    type=click.IntRange(min=0),
    default=200,
    show_default=True,
    metavar="N",
    help="Errors, and rejects, shown with pictures in the report, at most.",
)
@click.option("--subset", type=_PATH, metavar="FILE", help="Only the files that this list names, one a line.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines for people.")
@reading_options
def evaluate(
    *,
    cheque_set: Path,
    out: Path | None,
    pictures: int,
    subset: Path | None,
    as_json: bool,
    options: ReadOptions,
) -> ExitCode:
    """Compare readings with the truth of a cheque set: a folder of images with a truth.csv."""
    from chequereader.cheque_set import read_cheque_set, read_names
    from chequereader.output import make_folder

    cheques = read_cheque_set(cheque_set)
    if subset is not None:
        cheques = cheques.restricted(read_names(subset))
    if out is not None:
        make_folder(out)  # before hours of reading, not after them

    from chequereader.evaluation import Conditions, Gallery, write_evaluation
    from chequereader.evaluation import evaluate as evaluate_set
    from chequereader.readers import reader_for
    from chequereader.scan.quiet import load_quietly

    reader, lines = reader_for(options), options.field == "micr"
    if out is None:
        evaluation = evaluate_set(cheques, reader, lines=lines, load=load_quietly)
    else:
        gallery = Gallery(pictures)
        evaluation = evaluate_set(cheques, reader, gallery, lines, load_quietly)
        name = cheque_set.resolve().name
        write_evaluation(evaluation, out, gallery, Conditions(name, options, reader.threshold))
    _emit(json.dumps(evaluation.metrics(), allow_nan=False) if as_json else "\n".join(evaluation.lines()))
    return ExitCode.SOME_FAILED if evaluation.failed else ExitCode.DONE


@cli.command()
@click.argument("out", type=_PATH)
@click.option("--count", type=click.IntRange(min=1), required=True, metavar="N", help="How many cheques.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="S", help="Seed.")
@click.option(
    "--preset", default="mixed", show_default=True, metavar="easy|mixed|hard", help="How difficult."
)
@click.option(
    "--glyphs", type=_PATH, metavar="DIR", help="Real glyphs to write with, beside the built-in pen."
)
@click.option("--fonts", type=_PATH, metavar="DIR", help="TTF or OTF fonts to print with.")
def synth(
    *, out: Path, count: int, seed: int, preset: str, glyphs: Path | None, fonts: Path | None
) -> ExitCode:
    """Draw a cheque set with its truth into the new folder OUT; the same seed gives the same cheques."""
    from chequereader.synthetic import SyntheticConfig, write_set

    write_set(out, count, seed, SyntheticConfig(preset=preset, glyphs=glyphs, fonts=fonts))
    return ExitCode.DONE


@cli.group(no_args_is_help=False)
def train() -> None:
    """Train the networks."""


train.add_command(train_digits_command)
train.add_command(train_reader_command)
