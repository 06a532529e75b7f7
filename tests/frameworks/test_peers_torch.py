"""PyTorch's own schedulers in a real optimizer, and the schedules that are the same."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from loops import after_warmup, torchs
from peers import (
    EPOCHS,
    FAIRLY,
    LR,
    ONCE,
    RESTARTS,
    SHARE,
    assert_same,
    in_cycles,
    optimizer_at,
    restarting,
    starts_before,
    stepped,
    warmed_up,
    wrong_restarts,
)

from logsched import Schedule

DECAY = {"warmup": 0, **ONCE}


@given(LR, SHARE, EPOCHS, st.integers(1, 5))
@example(0.1, 0.01, 10, 2)
@example(0.1, 0.0, 1, 3)
@FAIRLY
def test_cosine_annealing_warm_restarts(lr, share, interval, multiplier):
    """Stepped once per epoch, with no epoch given, restarts are where they should be."""
    low = lr * share
    schedule = in_cycles(lr, share, interval, multiplier)
    peer = torchs("CosineAnnealingWarmRestarts", interval, multiplier, low)
    assert_same(schedule.sample(300), stepped(peer, lr, 300))


@given(st.floats(0, 1000), EPOCHS, st.integers(1, 5))
@example(26.75, 10, 2)
@FAIRLY
def test_cosine_annealing_warm_restarts_between_epochs(epoch, interval, multiplier):
    """`step(epoch)` with a fraction, away from restarts."""
    near = [float(at) for at in starts_before(1001, interval, multiplier)]
    assume(min(abs(epoch - at) for at in near) > 1e-6)
    optimizer = optimizer_at(0.1)
    torchs("CosineAnnealingWarmRestarts", interval, multiplier, 0.001)(optimizer).step(epoch)
    want = restarting(interval, multiplier)(epoch)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(want, rel=1e-11, abs=1e-16)


def test_where_step_with_an_epoch_misses_a_restart():
    """A logarithm finds the cycle, and rounds: 17 of 402 restarts get the lowest rate instead."""

    def rate_at(interval, multiplier, epoch):
        optimizer = optimizer_at(0.1)
        scheduler = torchs("CosineAnnealingWarmRestarts", interval, multiplier, 0.001)(optimizer)
        scheduler.step(epoch)
        return optimizer.param_groups[0]["lr"]

    wrong = wrong_restarts(rate_at)
    assert (len(wrong), len(RESTARTS)) == (17, 402)
    assert wrong[0] == (1, 3, 5, 121)
    assert {rate_at(r, m, epoch) for r, m, _, epoch in wrong} == {0.001}


@given(LR, SHARE, EPOCHS)
@example(0.1, 0.01, 90)
@FAIRLY
def test_cosine_annealing_lr(lr, share, length):
    """T_max is the epoch at which it is at the bottom; then it rises again, and ours stays."""
    low = lr * share
    schedule = Schedule("cosine", lr=lr, min_decay_lr=low, decay=length, **DECAY)
    got = stepped(torchs("CosineAnnealingLR", length, low), lr, 2 * length + 1)
    assert_same(schedule.sample(length + 1), got[: length + 1])
    assert got[2 * length] == pytest.approx(lr)


@given(LR, EPOCHS, st.floats(0.01, 1))
@example(0.1, 30, 0.1)
@FAIRLY
def test_step_lr(lr, size, gamma):
    schedule = Schedule("step", lr=lr, size=size, gamma=gamma, warmup=0, min_decay_lr=0)
    assert_same(schedule.sample(200), stepped(torchs("StepLR", size, gamma), lr, 200))


@given(LR, st.floats(0.5, 1))
@example(0.1, 0.95)
@FAIRLY
def test_exponential_lr(lr, gamma):
    schedule = Schedule("exponential", lr=lr, gamma=gamma, min_decay_lr=0, decay=200, **DECAY)
    assert_same(schedule.sample(200), stepped(torchs("ExponentialLR", gamma), lr, 200))


@given(LR, EPOCHS, st.floats(0.1, 5))
@example(0.1, 90, 0.9)
@FAIRLY
def test_polynomial_lr(lr, length, power):
    schedule = Schedule("polynomial", lr=lr, power=power, min_decay_lr=0, decay=length, **DECAY)
    peer = torchs("PolynomialLR", length, power)
    assert_same(schedule.sample(length + 9), stepped(peer, lr, length + 9))


@given(LR, SHARE, EPOCHS)
@FAIRLY
def test_linear_lr(lr, share, length):
    """As a decay."""
    schedule = Schedule("linear", lr=lr, min_decay_lr=lr * share, decay=length, **DECAY)
    peer = torchs("LinearLR", 1.0, share, length)
    assert_same(schedule.sample(length + 9), stepped(peer, lr, length + 9))


@given(LR, SHARE, EPOCHS, EPOCHS, st.floats(0.01, 1))
@example(0.1, 0.01, 5, 40, 0.1)
@FAIRLY
def test_warmup_then_cosine(lr, share, warmup, length, start):
    """SequentialLR of LinearLR and CosineAnnealingLR, whose T_max does not count the warmup."""
    low = lr * share
    schedule = warmed_up(lr, share, warmup, start, length)
    peer = after_warmup(torchs("CosineAnnealingLR", length, low), start, warmup)
    assert_same(schedule.sample(warmup + length + 1), stepped(peer, lr, warmup + length + 1))


@given(LR, st.floats(0.1, 0.9), st.integers(21, 200), st.floats(1, 100), st.floats(1, 1e5))
@example(0.1, 0.3, 100, 25.0, 1e4)
@pytest.mark.parametrize("anneal", ["cosine", "linear"])
@FAIRLY
def test_one_cycle_lr(anneal, lr, rise, total, div, final):
    """Its parts end on the steps total * pct_start - 1 and total - 1."""
    schedule = Schedule(
        "one-cycle",
        lr=lr,
        length=total - 1,
        pct_start=(total * rise - 1) / (total - 1),
        div_factor=div,
        final_div_factor=final,
        anneal=anneal,
    )
    strategy = {"cosine": "cos"}.get(anneal, anneal)
    factors = {"div_factor": div, "final_div_factor": final}
    peer = torchs(
        "OneCycleLR",
        lr,
        total_steps=total,
        pct_start=rise,
        anneal_strategy=strategy,
        cycle_momentum=False,
        **factors,
    )
    assert_same(schedule.sample(total), stepped(peer, 1.0, total))


@given(LR, SHARE, EPOCHS, EPOCHS)
@example(0.1, 0.01, 5, 5)
@pytest.mark.parametrize(("mode", "decay"), [("triangular", 1.0), ("triangular2", 0.5)])
@FAIRLY
def test_cyclic_lr(mode, decay, lr, share, up, down):
    low = lr * share
    schedule = Schedule(
        "triangular",
        min_decay_lr=low,
        restart_lr=lr,
        restart_interval=up + down,
        restart_interval_multiplier=1,
        restart_lr_decay=decay,
        up=up / (up + down),
    )
    peer = torchs("CyclicLR", low, lr, up, down, mode=mode, cycle_momentum=False)
    assert_same(schedule.sample(300), stepped(peer, 1.0, 300))
