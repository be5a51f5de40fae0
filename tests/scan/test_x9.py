"""Cash letters written by hand and real ones: items, sides, amounts; and letters that are damaged or lie."""

from __future__ import annotations

import io
import struct
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chequereader.errors import UnreadableInputError
from chequereader.scan import Page, open_pages, open_scans
from chequereader.scan.x9 import items, x9_pages
from pipelines.faults.letters import BACK, Item, View, letter


def tiff(level: int = 255, width: int = 60) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (width, 30), level).convert("1").save(buffer, "TIFF", compression="group4", dpi=(200, 200))
    return buffer.getvalue()


WHITE, BLACK = tiff(255), tiff(0)


def pages(data: bytes) -> list[tuple[int, Decimal | None, object]]:
    """Number, keyed amount, and the first pixel or the reason of each page."""
    found: list[tuple[int, Decimal | None, object]] = []

    def note(page: Page) -> None:
        try:
            scan = page.load()
        except UnreadableInputError as error:
            assert error.page == page.number and len(str(error).splitlines()) == 1
            found.append((page.number, page.keyed_amount, str(error).split(": ", 1)[1]))
        else:
            assert (scan.page, scan.keyed_amount) == (page.number, page.keyed_amount)
            found.append((page.number, page.keyed_amount, int(scan.image[0, 0])))

    try:
        for page in x9_pages(io.BytesIO(data), "letter.x9"):
            note(page)
    except UnreadableInputError as error:
        note(Page.bad("letter.x9", error))
    return found


@pytest.mark.parametrize("encoding", ["ascii", "cp037"])
def test_each_front_is_a_page_with_its_keyed_amount(tmp_path: Path, encoding: str) -> None:
    whole = letter(
        [
            Item(123456, [View(BLACK), View(WHITE, BACK)]),
            Item(5, [View(WHITE, BACK), View(BLACK)]),
            Item(99, [View(BLACK)], returned=True),
        ],
        encoding,
    )
    (tmp_path / "letter").write_bytes(whole)
    scans = list(open_scans(tmp_path / "letter"))
    assert [scan.page for scan in scans] == [1, 2, 3]
    assert [scan.keyed_amount for scan in scans] == [Decimal("1234.56"), Decimal("0.05"), Decimal("0.99")]
    assert all((scan.image.shape, scan.dpi) == ((30, 60), 200) for scan in scans)
    assert all(not scan.image.any() for scan in scans)


def test_only_the_first_full_front_counts() -> None:
    views = [View(WHITE, part="04"), View(BLACK), View(WHITE)]
    assert pages(letter([Item(1, views)])) == [(1, Decimal("0.01"), 0)]


def test_items_without_an_image_keep_their_place_and_amount() -> None:
    found = pages(
        letter([Item(1, []), Item(2, [View(b" " * 8)]), Item(3, [View(BLACK, BACK)]), Item(4, [View(BLACK)])])
    )
    assert [(number, keyed) for number, keyed, _ in found] == [(i, Decimal(f"0.0{i}")) for i in range(1, 5)]
    reasons = [what for _, _, what in found]
    assert all("no image of the front; ask for a letter with images" in str(reason) for reason in reasons[:3])
    assert reasons[3] == 0


def test_a_damaged_image_costs_its_item_only() -> None:
    found = pages(letter([Item(1, [View(BLACK[:60])]), Item(2, [View(b"no image")]), Item(3, [View(BLACK)])]))
    assert "item 1: the image is cut off or damaged" in str(found[0][2])
    assert "item 2: not an image" in str(found[1][2])
    assert found[2] == (3, Decimal("0.03"), 0)


def test_lengths_within_a_record_are_not_believed() -> None:
    whole = letter([Item(1, [View(BLACK)]), Item(2, [View(BLACK)])])
    at = whole.index(f"{len(BLACK):07d}".encode() + BLACK)
    for told in (b"9999999", b"-000001", b"      x"):
        found = pages(whole[:at] + told + whole[at + 7 :])
        assert "the record of its image is damaged" in str(found[0][2])
        assert found[1] == (2, Decimal("0.02"), 0)


def test_an_amount_that_is_no_number_is_none() -> None:
    whole = letter([Item(1234567890, [View(BLACK)])])
    assert pages(whole.replace(b"1234567890", b"12345x7890")) == [(1, None, 0)]
    assert pages(whole.replace(b"1234567890", b" " * 10)) == [(1, None, 0)]


