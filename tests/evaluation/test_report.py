"""The report for people: that it says what the evaluation says, shows every cheque, and trusts no text."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from drawn_fields import draw
from given_outcomes import STAGES, Page, failed, outcome
from PIL import Image
from tiny_reader import write_chance_weights

from chequereader.cheque_set import ChequeSet, Truth
from chequereader.errors import OutputError
from chequereader.evaluation import (
    Conditions,
    Evaluation,
    Gallery,
    Outcome,
    evaluate,
    files,
    write_evaluation,
)
from chequereader.evaluation.report import report
from chequereader.followed import FollowedPage
from chequereader.legal.words import WordsReading
from chequereader.options import ReadOptions
from chequereader.reader import Reader
from chequereader.reading import Reading
from chequereader.scan import Scan

CONDITIONS = Conditions("some cheques", ReadOptions(max_error=0.005), 0.75)

OUTCOMES = (
    outcome("right-1.png", "12.50", "12.50", 0.99, accepted=True),
    outcome("error-low.png", "47.00", "17.00", 0.8, accepted=True, others=("47.00",)),
    outcome("error-high.png", "8.25", "8.52", 0.95, accepted=True, written="*8.25*"),
    outcome("reject-low.png", "30.00", "30.00", 0.3),
    outcome("reject-high.png", "5.00", "6.00", 0.7, reason="confidence 0.700 is below the threshold 0.750"),
    outcome("nothing.png", "9.00", None, reason="no amount in the field"),
    failed("broken.png", "7.00"),
    outcome("right-2.png", "3.00", "3.00", 0.9, accepted=True),
)


def page_of(
    outcomes: Sequence[Outcome], limit: int = 200, conditions: Conditions | None = CONDITIONS
) -> Page:
    evaluation = Evaluation(tuple(outcomes), 4.0)
    gallery = Gallery(limit)
    for one in outcomes:
        gallery.see(one, None)
    return Page(report(evaluation, gallery, conditions))


def cards(page: Page) -> list[str]:
    """The names on the cards, in order."""
    return [text for tag, text in page.texts if tag == "h3"]


def test_it_tells_the_figures_of_the_evaluation() -> None:
    page = page_of(OUTCOMES)
    figures = Evaluation(OUTCOMES, 4.0).metrics()
    text = re.sub(r"\s+", " ", page.text)
    for kind in ("correct", "error", "rejected"):
        assert f"{figures[kind]:.1%} {kind}" in text
    assert "Evaluation of some cheques" in text
    assert "8 cheques, model given 0123" in text
    assert f"best answer right (exact) {figures['exact']:.1%}" in text
    for limit, name in (("0.01", "1%"), ("0.005", "0.5%"), ("0.001", "0.1%")):
        assert f"correct at {name} error {figures['correct_at'][limit]:.1%}, accepting from 0.990" in text
    chance = f"by chance {figures['ece_by_chance']:.3f}"
    assert f"calibration error (ECE) {figures['ece']:.3f} in 15 bins; {chance}" in text
    assert "cheques a second 2.00" in text
    assert "from 0.750 (--max-error 0.005)" in text
    for stage, mean in figures["stages_ms"].items():
        assert f"{stage} {mean:.1f} ms" in text
    assert f"all stages {sum(figures['stages_ms'].values()):.1f} ms" in text


def test_bars_are_as_long_as_they_say() -> None:
    page = page_of(OUTCOMES)
    widths = [
        (a["class"], float(re.findall(r"width:([\d.]+)%", a["style"] or "")[0]))
        for a in page.of("span")
        if a.get("style")
    ]
    assert widths[:3] == [("correct", 25.0), ("error", 25.0), ("rejected", 50.0)]
    longest = max(STAGES.values())
    assert widths[3:] == [
        ("bar", pytest.approx(100 * time / longest, abs=0.1)) for time in STAGES.values()
    ], "in the order of the stages"


def test_the_curves_are_those_of_the_evaluation() -> None:
    evaluation = Evaluation(OUTCOMES, 4.0)
    curve, reliability = page_of(OUTCOMES).svgs
    details = evaluation.details()
    for svg, kind, key in ((curve, "curve", "curve"), (reliability, "curve", "reliability")):
        (line,) = (e for e in svg.iter() if e.get("class") == kind)
        assert len((line.get("points") or "").split()) == len(details[key])
    assert "here: 50.0% rejected, 25.0% error" in [e.text for e in curve.iter("text")]
    assert "accepted from 0.750" in [e.text for e in reliability.iter("text")]


def test_errors_come_first_then_rejects_each_once_by_falling_confidence() -> None:
    page = page_of(OUTCOMES)
    assert cards(page) == [
        "error-high.png",
        "error-low.png",
        "reject-high.png",
        "reject-low.png",
        "nothing.png",
        "broken.png",
    ]
    assert [a["class"] for a in page.of("article")] == ["card error"] * 2 + ["card rejected"] * 4
    assert "Errors: 2" in page.text and "Rejects: 4" in page.text and "left out" not in page.text
    assert "right-1.png" not in page.html
    verdicts = [text for tag, text in page.texts if text in VERDICTS]
    assert verdicts == [VERDICTS[i] for i in (0, 0, 1, 2, 3, 4)]


VERDICTS = ["accepted, wrong", "rejected, wrong", "rejected, but right", "rejected, nothing read", "failed"]


def test_a_card_tells_truth_answer_confidence_and_reason() -> None:
    html = page_of(OUTCOMES).html
    high, low, reject = (part.split("</article>")[0] for part in html.split("<article")[1:4])
    assert "<dt>truth</dt><dd>8.<mark>2</mark><mark>5</mark>" in high
    assert "<dt>read</dt><dd>8.<mark>5</mark><mark>2</mark>" in high
    assert "written *8.25*" in high and "<dd>95.0%</dd>" in high
    assert "not among the 1 candidates" in high and "<dt>reason" not in high
    assert "<mark>4</mark>7.00" in low and "<mark>1</mark>7.00" in low
    assert "candidate 2 of 2, confidence 1.0%" in low
    assert "confidence 0.700 is below the threshold 0.750" in reject


def test_a_card_tells_what_the_words_say() -> None:
    one = outcome("w.png", "1.00", "7.00", 0.9, accepted=True)
    for agrees, verdict in ((True, "agree"), (False, "say something else, or nothing")):
        words = WordsReading("one <only>", "en", agrees, ())
        page = page_of([replace(one, reading=replace(one.reading, words=words))])
        assert f"written one &lt;only&gt;</span> {verdict}</dd>" in page.html


def test_digits_stand_where_only_digits_are_known() -> None:
    one = outcome("d.png", "1.00", "12.35", 0.9, accepted=True)
    page = page_of([replace(one, truth=Truth("d.png", digits="1234"))])
    assert "<dd>123<mark>4</mark> </dd>" in page.html and "<dd>123<mark>5</mark> <span" in page.html


@pytest.mark.parametrize(("amount", "shown"), [("12.5", "12.50"), ("1E+2", "100.00"), ("1E+900", "1E+900")])
def test_amounts_are_shown_plainly(amount: str, shown: str) -> None:
    one = outcome("a.png", "1.00", None)
    page = page_of([replace(one, truth=Truth("a.png", Decimal(amount)))])
    assert f"<dt>truth</dt><dd>{shown} </dd>" in page.html


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_the_limit_is_kept_and_the_rest_is_listed(limit: int) -> None:
    page = page_of(OUTCOMES, limit)
    shown = cards(page)
    assert len(shown) == min(limit, 2) + min(limit, 4)
    listed = [text for tag, text in page.texts if tag == "th" and text.endswith(".png")]
    assert sorted(shown + listed) == sorted(o.truth.file for o in OUTCOMES if o.kind != "correct")
    left_out = re.findall(r"The first (\d+) have pictures; (\d+) are left out", page.text)
    expected = [(limit, 2 - limit), (limit, 4 - limit)]
    assert left_out == [(str(a), str(b)) for a, b in expected if b > 0]


HOSTILE = (
    "<script>alert(1)</script>.png",
    '"\' onload=alert(1) x=".png',
    "</article></main><h1>gone.png",
    "&lt;img src=x onerror=alert(1)&gt;.png",
    "https://example.com/?a=1&copy=2.png",
    "photo\u202egnp.exe",
    "two\nlines\x00\x1b[31m.png",
    "</style><style>*{display:none}.png",
    "-->.png",
)


def test_hostile_texts_are_shown_and_do_nothing() -> None:
    outcomes = [
        outcome(name, "1.00", "2.00", 0.9, accepted=i % 2 == 0, reason=name, written=name)
        for i, name in enumerate(HOSTILE)
    ]
    outcomes.append(failed("<b>.png", "1.00"))
    plain = page_of([outcome("a.png", "1.00", "2.00", 0.9, accepted=True)])
    for limit in (100, 1):
        conditions = Conditions(HOSTILE[0], ReadOptions(), 0.75)
        page = page_of(outcomes, limit, conditions)
        assert {tag for tag, _ in page.tags} <= {tag for tag, _ in plain.tags} | {"img"}
        assert len(page.of("style")) == len(page.of("h1")) == 1
        told = page.text
        for name in HOSTILE[:5] + HOSTILE[7:]:
            assert name in told
        assert "\u202e" not in page.html and "\x00" not in page.html and "\x1b" not in page.html
        assert r"photo\u202egnp.exe" in told and r"two\nlines\x00\x1b[31m.png" in told
        assert f"Evaluation of {HOSTILE[0]}" in told


def check_nothing_from_outside(page: Page) -> None:
    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), f"{tag} {name}"
            if name in ("src", "href", "srcset", "action", "poster", "data"):
                assert re.match(r"data:image/jpeg;base64,[A-Za-z0-9+/]+=*$|#[a-z]+$", value or ""), value
    (style,) = (text for tag, text in page.texts if tag == "style")
    assert "url(" not in style and "@import" not in style
    assert "://" not in page.html
    policy = [a["content"] for a in page.of("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_a_set_without_errors() -> None:
    page = page_of([outcome(f"{i}.png", "1.00", "1.00", 0.9, accepted=True) for i in range(3)])
    assert "100.0% correct" in re.sub(r"\s+", " ", page.text)
    assert "Errors: 0" in page.text and "Rejects: 0" in page.text
    assert "None was taken for another." in page.text
    assert not cards(page) and len(page.svgs) == 2
    check_nothing_from_outside(page)


def test_a_set_of_which_nothing_was_read() -> None:
    page = page_of([failed("a.png", "1.00"), failed("b.png", "2.00")], conditions=None)
    text = re.sub(r"\s+", " ", page.text)
    assert "The reader tells no times" in text and "known of no cheque" in text
    assert "accepting nothing" in text and "model unknown" in text
    assert cards(page) == ["a.png", "b.png"] and len(page.svgs) == 2


def test_confusions_are_a_table() -> None:
    html = page_of(
        [
            outcome("a.png", "47.00", "17.00", 0.9, accepted=True),
            outcome("b.png", "47.00", "14.70", 0.9, accepted=True),
            outcome("c.png", "5.00", "15.00", 0.9),
        ]
    ).html
    table = html.split('<table class="matrix">')[1].split("</table>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("<tr>")[1:]]
    counts = {(row[0], c): int(n) for row in rows[1:] for c, n in zip(rows[0][1:], row[1:], strict=True) if n}
    evaluated = Evaluation((outcome("b.png", "47.00", "14.70", 0.9, accepted=True),), 1.0).confusions
    assert counts["4", "1"] == 1 and counts["added", "1"] == 1 + evaluated["", "1"]
    assert counts["5", "5"] == 1 and sum(counts.values()) == 4 + len(evaluated) + 4
    assert "nothing as 1 (2)" in html


class WatchedReader:
    """The reader with weights of chance; counts how often each scan is read."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.model = reader.model
        self.seen: list[str] = []

    def follow(self, scans: Sequence[Scan]) -> list[tuple[FollowedPage, Reading]]:
        self.seen += [Path(scan.source).name for scan in scans]
        return self.reader.follow(scans)

    def read_many(self, scans: Sequence[Scan]) -> list[Reading]:
        return [reading for _, reading in self.follow(scans)]

    def read(self, scan: Scan) -> Reading:
        return self.read_many([scan])[0]

    def explain(self, scan: Scan, folder: Path) -> Reading:
        return self.read(scan)


