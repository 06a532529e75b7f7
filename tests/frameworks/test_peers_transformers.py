"""The schedulers of transformers in a real optimizer, and the schedules that are the same."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from peers import EPOCHS, FAIRLY, LR, ONCE, SHARE, assert_same, stepped

from logsched import Schedule

pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
transformers = pytest.importorskip(
    "transformers", reason="transformers is not installed: pip install transformers"
)

WARMUP = st.integers(0, 60)


def rates(name, lr, count, *args, **options):
    """The rates of so many optimizer steps."""
    get = getattr(transformers, f"get_{name}")
    return stepped(lambda optimizer: get(optimizer, *args, **options), lr, count)


def schedule_of(shape, lr, warmup, length, **params):
    """After a warmup from 0, one decay to 0."""
    usual = {"warmup_start_lr": 0, "min_decay_lr": 0, **ONCE}
    lengths = {"warmup": warmup, "decay": length}
    return Schedule(shape, **{"lr": lr, **lengths, **usual, **params})


@given(LR, WARMUP, EPOCHS)
@example(0.1, 5, 85)
@FAIRLY
def test_cosine_with_warmup(lr, warmup, length):
    """num_training_steps counts the warmup; beyond it the wave rises again, and ours stays."""
    schedule = schedule_of("cosine", lr, warmup, length)
    end = warmup + length
    got = rates("cosine_schedule_with_warmup", lr, end + length + 1, warmup, end)
    assert_same(schedule.sample(end + 1), got[: end + 1])
    assert got[end + length] == pytest.approx(lr)


@given(LR, WARMUP, EPOCHS)
@FAIRLY
def test_linear_with_warmup(lr, warmup, length):
    end = warmup + length
    want = rates("linear_schedule_with_warmup", lr, end + 9, warmup, end)
    assert_same(schedule_of("linear", lr, warmup, length).sample(end + 9), want)


@given(LR, st.floats(1e-4, 0.9), WARMUP, EPOCHS, st.floats(0.2, 5))
@example(0.1, 1e-6, 10, 90, 1.0)
@FAIRLY
def test_polynomial_with_warmup(lr, share, warmup, length, power):
    """lr_end is 1e-7 where it is left out."""
    low, end = lr * share, warmup + length
    schedule = schedule_of("polynomial", lr, warmup, length, power=power, min_decay_lr=low)
    options = {"lr_end": low, "power": power}
    want = rates("polynomial_decay_schedule_with_warmup", lr, end + 9, warmup, end, **options)
    assert_same(schedule.sample(end + 9), want)


@given(LR, WARMUP, EPOCHS, st.integers(1, 10))
@example(0.1, 5, 10, 3)
@FAIRLY
def test_cosine_with_hard_restarts(lr, warmup, length, cycles):
    """num_cycles of equal length fill what the warmup leaves of num_training_steps, to the end."""
    schedule = schedule_of(
        "cosine", lr, warmup, 0, restart_interval=length, restart_interval_multiplier=1
    )
    end = warmup + length * cycles
    name = "cosine_with_hard_restarts_schedule_with_warmup"
    assert_same(schedule.sample(end), rates(name, lr, end, warmup, end, num_cycles=cycles))


def test_where_hard_restarts_are_missed():
    """By rounding, as in the 15th restart of 22 cycles: 25 of 1225 get 0 instead of the peak."""
    name, wrong, count = "cosine_with_hard_restarts_schedule_with_warmup", [], 0
    for cycles in range(2, 51):
        got = rates(name, 0.1, cycles, 0, cycles, num_cycles=cycles)  # of one step each
        wrong += [(cycles, step) for step, rate in enumerate(got) if rate == 0]
        count += cycles - 1
        schedule = schedule_of(
            "cosine", 0.1, 0, 0, restart_interval=1, restart_interval_multiplier=1
        )
        assert set(schedule.sample(cycles)) == {0.1}
    assert (wrong[0], len(wrong), count) == ((22, 15), 25, 1225)


@given(LR, WARMUP, st.none() | st.integers(1, 500))
@example(0.1, 4, None)
@FAIRLY
def test_inverse_sqrt(lr, warmup, timescale):
    """timescale left out is the warmup, or without one 10,000 steps, where ours is 1 epoch."""
    scale = timescale or warmup or 10_000
    schedule = schedule_of("inverse-sqrt", lr, warmup, 0, timescale=scale)
    assert_same(schedule.sample(300), rates("inverse_sqrt_schedule", lr, 300, warmup, timescale))


@given(LR, SHARE, WARMUP, st.integers(0, 60), EPOCHS)
@example(0.1, 0.0, 5, 76, 9)
@pytest.mark.parametrize("end", ["linear", "cosine", "1-sqrt"])
@FAIRLY
def test_wsd(end, lr, share, warmup, stable, decay):
    """The warmup begins at min_lr_ratio, and so does the end's way down there."""
    low = lr * share
    lengths = {"num_warmup_steps": warmup, "num_stable_steps": stable, "num_decay_steps": decay}
    run = warmup + stable + decay + 9
    want = rates("wsd_schedule", lr, run, **lengths, decay_type=end, min_lr_ratio=share)
    schedule = Schedule(
        "wsd",
        lr=lr,
        min_decay_lr=low,
        warmup=warmup,
        warmup_start_lr=low,
        stable=stable,
        decay=decay,
        end=end,
    )
    assert_same(schedule.sample(run), want)
