"""Several runs in one file: the last or another is taken; and what is logged again counts once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_files import assert_same, log_of, logs_of

from logsched.base.errors import LogschedError
from logsched.logs.log import read_log
from logsched.logs.runs import is_orderly, take_part


def csv(epochs, rates):
    rows = (f"{epoch},{rate}\n" for epoch, rate in zip(epochs, rates, strict=True))
    return "epoch,lr\n" + "".join(rows)


TWO = csv([*range(5), *range(6)], [0.1] * 5 + [0.2] * 6)


def test_the_last_of_several_runs_is_taken():
    log = log_of(TWO)
    assert_same(log.rate, [0.2] * 6)
    assert log.row.tolist() == [*range(7, 13)]
    assert log.notes == (
        "the file holds 2 runs, in rows 2-6 and 7-12: the last is taken (--part 2)",
    )


def test_another_run_can_be_taken(write):
    log = read_log(write("run.csv", TWO), 1)
    assert_same(log.rate, [0.1] * 5)
    assert log.notes[0].endswith(": that in rows 2-6 is taken (--part 1)")


@pytest.mark.parametrize("content", [TWO, csv(range(5), [0.1] * 5)])
def test_a_run_that_is_not_there(content, write):
    with pytest.raises(LogschedError, match=r"part is 3, but .*run\.csv holds (2 runs|one run)$"):
        read_log(write("run.csv", content), 3)


def test_of_many_runs_a_few_are_said():
    log = log_of(csv([*range(9)] * 9, [0.1] * 81))
    assert "9 runs, in rows 2-10, 11-19, 20-28 and ..., 74-82: the last" in log.notes[0]


def test_a_run_may_begin_within_its_first_interval():
    """A second run that logs every tenth step begins at 10, where the first began at 5."""
    log = log_of(csv([5, 10, 15, 20, 10, 20, 30], [1, 1, 1, 1, 2, 2, 2]))
    assert_same(log.rate, [2, 2, 2])


@pytest.mark.parametrize("between", ["epoch,lr\n", ""])
def test_a_run_that_is_resumed_is_one(between):
    """With what it logs again; also where the header is written again."""
    first, second = csv(range(8), [0.1] * 8), csv(range(5, 10), [0.2] * 5)
    log = log_of(first + second.removeprefix("epoch,lr\n") if not between else first + second)
    assert_same(log.epoch, range(10))
    assert_same(log.rate, [0.1] * 5 + [0.2] * 5)
    assert (
        log.notes[-1]
        == "3 rows are logged again after a resume, the first is 7: the later ones count"
    )


def test_without_times_a_header_begins_another_run():
    run = "lr\n0.5\n0.25\n"
    log = log_of(run + run + "0.125\n")
    assert_same(log.rate, [0.5, 0.25, 0.125])
    assert "2 runs, in rows 2-3 and 5-7: the last" in log.notes[1]
    assert log_of(run + "lr\n").rate.size == 2


@pytest.mark.parametrize("epochs", [range(9, -1, -1), [3, 1, 4, 0, 5, 9, 2, 6, 8, 7], [1, 0]])
def test_rows_in_disorder_are_one_run(epochs):
    assert_same(log_of(csv(epochs, [0.1] * len(epochs))).epoch, epochs)


def test_rows_of_an_epoch_stand_together():
    """Each step of an epoch is logged with it: no time goes back."""
    epochs = [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert_same(log_of(csv(epochs, [0.1] * 9)).epoch, epochs)


def test_each_column_of_rates_has_its_runs():
    content = "step,lr_a,lr_b\n" + "".join(f"{k},1,{k}\n" for k in [*range(5), *range(5)])
    assert [log.rate.size for log in logs_of(content)] == [5, 5]


@given(stops=st.lists(st.tuples(st.integers(1, 30), st.integers(0, 9)), max_size=5))
def test_each_time_is_taken_once_as_it_was_logged_last(stops):
    """A run that goes on for so many steps, stops, and begins again so many before."""
    times, at = [], 100
    for length, back in stops:
        times += range(at, at + length)
        at = max(at + length - back, 101)
    times += range(at, at + 40)
    time = np.array(times, dtype=float)
    rows = take_part(time, np.arange(time.size), np.array([]), None, "run").rows
    if is_orderly(time):
        want = {step: place for place, step in enumerate(times)}
        assert {*rows.tolist()} >= {*want.values()}
        assert {*time[rows].tolist()} == {*want}
        assert (np.diff(time[rows]) >= 0).all()
