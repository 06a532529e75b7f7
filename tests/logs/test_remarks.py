"""Rates that look like something else are remarked, and others are not."""

import numpy as np
import pytest
from log_files import log_of

from logsched import Schedule
from logsched.logs.remarks import remarks

NOISE = np.random.default_rng(0).random(30)


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ([0.1, 11], "go up to 11: above 10"),
        ([8300, 8304, 8308], "count up, as steps do"),
        ([1, 2, 3], "count up, as steps do"),
        (NOISE, "rise and fall from row to row, as losses do"),
        (9 / np.arange(1, 31) + 0.5 * NOISE, "as losses do"),
    ],
)
def test_what_looks_like_no_rates_is_remarked(rates, words):
    assert any(words in one for one in remarks(np.array(rates, dtype=float)))


@pytest.mark.parametrize("shape", ["constant", "step", "cosine", "log", "linear", "triangular"])
@pytest.mark.parametrize("steps", [1, 7])
def test_what_is_a_schedule_is_not(shape, steps):
    assert remarks(Schedule(shape).sample(45, steps)) == []


@pytest.mark.parametrize("rates", [[], [0.0], [1.0, 1.0], [0.0, 0.0, 0.0], [10.0] * 20])
def test_few_or_equal_rates_are_not(rates):
    assert remarks(np.array(rates)) == []


def test_rates_are_looked_at_in_the_order_of_their_times():
    order = np.random.default_rng(1).permutation(45)
    rates = Schedule("linear").sample(45)
    log = log_of("epoch,lr\n" + "".join(f"{k},{rates[k]}\n" for k in order))
    assert log.notes == ()
