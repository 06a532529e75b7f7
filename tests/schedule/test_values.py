"""Rates against the exact oracle and against each shape's own formula."""

import math
import random

import numpy as np
import pytest
from oracle import rate, rates

from logsched import LogschedError, Schedule

FIGURE_1 = {
    "lr": 0.05,
    "decay": 1,
    "min_decay_lr": 0.001,
    "restart_interval": 1,
    "restart_interval_multiplier": 1.5,
    "restart_lr": 0.05,
    "warmup": 1,
    "warmup_start_lr": 0.0001,
}
RESNET34 = {
    "lr": 0.0001,
    "decay": 10,
    "min_decay_lr": 0.001,
    "restart_interval": 10,
    "restart_interval_multiplier": 2.0,
    "restart_lr": 0.1,
    "warmup": 5,
    "warmup_start_lr": 0.01,
}
TRANSFORMER = {
    "lr": 0.001,
    "min_decay_lr": 0.00001,
    "warmup": 0,
    "restart_interval": 10,
    "restart_interval_multiplier": 1.0,
    "decay": 10,
}
NO_WARMUP = {"warmup": 0, "decay": 0}

# name -> (parameters, epochs, steps per epoch), for every shape that can take them
BY_HAND = {
    "defaults": ({}, 45, 1),
    "defaults in tenths": ({}, 45, 10),
    "figure-1": (FIGURE_1, 10, 100),
    "resnet34": (RESNET34, 60, 3),
    "transformer": (TRANSFORMER, 40, 10),
    "no warmup": ({"warmup": 0}, 40, 3),
    "cosine warmup": ({"warmup_shape": "cosine", "warmup": 7.3}, 30, 10),
    "no initial decay": ({"decay": 0}, 40, 3),
    "no restarts": ({"restart_interval": 0}, 30, 3),
    "warmup alone": ({"decay": 0, "restart_interval": 0}, 12, 10),
    "warmup goes down": ({"warmup_start_lr": 0.4}, 20, 10),
    "warmup from nothing": ({"warmup_start_lr": 0}, 20, 3),
    "tops fade": ({"restart_lr_decay": 0.7, "restart_interval_multiplier": 1}, 90, 3),
    "one restart, then none": ({"restart_lr_decay": 0, "restart_interval": 4}, 60, 3),
    "tops grow": ({"restart_lr_decay": 1.3, "min_decay_lr": 0.02}, 90, 3),
    "tops rise above lr": ({"restart_lr": 0.3}, 45, 3),
    "restarts below the minimum": ({"restart_lr": 0.0002}, 45, 3),
    "a flat schedule": ({"min_decay_lr": 0.1}, 45, 3),
    "short decimals": ({"decay": 1.1, "restart_interval": 2.5}, 40, 10),
    "long and thin": ({"restart_interval": 1.2, "restart_interval_multiplier": 1}, 200, 10),
    "triples": ({"restart_interval": 1.5, "restart_interval_multiplier": 3}, 300, 3),
    "tenths": (NO_WARMUP | {"restart_interval": 0.1, "restart_interval_multiplier": 1.5}, 30, 100),
    "shrinks": ({"restart_interval_multiplier": 0.9}, 40, 10),
    "shrinks slowly": ({"restart_interval_multiplier": 0.99, "restart_interval": 2}, 60, 10),
}
OWN = {
    "constant": [{}],
    "step": [{}, {"size": 2.5, "gamma": 0.5}, {"size": 0.1, "gamma": 0.99}],
    "linear": [{}],
    "cosine": [{}],
    "log": [{}, {"base": "range"}, {"base": 1.5, "peak": 3}, {"base": 1000, "peak": 2}],
    "log-bounded": [{}, {"base": "range"}, {"base": 1.0001}, {"base": 1e6}],
    "log-released": [{}],
    "polynomial": [{}, {"power": 1}, {"power": 2}, {"power": 0.5}, {"power": 7.3}],
    "power": [{}, {"power": 1}, {"power": 4}, {"power": 0.5}, {"power": 7.3}],
    "exponential": [{}, {"gamma": 0.9}, {"gamma": 1}, {"gamma": 0.2}],
    "one-cycle": [
        {},
        {"anneal": "linear", "length": 30},
        {"pct_start": 0, "length": 7.3},
        {"pct_start": 1, "length": 12.5},
        {"div_factor": 0.5, "final_div_factor": 0.1, "length": 20},
    ],
    "wsd": [
        {},
        {"end": "1-sqrt"},
        {"end": "cosine", "stable": 2.5},
        {"stable": 0},
    ],
    "inverse-sqrt": [{}, {"timescale": 1.3}, {"timescale": 10_000}],
    "triangular": [{}, {"up": 0.3}, {"up": 0.9, "restart_lr_decay": 0.5}],
}


