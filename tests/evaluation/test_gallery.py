"""Which pictures are kept, and what they show."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn_fields import PAPER, draw
from given_outcomes import failed, outcome
from PIL import Image
from tiny_reader import write_chance_weights

from chequereader.evaluation import Gallery, Outcome, gallery, pictures
from chequereader.evaluation.gallery import ranked
from chequereader.evaluation.pictures import EncodedPicture, draw_pictures
from chequereader.followed import FollowedPage
from chequereader.options import ReadOptions
from chequereader.reader import Reader
from chequereader.scan import Scan
from chequereader.synthetic import SyntheticConfig, generate


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the pages drawn, which are their files' names; the pictures hold them."""
    names: list[str] = []

    def draw_name(name: Any) -> tuple[EncodedPicture, ...]:
        names.append(name)
        return (EncodedPicture(name.encode(), 1, 1, ""),)

    monkeypatch.setattr(gallery, "draw_pictures", draw_name)
    return names


def many(count: int, seed: int = 0) -> list[Outcome]:
    """Errors, rejects, failures and correct ones, few levels of confidence."""
    dice = random.Random(seed)
    found = []
    for i in range(count):
        file, confidence = f"{i}.png", dice.choice([0.2, 0.5, 0.9])
        kind = dice.choice(["correct", "error", "rejected", "nothing", "failed"])
        if kind == "failed":
            found.append(failed(file, "1.00"))
        elif kind == "nothing":
            found.append(outcome(file, "1.00", None))
        else:
            found.append(
                outcome(file, "1.00", "2.00" if kind == "error" else "1.00", confidence, kind != "rejected")
            )
    return found


@pytest.mark.parametrize("limit", [0, 1, 7, 500])
def test_the_first_of_each_kind_are_kept(limit: int, drawn: list[str]) -> None:
    outcomes, kept = many(200), Gallery(limit)
    for one in outcomes:
        kept.see(one, None if one.reading.status == "failed" else one.truth.file)  # type: ignore[arg-type]
    for kind in ("error", "rejected"):
        order = ranked(outcomes, kind)
        confidences = [one.confidence for one in order]
        assert confidences == sorted(confidences, reverse=True)
        for place, one in enumerate(order):
            has_page = one.reading.status != "failed"
            expected = [one.truth.file.encode()] if place < limit and has_page else []
            assert [picture.jpeg for picture in kept.pictures(one)] == expected
    assert all(not kept.pictures(one) for one in outcomes if one.kind == "correct")
    assert len(set(drawn)) == len(drawn)
    assert len(kept._pictures) <= 2 * limit, "what falls behind is let go"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(ReadOptions(field="whole"), write_chance_weights(tmp_path_factory.mktemp("weights")))


@pytest.fixture(scope="module")
def auto(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(ReadOptions(), write_chance_weights(tmp_path_factory.mktemp("weights")))


def decoded(picture: EncodedPicture) -> np.ndarray:
    image = Image.open(io.BytesIO(picture.jpeg))
    assert (image.format, image.size) == ("JPEG", (picture.width, picture.height))
    return np.asarray(image.convert("RGB")).astype(int)


def along(canvas: np.ndarray, x0: float, y0: float, x1: float, y1: float, colour: list[int]) -> float:
    """Share of a box's edge that has nearly a colour within two pixels."""
    near = np.abs(canvas - colour).max(axis=2) < 90
    height, width = near.shape
    xs, ys = np.linspace(x0, x1, 40), np.linspace(y0, y1, 40)
    edge = [(x, y) for x in xs for y in (y0, y1)] + [(x, y) for y in ys for x in (x0, x1)]
    hits = []
    for x, y in edge:
        a, b = round(np.clip(x, 0, width - 1)), round(np.clip(y, 0, height - 1))
        hits.append(near[max(b - 2, 0) : b + 3, max(a - 2, 0) : a + 3].any())
    return float(np.mean(hits))


def test_the_field_has_boxes_where_the_reading_says(whole: Reader) -> None:
    scan = Scan(draw("4,510").image, None, "field.png")
    ((page, reading),) = whole.follow([scan])
    (picture,) = draw_pictures(page)
    canvas = decoded(picture)
    height, width = scan.image.shape
    scale = picture.width / width
    band = picture.height - scale * height
    assert 20 < band < 40
    assert reading.symbols
    for symbol in reading.symbols:
        x0, y0, x1, y1 = (scale * side for side in symbol.box)
        assert along(canvas, x0, y0 + band, x1, y1 + band, [0, 130, 50]) > 0.8
    green = canvas @ [-1, 2, -1] > 120
    assert green[: int(band)].any(), "letters stand above"
    red = canvas @ [2, -1, -1] > 100
    assert red[int(band) :].sum() > 100, "cuts are drawn"


def test_without_segmentations_there_are_no_cuts(tmp_path: Path) -> None:
    reader = Reader(ReadOptions(field="whole", recogniser="sliding"), write_chance_weights(tmp_path))
    ((page, _),) = reader.follow([Scan(draw("4,510").image, None, "field.png")])
    assert not page.segmentations
    red = decoded(draw_pictures(page)[0]) @ [2, -1, -1] > 100
    assert red.sum() < 10


def test_a_cheque_shows_its_field_and_its_page(auto: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "chequereader.interpretation.choice.FAR_WORSE", 9.0
    )  # weights of chance: all zones are kept
    monkeypatch.setattr("chequereader.reader.MARGIN", 99.0)
    cheque = generate(seed=3, index=0, config=SyntheticConfig(preset="easy"))
    ((page, _),) = auto.follow([Scan(cheque.image, cheque.dpi, "cheque.png")])
    field, whole_page = draw_pictures(page)
    winner = page.answers[0].zone
    canvas = decoded(whole_page)
    scale = whole_page.width / page.image.shape[1]
    assert len(page.zones) > 1
    for index, zone in enumerate(page.zones):
        x0, y0, x1, y1 = (scale * side for side in zone)
        # where zones lie on each other the winner is on top
        colour, least = ([0, 130, 50], 0.9) if index == winner else ([200, 30, 30], 0.3)
        assert along(canvas, x0, y0, x1, y1, colour) > least
    assert field.width <= 560 and field.height <= 190 + 40
    assert whole_page.width <= 420 and whole_page.height <= 260
    assert len(field.jpeg) + len(whole_page.jpeg) < 37_000, "200 such cards are less than 10 MB"


def test_pages_without_answer_or_zone_have_a_picture(whole: Reader) -> None:
    blank = Scan(np.full((80, 300), PAPER, np.uint8), None, "blank.png")
    ((page, reading),) = whole.follow([blank])
    assert not reading.candidates
    (field,) = draw_pictures(page)
    assert decoded(field).shape[1] == field.width
    (bare,) = draw_pictures(FollowedPage(blank))
    assert decoded(bare).shape == (round(80 * 420 / 300), 420, 3)


@pytest.mark.parametrize("shape", [(8, 4000), (4000, 8), (9, 9), (3000, 3000)])
def test_fields_of_any_shape_make_small_pictures(whole: Reader, shape: tuple[int, int]) -> None:
    dice = np.random.default_rng(0)
    scan = Scan(dice.integers(0, 256, shape, dtype=np.uint8), None, "noise.png")
    page = FollowedPage(scan, zones=[whole_box(scan)], zone_penalties=[0.0])
    for picture in draw_pictures(page):
        decoded(picture)
        assert picture.width <= 560 and picture.height <= 220


def whole_box(scan: Scan) -> pictures.Box:
    height, width = scan.image.shape
    return pictures.Box(0, 0, width, height)
