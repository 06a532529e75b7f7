"""timm's CosineLRScheduler in a real optimizer, and the schedules that are the same."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from peers import (
    AT_ONCE,
    EPOCHS,
    FAIRLY,
    LR,
    RESTARTS,
    SHARE,
    assert_same,
    in_cycles,
    optimizer_at,
    starts_before,
    stepped,
    warmed_up,
    wrong_restarts,
)

from logsched import Schedule

scheduler = pytest.importorskip("timm.scheduler", reason="timm is not installed: pip install timm")

FOREVER = {"cycle_limit": 10**9}  # its default is one cycle


def timms(*args, **options):
    return lambda optimizer: scheduler.CosineLRScheduler(optimizer, *args, **options)


def stepped_to(lr, count, *args, **options):
    """The rates of so many epochs, each set at the end of the one before as timm's loop does."""
    return stepped(timms(*args, **options), lr, count, lambda peer, over: peer.step(over + 1))


def assert_same_but_at(starts, got, want):
    """The same, but not at these points, where the peer rounds to one cycle or the next."""
    kept = np.setdiff1d(np.arange(len(want)), starts)
    assert_same(got[kept], want[kept])


MULTIPLIER = st.sampled_from([1.0, 1.5, 2.0, 2.5, 3.0])


@given(LR, SHARE, EPOCHS, MULTIPLIER)
@example(0.1, 0.01, 10, 2.0)
@FAIRLY
def test_cycle_mul(lr, share, interval, multiplier):
    low = lr * share
    schedule = in_cycles(lr, share, interval, multiplier)
    got = stepped_to(lr, 300, interval, low, cycle_mul=multiplier, **FOREVER)
    starts = [float(at) for at in starts_before(300, interval, multiplier)]
    assert_same_but_at(starts, got, schedule.sample(300))


@given(LR, EPOCHS, MULTIPLIER, st.floats(0.1, 1), st.integers(1, 20), st.floats(0, 1))
@example(0.1, 10, 2.0, 0.5, 5, 0.1)
@FAIRLY
def test_cycle_decay_and_a_warmup_in_front(lr, interval, multiplier, decay, warmup, start):
    """With warmup_prefix; cycle_decay is of the peak, ours of the range: the same above 0."""
    schedule = Schedule(
        "cosine",
        lr=lr,
        min_decay_lr=0,
        warmup=warmup,
        warmup_start_lr=lr * start,
        decay=0,
        restart_interval=interval,
        restart_interval_multiplier=multiplier,
        restart_lr_decay=decay,
    )
    warming = {"warmup_t": warmup, "warmup_lr_init": lr * start, "warmup_prefix": True}
    cycles = {"cycle_mul": multiplier, "cycle_decay": decay, **FOREVER}
    got = stepped_to(lr, 300, interval, **warming, **cycles)
    starts = [warmup + float(at) for at in starts_before(300, interval, multiplier)]
    assert_same_but_at(starts, got, schedule.sample(300))


def test_cycle_decay_above_a_floor():
    """lr * cycle_decay, where ours leaves that much of the range above min_decay_lr."""
    got = stepped_to(0.1, 20, 10, 0.01, cycle_decay=0.5, **FOREVER)
    schedule = Schedule(
        "cosine",
        min_decay_lr=0.01,
        restart_interval=10,
        restart_interval_multiplier=1,
        restart_lr_decay=0.5,
        **AT_ONCE,
    )
    assert got[10] == 0.1 * 0.5
    assert schedule(10) == pytest.approx(0.01 + (0.1 - 0.01) * 0.5)
    again = schedule.replace(restart_lr=0.05, restart_lr_decay=1)
    assert_same(again.sample(20)[10:], got[10:])


@given(LR, SHARE, EPOCHS, st.integers(0, 20), st.floats(0, 1))
@example(0.1, 0.01, 85, 5, 0.1)
@FAIRLY
def test_one_cycle_is_the_default(lr, share, length, warmup, start):
    """cycle_limit 1: a warmup, one cosine, and then lr_min for good."""
    low = lr * share
    schedule = warmed_up(lr, share, warmup, start, length)
    warming = {"warmup_t": warmup, "warmup_lr_init": lr * start, "warmup_prefix": True}
    assert_same(schedule.sample(200), stepped_to(lr, 200, length, low, **warming))


@given(EPOCHS, st.integers(2, 9), st.integers(1, 3))
@FAIRLY
def test_a_cycle_limit_ends_the_run(interval, limit, multiplier):
    """The same until so many cycles are over, where `--cycles` ends our run."""
    schedule = Schedule(
        "cosine",
        min_decay_lr=0.001,
        restart_interval=interval,
        restart_interval_multiplier=multiplier,
        **AT_ONCE,
    )
    end = min(300, schedule.end_of_cycle(limit))
    got = stepped_to(0.1, 300, interval, 0.001, cycle_mul=float(multiplier), cycle_limit=limit)
    starts = [float(at) for at in starts_before(end, interval, multiplier)]
    assert_same_but_at(starts, got[:end], schedule.sample(end))
    assert set(got[end + 1 :]) <= {0.001}


@given(LR, st.integers(2, 60), st.data())
@FAIRLY
def test_a_warmup_over_the_first_cycle(lr, interval, data):
    """Without warmup_prefix the cosine runs under the warmup: from its first restart on, ours."""
    warmup = data.draw(st.integers(1, interval - 1))
    schedule = Schedule(
        "cosine",
        lr=lr,
        warmup=warmup,
        warmup_start_lr=lr / 10,
        decay=interval - warmup,
        restart_interval=interval,
        restart_interval_multiplier=1,
    )
    low = schedule.min_decay_lr
    got = stepped_to(lr, 200, interval, low, warmup_t=warmup, warmup_lr_init=lr / 10, **FOREVER)
    want = schedule.sample(200)
    assert_same(got[interval:], want[interval:])
    assert_same(got[:warmup], want[:warmup])
    assert got[warmup] < want[warmup] == lr


def test_where_it_misses_a_restart():
    """A logarithm finds the cycle, and rounds: 17 of 402 restarts get the lowest rate instead."""

    def rate_at(interval, multiplier, epoch):
        optimizer = optimizer_at(0.1)
        options = {"lr_min": 0.001, "cycle_mul": float(multiplier), **FOREVER}
        timms(interval, **options)(optimizer).step(epoch)
        return optimizer.param_groups[0]["lr"]

    wrong = wrong_restarts(rate_at)
    assert (len(wrong), len(RESTARTS)) == (17, 402)
    assert {rate_at(r, m, epoch) for r, m, _, epoch in wrong} == {0.001}