def allowed(shape, params):
    """Whether the shape is defined in every cycle: bases > 1, and T_i > 1 for log-released."""
    p = {"decay": 10, "restart_interval": 10, "restart_lr_decay": 1} | params
    if shape == "log-released":
        lengths = (p["decay"], p["restart_interval"])
        return all(length == 0 or length > 1 for length in lengths)
    return not (params.get("base") == "range" and p["restart_lr_decay"] > 1)


def random_params(rng):
    """One setting: each parameter left out or one of a few telling values."""
    lengths = [0, 0.1, 0.7, 1.5, 2.5, 3, 5, 7.25]
    few = [0.0003, 0.001, 0.02, 0.1, 0.25, 0.5]
    choices = {
        "lr": few,
        "min_decay_lr": [0.00002, 0.001, 0.01, 0.1],
        "warmup": lengths,
        "warmup_start_lr": [0, *few],
        "warmup_shape": ["linear", "cosine"],
        "decay": lengths,
        "restart_interval": lengths,
        "restart_interval_multiplier": [1, 1.1, 1.5, 2, 3],
        "restart_lr": few,
        "restart_lr_decay": [0, 0.5, 0.93, 1],
    }
    return {name: rng.choice(some) for name, some in choices.items() if rng.random() < 0.6}


def random_settings(per_shape, seed=20240404):
    """`per_shape` drawn settings for every shape: shape, parameters, epochs, steps per epoch."""
    rng = random.Random(seed)
    for shape, own in OWN.items():
        found = 0
        while found < per_shape:
            params = random_params(rng) | rng.choice(own)
            if allowed(shape, params):
                found += 1
                grid = rng.choice([20, 33, 50]), rng.choice([1, 3, 10])
                yield pytest.param(shape, params, *grid, id=f"{shape}: drawn {found}")


def hand_settings():
    """The settings of BY_HAND for every shape, and each shape's own parameters at the defaults."""
    for shape, own in OWN.items():
        for name, (params, epochs, steps) in BY_HAND.items():
            if allowed(shape, params):
                yield pytest.param(shape, params, epochs, steps, id=f"{shape}: {name}")
        for params in own:
            yield pytest.param(shape, params, 45, 10, id=f"{shape}: {params}")


SETTINGS = [*hand_settings(), *random_settings(per_shape=25)]


@pytest.mark.quick(40)
@pytest.mark.parametrize(("shape", "params", "epochs", "steps"), SETTINGS)
def test_sample_is_the_oracle(shape, params, epochs, steps):
    """Every rate on the grid, to 1e-9 of the highest."""
    got = Schedule(shape, **params).sample(epochs=epochs, steps_per_epoch=steps)
    want = rates(shape, [k / steps for k in range(epochs * steps)], **params)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-9 * max(want))


@pytest.mark.parametrize("params", [{}, RESNET34, {"lr": 0.3, "restart_interval_multiplier": 0.5}])
def test_constant_is_lr_everywhere(params):
    """No scheduler: lr, to the bit, at every epoch."""
    t = np.concatenate([np.arange(0, 80, 0.1), [1e9, 1e15]])
    assert set(Schedule("constant", **params)(t)) == {params.get("lr", 0.1)}


@pytest.mark.parametrize("warmup", [0, 0.1, 2.5, 5])
@pytest.mark.parametrize("size", [0.1, 0.3, 0.7, 1, 2.5, 1.1])
def test_step_falls_exactly_at_its_boundaries(warmup, size):
    """On a grid of hundredths that holds every W + j·size, the rate is lr·gammaʲ from it on."""
    schedule = Schedule("step", lr=1, min_decay_lr=0, warmup=warmup, size=size, gamma=0.875)
    hundredths = np.arange(round(warmup * 100), 3000)
    falls = (hundredths - round(warmup * 100)) // round(size * 100)
    np.testing.assert_allclose(schedule(hundredths / 100), 0.875**falls, rtol=1e-12, atol=0)


def test_step_stops_at_the_floor():
    """The floor is min_decay_lr, or lr where that is lower."""
    above = Schedule("step", lr=0.1, min_decay_lr=0.003, size=1, gamma=0.5)
    assert above(4.9 + 5) == pytest.approx(0.1 * 0.5**4)
    assert above(5.0 + 5) == pytest.approx(0.1 * 0.5**5)
    assert above(6.0 + 5) == 0.003
    assert set(Schedule("step", lr=0.1, min_decay_lr=0.2, size=1)(np.arange(5, 99))) == {0.1}