@pytest.fixture(scope="module")
def field_set(tmp_path_factory: pytest.TempPathFactory) -> ChequeSet:
    folder = tmp_path_factory.mktemp("set")
    texts = ["12.50", "7,000", "88", "450", "1", "23"]
    names = [f"<b>{i}&.png" for i in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        Image.fromarray(draw(text).image).save(folder / name)
    (folder / "broken.png").write_bytes(b"")
    truths = [Truth(name, Decimal("99999.00")) for name in (*names, "broken.png")]
    return ChequeSet(folder, tuple(truths))


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_real_pages_have_their_pictures_and_are_read_once(
    field_set: ChequeSet, tmp_path: Path, threshold: float
) -> None:
    options = ReadOptions(field="whole", threshold=threshold)
    reader = WatchedReader(Reader(options, write_chance_weights(tmp_path)))
    gallery = Gallery(4)
    evaluation = evaluate(field_set, reader, gallery)
    assert reader.seen == [truth.file for truth in field_set.truths[:-1]]
    write_evaluation(evaluation, tmp_path / "out", gallery, Conditions("a & b", options, threshold))
    page = Page((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    check_nothing_from_outside(page)
    kind = "error" if threshold == 0 else "rejected"
    assert [a["class"] for a in page.of("article")].count(f"card {kind}") == 4
    images = page.of("img")
    assert len(images) == 4
    for image in images:
        jpeg = base64.b64decode((image["src"] or "").split(",")[1], validate=True)
        with Image.open(io.BytesIO(jpeg)) as picture:
            assert picture.size == (int(image["width"] or 0), int(image["height"] or 0))
            assert len(np.unique(np.asarray(picture))) > 10
        assert image["alt"]
    written = json.loads((tmp_path / "out" / "metrics.json").read_text())
    plain = evaluate(field_set, reader)
    timed = {"per_second", "stages_ms"}
    assert {k: v for k, v in plain.details().items() if k not in timed} == {
        k: v for k, v in written.items() if k not in timed
    }


def test_an_old_report_stays_where_the_new_one_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation = Evaluation(OUTCOMES, 1.0)
    write_evaluation(evaluation, tmp_path)
    before = (tmp_path / "report.html").read_bytes()
    monkeypatch.setattr(files, "report", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_evaluation(evaluation, tmp_path)
    assert (tmp_path / "report.html").read_bytes() == before
    (tmp_path / "report.html").unlink()
    (tmp_path / "report.html").mkdir()
    monkeypatch.undo()
    with pytest.raises(OutputError, match=r"report\.html: can't be written"):
        write_evaluation(evaluation, tmp_path)
    assert not list(tmp_path.glob("*.tmp"))
