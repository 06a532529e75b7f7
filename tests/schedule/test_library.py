"""Schedule as an object: what comes in and out, copies, comparison, and what it refuses."""

import copy
import math
import pickle
import warnings

import numpy as np
import pytest
from strategies import PIECES, any_schedule

from logsched import LogschedError, Schedule
from logsched.schedule.run import Run
from logsched.schedule.shapes import SHAPES

NAN, INF = math.nan, math.inf
GRID = np.arange(900) / 10
EVERY_SHAPE = pytest.mark.parametrize("shape", sorted(SHAPES))
SOME = [
    Schedule("constant"),
    Schedule("step", size=3, gamma=0.5),
    Schedule("cosine", restart_lr=0.1, warmup_shape="cosine", restart_interval=2.5),
    Schedule("log", base="range", peak=2),
    Schedule("log", base=1000),
    Schedule("log-bounded", restart_interval_multiplier=1),
    Schedule("log-released", restart_lr_decay=0.7),
    Schedule("polynomial", power=2),
    Schedule("exponential", gamma=0.9),
    Schedule("one-cycle", length=30, anneal="linear"),
    Schedule("wsd", stable=20, end="1-sqrt"),
    Schedule("inverse-sqrt", timescale=2.5),
    Schedule("triangular", up=0.3, restart_lr_decay=0.5),
    Schedule("power", power=4),
    Schedule("pieces", text=PIECES),
]


@pytest.mark.quick(30)
@EVERY_SHAPE
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "t",
    [12.5, 12, np.float64(12.5), np.float32(12.5), np.int64(12), np.uint8(12), 0, 0.0],
    ids=repr,
)
def test_a_number_in_a_float_out(shape, t):
    """Any kind of number is an epoch, and none makes NumPy warn."""
    assert type(any_schedule(shape)(t)) is float


@pytest.mark.quick(30)
@EVERY_SHAPE
@pytest.mark.parametrize("size", [(0,), (1,), (7,), (3, 4), (2, 0, 5), (2, 3, 4)])
def test_an_array_in_the_same_shape_out(shape, size):
    """Whole or float32 epochs give float64 rates too, at the epochs that they stand for."""
    whole = np.arange(math.prod(size)).reshape(size)
    for t in (whole, whole.astype(np.float32) / 8, whole.astype(np.uint8), whole / 3):
        got = any_schedule(shape)(t)
        assert got.shape == size
        assert got.dtype == np.float64
        assert got.tobytes() == any_schedule(shape)(t.astype(np.float64)).tobytes()


@EVERY_SHAPE
def test_a_call_leaves_its_array_alone(shape):
    """Epochs are read only, and the rates are the caller's own to change."""
    t = GRID.copy()
    t.setflags(write=False)
    schedule = any_schedule(shape)
    first = schedule(t)
    want = first.tobytes()
    first[:] = -1
    schedule.sample(epochs=90, steps_per_epoch=10)[:] = -1
    assert t.tobytes() == GRID.tobytes()
    assert schedule.sample(epochs=90, steps_per_epoch=10).tobytes() == want


def test_sample_is_45_epochs_when_not_told():
    """The grid's own defaults: 45 epochs of one step."""
    want = Schedule("cosine")(np.arange(45))
    assert Schedule("cosine").sample().tobytes() == want.tobytes()


@EVERY_SHAPE
def test_factor_is_the_rate_over_lr(shape):
    """s(t)/lr, a float for a float, and a LogschedError where lr is 0."""
    schedule = any_schedule(shape, lr=0.3)
    assert [schedule.factor(t) for t in GRID.tolist()] == [schedule(t) / 0.3 for t in GRID.tolist()]
    assert type(schedule.factor(12.5)) is float
    at_rest = any_schedule(shape, lr=0, min_decay_lr=0.01, restart_lr=0.1)
    assert math.isfinite(at_rest(20))
    with pytest.raises(LogschedError, match="lr"):
        at_rest.factor(20)