@pytest.mark.parametrize("given", [{"size": 0}, {"restart_interval": 0}])
def test_step_of_size_zero_never_steps(given):
    """size = 0, given or left out with restart_interval = 0, holds lr after the warmup."""
    assert set(Schedule("step", **given)(np.arange(5, 500, 0.5))) == {0.1}


@pytest.mark.parametrize("base", ["min-lr", "range", 1.01, 2, 1000, 1e12])
def test_log_never_falls_below_the_middle(base):
    """Eq. 4 has log_b(π·T_i/T_cur) > 0, so more than half of the range is always left."""
    after_warmup = Schedule("log", base=base).sample(epochs=200, steps_per_epoch=7)[5 * 7 :]
    assert after_warmup.min() > (0.1 + 0.001) / 2


@pytest.mark.parametrize("peak", [1, 1.5, 2])
@pytest.mark.parametrize("base", ["min-lr", "range", 30])
def test_log_is_capped_where_the_formula_says(base, peak):
    """The cap is the rate for u < π·b^(1 - 2·peak), and Eq. 4 the rate after it."""
    top, low, length = 0.2, 0.01, 50
    b = {"min-lr": 1 / low, "range": 1 / (top - low)}.get(base, base)
    schedule = Schedule(
        "log",
        base=base,
        peak=peak,
        lr=top,
        min_decay_lr=low,
        warmup=0,
        decay=0,
        restart_interval=length,
    )
    edge = math.pi * b ** (1 - 2 * peak)
    capped = np.linspace(0, edge * 0.999, 20) * length
    after = np.geomspace(edge * 1.001, 0.999, 20)
    eq_4 = low + (top - low) / 2 * (1 + np.log(math.pi / after) / math.log(b))
    assert schedule(capped) == pytest.approx((1 - peak) * low + peak * top, rel=1e-15)
    assert schedule(after * length) == pytest.approx(eq_4, rel=1e-12)
    assert np.all(schedule(after * length) < schedule(0.0))


@pytest.mark.parametrize("epsilon", [1e-6, 1e-9, 1e-12])
def test_log_bounded_tends_to_linear(epsilon):
    """log1p((b - 1)·u)/log1p(b - 1) → u as b → 1, within (b - 1)/8."""
    nearly = Schedule("log-bounded", base=1 + epsilon).sample(epochs=45, steps_per_epoch=10)
    linear = Schedule("linear").sample(epochs=45, steps_per_epoch=10)
    assert np.abs(nearly - linear).max() <= 0.1 * (epsilon / 8 + 1e-15)


def test_log_bounded_goes_from_its_top_to_its_end():
    """1 at u = 0 and 0 at u → 1, steeper at first than linear."""
    schedule = Schedule("log-bounded")
    assert schedule(15.0) == 0.1
    assert schedule(math.nextafter(25, 0)) == pytest.approx(0.001, rel=1e-9)
    assert schedule(20.0) < rate("linear", 20.0)


def test_log_released_is_the_formula_of_the_released_code():
    """½(1 - log_{T_i}(max(1, T_cur))): the middle for one epoch, then down to η_min."""
    got = Schedule("log-released").sample(epochs=45, steps_per_epoch=10)[15 * 10 : 25 * 10]
    since = np.arange(100) / 10
    want = 0.001 + 0.099 * (1 - np.log(np.maximum(1, since)) / np.log(10)) / 2
    np.testing.assert_allclose(got, want, rtol=1e-12)
    assert got.max() == pytest.approx((0.1 + 0.001) / 2)


@pytest.mark.parametrize("shape", sorted(OWN))
def test_left_out_means_the_documented_value(shape):
    """Writing out every default gives the same bits as leaving it out."""
    written = Schedule(
        shape,
        lr=0.1,
        min_decay_lr=0.001,
        warmup=5,
        warmup_start_lr=0.01,
        warmup_shape="linear",
        decay=10,
        restart_interval=10,
        restart_interval_multiplier=2.0,
        restart_lr=0.1,
        restart_lr_decay=1.0,
    )
    assert written.sample(epochs=90, steps_per_epoch=3).tobytes() == (
        Schedule(shape).sample(epochs=90, steps_per_epoch=3).tobytes()
    )


