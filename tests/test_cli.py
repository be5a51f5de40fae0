"""The command line with a reader whose answers are known: what goes where, and the exit codes."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from faked_cli import RememberingReader, Run, one_complaint, scan
from PIL import Image

from chequereader import cli
from chequereader.errors import WeightsError
from chequereader.options import ReadOptions
from chequereader.reading import KEYS, Reading
from pipelines.faults.letters import Item, View, letter


def test_read_prints_a_line_a_page(run: Run, tmp_path: Path) -> None:
    paths = [scan(tmp_path / "a.png"), scan(tmp_path / "b.tif", 70, pages=2), scan(tmp_path / "unsure.png")]
    code, out, err = run("read", *paths)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{paths[0]}: 50.00 INR (75.0% sure)",
        f"{paths[1]}: 70.00 INR (75.0% sure)",
        f"{paths[1]} page 2: 71.00 INR (75.0% sure)",
        f"{paths[2]}: rejected: unsure; perhaps 50.00 (75.0% sure)",
    ]


def test_read_prints_json_and_nothing_else(run: Run, tmp_path: Path) -> None:
    missing = tmp_path / "missing.png"
    code, out, err = run("read", "--json", missing, scan(tmp_path / "a.png"), scan(tmp_path / "unsure.png"))
    assert code == 3
    assert "no such file" in one_complaint(err)
    records = [json.loads(line) for line in out.splitlines()]
    assert [tuple(record) for record in records] == [KEYS] * 3
    assert [record["status"] for record in records] == ["failed", "accepted", "rejected"]
    assert [record["amount"] for record in records] == [None, "50.00", None]
    assert records[0]["file"] == str(missing)


def test_one_bad_input_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    code, out, err = run("read", tmp_path / "empty.png", scan(tmp_path / "a.png"), tmp_path)
    assert code == 3
    assert out.splitlines() == [f"{tmp_path / 'a.png'}: 50.00 INR (75.0% sure)"]
    assert [line.split(": ", 2)[2] for line in err.splitlines()] == [
        "the file is empty; scan or copy it again",
        "a folder; read folders with 'chequereader batch'",
    ]


def test_a_cash_letter_is_read_item_by_item(run: Run, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("L", (50, 20), 255).save(buffer, "TIFF")
    path = tmp_path / "letter.x9"
    path.write_bytes(letter([Item(5000, [View(buffer.getvalue())]), Item(70, [])]))
    code, out, err = run("read", path)
    assert code == 3 and "item 2: no image of the front" in one_complaint(err)
    assert out == f"{path}: 50.00 INR (75.0% sure); keyed 50.00\n"
    code, out, _ = run("read", "--json", path)
    records = [json.loads(line) for line in out.splitlines()]
    assert [(r["page"], r["amount"], r["keyed_amount"]) for r in records] == [
        (1, "50.00", "50.00"),
        (2, None, "0.70"),
    ]


def test_read_takes_patterns_and_a_list(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = scan(tmp_path / "a.png"), scan(tmp_path / "b.png", 60)
    stdin = types.SimpleNamespace(buffer=io.BytesIO(f"{b}\n\n{a}\n".encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    code, out, _ = run("read", tmp_path / "*.png", "-")
    assert code == 0
    assert [line.split(": ")[0] for line in out.splitlines()] == [str(path) for path in (a, b, b, a)]
    monkeypatch.setattr(sys, "stdin", None)
    assert run("read", a)[0] == 0
    code, _, err = run("read", "-")
    assert code == 2 and "standard input is closed" in one_complaint(err)


def test_decoders_talk_to_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    buffer = io.BytesIO()
    Image.new("1", (90, 60)).save(buffer, "TIFF", compression="group4")
    # A type of number that there is none of, for the tag that tells where the strips are.
    (tmp_path / "a.tif").write_bytes(buffer.getvalue().replace(b"\x11\x01\x04\x00", b"\x11\x01\x11\x5b"))
    assert cli.run(["read", str(tmp_path / "a.tif")]) == 3
    one_complaint(capfd.readouterr().err)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="talk is kept on Linux alone")
def test_damage_that_decoders_only_talk_of(run: Run, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    dots = np.random.default_rng(0).random((60, 90)) < 0.2
    Image.fromarray(dots).save(buffer, "TIFF", compression="group4")
    whole = bytearray(buffer.getvalue())
    path = tmp_path / "a.tif"
    path.write_bytes(whole)
    assert run("read", path)[0] == 0
    with Image.open(path) as image:
        place = image.tag_v2[273][0] + image.tag_v2[279][0] // 2
    whole[place : place + 8] = b"\xff" * 8
    path.write_bytes(whole)
    code, out, err = run("read", path, scan(tmp_path / "b.png"))
    assert code == 3 and "a.tif: the image is cut off or damaged; scan" in one_complaint(err)
    assert out.startswith(f"{tmp_path / 'b.png'}: 50.00 INR")


@pytest.mark.parametrize(
    ("given", "options"),
    [
        ([], ReadOptions()),
        (["--field", "whole", "--locale", "in", "--device", "cpu"], ReadOptions("whole", "in", device="cpu")),
        (["--field", "1,2,30,40"], ReadOptions("1,2,30,40")),
        (["--max-error", "0.005"], ReadOptions(max_error=0.005)),
        (["--threshold", "0.9"], ReadOptions(threshold=0.9)),
        (["--device", "cuda:1"], ReadOptions(device="cuda:1")),
    ],
)
def test_options_reach_the_reader(run: Run, tmp_path: Path, given: list[str], options: ReadOptions) -> None:
    assert run("read", scan(tmp_path / "a.png"), *given)[0] == 0
    assert RememberingReader.options == options


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (["--field", "corner"], "use auto, whole, micr or X0,Y0,X1,Y1"),
        (["--field", "30,2,10,40"], "X0 < X1"),
        (["--max-error", "0.1", "--threshold", "0.9"], "exclude each other"),
        (["--max-error", "2"], "use a number from 0 to 1"),
        (["--threshold", "nan"], "use a number from 0 to 1"),
        (["--threshold", "much"], "'much' is not a valid float"),
        (["--device", "tpu"], "use auto, cpu, cuda or cuda:N"),
        (["--weights", ""], "use standard, small or a file's name"),
        (["--weights", "."], "use standard, small or a file's name"),
        (["--engine", "local"], "No such option"),
    ],
)
def test_usage_errors_are_one_line(run: Run, tmp_path: Path, given: list[str], complaint: str) -> None:
    code, out, err = run("read", scan(tmp_path / "a.png"), *given)
    assert (code, out) == (2, "")
    assert complaint in one_complaint(err)


@pytest.mark.parametrize(
    "given", [[], ["nonsense"], ["read"], ["batch", "folder"], ["batch", "--engine", "ray"], ["synth", "out"]]
)
def test_commands_without_what_they_need(run: Run, given: list[str]) -> None:
    code, out, err = run(*given)
    assert (code, out) == (2, "")
    assert "--help'." in one_complaint(err)


def test_explain_gets_a_folder_a_page(run: Run, tmp_path: Path) -> None:
    path = scan(tmp_path / "a.tif", pages=2)
    assert run("read", path, path, "--explain", tmp_path / "pictures")[0] == 0
    assert sorted(p.name for p in (tmp_path / "pictures").iterdir()) == ["001-a", "002-a", "003-a", "004-a"]


def test_missing_weights(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_weights(_: object) -> None:
        raise WeightsError("amounts.safetensors: no such weights; install the package again")

    monkeypatch.setattr(sys.modules["chequereader.reader"], "Reader", no_weights)
    code, out, err = run("read", scan(tmp_path / "a.png"))
    assert (code, out) == (4, "")
    assert "no such weights" in one_complaint(err)


def test_interrupted(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["chequereader.reader"], "Reader", interrupted)
    code, out, err = run("read", scan(tmp_path / "a.png"))
    assert (code, out) == (130, "")
    assert err.strip() == "chequereader: interrupted"


FAKED = """
import sys, types
sys.path[:0] = {paths!r}
import fake_reader
module = sys.modules["chequereader.reader"] = types.ModuleType("chequereader.reader")
module.Reader = fake_reader.with_any_options
from chequereader import cli
sys.argv[1:] = {given!r}
cli.main()
"""
"""A process of its own that runs a command with the fake reader."""


def faked(*given: object) -> list[str]:
    here = Path(__file__).parent
    paths = [str(here / "batch"), str(here.parent)]
    return [sys.executable, "-c", FAKED.format(paths=paths, given=[str(word) for word in given])]


def test_output_that_can_not_be_written(tmp_path: Path) -> None:
    command = faked("read", scan(tmp_path / "a.png"))
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, check=False, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 5
    assert "standard output can't be written (No space left on device)" in one_complaint(done.stderr)


def in_a_shell(command: list[str], streams: str) -> subprocess.CompletedProcess[str]:
    """Run a command with standard streams as a shell is told to give them."""
    words = ["sh", "-c", f'exec "$@" {streams}', "sh", *command]
    encoding = {**os.environ, "PYTHONIOENCODING": "ascii"}
    return subprocess.run(words, check=False, capture_output=True, text=True, env=encoding)


def test_closed_standard_streams(tmp_path: Path) -> None:
    path, missing = scan(tmp_path / "a.png"), tmp_path / "missing.png"
    done = in_a_shell(faked("read", path), ">&-")
    assert done.returncode == 5
    assert "standard output can't be written (it is closed)" in one_complaint(done.stderr)
    done = in_a_shell(faked("read", missing, path), "<&- 2>&-")
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout == f"{path}: 50.00 INR (75.0% sure)\n"
    done = in_a_shell(faked("batch", tmp_path, "--out", tmp_path / "out.jsonl"), "<&- >&- 2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert Reading.from_json((tmp_path / "out.jsonl").read_text()).file == "a.png"


def test_names_that_the_terminal_can_not_show(tmp_path: Path) -> None:
    done = in_a_shell(faked("read", scan(tmp_path / "ü中.png"), tmp_path / "é.png"), "")
    assert done.returncode == 3
    assert done.stdout == f"{tmp_path}/\\xfc\\u4e2d.png: 50.00 INR (75.0% sure)\n"
    assert f"{tmp_path}/\\xe9.png: no such file" in one_complaint(done.stderr)


def test_help_is_quick_and_light() -> None:
    script = (
        "import sys, time; start = time.process_time(); from chequereader import cli\n"
        "try: cli.run(['--help'])\n"
        "finally: print(time.process_time() - start, *sys.modules, file=sys.stderr)\n"
    )
    root = Path(__file__).parents[1]
    times = []
    # The best of three: the first may wait for the disk.
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=root
        )
        seconds, *modules = done.stderr.split()
        times.append(float(seconds))
    assert min(times) < 0.5
    assert "130 interrupted" in done.stdout
    assert not {"torch", "numpy", "cv2", "PIL", "scipy", "skimage"} & set(modules)


def test_ctrl_c_while_the_program_runs(tmp_path: Path) -> None:
    path = scan(tmp_path / "hang.png")
    process = subprocess.Popen(faked("read", path), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert process.stderr.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    _, talk = process.communicate(timeout=60)
    assert process.returncode == 130
    assert talk.strip() == "chequereader: interrupted"
