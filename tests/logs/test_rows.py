"""Rows, blank cells and damage: what can be read is read, and what cannot is noted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_files import EPOCHS, RATES, WITH_EPOCHS, assert_same, log_of, saved


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("epoch,lr\n0,1\n1,1\n", [2, 3]),
        ("# of today\n\nepoch,lr\n0,1\n\n# noon\n1,1\n", [4, 7]),
        ("0.1\n0.2\n", [1, 2]),
        ("epoch,lr,loss\n0,1,\n0,,2\n1,1,\n1,,2\n", [2, 4]),
        ("epoch\tlr\n\t1\n1\t\n2\tNone\n3\t1\n", [2, 5]),
        ('{"epoch": 0}\n{"lr": 1}\n\n{"lr": null}\n{"lr": 1}\n', [2, 5]),
        ("[0.1, null, 0.2]", [1, 3]),
        ('[{"lr": 1}, null, {"loss": 2}, {"lr": 1}]', [1, 4]),
        ('{"epoch": [0, 1, 2], "lr": [1, 1]}', [1, 2]),
    ],
)
def test_rows_have_their_numbers_and_blank_ones_are_none(content, rows):
    log = log_of(content)
    assert log.row.dtype == np.int64
    assert log.row.tolist() == rows
    assert np.isfinite(log.rate).all()
    assert log.notes == ()


def test_times_may_be_blank():
    log = log_of("epoch,lr,step\n,1,10\n3,,10\n,1,20\n")
    assert log.epoch is None
    assert_same(log.step, [10, 20])
    assert_same(log_of("epoch,lr\n,1\n3,1\n").epoch, [np.nan, 3])


# a log of five rows, the rates that are read, and the note
DAMAGE = {
    "a repeated header": ("epoch,lr\n0,1\nepoch,lr\n0,2\n", [1, 2], "header is repeated at line 3"),
    "repeated headers": (
        "epoch lr\n" + "0 1\nepoch lr\n" * 4 + "0 2\n",
        [1, 1, 1, 1, 2],
        "the header is repeated at lines 3, 5, 7, ...",
    ),
    "a repeated remark": ("# epoch lr\n0 1\n# epoch lr\n0 2\n", [1, 2], "repeated at line 3"),
    "a last header": ("epoch,lr\n0,1\nepoch,lr\n", [1], "the header is repeated at line 3"),
    "half a line": (
        "epoch,lr\n0,1\n1,2\n2",
        [1, 2],
        "1 line could not be read, the first is line 4: '2'",
    ),
    "ragged lines": (
        "epoch,lr\n0,1\n1\n2,2,2\n3,3,\n",
        [1, 3],
        "2 lines could not be read, the first is line 3: '1'",
    ),
    "text": ("epoch,lr\n0,1\n1,high\n", [1, np.nan], "1 rate is no finite number, in row 3"),
    "nan and inf": (
        "epoch,lr\n0,1\n1,nan\n2,-inf\n3,1e999\n",
        [1, np.nan, -np.inf, np.inf],
        "3 rates are no finite numbers, the first is in row 3",
    ),
    "hexadecimal": ("0.5\n0x1p3\n", [0.5, np.nan], "in row 2"),
    "a long integer": ("0.5\n" + "9" * 5000 + "\n", [0.5, np.inf], "in row 2"),
    "NUL in a number": ("0.5\n0.\0005\n", [0.5, np.nan], "in row 2"),
    "a broken quote": ('epoch,lr\n0,1\n"1,2\n2,3\n', [1, 3], "line 3: '\"1,2'"),
    "invalid UTF-8": (b"epoch,lr\n0,1\n1,\xff2\n", [1, np.nan], "in row 3"),
    "half a record": ('{"lr": 1}\n{"lr": 2}\n{"l', [1, 2], "line 3: '{\"l'"),
    "half a record first": ('{"lr"\n{"lr": 1}\n{"lr": 2}\n', [1, 2], "line 1: '{\"lr\"'"),
    "other lines": ('{"lr": 1}\n7\n[1]\nx\n', [1], "3 lines could not be read, the first is line"),
    "NaN in JSON": ('[{"lr": NaN}, {"lr": 1}]', [np.nan, 1], "in row 1"),
    "infinity in JSON lines": ('{"lr": 1}\n{"lr": -Infinity}\n', [1, -np.inf], "in row 2"),
    "text in JSON": (
        '{"lr": ["NaN", 1, "x", true, "2"]}',
        [np.nan, 1, np.nan, np.nan, 2],
        "3 rates",
    ),
    "a long integer in JSON": ("[1, " + "9" * 5000 + "]", [1, np.inf], "in row 2"),
    "other elements": (
        '[{"lr": 1}, 5, {"lr": 2}]',
        [1, 2],
        "1 element could not be read, the first is element 2: 5",
    ),
    "ragged rows in JSON": ("[[0, 1], [1], [2, 3]]", [1, 3], "element 2: [1]"),
    "nan in an array": (saved(lambda e, r: r)([], [1, np.nan]), [1, np.nan], "in row 2"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_survived_and_noted(case):
    content, rates, note = DAMAGE[case]
    log = log_of(content)
    assert_same(log.rate, rates)
    assert note in log.notes[0]
    assert len(log.notes) == 1


HARMLESS = {
    "NUL at the end": lambda data: data + b"\0" * 5000,
    "NUL at the start": lambda data: b"\0" * 5000 + data,
    "blank lines": lambda data: data.replace(b"\n", b"\n\r\n \n"),
    "spaces at the ends": lambda data: data.replace(b"\n", b" \n"),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
@pytest.mark.parametrize("name", ["csv", "tsv", "savetxt", "json lines"])
def test_harmless_oddities_are_not_noted(name, change):
    log = log_of(change(WITH_EPOCHS[name](EPOCHS, RATES)))
    assert_same(log.rate, RATES)
    assert_same(log.epoch, EPOCHS)
    assert log.notes == ()


CELLS = [
    "0",
    "1",
    "-0.5",
    "+1",
    "007",
    ".5",
    "5.",
    "1e5",
    "1E-5",
    "1e999",
    " 2",
    "3\t",
    "",
    "-",
    "1 2",
]


@settings(deadline=None)
@given(rows=st.lists(st.tuples(st.sampled_from(CELLS), st.sampled_from(CELLS)), max_size=5))
def test_a_block_reads_alike_at_once_and_line_by_line(rows):
    """A line that cannot be read has its block read line by line."""
    text = "".join(f"{epoch},{rate}\n" for epoch, rate in [(0, 1), *rows])
    at_once, by_line = log_of(f"epoch,lr\n{text}"), log_of(f"epoch,lr\n{text}half\n")
    for column in ("rate", "epoch", "row"):
        np.testing.assert_array_equal(getattr(at_once, column), getattr(by_line, column))
