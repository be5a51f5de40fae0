"""Zones on toy pages, on nothing, on noise, and on real cheques."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_page import toy_page, turned

from chequereader.box import Box
from chequereader.fields.features import NAMES
from chequereader.fields.locate import ALIKE, Zone, against_others, either_way_up, locate
from chequereader.fields.upright import upright

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"


def holds(zone: Zone, amount: Box) -> bool:
    """Say whether a zone covers nine tenths of an amount's box and is at most five times as large."""
    (box,) = zone.boxes
    return box.intersection(amount).area >= 0.9 * amount.area and box.area <= 5 * amount.area


def zone_of(probability: float, left: int = 0, width: int = 10) -> Zone:
    box = Box(left, 0, left + width, 10)
    return Zone((box,), -math.log(probability), np.zeros(len(NAMES), np.float32), None)


def test_places_are_told_apart_by_odds() -> None:
    chances = (0.02, 0.47, 0.98)
    found = against_others([zone_of(chance, 20 * k) for k, chance in enumerate(chances)])
    assert found == pytest.approx([-math.log(chance / (1 - chance)) for chance in chances])
    assert math.isfinite(against_others([zone_of(1.0)])[0])
    assert against_others([]) == []


def test_zones_at_one_place_differ_by_their_own_penalties() -> None:
    zones = [zone_of(0.9), zone_of(0.3, 100), zone_of(0.6, 4, 6), zone_of(0.5, 7, 10)]
    found = against_others(zones)
    first = found[0] - zones[0].penalty
    # the third lies in the first, and half of it in the fourth, which meets the first too little by itself
    assert [found[k] - zones[k].penalty for k in (2, 3)] == pytest.approx([first, first])
    assert found[1] == pytest.approx(-math.log(0.3 / 0.7))


@pytest.mark.parametrize("boxed", [True, False])
@pytest.mark.parametrize("place", [(0.72, 0.36), (0.7, 0.24), (0.74, 0.5)])
@pytest.mark.parametrize("scale", [0.85, 1.0, 1.2])
def test_the_amount_is_among_the_zones(boxed: bool, place: tuple[float, float], scale: float) -> None:
    page = toy_page(left=place[0], top=place[1], scale=scale, boxed=boxed)
    assert any(holds(zone, page.amount) for zone in locate(page.image))


@pytest.mark.parametrize("amount", ["7.00", "12,34,567", "*1,234.56*", "99"])
def test_short_and_long_amounts_are_found(amount: str) -> None:
    page = toy_page(amount)
    assert any(holds(zone, page.amount) for zone in locate(page.image))


@pytest.mark.parametrize("boxed", [True, False])
@pytest.mark.parametrize("amount", ["295,775 82", "***295,775.82*", "1,234 56"])
def test_a_part_of_the_amount_is_three_times_less_likely(amount: str, boxed: bool) -> None:
    page = toy_page(amount, left=0.66, boxed=boxed)
    best, *others = locate(page.image, limit=6)
    assert holds(best, page.amount)
    for zone in others:
        if not holds(zone, page.amount):
            assert zone.penalty > best.penalty + math.log(3)


@pytest.mark.parametrize("angle", [-6.0, 3.0])
def test_a_skewed_scan_is_located_after_it_is_made_upright(angle: float) -> None:
    page = toy_page()
    result = upright(turned(page.image, angle))
    centre = np.array([(page.amount.x0 + page.amount.x1) / 2, (page.amount.y0 + page.amount.y1) / 2])
    middle = (np.array(page.image.shape[::-1]) - 1) / 2
    radians = np.radians(angle)
    rotation = np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    on_scan = rotation @ (centre - middle) + middle + 80
    found = [result.to_scan(zone.boxes[0]) for zone in locate(result.image)]
    assert any(
        b.x0 <= on_scan[0] < b.x1 and b.y0 <= on_scan[1] < b.y1 and b.width < 2 * page.amount.width
        for b in found
    )


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_scan_may_lie_any_way_up(quarters: int) -> None:
    page = toy_page()
    scan = np.ascontiguousarray(np.rot90(page.image, quarters))
    marked = np.zeros_like(page.image)
    marked[page.amount.y0 : page.amount.y1, page.amount.x0 : page.amount.x1] = 1
    rows, columns = np.nonzero(np.rot90(marked, quarters))
    truth = Box(int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    result, zones = either_way_up(upright(scan))
    found = [result.to_scan(zone.boxes[0]) for zone in zones[:3]]
    covering = [box for box in found if box.intersection(truth).area >= 0.9 * truth.area]
    assert any(box.area <= 5 * truth.area for box in covering)


def test_a_printed_dollar_tells_the_currency() -> None:
    page = toy_page()
    zones = [zone for zone in locate(page.image) if holds(zone, page.amount)]
    assert zones[0].currency == "USD"


def test_zones_come_best_first_differ_and_lie_on_the_page() -> None:
    image = toy_page().image
    zones = locate(image, limit=4)
    assert len(zones) == 4
    assert [z.penalty for z in zones] == sorted(z.penalty for z in zones)
    page = Box(0, 0, image.shape[1], image.shape[0])
    for i, zone in enumerate(zones):
        (box,) = zone.boxes
        assert zone.penalty >= 0
        assert zone.features.shape == (len(NAMES),)
        assert zone.features.dtype == np.float32
        assert box.intersection(page) == box
        for other in zones[:i]:
            shared = box.intersection(other.boxes[0]).area
            assert shared <= ALIKE * (box.area + other.boxes[0].area - shared)


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (700, 3), (20, 20), (650, 1450)])
@pytest.mark.parametrize("grey", [0, 255])
def test_a_blank_sheet_has_no_zone(shape: tuple[int, int], grey: int) -> None:
    assert locate(np.full(shape, grey, np.uint8)) == []


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 300), st.integers(1, 400), st.integers(0, 2**32 - 1), st.floats(0.0, 0.5))
def test_noise_of_any_size_gives_zones_or_none(height: int, width: int, seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    noise = np.where(rng.random((height, width)) < share, rng.integers(0, 256, (height, width)), 255)
    zones = locate(noise.astype(np.uint8), limit=3)
    assert len(zones) <= 3
    assert all(np.isfinite(zone.penalty) and np.isfinite(zone.features).all() for zone in zones)


def real_cheques(name: str) -> list[tuple[np.ndarray, Box]]:
    """Return the validation part of a real set: scans and truth boxes."""
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    chosen = set((ROOT / "data" / "splits" / f"{name}-validation.txt").read_text().splitlines())
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["file"] in chosen]
    assert rows
    return [
        (
            cv2.imread(str(folder / row["file"]), cv2.IMREAD_GRAYSCALE),
            Box(*(int(float(row[side])) for side in ("x0", "y0", "x1", "y1"))),
        )
        for row in rows
    ]


@pytest.mark.parametrize("name", ["cheques-india", "cheques-usa"])
def test_real_cheques_have_their_amount_among_three_zones(name: str) -> None:
    cheques = real_cheques(name)
    hits = 0
    for scan, truth in cheques:
        page = upright(scan)
        for zone in locate(page.image, limit=3):
            box = page.to_scan(zone.boxes[0])
            x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
            if truth.x0 <= x < truth.x1 and truth.y0 <= y < truth.y1 and box.width >= 0.35 * truth.width:
                hits += 1
                break
    assert hits >= 0.95 * len(cheques)
