"""Restarts at exactly their epoch, and cycles that shrink and pile up."""

import math
import re

import numpy as np
import pytest
from oracle import exact, pile_up, rates, starts
from strategies import any_schedule

from logsched import LogschedError, Schedule
from logsched.schedule.shapes import SHAPES

STARTS_LOW = {"constant", "step", "log-released"}  # those that are not at η_max at a restart
STARTS_LOW |= {"one-cycle", "wsd", "inverse-sqrt", "triangular", "pieces"}
NO_FLOOR = {"one-cycle", "inverse-sqrt"}  # those that fall below min_decay_lr
STARTS_HIGH = [shape for shape in SHAPES if shape not in STARTS_LOW]
RATES = {"lr": 0.1, "min_decay_lr": 0.001, "restart_lr": 0.07}
AT_ONCE = {"warmup": 0, "decay": 0}

# (W, D, R, m, epochs, steps per epoch): decimals whose sums binary floats miss
DECIMALS = [
    (0, 0, 0.1, 1, 100, 10),
    (0, 0, 0.1, 1, 1000, 20),
    (0, 0, 0.3, 1, 300, 10),
    (0, 0, 0.7, 1, 300, 10),
    (0.1, 0.2, 0.1, 1, 100, 20),
    (2.5, 0.1, 2.2, 1, 500, 10),
    (5, 10, 0.35, 1, 90, 100),
    (0, 0, 0.1, 2, 2000, 10),
    (0.3, 0.6, 0.1, 2, 2000, 10),
    (0, 0, 0.1, 3, 2000, 10),
    (0.7, 0, 0.1, 10, 2000, 10),
    (0, 0, 1.6, 1.5, 500, 100),
    (0, 0, 10, 1.1, 500, 100),
    (0.1, 0.7, 0.1, 1.1, 50, 100),
    (0, 0, 6.4, 1.25, 300, 100),
    (5, 10, 2.5, 2, 2000, 4),
    (0, 0, 1, 1.2, 200, 100),
]


def cyclic(shape, warmup, decay, interval, multiplier):
    """A schedule of these lengths whose restarts alone reach 0.07 after the initial decay."""
    own = {"base": 1e9} if shape == "log" else {}  # a cap narrower than any grid step here
    lengths = {
        "warmup": warmup,
        "decay": decay,
        "restart_interval": interval,
        "restart_interval_multiplier": multiplier,
    }
    return Schedule(shape, **RATES, **lengths, **own), lengths


def starts_until(end, lengths):
    """Every exact start before `end`."""
    count = 1
    while starts(count, **lengths)[-1] < end:
        count *= 2
    return [begin for begin in starts(count, **lengths) if begin < end]


@pytest.mark.quick(20)
@pytest.mark.parametrize("multiplier", [1, 1.5, 2, 3, 5, 10])
@pytest.mark.parametrize("interval", range(1, 26))
def test_whole_restarts(interval, multiplier):
    """At each of 30 restarts that float64 holds, restart_lr; an epoch before it, not yet."""
    for warmup, decay in [(0, 0), (5, 10), (2.5, 0.1)]:
        for shape in STARTS_HIGH:
            schedule, lengths = cyclic(shape, warmup, decay, interval, multiplier)
            whole = [begin for begin in starts(30, **lengths) if exact(float(begin)) == begin]
            at = np.array([float(begin) for begin in whole if begin < 2**52])
            assert len(at) > 3
            assert set(schedule(at)) == {0.07}, (shape, warmup, at[schedule(at) != 0.07])
            before = np.setdiff1d([float(exact(t) - 1) for t in at[1:]], at)
            assert not np.any(schedule(before) == 0.07), (shape, warmup)


@pytest.mark.parametrize("shape", STARTS_HIGH)
def test_the_restart_that_peers_put_an_epoch_late(shape):
    """R = 1, m = 3: t = 121 starts cycle 5."""
    assert starts(6, **AT_ONCE, restart_interval=1, restart_interval_multiplier=3)[5] == 121
    schedule, _ = cyclic(shape, 0, 0, 1, 3)
    assert schedule(121.0) == 0.07
    assert schedule(120.0) < 0.07


@pytest.mark.quick(10)
@pytest.mark.parametrize("case", DECIMALS, ids=str)
@pytest.mark.parametrize("shape", STARTS_HIGH)
def test_decimal_restarts(shape, case):
    """The grid points after W + D at restart_lr are the restarts, all of them and no other."""
    *lengths, epochs, steps = case
    schedule, lengths = cyclic(shape, *lengths)
    grid = np.arange(epochs * steps) / steps
    at = {float(begin) for begin in starts_until(epochs, lengths)}
    first = float(starts(1, **lengths)[0])
    got = schedule.sample(epochs=epochs, steps_per_epoch=steps)
    restarts = [
        t for t, rate in zip(grid.tolist(), got, strict=True) if t >= first and rate == 0.07
    ]
    assert restarts == [t for t in grid.tolist() if t in at]
    assert len(restarts) > 1


