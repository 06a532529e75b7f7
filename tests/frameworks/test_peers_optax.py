"""optax' own schedules, compiled, and the schedules that are the same."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from peers import (
    EPOCHS,
    FAIRLY,
    LR,
    SHARE,
    assert_float32,
    assert_same,
    in_cycles,
    warmed_up,
)

from logsched import Schedule

jax = pytest.importorskip("jax", reason="JAX is not installed: pip install jax")
optax = pytest.importorskip("optax", reason="optax is not installed: pip install optax")


def assert_both(peer, want):
    """The same in float64, and in float32, which is what JAX has unless told otherwise."""
    steps = np.arange(len(want))
    assert_float32(np.asarray(jax.jit(peer)(steps)), want)
    with jax.enable_x64(True):
        assert_same(np.asarray(jax.jit(peer)(steps)), want)


@given(LR, SHARE, st.floats(0, 1), EPOCHS, EPOCHS)
@example(0.1, 0.01, 0.1, 5, 40)
@FAIRLY
def test_warmup_cosine_decay(lr, share, start, warmup, length):
    """decay_steps counts the warmup; after it, end_value stays."""
    schedule = warmed_up(lr, share, warmup, start, length)
    peer = optax.warmup_cosine_decay_schedule(
        lr * start, lr, warmup, warmup + length, end_value=lr * share
    )
    assert_both(peer, schedule.sample(warmup + length + 5))


@given(LR, SHARE, st.integers(1, 20), st.integers(1, 3), st.floats(0.1, 1), st.integers(2, 5))
@example(0.1, 0.01, 10, 2, 1.0, 3)
@FAIRLY
def test_sgdr(lr, share, interval, multiplier, decay, count):
    """A cycle each, of whole steps, with the top and the end that ours has."""
    low = lr * share
    schedule = in_cycles(lr, share, interval, multiplier, decay)
    tops = [low + (lr - low) * decay**i for i in range(count)]
    cycles = [
        {
            "init_value": top,
            "peak_value": top,
            "warmup_steps": 0,
            "decay_steps": interval * multiplier**i,
            "end_value": low,
        }
        for i, top in enumerate(tops)
    ]
    assert_both(optax.sgdr_schedule(cycles), schedule.sample(schedule.end_of_cycle(count)))


def test_sgdr_with_a_warmup_and_a_first_decay():
    """The default run: the warmup is a part of the first cycle's decay_steps."""
    first = {"init_value": 0.01, "peak_value": 0.1, "warmup_steps": 5, "decay_steps": 15}
    again = {"init_value": 0.1, "peak_value": 0.1, "warmup_steps": 0}
    cycles = [first, again | {"decay_steps": 10}, again | {"decay_steps": 20}]
    peer = optax.sgdr_schedule([cycle | {"end_value": 0.001} for cycle in cycles])
    assert_both(peer, Schedule("cosine").sample(45))
