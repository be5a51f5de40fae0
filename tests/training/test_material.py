"""Training material: real fields, varied ones, recombined ones, drawn ones."""

from __future__ import annotations

from decimal import Decimal
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn_fields import PAPER, draw
from toy_glyphs import image_glyphs, pens

from chequereader.alphabet import AMOUNTS
from chequereader.box import Box
from chequereader.cheque_set import Truth, read_cheque_set, write_truth
from chequereader.synthetic.config import SyntheticConfig
from chequereader.training.material import (
    Example,
    RealField,
    amount_text,
    cut_out,
    drawn,
    example,
    legible,
    real_examples,
    real_fields,
    recombined,
    varied,
)
from chequereader.training.truths import digits_alone


def real(text: str = "4071", height: float = 40) -> RealField:
    field = draw(text, height=height, gap=0.25 * height)
    return RealField(field.image, text, tuple(zip(text, field.boxes, strict=True)))


def names(found: Example) -> str:
    """The characters that candidates are called by."""
    _, labels, _ = found
    return "".join(AMOUNTS.labels[i] for i in sorted(set(labels[labels >= 0])) if i != AMOUNTS.rubbish)


def alike(a: Example, b: Example) -> bool:
    same = np.array_equal(a[0].crops, b[0].crops) and np.array_equal(a[1], b[1])
    return bool(same and a[2] == b[2])


def test_a_real_field_knows_its_digits() -> None:
    found = example(real())
    assert names(found) == "0147"
    assert found[2] == "4071"


def test_without_boxes_nothing_is_known() -> None:
    segmentation, labels, digits = example(RealField(draw("12").image, "12"))
    assert len(labels) == len(segmentation.source) > 0
    assert set(labels.tolist()) == {-1}
    assert digits == "12"


@pytest.mark.parametrize("seed", range(25))
def test_boxes_move_with_the_image(seed: int) -> None:
    """Blots stand for characters: each is found again in its box."""
    image = np.full((70, 260), PAPER, np.uint8)
    boxes = [Box(30, 20, 50, 56), Box(100, 12, 116, 44), Box(200, 25, 235, 60)]
    for box in boxes:
        image[box.y0 : box.y1, box.x0 : box.x1] = 20
    field = varied(
        RealField(image, "123", tuple(zip("123", boxes, strict=True))), np.random.default_rng(seed)
    )
    assert field.truth == "123"
    assert "".join(digit for digit, _ in field.boxes) == "123"
    dark = field.image < (int(field.image.max()) + int(field.image.min())) / 2
    count, label, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8))
    blots = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] > 100]
    assert len(blots) == 3
    for blot, (_, box) in zip(sorted(blots, key=lambda i: stats[i, 0]), field.boxes, strict=True):
        y, x = np.nonzero(label == blot)
        off = np.array([x.min() - box.x0, y.min() - box.y0, x.max() + 1 - box.x1, y.max() + 1 - box.y1])
        assert np.abs(off).max() <= 4


