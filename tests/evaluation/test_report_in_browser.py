"""The report in a real browser: it is shown whole and makes no complaint on the console."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest
from drawn_fields import draw
from given_outcomes import Page, outcome
from tiny_reader import write_chance_weights

from chequereader.evaluation import Conditions, Evaluation, Gallery, write_evaluation
from chequereader.options import ReadOptions
from chequereader.reader import Reader
from chequereader.scan import Scan

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")


def _chromium() -> str | None:
    """A Chromium in the path, or playwright's own."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None and importlib.util.find_spec("playwright") is not None:
        playwright = importlib.import_module("playwright.sync_api")
        with playwright.sync_playwright() as started:
            path = started.chromium.executable_path
            found = path if Path(path).is_file() else None
    return found


@pytest.fixture(scope="module")
def browser() -> str:
    found = _chromium()
    if found is None:
        pytest.skip("no Chromium: none in the path and no playwright with a browser")
    return found


def shown(browser: str, page: Path, profile: Path) -> tuple[str, list[str]]:
    """What a page became, and what the browser's console said."""
    done = subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",  # which root may not have; the page is our own
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={profile}",
            "--enable-logging=stderr",
            "--dump-dom",
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=240,
    )
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def test_the_console_is_heard(browser: str, tmp_path: Path) -> None:
    """Without this the next test could pass with any page."""
    page = tmp_path / "complains.html"
    page.write_text(
        "<!DOCTYPE html><title>-</title><script>console.error('loud'); missing()</script>", encoding="utf-8"
    )
    _, complaints = shown(browser, page, tmp_path / "profile")
    assert any("loud" in line for line in complaints) and any("missing" in line for line in complaints)


def test_a_browser_has_nothing_to_complain_about(browser: str, tmp_path: Path) -> None:
    reader = Reader(ReadOptions(field="whole"), write_chance_weights(tmp_path))
    ((page, _),) = reader.follow([Scan(draw("4,510").image, None, "field.png")])
    names = ["a.png", "<script>document.title='taken'</script>.png", "<img src=x onerror=alert(1)>.png"]
    outcomes = [outcome(name, "1.00", "2.00", 0.9, accepted=i > 0) for i, name in enumerate(names)]
    gallery = Gallery(10)
    for one in outcomes:
        gallery.see(one, page)
    conditions = Conditions(names[1], ReadOptions(), 0.8)
    write_evaluation(Evaluation(tuple(outcomes), 1.0), tmp_path / "out", gallery, conditions)
    document, complaints = shown(browser, tmp_path / "out" / "report.html", tmp_path / "profile")
    assert complaints == []
    seen = Page(document.split("\n", 1)[1] if document.startswith("<!") else document)
    assert len(seen.of("article")) == len(seen.of("img")) == 3
    assert len(seen.of("svg")) == 2
    assert not seen.of("script")
    assert all(name in seen.text for name in names)
    (title,) = (text for tag, text in seen.texts if tag == "title" and text.startswith("Evaluation"))
    assert title == f"Evaluation of {names[1]}"
