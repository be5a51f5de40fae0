"""What logits of places say of boxes, against sums over the places one by one."""

from __future__ import annotations

import numpy as np
import pytest

from chequereader.box import Box
from chequereader.fields.spotted import NAMES, PLACE, describe_spotted, regions


def described(box: tuple[float, float, float, float], logits: np.ndarray) -> dict[str, float]:
    """Return the features of a box given in places, margin and all."""
    x0, y0, x1, y1 = (round(v * PLACE) for v in box)
    columns = describe_spotted(np.array([[x0 + 5, y0 + 5, x1 - 5, y1 - 5]], np.int32), logits)
    assert len(columns) == len(NAMES)
    assert all(column.dtype == np.float32 and column.shape == (1,) for column in columns)
    return {name: float(column[0]) for name, column in zip(NAMES, columns, strict=True)}


def spots(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(-2, 2, (20, 40)).astype(np.float32)


def test_a_box_on_whole_places_holds_the_sum_of_their_chances() -> None:
    logits = spots()
    chances = 1 / (1 + np.exp(-logits.astype(np.float64)))
    told = described((8, 4, 20, 10), logits)
    assert told["share of what is spotted on the page"] == pytest.approx(
        chances[4:10, 8:20].sum() / chances.sum(), rel=1e-5
    )
    assert told["spotted left of it"] == pytest.approx(chances[4:10, 0:8].mean(), rel=1e-5)
    assert told["spotted right of it"] == pytest.approx(chances[4:10, 20:29].mean(), rel=1e-5)
    assert told["spotted at its left end"] == pytest.approx(chances[4:10, 8:14].mean(), rel=1e-5)
    assert told["spotted at its right end"] == pytest.approx(chances[4:10, 14:20].mean(), rel=1e-5)
    assert told["log of places spotted on the page"] == pytest.approx(np.log(chances.sum()), rel=1e-5)


def test_edges_between_places_take_their_share_of_them() -> None:
    logits = np.full((20, 40), -30.0, np.float32)
    logits[5, 10] = 30.0
    told = described((10.5, 5.25, 14.5, 9.25), logits)
    assert told["share of what is spotted on the page"] == pytest.approx(0.5 * 0.75, rel=1e-3)


def test_the_best_place_is_told_beside_the_pages_best() -> None:
    logits = spots()
    told = described((8, 4, 20, 10), logits)
    best = logits[4:10, 8:20].max()
    assert told["its best place"] == pytest.approx(best / 4, rel=1e-5)
    assert told["its best place beside the page's best"] == pytest.approx((best - logits.max()) / 4, rel=1e-4)


def test_boxes_at_the_sides_and_beyond_them_are_described() -> None:
    for box in ((-3, -3, 2, 2), (38, 18, 45, 25), (0, 0, 40, 20), (39, 19, 40, 20)):
        assert np.isfinite(list(described(box, spots()).values())).all()


def test_no_boxes_have_empty_columns() -> None:
    assert all(len(column) == 0 for column in describe_spotted(np.zeros((0, 4), np.int32), spots()))


def test_regions_are_boxes_around_likely_places_the_likeliest_first() -> None:
    logits = np.full((20, 40), -6.0, np.float32)
    logits[5:8, 10:20] = 1.0
    logits[6, 12] = 3.0
    logits[6, 22] = 4.0
    logits[5:8, 20] = -1.0
    logits[5:8, 21:23] = np.maximum(logits[5:8, 21:23], -1.0)
    first, second, third = regions(logits)
    # in places: 22 to 23 by 6 to 7, and 10 to 20 by 5 to 8, each with half a place around
    assert first == Box(*(round(v * PLACE) for v in (21.5, 5.5, 23.5, 7.5)))
    assert second == Box(*(round(v * PLACE) for v in (9.5, 4.5, 20.5, 8.5)))
    # at the lower limit they are one
    assert third == Box(*(round(v * PLACE) for v in (9.5, 4.5, 23.5, 8.5)))


def test_no_region_where_nothing_is_likely() -> None:
    assert regions(np.full((20, 40), -6.0, np.float32)) == []