def test_variation_is_decided_by_the_generator() -> None:
    first, again, other = (varied(real(), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first.image, again.image)
    assert first.boxes == again.boxes
    assert first.image.shape != other.image.shape


def test_every_field_as_it_is_and_then_varied() -> None:
    fields = [real("12"), real("90")]
    found = list(real_examples(fields, rounds=2, seed=4))
    assert [digits for _, _, digits in found] == ["12"] * 3 + ["90"] * 3
    assert alike(found[0], example(fields[0]))
    assert alike(found[3], example(fields[1]))
    assert not np.array_equal(found[1][0].crops, found[2][0].crops)
    assert all(alike(a, b) for a, b in zip(found, real_examples(fields, rounds=2, seed=4), strict=True))


def test_cutting_out_gives_papers_and_characters() -> None:
    material = cut_out([real("407"), RealField(draw("55").image, "55")])
    assert len(material.fields) == 2
    assert len(material.papers) == 1, "only where boxes tell"
    assert material.papers[0].min() > PAPER - 15
    assert set(material.characters) == {"4", "0", "7"}
    for pictures in material.characters.values():
        for picture, share in pictures:
            assert picture.dtype == np.float32
            assert picture.max() == pytest.approx(1, abs=0.1)
            assert share == pytest.approx(1, abs=0.15)


def test_recombined_strings() -> None:
    material = cut_out([real("407"), real("152"), real("36")])
    found = list(recombined(material, [image_glyphs()], pens(), 12, seed=3))
    assert len(found) == 12
    for segmentation, labels, digits in found:
        assert len(labels) == len(segmentation.source) > 0
        assert any(c.isdigit() for c in digits)
    known = [len(names(one)) for one in found]
    assert np.mean(known) > 1.5, "hardly any character is known"
    for one in found:
        assert set(digit for digit in names(one) if digit in "0123456789") <= set(one[2])
    again = islice(recombined(material, [image_glyphs()], pens(), 12, seed=3), 4)
    assert all(alike(a, b) for a, b in zip(found, again, strict=False))


def test_drawn_fields() -> None:
    config = SyntheticConfig(preset="easy")
    found = list(drawn(4, 5, config))
    assert all(alike(a, b) for a, b in zip(found, drawn(4, 5, config), strict=True))
    assert sum(len(names(one)) for one in found) > 6
    for one in found:
        lowered = {"⁰¹²³⁴⁵⁶⁷⁸⁹".index(c) if c in "⁰¹²³⁴⁵⁶⁷⁸⁹" else c for c in names(one)}
        assert {str(c) for c in lowered if str(c) in "0123456789"} <= set(one[2])


def test_texts_of_amounts_can_be_written() -> None:
    rng = np.random.default_rng(9)
    texts = [amount_text(rng, "0123456789.,-/=") for _ in range(200)]
    assert all(any(c.isdigit() for c in text) for text in texts)
    assert set("".join(texts)) <= set("0123456789.,-/=⁰¹²³⁴⁵⁶⁷⁸⁹")
    assert len(set(texts)) > 150


def test_legible_texts() -> None:
    assert legible("S$ 1,234⁵⁰/100-") == "$1,234⁵⁰/100-"
    assert legible("-300.00") == ""
    assert legible("xx") == ""


def test_fields_of_a_cheque_set(tmp_path: Path) -> None:
    field = draw("520", height=40)
    height, width = field.image.shape
    page = np.full((400, 800), PAPER, np.uint8)
    page[100 : 100 + height, 200 : 200 + width] = field.image
    cv2.imwrite(str(tmp_path / "page.png"), page)
    cv2.imwrite(str(tmp_path / "field.png"), field.image)
    cv2.imwrite(str(tmp_path / "unknown.png"), field.image)
    zone = Box(200, 100, 200 + width, 100 + height)
    amount = Decimal("520.00")
    write_truth(
        tmp_path,
        [
            Truth("page.png", amount=amount, digits="520", text="520", box=zone),
            Truth("field.png", amount=amount, digits="520", text="520"),
            Truth("unknown.png", amount=amount),
        ],
    )
    boxes = "".join(
        f"field.png,{c},{b.x0},{b.y0},{b.x1},{b.y1}\n" for c, b in zip("520", field.boxes, strict=True)
    )
    (tmp_path / "digit_boxes.csv").write_text("file,digit,x0,y0,x1,y1\n" + boxes, encoding="utf-8")
    cut, whole = real_fields(read_cheque_set(tmp_path))
    margin = height // 8
    assert np.array_equal(
        cut.image, page[100 - margin : 100 + height + margin, 200 - margin : 200 + width + margin]
    )
    assert cut.boxes == ()
    assert np.array_equal(whole.image, field.image)
    assert whole.boxes == tuple(zip("520", field.boxes, strict=True))
    assert cut.truth == whole.truth == "520"


def test_real_amounts(shared_data: Path) -> None:
    """Of the digits of real amounts most are found, each where its box says."""
    cheques = read_cheque_set(shared_data / "amounts")
    some = cheques.restricted(sorted(truth.file for truth in cheques.truths)[:10])
    found = known = 0
    for field in real_fields(some):
        digits = "".join(digit for digit, _ in field.boxes)
        assert digits_alone(digits) == field.truth
        found += len(set(names(example(field))) & set(digits))
        known += len(set(digits))
    assert found > 0.8 * known