def same(one, other):
    """Whether two schedules are equal and give the same bits."""
    return (
        one == other and hash(one) == hash(other) and one(GRID).tobytes() == other(GRID).tobytes()
    )


@pytest.mark.parametrize("schedule", SOME, ids=str)
@pytest.mark.parametrize("used", [False, True])
def test_copies(schedule, used):
    """Pickled by every protocol, copied and deep-copied, before its first call and after."""
    one = copy.deepcopy(schedule)
    if used:
        one(1e5)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert same(pickle.loads(pickle.dumps(one, protocol)), schedule)
    assert same(copy.copy(one), schedule)
    assert same(copy.deepcopy(one), schedule)


@pytest.mark.parametrize(
    ("shape", "params"),
    [
        ("step", {"milestones": "50%/80%"}),
        ("cosine", {"decay": "rest"}),
        ("pieces", {"text": "hold at 0.1 for 10% then linear to 0 over rest"}),
    ],
)
def test_lengths_of_runs_that_differ_are_not_equal(shape, params):
    """What is written is the same, what it comes to is not."""
    made = [Schedule(shape, **params, run=Run(steps=steps)) for steps in (100, 200, 200)]
    assert made[0] != made[1] == made[2]


def test_comparison():
    """Equal when the shape and every parameter are, in whatever order or kind of number."""
    assert len(set(SOME)) == len(SOME)
    assert same(
        Schedule("log", base="range", peak=2, lr=0.2, restart_interval=7),
        Schedule("log", restart_interval=7.0, lr=np.float64(0.2), peak=np.int64(2), base="range"),
    )
    assert Schedule("cosine", lr=0.2) != Schedule("cosine", lr=0.3)
    assert Schedule("log", peak=2) != Schedule("log", peak=3)
    assert Schedule("log", base="range") != Schedule("log", base=1000)
    assert Schedule("linear") != Schedule("cosine")
    assert Schedule("linear") != "linear"


@pytest.mark.quick(20)
@pytest.mark.parametrize("schedule", SOME, ids=str)
@pytest.mark.parametrize("name", ["lr", "shape", "restart_lr", "peak", "nonsense"])
def test_frozen(schedule, name):
    """Nothing can be set or deleted."""
    before = schedule(GRID).tobytes()
    with pytest.raises((AttributeError, TypeError)):
        setattr(schedule, name, 0.5)
    with pytest.raises((AttributeError, TypeError)):
        delattr(schedule, name)
    assert schedule(GRID).tobytes() == before


NUMBERS = [
    "lr",
    "min_decay_lr",
    "warmup",
    "warmup_start_lr",
    "decay",
    "restart_interval",
    "restart_interval_multiplier",
    "restart_lr",
    "restart_lr_decay",
    "stair",
    "lead",
    "floor_lr",
]
OWN_NUMBERS = [("log", "peak"), ("log", "base"), ("log-bounded", "base")]
OWN_NUMBERS += [("step", "size"), ("polynomial", "power"), ("power", "power")]
OWN_NUMBERS += [("exponential", "gamma"), ("one-cycle", "length"), ("one-cycle", "pct_start")]
OWN_NUMBERS += [("one-cycle", "div_factor"), ("one-cycle", "final_div_factor")]
OWN_NUMBERS += [("wsd", "stable"), ("inverse-sqrt", "timescale"), ("triangular", "up")]
NEVER = [NAN, INF, -INF, -0.1, -3, True, False, "fast", "", [0.1], (1,), {}, 1j]
OUT_OF_RANGE = [
    ("cosine", "restart_interval_multiplier", 0),
    ("cosine", "warmup_shape", "quadratic"),
    ("cosine", "warmup_shape", 3),
    ("cosine", "warmup_shape", True),
    ("constant", "warmup_shape", ""),
    ("log", "peak", 0.5),
    ("log", "peak", 0),
    ("log", "base", 1),
    ("log", "base", 0.5),
    ("log", "base", 0),
    ("log", "base", "max-lr"),
    ("log-bounded", "base", 1),
    ("log-bounded", "base", 0.99),
    *(("step", "gamma", value) for value in [0, 1.0001, NAN, -0.1, True, "fast", "", {}, 1j]),
    ("step", "gamma", "0.1/0.5"),
    ("step", "milestones", "60/30"),
    ("step", "milestones", 0),
    ("cosine", "warmup_mode", "under"),
    ("polynomial", "power", 0),
    ("exponential", "gamma", 0),
    ("exponential", "gamma", 1.0001),
    ("one-cycle", "length", 0),
    ("one-cycle", "pct_start", 1.0001),
    ("one-cycle", "div_factor", 0),
    ("one-cycle", "final_div_factor", 0),
    ("one-cycle", "anneal", "cos"),
    ("wsd", "end", "sqrt"),
    ("inverse-sqrt", "timescale", 0),
    ("triangular", "up", 0),
    ("triangular", "up", 1),
]