def test_a_letter_that_is_cut_off_says_so_after_its_whole_items() -> None:
    whole = letter([Item(1, [View(BLACK)]), Item(2, [View(BLACK)])])
    second = whole.index(b"KEY-1", whole.index(b"KEY-1") + 1)
    first, cut, rest = pages(whole[:second])
    assert first == (1, Decimal("0.01"), 0)
    assert cut[:2] == (2, Decimal("0.02")) and "no image of the front" in str(cut[2])
    assert rest[:2] == (3, None) and "the cash letter is cut off; ask for it again" in str(rest[2])


def test_a_letter_without_its_end_is_not_taken_for_whole() -> None:
    whole = letter([Item(1, [View(BLACK)])])
    *_, last = pages(whole[:-84])
    assert "cut off" in str(last[2])


@pytest.mark.parametrize("length", [0, 1, 2**24 + 1, 2**32 - 1])
def test_lengths_of_records_are_not_believed(length: int) -> None:
    whole = letter([Item(1, [View(BLACK)])])
    found = pages(whole[:84] + struct.pack(">I", length) + whole[88:])
    assert len(found) == 1 and found[0][0] == 1
    assert "is cut off" in str(found[0][2]) or "has no record where one should be" in str(found[0][2])


def test_a_letter_without_cheques() -> None:
    assert pages(letter([])) == [
        (1, None, "the cash letter holds no cheques; check that it is the right one")
    ]


def test_too_many_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chequereader.scan.x9.MAX_ITEMS", 2)
    found = pages(letter([Item(i, [View(BLACK)]) for i in range(4)]))
    assert [number for number, _, _ in found] == [1, 2, 3]
    assert "more than 2 items" in str(found[2][2])


def test_what_follows_the_end_is_padding() -> None:
    whole = letter([Item(1, [View(BLACK)])])
    assert pages(whole + b"\0" * 512) == pages(whole)


WHOLE = letter([Item(1, [View(BLACK), View(WHITE, BACK)]), Item(2, [View(WHITE)], returned=True)])


@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=6)), max_size=6),
    st.integers(0, len(WHOLE)),
    st.sampled_from(["ascii", "cp037"]),
)
def test_a_damaged_letter_is_walked_to_an_end(
    hits: list[tuple[int, bytes]], kept: int, encoding: str
) -> None:
    data = bytearray(WHOLE if encoding == "ascii" else letter([Item(7, [View(BLACK)])], "cp037"))
    for place, what in hits:
        data[place : place + len(what)] = what
    found = pages(bytes(data[:kept]))
    assert [number for number, _, _ in found] == list(range(1, len(found) + 1))


@given(st.binary(max_size=300))
def test_any_bytes_behind_a_head_are_walked_to_an_end(tail: bytes) -> None:
    assert pages(b"\0\0\0\x0201" + tail)


@given(
    st.lists(
        st.tuples(
            st.binary(min_size=2, max_size=2) | st.sampled_from([b"25", b"31", b"50", b"52", b"61", b"99"]),
            st.binary(max_size=130),
        ),
        max_size=12,
    )
)
def test_any_records_are_walked_to_an_end(records: list[tuple[bytes, bytes]]) -> None:
    data = b"".join(
        struct.pack(">I", len(kind + rest)) + kind + rest for kind, rest in [(b"01", b""), *records]
    )
    found: list[int] = []
    try:
        for item in items(io.BytesIO(data), "letter.x9"):
            found.append(item.number)
            assert item.front is None or sum(item.front) <= len(data)
    except UnreadableInputError:
        pass
    assert found == list(range(1, len(found) + 1))


@pytest.mark.parametrize(
    ("name", "keyed", "images"),
    [
        ("valid-ascii.x937", ["100.00"], 1),
        ("valid-ebcdic.x937", ["100.00"], 1),
        ("without-micrValidIndicator.icl", ["100.00"], 1),
        ("creditRecord61.icl", ["1000.00"] * 4, 0),
        ("BNK20180905121042882-A.icl", ["1000.00"] * 8, 0),
        ("BNK20181010121042882-A.icl", ["1000.00"] * 4, 0),
    ],
)
def test_real_letters(shared_data: Path, name: str, keyed: list[str], images: int) -> None:
    found = []
    for page in open_pages(shared_data / "x937" / name):
        found.append((page.number, str(page.keyed_amount)))
        if images:
            scan = page.load()
            assert (scan.image.shape, scan.dpi) == ((550, 1200), 200)
            assert 0.05 < np.mean(scan.image < 128) < 0.3
        else:
            # These letters were made without images: a blank stands in their place.
            with pytest.raises(UnreadableInputError, match="no image of the front"):
                page.load()
    assert found == list(enumerate(keyed, 1))