@pytest.mark.parametrize("shape", ["step", "cosine", "log"])
@pytest.mark.parametrize("warmup_shape", ["linear", "cosine"])
def test_warmup_starts_and_ends_exactly(shape, warmup_shape):
    """warmup_start_lr at t = 0, halfway at W/2, lr at t = W; none at all where W = 0."""
    given = {"lr": 0.3, "warmup_start_lr": 0.07, "warmup_shape": warmup_shape}
    schedule = Schedule(shape, warmup=2.5, **given)
    assert schedule(0.0) == 0.07
    assert schedule(1.25) == pytest.approx((0.3 + 0.07) / 2)
    assert schedule(2.5) == 0.3
    assert Schedule(shape, warmup=0, **given)(0.0) == 0.3


def test_a_power_of_one_is_linear():
    """And one below 1 lies above the line, one above 1 below it."""
    inside = np.linspace(16, 24, 50)
    line = Schedule("linear")(inside)
    assert Schedule("polynomial", power=1)(inside) == pytest.approx(line, rel=1e-14)
    assert np.all(Schedule("polynomial", power=0.9)(inside) > line)
    assert np.all(Schedule("polynomial", power=1.1)(inside) < line)


@pytest.mark.parametrize(("top", "low"), [(0.1, 0.001), (0.001, 0.1), (1e-9, 1e9)])
def test_exponential_has_equal_factors(top, low):
    """From one rate to the other, up or down: each epoch by the same factor as the last."""
    schedule = Schedule("exponential", lr=top, restart_lr=top, min_decay_lr=low)
    rates = [*schedule(np.arange(15, 25)), low]
    assert rates[0] == top
    factors = np.divide(rates[1:], rates[:-1])
    assert factors == pytest.approx((low / top) ** 0.1, rel=1e-12)


def test_exponential_by_its_factor():
    """It stops at min_decay_lr; a factor of at most 1 never leads up."""
    down = Schedule("exponential", gamma=0.5, decay=20)
    assert down([5, 6, 7, 11]).tolist() == [0.1, 0.05, 0.025, 0.1 / 64]
    assert set(down(np.arange(12, 25))) == {0.001}
    up = Schedule("exponential", gamma=0.5, lr=0.001, min_decay_lr=0.1, restart_lr=0.1)
    assert set(up(np.arange(5, 15))) == {0.001}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"min_decay_lr": 0}, ["min_decay_lr is 0", "exponential:gamma=0.9"]),
        ({"lr": 0, "min_decay_lr": 0.1}, ["from 0 to 0.1", "exponential:gamma=0.9"]),
        ({"restart_lr": 1e300, "min_decay_lr": 1e-300}, ["1e+300", "1e-300"]),
    ],
)
def test_exponential_where_no_factor_leads(params, words):
    with pytest.raises(LogschedError) as caught:
        Schedule("exponential", **params).sample()
    assert all(word in str(caught.value) for word in words), caught.value
    assert Schedule("exponential", gamma=0.9, **params).sample().size == 45
    assert set(Schedule("exponential", lr=0, min_decay_lr=0).sample()) == {0}


@pytest.mark.parametrize("own", [{"div_factor": 1e-320}, {"final_div_factor": 1e-320}])
def test_one_cycle_whose_rates_are_not_finite(own):
    with pytest.raises(LogschedError, match=r"div_factor is .* must be finite"):
        Schedule("one-cycle", **own).sample()


def test_inverse_sqrt_has_no_floor():
    """Half of lr after three timescales, a hundredth after 9999."""
    schedule = Schedule("inverse-sqrt", timescale=2.5)
    assert schedule([5, 5 + 3 * 2.5, 5 + 9999 * 2.5]) == pytest.approx([0.1, 0.05, 0.001])
    assert schedule(1e30) < 1e-10
    assert Schedule("inverse-sqrt")(20.0) == pytest.approx(0.05)
    assert Schedule("inverse-sqrt", warmup=0)(3.0) == pytest.approx(0.05)


def test_triangles():
    """Up for a quarter of each cycle; the second is twice as long and its top half as high."""
    schedule = Schedule(
        "triangular", up=0.25, min_decay_lr=0, restart_interval=4, restart_lr_decay=0.5
    )
    rising, falling = [0, 0.05, 0.1], [0.1, 0.05, 0]
    assert schedule([0, 0.5, 1, 2.5]).tolist() == [*rising, falling[1]]
    assert schedule([4, 5, 6, 9, 12]).tolist() == pytest.approx([0, 0.025, 0.05, 0.025, 0])
    assert set(Schedule("triangular", restart_interval=0)(np.arange(50))) == {0.001}
