"""Closed forms against the schedules that they are of: in every unit and mode, stairs, pieces.

Arrays of jax.numpy and keras.ops are NumPy's here; tests/frameworks has the real ones.
"""

import sys
from math import nextafter
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import RATES

from logsched import LogschedError, Schedule
from logsched.export.snippets.snippet import make_snippet
from logsched.plan.plan import Plan
from logsched.schedule.run import Run
from logsched.schedule.shapes import SHAPES

RUNS = [
    Run(epochs=30),
    Run(epochs=12, steps_per_epoch=7),
    Run(epochs=9, steps_per_epoch=12.5),
    Run(epochs=9, steps_per_epoch=4.3),  # points that are no quotient of two floats
    Run(steps=200),
    Run(steps=150, steps_per_epoch=12.5),
    Run(tokens="14.8T", tokens_per_step="63G"),
    Run(tokens=1000, tokens_per_step=4.3),
    Run(samples=9000, samples_per_step=64),
]
CURVES = [
    *("linear", "cosine", "1-sqrt", "power:power=4", "power:power=0.7", "polynomial:power=2"),
    *("exponential", "exponential:gamma=0.9", "log:base=50", "log:base=20,peak=2"),
    *("log-bounded:base=1000", "triangular:up=0.3"),
]


def modules():
    """What snippets import of JAX and Keras, with NumPy's functions."""
    jnp, ops, keras = (ModuleType(name) for name in ("jax.numpy", "keras.ops", "keras"))
    for module in (jnp, ops):
        vars(module).update({name: getattr(np, name) for name in np.__all__})
    ops.cast = lambda values, dtype: values.astype(dtype)
    keras.ops, keras.saving = ops, SimpleNamespace(register_keras_serializable=lambda: lambda x: x)
    keras.optimizers = SimpleNamespace(schedules=SimpleNamespace(LearningRateSchedule=object))
    jax, optax = ModuleType("jax"), ModuleType("optax")
    jax.numpy = jnp
    return {"jax": jax, "jax.numpy": jnp, "optax": optax, "keras": keras, "keras.ops": ops}


def source(schedule, run, framework="python", as_array=False):
    return make_snippet(Plan({"it": schedule}, run), framework, as_array, ["logsched"])


def rate_of(text):
    """The function `learning_rate` of a snippet."""
    module = {"__name__": "snippet"}
    with pytest.MonkeyPatch.context() as patch:
        for name, there in modules().items():
            patch.setitem(sys.modules, name, there)
        exec(compile(text, "snippet", "exec"), module)
    return module["learning_rate"]


def lengths(run):
    """Lengths: shares of a run, numbers of its steps, or tenths of its unit."""
    forms = [st.integers(1, 45).map("{}%".format)]
    if run.steps_in(run.unit):
        forms.append(st.integers(1, 40).map("{} steps".format))
    if run.unit in ("epoch", "step"):
        forms.append(st.integers(1, 80).map(lambda n: n / 10))
    return st.one_of(forms)


def parameters(run):
    """Any parameters of every schedule, also those that are refused in some of them."""
    some = lengths(run)
    return st.fixed_dictionaries(
        {"lr": RATES, "warmup": st.just(0.0) | some},
        optional={
            "min_decay_lr": RATES,
            "warmup_start_lr": st.just(0.0) | RATES,
            "warmup_shape": st.sampled_from(CURVES),
            "warmup_mode": st.sampled_from(["before", "over", "into", "times"]),
            "decay": st.just(0.0) | some,
            "restart_interval": st.just(0.0) | some,
            "restart_interval_multiplier": st.sampled_from([1, 1.1, 1.5, 2]),
            "restart_lr": RATES,
            "restart_lr_decay": st.sampled_from([0, 0.5, 0.9, 1.1]),
            "stair": some,
            "lead": some,
            "floor_lr": RATES,
        },
    )


def own(shape, run):
    """Parameters of a shape's own."""
    some = lengths(run)
    known = {
        "step": {"size": some, "gamma": st.sampled_from([0.5, 0.9])},
        "log": {"base": st.sampled_from(["range", 50]), "peak": st.sampled_from([1, 2])},
        "log-bounded": {"base": st.sampled_from(["range", 50])},
        "exponential": {"gamma": st.sampled_from([0.5, 0.99])},
        "one-cycle": {"length": some, "anneal": st.sampled_from(["linear", "cosine"])},
        "wsd": {"stable": some, "end": st.sampled_from(["linear", "cosine", "1-sqrt"])},
        "inverse-sqrt": {"timescale": some},
        "polynomial": {"power": st.sampled_from([0.5, 2])},
    }
    return st.fixed_dictionaries({}, optional=known.get(shape, {}))


PLAIN = sorted(set(SHAPES) - {"pieces"})