@pytest.mark.quick(10)
@pytest.mark.parametrize("case", DECIMALS, ids=str)
@pytest.mark.parametrize("shape", sorted(set(STARTS_HIGH) - {"log"}))
def test_the_float_before_a_restart_ends_the_cycle_before(shape, case):
    """At fl(start_i) restart_lr; a float64 before it η_min; a float64 after, nearly restart_lr."""
    *lengths, epochs, _ = case
    schedule, lengths = cyclic(shape, *lengths)
    at = np.array([float(begin) for begin in starts_until(epochs, lengths)[1:]])
    assert set(schedule(at)) == {0.07}
    assert schedule(np.nextafter(at, 0)) == pytest.approx(0.001, rel=1e-6)
    assert schedule(np.nextafter(at, math.inf)) == pytest.approx(0.07, rel=1e-6)


@pytest.mark.parametrize("shape", STARTS_HIGH)
def test_phases_begin_exactly(shape):
    """lr at t = W, restart_lr at t = W + D, where 0.1 + 0.2 is 0.3 as written."""
    schedule, _ = cyclic(shape, 0.1, 0.2, 7, 2)
    assert schedule(0.1) == 0.1
    assert schedule(0.3) == 0.07
    assert schedule(math.nextafter(0.3, 0)) < 0.07


@pytest.mark.parametrize("shape", STARTS_HIGH)
@pytest.mark.parametrize("interval", [10, 0.1])
def test_restarts_far_away(shape, interval):
    """With m = 1 the 10⁸th cycle starts as exactly as the first."""
    schedule, _ = cyclic(shape, 0, 0, interval, 1)
    far = np.array([1e9, 123456.7 if interval < 1 else 123450, 1e9 + 10, 1e13])
    assert set(schedule(far)) == {0.07}
    assert not np.any(schedule(far + interval / 2) == 0.07)


@pytest.mark.parametrize("shape", sorted(SHAPES))
@pytest.mark.parametrize("multiplier", [1, 1.5, 2, 10])
def test_far_away_is_finite(shape, multiplier):
    """A schedule has no end."""
    schedule = any_schedule(shape, restart_interval_multiplier=multiplier, restart_lr_decay=0.9)
    far = schedule(np.array([1e9, 1e12, 1e15]))
    assert np.all(np.isfinite(far))
    assert far == pytest.approx(np.clip(far, 1e-9 if shape in NO_FLOOR else 0.001, 0.1), rel=1e-12)


def pile_up_text(**lengths):
    """A pattern for the pile-up epoch in a message, to two decimals where it is not whole."""
    epoch = pile_up(**lengths)
    whole, shown = epoch.denominator == 1, math.floor(epoch * 100) / 100
    return rf"(?<![\d.]){int(epoch)}(?!\d|\.[1-9])" if whole else re.escape(f"{shown:g}")


SHRINKING = [
    {"restart_interval_multiplier": 0.5},
    {"restart_interval_multiplier": 0.9, "warmup": 1, "decay": 2.5},
    {"restart_interval_multiplier": 0.7},
    {"restart_interval_multiplier": 0.99, **AT_ONCE, "restart_interval": 0.3},
]


@pytest.mark.parametrize("lengths", SHRINKING, ids=str)
@pytest.mark.parametrize("shape", STARTS_HIGH)
class TestShrinkingCycles:
    """m < 1: right before the pile-up at W + D + R/(1 - m), refused from it on."""

    def test_grid_that_gets_there(self, shape, lengths):
        """The message says which epoch that is."""
        end = math.ceil(pile_up(**lengths)) + 3
        with pytest.raises(LogschedError, match=pile_up_text(**lengths)):
            Schedule(shape, **lengths).sample(epochs=end, steps_per_epoch=2)

    def test_called_at_or_past_it(self, shape, lengths):
        """Alone or among others."""
        end = float(pile_up(**lengths))
        for t in (end, end + 0.5, 1e15, [0.0, end], np.array([[1.0, end + 7]])):
            with pytest.raises(LogschedError, match=pile_up_text(**lengths)):
                Schedule(shape, **lengths)(t)

    def test_values_before_it(self, shape, lengths):
        """By the same formulas, cycle after cycle."""
        end = starts(5, **lengths)[-1]
        t = np.linspace(0, float(end), 100, endpoint=False)
        got = Schedule(shape, **lengths)(t)
        np.testing.assert_allclose(got, rates(shape, t, **lengths), rtol=0, atol=1e-10)


@pytest.mark.quick(6)
@pytest.mark.parametrize("lengths", SHRINKING, ids=str)
@pytest.mark.parametrize("shape", STARTS_HIGH)
def test_cycle_shorter_than_a_grid_step(shape, lengths):
    """Refused with the pile-up named, though the grid ends before it; right up to that cycle."""
    schedule, begins, steps = Schedule(shape, **lengths), starts(200, **lengths), 4
    thin = next(i for i in range(199) if begins[i + 1] - begins[i] < exact(1 / steps))
    in_time = math.floor(begins[thin])
    got = schedule.sample(epochs=in_time, steps_per_epoch=steps)
    want = rates(shape, np.arange(in_time * steps) / steps, **lengths)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-10)
    with pytest.raises(LogschedError, match=pile_up_text(**lengths)):
        schedule.sample(epochs=math.ceil(begins[thin + 2]), steps_per_epoch=steps)