def refused(name, value, call):
    """The call is a LogschedError, a ValueError, whose one line says the name and the value."""
    with pytest.raises(LogschedError) as caught:
        call()
    message = str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert name.replace("-", "_") in message.replace("-", "_")
    assert str(value).casefold() in message.casefold()
    assert "\n" not in message


@pytest.mark.quick(60)
@pytest.mark.parametrize("value", NEVER, ids=repr)
@pytest.mark.parametrize(
    ("shape", "name"), [(s, n) for s in ("constant", "cosine") for n in NUMBERS] + OWN_NUMBERS
)
def test_what_no_number_may_be(shape, name, value):
    """nan, infinite, negative, bool, text, or no number: refused where it is given."""
    refused(name, value, lambda: Schedule(shape, **{name: value}))


@pytest.mark.parametrize(("shape", "name", "value"), OUT_OF_RANGE, ids=str)
def test_what_this_parameter_may_not_be(shape, name, value):
    """Outside the range that the parameter has."""
    refused(name, value, lambda: Schedule(shape, **{name: value}))


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("gamma", {"gamma": [0.1, 2], "milestones": "30/60"}, "gamma is 2"),
        ("gamma", {"gamma": "0.1/0.5", "milestones": "30/60/80"}, "gamma is 0.1/0.5"),
        ("gamma", {"gamma": "0.1/0.5", "milestones": "30"}, "there are 1 milestones"),
        ("milestones", {"milestones": "30/fast"}, "milestones is fast"),
        ("milestones", {"milestones": [30, 30]}, "milestones are 30/30"),
        ("milestones", {"milestones": "2 steps"}, "milestones is 2 steps, but there is no run"),
    ],
)
def test_what_milestones_and_their_factors_may_not_be(name, given, words):
    refused(name, words, lambda: Schedule("step", **given))


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_beyond_float64(name):
    """A whole number too large for a float64 is refused as infinite is."""
    with pytest.raises(LogschedError, match=name):
        Schedule("cosine", **{name: 10**400})


@pytest.mark.quick(20)
@EVERY_SHAPE
@pytest.mark.parametrize("name", ["learning_rate", "epochs", "restart_lrs", "lr "])
def test_unknown_parameter(shape, name):
    """A parameter of no schedule."""
    refused(name, "", lambda: Schedule(shape, **{name: 0.1}))


@pytest.mark.parametrize(
    ("shape", "name"), [("cosine", "base"), ("log-bounded", "peak"), ("log", "size")]
)
def test_parameter_of_another_shape(shape, name):
    """A shape takes its own parameters only."""
    refused(name, shape, lambda: Schedule(shape, **{name: 2}))


@pytest.mark.parametrize("shape", ["cosin", "", "Log ", 3, None, "--cosine", ["log"]])
def test_unknown_shape(shape):
    """A name that is no shape's is said back."""
    refused("shape", shape, lambda: Schedule(shape))


