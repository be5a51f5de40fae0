from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chequereader.box import Box
from chequereader.cheque_set import COLUMNS, Truth, read_cheque_set, read_names, write_truth
from chequereader.errors import OutputError, UnreadableInputError, UsageError

HEADING = ",".join(COLUMNS)
DATA = Path(__file__).parents[2] / "shared" / "data"

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(
    truths=st.lists(
        st.builds(
            Truth,
            st.sampled_from(["a.png", "b,c.png", "ü.png"]),
            amount=st.none() | st.decimals(0, 10**9, places=2),
            digits=st.text("0123456789", max_size=6),
            text=texts,
            words=texts,
            notes=texts,
            box=st.sampled_from([None, Box(1, 2, 30, 40)]),
            more=st.fixed_dictionaries({"country": texts, "layout": texts}),
        ),
        unique_by=lambda truth: truth.file,
    )
)
def test_what_is_written_comes_back(tmp_path: Path, truths: list[Truth]) -> None:
    for truth in truths:
        (tmp_path / truth.file).touch()
    write_truth(tmp_path, truths)
    assert list(read_cheque_set(tmp_path).truths) == truths


def test_columns_beyond_the_usual_ones_may_differ(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "b.png").touch()
    write_truth(tmp_path, [Truth("a.png", more={"country": "in"}), Truth("b.png", more={"layout": "us"})])
    more = [truth.more for truth in read_cheque_set(tmp_path).truths]
    assert more == [{"country": "in", "layout": ""}, {"country": "", "layout": "us"}]


def test_a_set_is_read(tmp_path: Path) -> None:
    (tmp_path / "a b.png").touch()
    (tmp_path / "truth.csv").write_text(
        "\ufeff" + HEADING + ',country\r\na b.png,8800000,,"88,00,000/-",Eighty,1/1,C1C,1,2,3,4,w1,,in\r\n',
        "utf-8",
    )
    cheques = read_cheque_set(tmp_path)
    (truth,) = cheques.truths
    assert truth.amount == Decimal("8800000.00") and truth.box == Box(1, 2, 3, 4)
    assert truth.digits_as_written() == "8800000" and truth.more == {"country": "in"}
    assert cheques.path(truth) == tmp_path / "a b.png"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column file, amount"),
        ("file,amount,digits\n", "no column text, words"),
        (f"{HEADING}\na.png,12x,,,,,,,,,,,\n", "line 2: amount 12x is none"),
        (f"{HEADING}\na.png,NaN,,,,,,,,,,,\n", "line 2: amount NaN is none"),
        (f"{HEADING}\na.png,,1.5,,,,,,,,,,\n", "line 2: digits 1.5 holds more"),
        (f"{HEADING}\na.png,,,,,,,1,2,3,,,\n", "line 2: 1,2,3, is no box"),
        (f"{HEADING}\na.png,,,,,,,9,2,3,4,,\n", "line 2: 9,2,3,4 is no box"),
        (f"{HEADING}\na.png,1,234,,,,,,,,,,,,,\n", "line 2: more cells than columns"),
        (f"{HEADING}\n,,,,,,,,,,,,\n", "line 2: no file name"),
        (f"{HEADING}\na.png,,,,,,,,,,,,\na.png,,,,,,,,,,,,\n", "a.png comes twice"),
        (f"{HEADING}\nb.png,,,,,,,,,,,,\n", "b.png: no such file, but truth.csv names it"),
        (f'{HEADING}\n"a.png,,,,,,,,,,,,\n', "mend the line"),
    ],
)
def test_a_bad_truth_file_is_refused_with_the_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "truth.csv").write_text(text)
    with pytest.raises(UnreadableInputError, match=message) as caught:
        read_cheque_set(tmp_path)
    assert len(str(caught.value).splitlines()) == 1


def test_no_truth_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="a cheque set has its truth there"):
        read_cheque_set(tmp_path)
    (tmp_path / "truth.csv").write_bytes(b"\xff\xfe\0")
    with pytest.raises(UnreadableInputError, match="can't be read as UTF-8"):
        read_cheque_set(tmp_path)
    with pytest.raises(OutputError, match="can't be written"):
        write_truth(tmp_path / "missing", [])


def test_a_set_can_be_restricted(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / name).touch()
    write_truth(tmp_path, [Truth("a.png"), Truth("b.png"), Truth("c.png")])
    (tmp_path / "names.txt").write_text("# the validation part\nc.png\n\n a.png \n")
    cheques = read_cheque_set(tmp_path)
    names = read_names(tmp_path / "names.txt")
    assert [truth.file for truth in cheques.restricted(names).truths] == ["a.png", "c.png"]
    with pytest.raises(UsageError, match=r"1 of the names are not in the set, d\.png"):
        cheques.restricted(["a.png", "d.png"])
    with pytest.raises(UnreadableInputError, match="can't be read"):
        read_names(tmp_path / "missing.txt")
    (tmp_path / "names.txt").write_text("# nothing\n")
    with pytest.raises(UnreadableInputError, match="no names in it"):
        read_names(tmp_path / "names.txt")


@pytest.mark.parametrize(
    ("name", "count"), [("amounts", 880), ("cheques-india", 64), ("cheques-usa", 73), ("micr-e13b", 2438)]
)
def test_the_real_sets_are_read(name: str, count: int) -> None:
    if not DATA.is_dir():
        pytest.skip("the real data are not beside this repository")
    cheques = read_cheque_set(DATA / name)
    assert len(cheques.truths) == count
    splits = Path(__file__).parents[1] / "data" / "splits" / f"{name}-validation.txt"
    if splits.exists():
        names = read_names(splits)
        assert len(cheques.restricted(names).truths) == len(names) < count