@pytest.mark.parametrize("shape", STARTS_HIGH)
def test_shrinking_grid_that_stops_in_time(shape):
    """R = 10, m = ½ from 0 piles up at 20: nineteen epochs in tenths are fine, twenty are not."""
    given = {**AT_ONCE, "restart_interval": 10, "restart_interval_multiplier": 0.5}
    schedule = Schedule(shape, **given)
    got = schedule.sample(epochs=19, steps_per_epoch=10)
    np.testing.assert_allclose(got, rates(shape, np.arange(190) / 10, **given), rtol=0, atol=1e-10)
    with pytest.raises(LogschedError, match=r"\b20\b"):
        schedule.sample(epochs=20, steps_per_epoch=10)


@pytest.mark.parametrize(
    ("shape", "given"), [("constant", {}), ("step", {}), ("cosine", {"restart_interval": 0})]
)
def test_what_has_no_cycles_has_no_pile_up(shape, given):
    """constant, step, and no restarts at all take any multiplier."""
    schedule = Schedule(shape, restart_interval_multiplier=0.5, **given)
    assert schedule(1000.0) in {0.1, 0.001}
    assert schedule.sample(epochs=100).shape == (100,)


def test_one_cycle_turns_exactly():
    """lr at 0.1 * 0.7 = 0.07 as written, its last rate from 0.7 on, for good."""
    for anneal in ("cosine", "linear"):
        schedule = Schedule("one-cycle", length=0.7, pct_start=0.1, anneal=anneal)
        assert schedule(0.0) == 0.1 / 25
        assert schedule(0.07) == 0.1
        assert set(schedule([0.7, 1, 1e9])) == {0.1 / 25 / 1e4}
        around = schedule([math.nextafter(0.07, side) for side in (0, 1)])
        assert around == pytest.approx(0.1, rel=1e-9)
        assert schedule(math.nextafter(0.7, 0)) == pytest.approx(4e-7, rel=1e-6)


@pytest.mark.parametrize("end", ["linear", "cosine", "1-sqrt"])
def test_wsd_turns_exactly(end):
    """lr from 0.1 to 0.1 + 0.2, min_decay_lr from 0.3 + 0.3 on."""
    lengths = {"warmup": 0.1, "stable": 0.2, "decay": 0.3}
    schedule = Schedule("wsd", end=end, **lengths)
    assert set(schedule([0.1, 0.2, math.nextafter(0.3, 0), 0.3])) == {0.1}
    assert set(schedule([0.6, 0.7, 1e9])) == {0.001}
    assert schedule(math.nextafter(0.1, 0)) < 0.1
    assert schedule(math.nextafter(0.6, 0)) == pytest.approx(0.001, rel=1e-6)


@pytest.mark.parametrize("case", DECIMALS, ids=str)
def test_triangles_start_exactly(case):
    """Grid points at min_decay_lr are the starts of cycles, from epoch 0, all of them."""
    _, _, interval, multiplier, epochs, steps = case
    lengths = {"restart_interval": interval, "restart_interval_multiplier": multiplier}
    got = Schedule("triangular", **lengths).sample(epochs=epochs, steps_per_epoch=steps)
    at = {float(begin) for begin in starts_until(epochs, lengths | AT_ONCE)}
    grid = np.arange(epochs * steps) / steps
    assert grid[got == 0.001].tolist() == [t for t in grid.tolist() if t in at]


@pytest.mark.parametrize("interval", [2, 10, 0.2])
def test_triangles_reach_their_top_far_away(interval):
    """Half a cycle after its start, to rounding."""
    lengths = {"restart_interval": interval, "restart_interval_multiplier": 1}
    tops = np.arange(1, 20001, 2) * interval / 2
    assert Schedule("triangular", **lengths)(tops) == pytest.approx(0.1, rel=1e-9)


@pytest.mark.parametrize("steps", [1, 10, 1000])
def test_a_power_of_what_is_left_is_defined_up_to_the_end(steps):
    """T_cur never exceeds T_i by rounding: 1 - u would be below 0, where a power is none."""
    lengths = [k / steps for k in range(1, 400)]
    for length in lengths:
        given = {"warmup": 0.3, "decay": length, "restart_interval": length}
        ends = starts(6, **given, restart_interval_multiplier=1.1)
        before = [math.nextafter(float(end), 0) for end in ends]
        schedule = Schedule("polynomial", **given, restart_interval_multiplier=1.1)
        assert schedule(before) == pytest.approx(0.001, rel=1e-6)


def test_triangles_that_shrink_pile_up():
    """At R/(1 - m), for they begin at epoch 0."""
    schedule = Schedule("triangular", restart_interval_multiplier=0.5)
    assert schedule(19.5) > 0
    with pytest.raises(LogschedError, match=r"\b20\b"):
        schedule(20.0)
