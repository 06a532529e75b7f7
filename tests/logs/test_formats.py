"""Rates and times read back from every format of tables, bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from log_files import (
    BARE,
    EPOCHS,
    RATES,
    WITH_EPOCHS,
    assert_same,
    each_writer,
    log_of,
    logs_of,
    saved,
)

from logsched import Schedule
from logsched.logs import blocks


@pytest.mark.parametrize("name", WITH_EPOCHS)
def test_epochs_and_rates_read_back(name):
    log = log_of(WITH_EPOCHS[name](EPOCHS, RATES))
    assert_same(log.rate, RATES)
    times = log.step if name in ("TensorBoard json", "pandas' index") else log.epoch
    assert_same(times, EPOCHS)
    assert log.notes == ()


@pytest.mark.parametrize("name", BARE)
def test_bare_rates_read_back(name):
    log = log_of(BARE[name](EPOCHS, RATES))
    assert_same(log.rate, RATES)
    assert (log.epoch, log.step, log.notes) == (None, None, ())


@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, ">f8", np.longdouble, np.int8, np.uint64]
)
def test_npy_of_other_numbers(dtype):
    rates = (100 * RATES).astype(dtype)
    assert_same(log_of(saved(lambda e, r: r)(EPOCHS, rates)).rate, rates.astype(np.float64))


@each_writer
def test_one_row(write):
    assert_same(log_of(write([7], [0.5])).rate, [0.5])


@pytest.mark.parametrize("name", ["csv", "no header", "savetxt with remarks", "json lines"])
def test_blocks_make_no_difference(name, monkeypatch):
    whole = log_of(WITH_EPOCHS[name](EPOCHS, RATES))
    for size in (100, 101, 102, 300):
        monkeypatch.setattr(blocks, "BLOCK", size)
        log = log_of(WITH_EPOCHS[name](EPOCHS, RATES))
        for column in ("rate", "epoch", "row"):
            np.testing.assert_array_equal(getattr(log, column), getattr(whole, column))


LABELS = {"step": "step", "log:lr=0.5": "log:lr=0.5", "a,b": "a,b=cosine"}


@pytest.mark.parametrize("name", ["json", "jsonl", "csv", "tsv", "npz"])
def test_what_export_writes_reads_back(call, name):
    """Also the shape `step`, which could be a column of steps, and a text with `lr` in it."""
    grid = ["--steps-per-epoch", "3"]
    data = call("export", *LABELS.values(), *grid, "--format", name, text=False).stdout
    logs = logs_of(data)
    assert [log.label for log in logs] == list(LABELS)
    schedules = Schedule("step"), Schedule("log", lr=0.5), Schedule("cosine")
    for log, schedule in zip(logs, schedules, strict=True):
        assert_same(log.rate, schedule.sample(45, 3))
        assert_same(log.epoch, np.arange(135) / 3)


@pytest.mark.parametrize("name", ["txt", "npy", "json", "jsonl", "csv", "tsv", "npz"])
@pytest.mark.parametrize("epochs", ["45", "1"])
def test_what_export_writes_of_one_schedule_reads_back(call, name, epochs):
    given = ["step", "--epochs", epochs, "--format", name]
    log = log_of(call("export", *given, text=False).stdout)
    assert_same(log.rate, Schedule("step").sample(int(epochs)))


FINITE = st.floats(allow_nan=False, allow_infinity=False)
RATE_ARRAYS = arrays.arrays(np.float64, st.integers(1, 20), elements=FINITE)


@each_writer
@settings(max_examples=25, deadline=None)
@given(rates=RATE_ARRAYS)
def test_any_rates_read_back(write, rates):
    """But for a last one that stands nowhere else, where the last line has no end."""
    if write is WITH_EPOCHS["csv, no last line end"]:
        rates = np.append(rates, rates[0])
    assert_same(log_of(write(np.arange(rates.size), rates)).rate, rates)
