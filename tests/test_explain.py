"""Pictures of the stages: that they are written, and that they show what they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawn_fields import PAPER, draw
from PIL import Image
from tiny_reader import write_chance_weights

from chequereader.errors import OutputError
from chequereader.explain import page_with_spots
from chequereader.fields.locate import locate
from chequereader.fields.upright import upright
from chequereader.followed import FollowedPage
from chequereader.options import ReadOptions
from chequereader.reader import Reader
from chequereader.scan import Scan, open_scans
from chequereader.segmentation.strip import REACH, STANDARD, STRIDE, Scale, positions, strip

STAGES = ["1-zones.png", "2-ink.png", "3-cuts.png", "4-graph.png", "5-path.png", "6-positions.png"]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(ReadOptions(field="whole"), write_chance_weights(tmp_path_factory.mktemp("weights")))


def pictures(folder: Path) -> dict[str, np.ndarray]:
    return {path.name: np.asarray(Image.open(path).convert("RGB")) for path in sorted(folder.iterdir())}


def test_a_picture_of_every_stage_is_written(reader: Reader, tmp_path: Path) -> None:
    scan = Scan(draw("£12.50").image, None, "field.png")
    folder = tmp_path / "new" / "folder"
    reading = reader.explain(scan, folder)
    assert reading.text == reader.read(scan).text
    drawn = pictures(folder)
    assert list(drawn) == STAGES
    assert all(len(np.unique(picture)) > 10 for picture in drawn.values())
    assert drawn["1-zones.png"].shape[:2] == scan.image.shape


def test_the_page_is_tinted_where_the_amount_is_spotted() -> None:
    scan = next(open_scans(Path(__file__).parents[1] / "data" / "samples" / "us-personal.png"))
    page = FollowedPage(scan, upright(scan.image, scan.dpi))
    drawn = page_with_spots(page).astype(int)
    assert drawn.shape == (*page.image.shape, 3)
    tinted = drawn[:, :, 0] - drawn[:, :, 2] > 60
    (best, *_) = locate(page.image)[0].boxes
    inside = tinted[best.y0 : best.y1, best.x0 : best.x1]
    assert inside.mean() > 0.3
    assert inside.sum() > 0.5 * tinted.sum()


def test_of_a_whole_cheque_what_is_spotted_is_drawn_too(tmp_path: Path) -> None:
    scan = next(open_scans(Path(__file__).parents[1] / "data" / "samples" / "us-personal.png"))
    whole = Reader(ReadOptions(weights="small"))
    whole.explain(scan, tmp_path)
    names = list(pictures(tmp_path))
    assert names[:2] == ["0-spotted.png", "1-zones.png"]
    assert names[-2:] == ["7-micr.png", "8-words.png"]


def test_the_pictures_show_the_stages(reader: Reader, tmp_path: Path) -> None:
    """Ink is dark in the picture of the ink; every cut is a red line through that of the cuts."""
    scan = Scan(draw("70").image, None, "field.png")
    ((page, _),) = reader.follow([scan])
    reader.explain(scan, tmp_path)
    drawn = pictures(tmp_path)
    (segmentation,) = page.segmentations
    mask = segmentation.field.ink.mask
    height, width = mask.shape
    zoom = drawn["2-ink.png"].shape[0] // height
    assert drawn["2-ink.png"].shape[:2] == (zoom * height, zoom * width)
    sampled = drawn["2-ink.png"][zoom // 2 :: zoom, zoom // 2 :: zoom].mean(axis=2)
    assert sampled[mask].mean() < 0.6 * sampled[~mask].mean()
    red = drawn["3-cuts.png"].astype(int) @ [1, -1, 0] > 60
    for line in segmentation.lines.x[1:-1]:
        hit = [red[zoom * y, zoom * line[y] - 3 : zoom * line[y] + 4].any() for y in range(4, height - 4)]
        assert np.mean(hit) > 0.9
    assert drawn["4-graph.png"].shape[1] >= 40 * segmentation.cuts


def test_another_page_overwrites(reader: Reader, tmp_path: Path) -> None:
    reader.explain(Scan(draw("1").image, None, "a.png"), tmp_path)
    before = pictures(tmp_path)
    reader.explain(Scan(draw("888").image, None, "b.png"), tmp_path)
    assert any(before[name].shape != picture.shape for name, picture in pictures(tmp_path).items())


def test_a_field_of_one_candidate_has_every_picture(reader: Reader, tmp_path: Path) -> None:
    reader.explain(Scan(draw("1").image, None, "one.png"), tmp_path)
    assert list(pictures(tmp_path)) == STAGES


def test_positions_stand_under_the_strip(reader: Reader, tmp_path: Path) -> None:
    """The strip as the network sees it, enlarged; below it a tick in the middle of each window."""
    scan = Scan(draw("70").image, None, "field.png")
    ((page, _),) = reader.follow([scan])
    reader.explain(scan, tmp_path)
    drawn = pictures(tmp_path)["6-positions.png"]
    seen = strip(page.fields[0])
    zoom = drawn.shape[1] // seen.shape[1]
    assert drawn.shape[1] == zoom * seen.shape[1]
    assert drawn.shape[0] > zoom * seen.shape[0]
    sampled = drawn[zoom // 2 : zoom * seen.shape[0] : zoom, zoom // 2 :: zoom].mean(axis=2)
    assert np.array_equal(sampled, 255 - seen)
    ticks = np.flatnonzero(drawn[zoom * seen.shape[0] + 1].min(axis=1) < 255)
    assert ticks.tolist() == [
        zoom * (REACH // 2 + STRIDE * position) for position in range(len(page.graphs[0][0].source))
    ]
    assert drawn[zoom * seen.shape[0] + 6 :].min() < 230, "some labels are shown"


@pytest.mark.parametrize(
    ("recogniser", "missing"), [("cuts", ["6-positions.png"]), ("sliding", ["3-cuts.png", "4-graph.png"])]
)
def test_one_recogniser_has_its_own_pictures(tmp_path: Path, recogniser: str, missing: list[str]) -> None:
    reader = Reader(ReadOptions(field="whole", recogniser=recogniser), write_chance_weights(tmp_path))
    reader.explain(Scan(draw("24").image, None, "field.png"), tmp_path / "pictures")
    assert list(pictures(tmp_path / "pictures")) == [stage for stage in STAGES if stage not in missing]


def test_a_strip_is_drawn_at_every_scale_that_it_is_seen_at(tmp_path: Path) -> None:
    weights = write_chance_weights(tmp_path, scales=[STANDARD, Scale(0.75)])
    reader = Reader(ReadOptions(field="whole"), weights)
    ((page, _),) = reader.follow([scan := Scan(draw("2480").image, None, "field.png")])
    reader.explain(scan, tmp_path / "pictures")
    drawn = pictures(tmp_path / "pictures")
    assert list(drawn) == sorted([*STAGES, "6-positions-2.png"])
    standard, narrow = (drawn[name].shape[1] for name in ("6-positions.png", "6-positions-2.png"))
    assert narrow == pytest.approx(0.75 * standard, abs=8)
    assert [graphs[0].scale for graphs in page.graphs] == [STANDARD, Scale(0.75), None]
    width = strip(page.fields[0]).shape[1]
    counts = [len(graphs[0].source) for graphs in page.graphs[:2]]
    assert counts == [positions(width), positions(round(0.75 * width))]


def test_a_blank_page_leaves_the_picture_of_the_page(reader: Reader, tmp_path: Path) -> None:
    reading = reader.explain(Scan(np.full((80, 300), PAPER, np.uint8), None, "blank.png"), tmp_path)
    assert reading.status == "rejected"
    assert list(pictures(tmp_path)) == STAGES[:1]


def test_a_folder_that_can_not_be_made_is_one_clear_error(reader: Reader, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")
    with pytest.raises(OutputError, match="give a folder"):
        reader.explain(Scan(draw("1").image, None, "a.png"), in_the_way)