@st.composite
def plain(draw, run):
    """A shape and its parameters."""
    shape = draw(st.sampled_from(PLAIN))
    its = draw(parameters(run)) | draw(own(shape, run))
    if shape == "step" and draw(st.booleans()):
        its.pop("size", None)
        shares = draw(st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True))
        its["milestones"] = "/".join(f"{share}%" for share in sorted(shares))
        its["gamma"] = draw(st.just(0.5) | st.just("/".join(["0.3"] * len(shares))))
    return shape, its


@st.composite
def pieces(draw, run):
    """Pieces of all kinds, and what `with` sets."""
    some, curves = lengths(run), st.sampled_from(CURVES)
    whole = plain(run).map(
        lambda its: f"{its[0]}:" + ",".join(f"{k}={v}" for k, v in its[1].items())
    )
    each = st.one_of(
        st.builds("hold at {} for {}".format, RATES, some),
        st.builds("hold over {}".format, some),
        st.builds("{} to {} over {}".format, curves, RATES, some),
        st.builds("{} from {} to {} over {} after {}".format, curves, RATES, RATES, some, some),
        st.builds("{} from {} to {} over {} for {}".format, curves, RATES, RATES, some, some),
        st.builds("({}) for {}".format, whole, some),
    )
    text = " then ".join(draw(st.lists(each, min_size=1, max_size=5)))
    of_all = {"lead": some, "floor_lr": RATES}
    if "stair" not in text and "times" not in text:  # a stair around another one hides its starts
        of_all["stair"] = some
    params = draw(st.fixed_dictionaries({"lr": RATES}, optional=of_all))
    return "pieces", {"text": f"{text} with " + ",".join(f"{k}={v}" for k, v in params.items())}


@st.composite
def scheduled(draw):
    """A run, a schedule, and its rates at the points."""
    run = draw(st.sampled_from(RUNS))
    shape, its = draw(plain(run) | pieces(run))
    try:
        schedule = Schedule(shape, run=run, **its)
        return run, schedule, schedule.at_points(run)
    except LogschedError:
        assume(False)


def assert_near(got, want, tolerance=1e-12):
    """Equal to so much of the highest rate."""
    np.testing.assert_allclose(got, want, rtol=0, atol=tolerance * np.max(want))


@given(scheduled(), st.lists(st.floats(0, 1), max_size=10))
def test_numbers(made, shares):
    """At every point, at the seams and one float before them, and in between."""
    run, schedule, want = made
    learning_rate = rate_of(source(schedule, run))
    assert_near([learning_rate(run.at(k)) for k in range(run.size)], want)
    seams = [part.start for part in schedule.parts if part.start <= run.last]
    times = [*seams, *(nextafter(seam, 0) for seam in seams), *(x * run.last for x in shares)]
    assert_near([learning_rate(time) for time in times], schedule(np.array(times)))


@given(scheduled())
def test_arrays(made):
    """A step each, in float64 as closely as numbers, in float32 to its digits."""
    run, schedule, want = made
    steps = np.arange(run.size, dtype=np.int32)
    with np.errstate(all="ignore"):
        got = rate_of(source(schedule, run, "optax"))(steps)
        assert_near(np.broadcast_to(got, want.shape), want)
        if run != RUNS[0]:  # which counts epochs: Keras is asked for a number then
            got = rate_of(source(schedule, run, "keras"))(steps)
            assert_near(np.broadcast_to(got, want.shape), want, 1e-5)  # near a steep end


@given(st.sampled_from(RUNS), st.data())
def test_seams_are_exact(run, data):
    """Levels without a curve between them: the very same numbers, at all points and seams."""
    some, levels = lengths(run), data.draw(st.lists(RATES, min_size=2, max_size=8, unique=True))
    text = " then ".join(f"hold at {rate} for {data.draw(some)}" for rate in levels)
    params = {"lead": data.draw(some)} if data.draw(st.booleans()) else {}
    params |= {"stair": data.draw(some)} if data.draw(st.booleans()) else {}
    schedule = Schedule("pieces", text=text, run=run, **params)
    want = schedule.at_points(run).tolist()
    number = rate_of(source(schedule, run))
    assert [number(run.at(k)) for k in range(run.size)] == want
    for seam in (part.start for part in schedule.parts if part.start <= run.last):
        assert (number(seam), number(nextafter(seam, 0))) == (
            schedule(seam),
            schedule(nextafter(seam, 0)),
        )
    got = rate_of(source(schedule, run, "optax"))(np.arange(run.size, dtype=np.int32))
    assert np.broadcast_to(got, (run.size,)).tolist() == want


@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run.unit}-{run.size}")
@pytest.mark.parametrize("framework", ["python", "optax"])
def test_arrays_of_rates_in_every_unit(run, framework):
    """`--array` has the bits of the export, a rate a step, and stays at the last."""
    schedule = Schedule("cosine", lr=0.1, warmup="10%", decay="rest", stair="3%", run=run)
    learning_rate = rate_of(source(schedule, run, framework, as_array=True))
    want = schedule.at_points(run).tolist()
    assert [learning_rate(k) for k in range(run.size + 2)] == [*want, want[-1], want[-1]]
