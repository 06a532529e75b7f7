"""What holds for every registered shape and any parameters: bounds, restarts, the same bits."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import eta_max, starts
from oracle import settings as exact_settings
from strategies import AROUND, RATES, lengths, parameters

from logsched import Schedule
from logsched.schedule.shapes import SHAPES

STARTS_LOW = {"constant", "step", "log-released"}  # those that are not at η_max at a restart
STARTS_LOW |= {"one-cycle", "wsd", "inverse-sqrt", "triangular", "pieces"}
STARTS_HIGH = sorted(set(SHAPES) - STARTS_LOW)
RATE = r"(?:from|to|at|min_decay_lr=) ?(\d\.\d+)"  # in the text of pieces
ULPS = 1e-15  # a few roundings, relative

EVERY_SHAPE = pytest.mark.parametrize("shape", sorted(SHAPES))
EVERY_HIGH = pytest.mark.parametrize("shape", STARTS_HIGH)

EPOCHS = st.one_of(
    st.integers(0, 300).map(float),
    st.builds(lambda k, steps: k / steps, st.integers(0, 3000), st.integers(1, 30)),
    st.floats(0, 1e6),
)


def draw_schedule(data, shape, **fixed):
    """A drawn schedule of the shape and the parameters it was drawn with."""
    params = data.draw(parameters(shape)) | fixed
    return Schedule(shape, **params), params


def draw_any(data, shape):
    """The same with a stair, a lead, a floor and any mode of the warmup."""
    params = data.draw(parameters(shape)) | data.draw(AROUND)
    return Schedule(shape, **params), params


def rates_given(shape, params):
    """The rates between which a schedule moves."""
    if shape == "pieces":
        return [params["lr"], *map(float, re.findall(RATE, params.get("text", "")))]
    p = exact_settings(**params)
    if shape == "one-cycle":
        return [float(p.lr), float(p.lr / p.div_factor / p.final_div_factor)]
    tops = [p.lr, p.min_decay_lr, p.restart_lr] + [p.warmup_start_lr] * bool(p.warmup)
    return [float(rate) for rate in tops] + [0.0] * (shape == "inverse-sqrt")


@pytest.mark.quick(6)
@EVERY_SHAPE
@given(data=st.data())
def test_finite_and_between_its_rates(shape, data):
    """No rate is above the highest or below the lowest of those given."""
    schedule, params = draw_schedule(data, shape)
    got = schedule(np.array(data.draw(st.lists(EPOCHS, min_size=1))))
    assert np.all(np.isfinite(got))
    low, high = min(rates_given(shape, params)), max(rates_given(shape, params))
    assert low * (1 - ULPS) <= got.min()
    assert got.max() <= high * (1 + ULPS)


@EVERY_HIGH
@given(data=st.data())
def test_top_at_every_restart(shape, data):
    """At fl(start_i) the rate is η_max: restart_lr itself where d = 1."""
    decay = data.draw(st.sampled_from([1, 1.0, 0.9, 0.5, 0]))
    interval = data.draw(lengths(shape).filter(bool))
    schedule, params = draw_schedule(data, shape, restart_lr_decay=decay, restart_interval=interval)
    p = exact_settings(**params)
    at = [float(begin) for begin in starts(12, **params)]
    want = [float(eta_max(p, i)) for i in range(12)]
    assert schedule(at) == pytest.approx(want, rel=ULPS if decay == 1 else 1e-12)
    if decay == 1:
        assert set(schedule(at)) == {params.get("restart_lr", params["lr"])}


@EVERY_HIGH
@given(data=st.data())
def test_no_rise_within_a_cycle(shape, data):
    """From η_max ≥ η_min the rate never rises until the next restart."""
    rates = {"restart_lr": data.draw(RATES), "restart_lr_decay": 1}
    rates["min_decay_lr"] = rates["restart_lr"] / data.draw(st.integers(1, 1000))
    interval = data.draw(lengths(shape).filter(bool))
    schedule, params = draw_schedule(data, shape, **rates, restart_interval=interval)
    cycle = data.draw(st.integers(0, 8))
    begin, end = (float(start) for start in starts(10, **params)[cycle : cycle + 2])
    t = np.linspace(begin, end, 50, endpoint=False)
    got = schedule(t[t < end])
    assert np.all(np.diff(got) <= 8 * ULPS * rates["restart_lr"])


@pytest.mark.quick(6)
@EVERY_SHAPE
@given(data=st.data())
def test_same_bits_however_asked(shape, data):
    """Alone, in an array, a list, chunks, a view backwards, with gaps, or in two dimensions."""
    schedule, params = draw_any(data, shape)
    t = np.array(data.draw(st.lists(EPOCHS, min_size=1, max_size=40)))
    cut = data.draw(st.integers(0, len(t)))
    want = schedule(t)
    same = {
        "scalars": [schedule(x) for x in t.tolist()],
        "numpy scalars": [schedule(x) for x in t],
        "list": schedule(t.tolist()),
        "chunks": np.concatenate([schedule(t[:cut]), schedule(t[cut:])]),
        "reversed": schedule(t[::-1])[::-1],
        "gaps": schedule(np.repeat(t, 3)[::3]),
        "columns": schedule(np.array([t, t]).T)[:, 1],
        "fresh": Schedule(shape, **params)(t),
    }
    assert {how: np.asarray(got).tobytes() for how, got in same.items()} == dict.fromkeys(
        same, want.tobytes()
    )


@pytest.mark.quick(6)
@EVERY_SHAPE
@given(data=st.data(), epochs=st.integers(1, 60), coarse=st.integers(1, 7), fine=st.integers(2, 6))
def test_same_bits_on_a_finer_grid(shape, data, epochs, coarse, fine):
    """A sample is the schedule at k / steps_per_epoch, and part of every finer one."""
    schedule, _ = draw_any(data, shape)
    got = schedule.sample(epochs=epochs, steps_per_epoch=coarse)
    finer = schedule.sample(epochs=epochs, steps_per_epoch=coarse * fine)
    assert got.shape == (epochs * coarse,)
    assert got.dtype == np.float64
    assert got.tobytes() == schedule(np.arange(epochs * coarse) / coarse).tobytes()
    assert got.tobytes() == finer[::fine].tobytes()


@pytest.mark.quick(6)
@EVERY_SHAPE
@given(data=st.data())
def test_order_of_calls_leaves_no_trace(shape, data):
    """A far epoch asked first changes nothing that is asked after it."""
    schedule, params = draw_any(data, shape)
    near = data.draw(st.lists(st.integers(0, 200), min_size=1))
    want = schedule(near).tobytes()
    other = Schedule(shape, **params)
    other(data.draw(st.floats(0, 1e9)))
    assert other(near).tobytes() == want
    assert other == schedule
