"""Candidates and their features: what must be proposed, and measures against plain arithmetic."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from toy_page import put, toy_page

from chequereader.box import Box
from chequereader.fields.candidates import Candidate, centres_inside, find_candidates
from chequereader.fields.features import NAMES, describe
from chequereader.fields.groups import Components, find_components
from chequereader.fields.page_ink import find_ink
from chequereader.fields.rules import Rules, find_rules, printed_boxes
from chequereader.fields.signs import currency_at, sign_likeness

SPOTS = np.zeros((10, 10), np.float32)


def analysed(image: np.ndarray) -> tuple[list[Candidate], Components, Rules]:
    """Return the candidates of a page, found in what, and its rules."""
    page = find_ink(image)
    rules = find_rules(page)
    printed = printed_boxes(rules)
    components = find_components(page, rules, printed)
    return find_candidates(components, printed, []), components, rules


def described(image: np.ndarray) -> tuple[list[Candidate], dict[str, np.ndarray]]:
    candidates, components, rules = analysed(image)
    rows = describe(candidates, components, rules, sign_likeness(components)[0], find_ink(image).paper, SPOTS)
    assert rows.shape == (len(candidates), len(NAMES))
    assert np.isfinite(rows).all()
    return candidates, dict(zip(NAMES, rows.T, strict=True))


def test_what_follows_a_sign_is_proposed_with_and_without_it() -> None:
    image = np.full((400, 1400), 235, np.uint8)
    sign = put(image, "$", 800, 220, 30, 3)
    amount = put(image, "1234.50", 850, 220, 30, 3)
    lefts = {round(c.box.x0 * 2 / 10) for c in analysed(image)[0] if abs(c.box.x1 * 2 - amount.x1) < 8}
    assert {round(sign.x0 / 10), round(amount.x0 / 10)} <= lefts


def test_a_zone_in_a_printed_box_leaves_the_text_above_it_out() -> None:
    image = np.full((400, 1400), 235, np.uint8)
    cv2.rectangle(image, (800, 180), (1150, 250), 60, 2)
    put(image, "eighty", 820, 170, 40, 3)
    amount = put(image, "7,300.00", 830, 238, 40, 3)
    candidates = [c for c in analysed(image)[0] if c.printed is not None]
    assert candidates
    best = max(candidates, key=lambda c: c.box.intersection(Box(*(v // 2 for v in amount))).area)
    assert best.box.y0 * 2 == pytest.approx(amount.y0, abs=6)
    assert best.box.y1 * 2 == pytest.approx(amount.y1, abs=6)


def proposed(image: np.ndarray, amount: Box) -> bool:
    """Say whether a candidate's sides are the amount's within six pixels of the page."""
    sides = [2 * np.array(candidate.box) for candidate in analysed(image)[0]]
    return any(np.abs(each - np.array(amount)).max() <= 6 for each in sides)


def test_an_amount_is_proposed_without_the_bold_word_before_it() -> None:
    image = np.full((400, 1400), 235, np.uint8)
    word = put(image, "AED", 800, 230, 46, 7)
    amount = put(image, "1,234.50", word.x1 + 14, 230, 24, 2)
    assert proposed(image, amount)


def test_an_amount_is_proposed_without_the_barcode_beside_it() -> None:
    image = np.full((400, 1400), 235, np.uint8)
    amount = put(image, "1,234.50", 900, 230, 30, 3)
    for y in range(150, 300, 12):
        cv2.line(image, (amount.x1 + 24, y), (amount.x1 + 60, y), 30, 4 + y % 5)
    assert proposed(image, amount)


@pytest.mark.parametrize("digit", ["1", "7"])
def test_a_single_digit_is_proposed(digit: str) -> None:
    image = np.full((400, 1400), 235, np.uint8)
    cv2.rectangle(image, (800, 180), (1150, 250), 60, 2)
    assert proposed(image, put(image, digit, 950, 230, 30, 3))


def test_no_set_of_components_comes_twice() -> None:
    candidates, _, _ = analysed(toy_page().image)
    sets = [tuple(c.members.tolist()) for c in candidates]
    assert len(sets) == len(set(sets))
    assert all(list(s) == sorted(s) for s in sets)


def test_centres_inside_is_half_open() -> None:
    boxes = np.array([[0, 0, 10, 10], [5, 5, 15, 15]], np.int32)
    assert centres_inside(boxes, [Box(5, 5, 10, 10), Box(0, 0, 5, 5)]).tolist() == [
        [True, False],
        [False, False],
    ]
    assert centres_inside(boxes, []).shape == (0, 2)


def test_features_agree_with_plain_arithmetic() -> None:
    image = toy_page().image
    candidates, features = described(image)
    _, components, _ = analysed(image)
    height, width = components.ink.shape
    for i, candidate in enumerate(candidates):
        box, own = candidate.box, components.boxes[candidate.members]
        heights = own[:, 3] - own[:, 1]
        large = heights >= 0.5 * np.sort(heights)[3 * len(heights) // 4]
        middle = np.sort(heights[large])[large.sum() // 2]
        assert features["centre x"][i] == pytest.approx((box.x0 + box.x1) / 2 / width)
        assert features["centre y"][i] == pytest.approx((box.y0 + box.y1) / 2 / height)
        assert features["log count of components"][i] == pytest.approx(np.log(len(own)))
        assert features["spread of heights"][i] == pytest.approx(heights[large].std() / middle, abs=1e-4)
        assert features["darkness"][i] == pytest.approx(components.dark[candidate.members].mean(), rel=1e-4)
        ink = components.area[candidate.members].sum() / box.area
        assert features["ink density"][i] == pytest.approx(ink, rel=1e-4)


def test_features_do_not_follow_the_scale_of_the_page() -> None:
    free = ("centre x", "centre y", "right edge", "in a printed box", "share that looks like digits")
    values = []
    for scale in (0.9, 1.25):
        page = toy_page(scale=scale)
        candidates, features = described(page.image)
        middle = (page.amount.x0 + page.amount.x1) / 4, (page.amount.y0 + page.amount.y1) / 4
        holding = [
            i
            for i, c in enumerate(candidates)
            if c.box.x0 < middle[0] < c.box.x1 and c.box.y0 < middle[1] < c.box.y1
        ]
        largest = max(holding, key=lambda i: len(candidates[i].members))
        values.append([features[name][largest] for name in free])
    assert values[0] == pytest.approx(values[1], abs=0.03)


def feature_of(image: np.ndarray, name: str, x0: int, x1: int) -> float:
    """Return a feature of the candidate from page column ``x0`` to ``x1``."""
    candidates, features = described(image)
    sides = np.array([(c.box.x0, c.box.x1) for c in candidates])
    near = np.abs(2 * sides - [x0, x1]).max(axis=1)
    assert near.min() <= 6
    return float(features[name][near.argmin()])


def test_a_line_goes_on_where_a_zone_lacks_the_cents() -> None:
    image = np.full((400, 1400), 235, np.uint8)
    units = put(image, "295,775", 800, 230, 30, 3)
    cents = put(image, "82", units.x1 + 26, 230, 30, 3)
    part = feature_of(image, "like writing to the right", units.x0, units.x1)
    whole = feature_of(image, "like writing to the right", units.x0, cents.x1)
    assert (part > 0.3, whole) == (True, 0.0)
    assert feature_of(image, "heights to the next on the right", units.x0, units.x1) < 1.0


def test_points_and_dashes_are_told_from_each_other() -> None:
    image = np.full((400, 1400), 235, np.uint8)
    amount = put(image, "1,234,567", 800, 130, 30, 3)
    date = put(image, "12-10-29", 800, 330, 30, 3)
    for box, points, dashes in ((amount, 2, 0), (date, 0, 2)):
        assert feature_of(image, "points at its foot", box.x0, box.x1) == points / 2
        assert feature_of(image, "dashes at its middle", box.x0, box.x1) == dashes / 2


def test_a_white_field_on_tinted_paper_shows() -> None:
    image = np.full((400, 1400), 203, np.uint8)
    cv2.rectangle(image, (780, 190), (1100, 245), 235, -1)
    amount = put(image, "1234", 800, 230, 30, 3)
    assert feature_of(image, "paper lighter than around", amount.x0, amount.x1) == pytest.approx(0.5, abs=0.1)


def test_an_underline_is_told_from_none() -> None:
    shares = []
    for underlined in (False, True):
        image = np.full((400, 1400), 235, np.uint8)
        put(image, "1234", 800, 220, 40, 3)
        if underlined:
            cv2.line(image, (780, 228), (1000, 228), 60, 2)
        _, features = described(image)
        shares.append(features["rule below"].max())
    assert shares[0] == 0
    assert shares[1] > 0.9


def draw_sign(image: np.ndarray, code: str) -> None:
    """Draw a sign 34 pixels high whose ink ends left of x = 830."""
    if code == "USD":
        put(image, "$", 800, 215, 30, 3)
    elif code == "EUR":
        cv2.ellipse(image, (822, 198), (17, 17), 0, 50, 310, 30, 4, cv2.LINE_AA)
        for y in (193, 203):
            cv2.line(image, (798, y), (822, y), 30, 3, cv2.LINE_AA)
    elif code == "GBP":
        cv2.ellipse(image, (816, 190), (9, 10), 0, 150, 330, 30, 4, cv2.LINE_AA)
        for start, end in (((808, 190), (810, 214)), ((800, 214), (826, 214)), ((801, 201), (819, 201))):
            cv2.line(image, start, end, 30, 4, cv2.LINE_AA)


@pytest.mark.parametrize("code", ["USD", "EUR", "GBP"])
def test_printed_signs_tell_the_currency(code: str) -> None:
    image = np.full((400, 1400), 235, np.uint8)
    draw_sign(image, code)
    amount = put(image, "1234", 850, 215, 34, 3)
    _, components, _ = analysed(image)
    likeness, signs = sign_likeness(components)
    assert currency_at(Box(*(v // 2 for v in amount)), components, likeness, signs) == code


def test_digits_alone_tell_no_currency() -> None:
    image = np.full((400, 1400), 235, np.uint8)
    amount = put(image, "1074", 850, 215, 34, 3)
    _, components, _ = analysed(image)
    assert currency_at(Box(*(v // 2 for v in amount)), components, *sign_likeness(components)) is None


def test_another_countrys_dollar_is_not_the_american() -> None:
    image = np.full((400, 1400), 235, np.uint8)
    put(image, "R", 772, 215, 30, 3)
    draw_sign(image, "USD")
    amount = put(image, "1234", 850, 215, 34, 3)
    _, components, _ = analysed(image)
    assert currency_at(Box(*(v // 2 for v in amount)), components, *sign_likeness(components)) is None


def test_a_spotted_region_is_proposed_as_it_is() -> None:
    """Digits that strokes go through are one component with them: no group of components is the amount."""
    image = np.full((400, 1400), 235, np.uint8)
    amount = put(image, "1234.50", 850, 220, 30, 3)
    for shift in (0, 20):
        start, end = (amount.x0 - 120, amount.y0 - 40 + shift), (amount.x1 + 120, amount.y1 + 20 + shift)
        cv2.line(image, start, end, 20, 3)
    page = find_ink(image)
    rules = find_rules(page)
    printed = printed_boxes(rules)
    components = find_components(page, rules, printed)
    region = Box(*(side // 2 for side in amount))
    blank = Box(20, 20, 60, 40)
    assert all(c.box.overlap(region) < 0.9 for c in find_candidates(components, printed, []))
    (zone,) = (c for c in find_candidates(components, printed, [region, blank]) if c.box == region)
    assert len(zone.members)
    assert all(c.box != blank for c in find_candidates(components, printed, [region, blank]))


def test_a_region_takes_in_the_characters_that_its_ends_leave_out() -> None:
    image = np.full((400, 1400), 235, np.uint8)
    amount = put(image, "1234.50", 850, 220, 30, 3)
    put(image, "DATE", amount.x1 + 120, 220, 30, 3)
    page = find_ink(image)
    rules = find_rules(page)
    components = find_components(page, rules, printed_boxes(rules))
    whole = Box(*(side // 2 for side in amount))
    inner = Box(whole.x0 + 14, whole.y0 - 4, whole.x1 - 14, whole.y1 + 4)
    without, with_it = (find_candidates(components, [], spotted) for spotted in ([], [inner]))
    assert len(with_it) == len(without) + 1
    assert with_it[-1].box.overlap(whole) > 0.9


def test_a_region_without_ink_on_its_line_is_no_zone() -> None:
    """It holds the middle of a frame, which is a component, and none of its strokes."""
    image = np.full((400, 1400), 235, np.uint8)
    cv2.rectangle(image, (800, 200), (1000, 280), 20, 4)
    page = find_ink(image)
    none = np.zeros_like(page.ink)
    components = find_components(page, Rules(none, none, np.zeros((0, 4), np.int32)), [])
    assert len(components.boxes) == 1
    within = Box(440, 110, 460, 130)
    without, with_it = (find_candidates(components, [], spotted) for spotted in ([], [within]))
    assert [c.box for c in with_it] == [c.box for c in without]


def test_a_region_that_holds_but_a_side_of_a_frame_is_described() -> None:
    """The frame's middle lies in the region, its side in the zone: no component has its centre there."""
    image = np.full((400, 1400), 235, np.uint8)
    cv2.polylines(image, [np.array([(800, 200), (1000, 200), (1000, 260), (800, 260)])], True, 20, 24)
    page = find_ink(image)
    none = np.zeros_like(page.ink)
    rules = Rules(none, none, np.zeros((0, 4), np.int32))
    components = find_components(page, rules, [])
    assert len(components.boxes) == 1
    candidates = find_candidates(components, [], [Box(445, 108, 520, 122)])
    assert len(candidates) == 2
    assert candidates[-1].box.x0 > 480
    rows = describe(candidates, components, rules, sign_likeness(components)[0], page.paper, SPOTS)
    assert np.isfinite(rows).all()