@pytest.mark.parametrize("value", [0, -1, NAN, INF, True, "ten", [4]], ids=repr)
@pytest.mark.parametrize("name", ["epochs", "steps_per_epoch"])
def test_the_run_is_of_numbers_above_0(name, value):
    """Epochs and steps an epoch."""
    refused(name, value, lambda: Schedule("cosine").sample(**{name: value}))


@pytest.mark.quick(30)
@EVERY_SHAPE
@pytest.mark.parametrize("t", [-1.0, -1, -1e-300, NAN, INF, -INF])
def test_no_epoch_before_zero_or_out_of_number(shape, t):
    """Alone, or anywhere in an array; the message says which."""
    schedule = any_schedule(shape)
    for given in (t, np.float64(t), [0, t], np.array([[1.0, 2.0], [t, 3.0]])):
        with pytest.raises(LogschedError, match=f"{t:g}"):
            schedule(given)


@pytest.mark.quick(30)
@EVERY_SHAPE
@pytest.mark.parametrize(
    "t", ["12.5", ["5"], b"5", None, 1j, {}, [[1, 2], [3]], 10**400], ids=lambda t: repr(t)[:9]
)
def test_no_epoch_that_is_no_number(shape, t):
    """Text, nothing, complex, ragged, or beyond float64."""
    with pytest.raises(LogschedError):
        any_schedule(shape)(t)


@EVERY_SHAPE
@pytest.mark.parametrize("decay", [1, 0.5, 0])
def test_calls_do_not_warn(shape, decay):
    """No NumPy warning at a restart (u = 0), on a grid, alone, or far away."""
    schedule = any_schedule(shape, restart_lr_decay=decay)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert schedule(15.0) == schedule([15.0, 1e15])[0]
        assert schedule.sample(epochs=90, steps_per_epoch=3)[15 * 3] == schedule(15)


@EVERY_SHAPE
def test_minus_zero_is_zero(shape):
    """-0.0 is the epoch 0."""
    assert any_schedule(shape)(-0.0) == any_schedule(shape)(0.0)


@pytest.mark.parametrize("shape", ["log", "log-bounded"])
@pytest.mark.parametrize(
    ("params", "value"),
    [
        ({"min_decay_lr": 1}, "1"),
        ({"min_decay_lr": 2.5}, "0.4"),
        ({"min_decay_lr": 0}, "0"),
        ({"base": "range", "restart_lr": 4, "min_decay_lr": 2}, "0.5"),
        ({"base": "range", "restart_lr": 1.001}, "1"),
    ],
    ids=str,
)
def test_base_that_the_rates_rule_out(shape, params, value):
    """b ≤ 1, or no b at all: the message says base, its value, and the way out."""
    with pytest.raises(LogschedError) as caught:
        Schedule(shape, **params).sample()
    message = str(caught.value)
    assert "base" in message
    assert value in message
    assert f"{shape}:base=" in message


def test_base_is_checked_in_every_cycle_of_the_grid():
    """η_max = 0.01 + 2ⁱ·0.2 has a range above 1 in cycle 3, which begins at 15 + 30."""
    given = {"restart_lr": 0.21, "min_decay_lr": 0.01, "restart_lr_decay": 2}
    schedule = Schedule("log", base="range", restart_interval_multiplier=1, **given)
    assert schedule.sample(epochs=45).max() == pytest.approx(0.81)
    with pytest.raises(LogschedError, match="base"):
        schedule.sample(epochs=46)


@pytest.mark.parametrize("length", [1, 0.5, 0.999])
def test_log_released_needs_cycles_longer_than_an_epoch(length):
    """log_{T_i} is no falling curve for T_i ≤ 1."""
    for name in ("restart_interval", "decay"):
        with pytest.raises(LogschedError, match="log-released"):
            Schedule("log-released", **{name: length}).sample()


def test_no_restarts_beside_a_base_for_none():
    """Where η_max = η_min the rate is that, and a range of 0 asks for no base."""
    flat = Schedule("log", base="range", lr=0.1, min_decay_lr=0.1, restart_lr=0.1)
    assert set(flat.sample()[5:]) == {0.1}
