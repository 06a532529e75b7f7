"""The causes of a difference: each mistake, made on purpose, is found and named."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import SLOWLY

from logsched import Schedule
from logsched.base.errors import LogschedError
from logsched.logs.agreement import Tolerance, is_single, read_rtol, tolerance_for
from logsched.logs.check.causes import find_causes
from logsched.logs.check.mismatch import Case
from logsched.schedule.series import Series

COSINE = Schedule("cosine")
SETTLED = Schedule("cosine", lr=0.1, min_decay_lr=0.001, warmup_start_lr=0.01, restart_lr=0.1)
EPOCHS = np.arange(45.0)
STEPS = np.arange(4500) / 100


def from_start(times):
    return np.maximum(times, 0.0)


def found_text(value):
    return value if isinstance(value, str) else f"{value:g}"


def wave(epochs):
    """What a cosine does that nobody restarts: after the initial decay it comes back up."""
    annealed = 0.001 + 0.099 * (1 + np.cos(np.pi * (epochs - 5) / 10)) / 2
    return np.where(epochs < 5, COSINE(epochs), annealed)


def causes(rates, schedule=COSINE, epochs=EPOCHS, point=1.0):
    """The causes that are found for rates at epochs."""
    rates = np.asarray(rates, dtype=np.float64)
    case = Case(schedule, Series(epochs, rates), tolerance_for(rates, 1e-6), point)
    assert case.wrong.size > 0, "the log is the schedule"
    return find_causes(case)


MISTAKES = {  # a name -> the kind, the value and a part of the sentence to be found, the rates
    "early": ("shift", -1, "1 point early", COSINE(EPOCHS + 1)),
    "late": ("shift", 3, "3 points late", COSINE(from_start(EPOCHS - 3))),
    "given points": ("unit", 391, "391 times as fast", COSINE(EPOCHS * 391)),
    "given epochs": ("unit", 100, "100 times as slow", COSINE(EPOCHS / 100)),
    "every worker steps": ("unit", 4, "each of 4 workers or after 4 batches", COSINE(EPOCHS * 4)),
    "scaled": ("scale", 0.3, "multiplied by 0.3", COSINE(EPOCHS) * 0.3),
    "workers": ("scale", 8, "8, as by the number of workers", COSINE(EPOCHS) * 8),
    "no warmup": ("warmup", None, "left out", COSINE.replace(warmup=0)(EPOCHS)),
    "no warmup, lr": ("warmup", None, "lr from", np.where(EPOCHS < 5, 0.1, COSINE(EPOCHS))),
    "warmup again": (
        "warmup",
        None,
        "twice",
        np.where(EPOCHS < 5, COSINE(EPOCHS), COSINE(from_start(EPOCHS - 5))),
    ),
    "warmup squared": (
        "warmup",
        None,
        "multiplied in",
        np.where(EPOCHS < 5, COSINE(EPOCHS) ** 2 / 0.1, COSINE(EPOCHS)),
    ),
    "warmup doubled": ("warmup", None, "long", COSINE.replace(warmup=10)(EPOCHS)),
    "warmup in decay": (
        "warmup",
        None,
        "into the decay",
        np.where(EPOCHS < 5, COSINE(EPOCHS), COSINE.replace(warmup=0)(EPOCHS)),
    ),
    "held at the end": ("restarts", None, "stays", COSINE.replace(restart_interval=0)(EPOCHS)),
    "one decay": (
        "restarts",
        40,
        "one decay takes 40 epochs",
        COSINE.replace(restart_interval=0, decay=40)(EPOCHS),
    ),
    "wave": ("restarts", None, "comes back up", wave(EPOCHS)),
    "resumed anew": (
        "resume",
        30,
        "at epoch 30 from the start",
        np.where(EPOCHS < 30, COSINE(EPOCHS), COSINE(from_start(EPOCHS - 30))),
    ),
    "resumed elsewhere": (
        "resume",
        30,
        "at epoch 30 as if it were epoch 28",
        np.where(EPOCHS < 30, COSINE(EPOCHS), COSINE(from_start(EPOCHS - 2))),
    ),
    "never stepped": ("frozen", 0, "not stepped", np.full(45, COSINE(0.0))),
    "no longer stepped": ("frozen", 20, "at epoch 20", COSINE(np.minimum(EPOCHS, 20))),
    "scaled later": (
        "scale",
        4,
        "from epoch 30 on",
        np.where(EPOCHS < 30, 1, 4) * COSINE(EPOCHS),
    ),
    "one point": ("damage", 20, "only the rate at", np.where(EPOCHS == 20, 0.2, COSINE(EPOCHS))),
    "another shape": ("shape", "linear", "linear, not cosine", Schedule("linear")(EPOCHS)),
    "decimals": ("rounding", None, "4 decimals", np.round(COSINE(EPOCHS), 4)),
    "digits": ("rounding", None, "3 digits", [float(f"{x:.3g}") for x in COSINE(EPOCHS)]),
}


@pytest.mark.quick("never stepped", "held at the end", "digits")
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named(name):
    kind, value, words, rates = MISTAKES[name]
    found = [one for one in causes(rates) if one.kind == kind and words in one.sentence]
    assert found
    assert value in (None, found[0].value)


@pytest.mark.quick("held at the end")
@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_named_explains_every_point(name):
    """One more rate that differs, and nothing explains the log."""
    rates = np.array(MISTAKES[name][-1], dtype=np.float64)
    rates[22] *= 1.01
    assert causes(rates) == []


def decimals(rates, places):
    return np.array([round(float(rate), places) for rate in rates])


ROUNDED = {  # without those that tell too little, or are as short as that of themselves
    name: one
    for name, one in MISTAKES.items()
    if one[0] not in ("rounding", "frozen", "damage")
    and not np.allclose(decimals(one[-1], 5), one[-1], rtol=1e-6, atol=0)
}


@pytest.mark.quick("one decay")
@pytest.mark.parametrize("name", ROUNDED)
def test_a_mistake_is_named_where_the_log_is_rounded_besides(name):
    kind, value, words, rates = ROUNDED[name]
    found = [one for one in causes(decimals(rates, 5)) if one.kind == kind]
    said = next(one for one in found if words in one.sentence)
    assert said.sentence.endswith("; besides, the log is rounded to 5 decimals")
    assert value in (None, said.value)


@pytest.mark.quick
@pytest.mark.parametrize("name", [*ROUNDED][::3])
def test_what_is_named_besides_rounding_explains_every_point(name):
    rates = np.array(ROUNDED[name][-1], dtype=np.float64)
    rates[22] *= 1.01
    assert causes(decimals(rates, 5)) == []


def test_digits_are_named_besides_as_well():
    rates = [float(f"{rate:.4g}") for rate in COSINE.replace(restart_interval=8)(EPOCHS)]
    assert [one.sentence for one in causes(rates)] == [
        "restart_interval is 8, not 10; besides, the log is rounded to 4 digits"
    ]


@pytest.mark.quick
@pytest.mark.parametrize("places", [2, 3, 5])
def test_rounded_noise_has_no_cause(places):
    """Nor where it is so small that rounding leaves little of it."""
    noise = np.random.default_rng(0).random(45)
    assert causes(decimals(noise, places)) == []
    assert causes(decimals(10.0 ** (2 - places) * noise, places)) == []


OTHER = {
    "restart_interval": 8,
    "restart_interval_multiplier": 1.5,
    "restart_lr": 0.05,
    "restart_lr_decay": 0.7,
    "min_decay_lr": 0,
    "warmup": 3,
    "warmup_start_lr": 0.0,
    "warmup_shape": "cosine",
    "decay": 7.5,
    "lr": 0.25,
}


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", OTHER)
@pytest.mark.parametrize("schedule", [COSINE, SETTLED], ids=["left out", "given"])
def test_another_value_of_a_parameter_is_found(name, schedule):
    found = causes(schedule.replace(**{name: OTHER[name]})(EPOCHS), schedule)
    mine = [one for one in found if one.parameter == name]
    assert [one.value for one in mine] == [OTHER[name]]
    assert mine[0].sentence.startswith(f"{name} is {found_text(OTHER[name])}, not ")


@pytest.mark.quick
@pytest.mark.parametrize(
    ("shape", "name", "planned", "logged"),
    [
        ("step", "size", None, 7),
        ("step", "size", None, 7.5),
        ("step", "gamma", 0.1, 0.5),
        ("log", "base", None, 100),
        ("log", "base", None, "range"),
        ("log", "peak", None, 1.5),
        ("log-bounded", "base", 1000, 20),
    ],
)
def test_another_value_of_a_shape_s_own_parameter_is_found(shape, name, planned, logged):
    schedule = Schedule(shape, min_decay_lr=0.0001, **{name: planned})
    found = causes(schedule.replace(**{name: logged})(EPOCHS), schedule)
    assert logged in [one.value for one in found if one.parameter == name]


def test_a_shape_s_own_parameter_may_have_the_name_of_what_a_schedule_has():
    schedule = Schedule("wsd", end="linear")
    found = causes(schedule.replace(end="cosine")(EPOCHS), schedule)
    assert found[0].sentence == "end is cosine, not linear"


@SLOWLY
@given(
    name=st.sampled_from(["restart_interval", "decay", "warmup"]),
    value=st.integers(1, 30),
)
def test_any_length_is_found(name, value):
    rates = COSINE.replace(**{name: value})(EPOCHS)
    assume(not np.allclose(rates, COSINE(EPOCHS), rtol=1e-6))
    found = {one.parameter: one.value for one in causes(rates)}
    assert COSINE.replace(**{name: found[name]})(EPOCHS) == pytest.approx(rates, rel=1e-6)


@SLOWLY
@given(late=st.integers(-40, 40).filter(bool))
def test_any_shift_is_found(late):
    rates = COSINE(from_start(STEPS - late / 100))
    found = [one.value for one in causes(rates, epochs=STEPS, point=0.01) if one.kind == "shift"]
    assert found == [late]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("rates", "kind", "value"),
    [
        (COSINE(STEPS * 100), "unit", 100),
        (COSINE(np.floor(STEPS)), "unit", 1),
        (COSINE(np.floor(STEPS) / 100), "unit", 100),
        (COSINE(STEPS + 0.01), "shift", -1),
        (COSINE.replace(restart_interval=8)(STEPS), "parameter", 8),
    ],
    ids=["given points", "held", "given epochs", "early", "restart_interval"],
)
def test_mistakes_at_every_step(rates, kind, value):
    assert (kind, value) in [
        (one.kind, one.value) for one in causes(rates, epochs=STEPS, point=0.01)
    ]


@pytest.mark.quick
@pytest.mark.parametrize("rows", [slice(None, None, 10), slice(30, None), slice(3, 40, 4)])
def test_mistakes_in_a_part_of_a_log(rows):
    rates = COSINE.replace(restart_interval=8)(EPOCHS)[rows]
    found = causes(rates, epochs=EPOCHS[rows])
    assert 8 in [one.value for one in found if one.parameter == "restart_interval"]


def test_a_log_that_begins_late_at_the_schedule_s_start_was_resumed():
    found = causes(COSINE(EPOCHS[:15]), epochs=EPOCHS[30:])
    assert [one.sentence for one in found if one.kind == "resume"] == [
        "the run stopped and resumed at epoch 30 from the start of the schedule"
    ]


def test_a_log_of_every_tenth_epoch_tells_when_between_them_the_run_began_anew():
    epochs = np.arange(0.0, 90.0, 10)
    rates = np.where(epochs < 68, COSINE(epochs), COSINE(from_start(epochs - 68)))
    found = [one.value for one in causes(rates, epochs=epochs) if one.kind == "resume"]
    assert found == [68]


@pytest.mark.quick
@pytest.mark.parametrize("size", [0.5, 2.5, 7.25, 10.333])
def test_a_length_of_steps_is_found_from_when_several_end(size):
    planned = Schedule("step", warmup=0, gamma=0.5, min_decay_lr=0)
    rates = Schedule("step", warmup=0, gamma=0.5, min_decay_lr=0, size=size)(STEPS)
    found = [one.value for one in causes(rates, planned, STEPS, 0.01) if one.parameter == "size"]
    assert found == [pytest.approx(size, abs=0.01)]


@pytest.mark.quick
@pytest.mark.parametrize("multiplier", [1.9, 1.37, 3.0])
def test_any_multiplier_is_found(multiplier):
    epochs = np.arange(90.0)
    rates = COSINE.replace(restart_interval_multiplier=multiplier)(epochs)
    found = {one.parameter: one.value for one in causes(rates, epochs=epochs)}
    assert found["restart_interval_multiplier"] == multiplier


def test_a_peak_alone_that_was_multiplied_is_found():
    """The workers multiplied into lr, not into where the warmup starts or a decay ends."""
    rates = Schedule("cosine", lr=0.8, warmup_start_lr=0.01, min_decay_lr=0.001)(EPOCHS)
    assert ("lr", 0.8) in [(one.parameter, one.value) for one in causes(rates)]


def test_few_points_tell_no_number_in_many_digits():
    found = causes(COSINE(np.array([0.0, 7.0])), epochs=np.array([0.0, 10.0]))
    values = [one.value for one in found if isinstance(one.value, float)]
    assert [value for value in values if float(f"{value:.2g}") != value] == []


def test_a_schedule_that_does_not_hold_is_no_cause():
    """Among the shapes tried, log has no base where min_decay_lr is 0."""
    schedule = Schedule("cosine", min_decay_lr=0)
    found = causes(Schedule("linear", min_decay_lr=0)(EPOCHS), schedule)
    assert "linear" in [one.value for one in found]


def test_of_values_that_fit_the_plainest_is_named():
    """The rates do not come down to min_decay_lr: any up to the last one would do."""
    planned = Schedule("step", size=1, gamma=0.9, warmup=0)
    found = causes(planned.replace(min_decay_lr=0)(EPOCHS), planned)
    assert [one.value for one in found if one.parameter == "min_decay_lr"] == [0]


def test_a_warmup_is_named_before_what_it_comes_to():
    kinds = [one.kind for one in causes(COSINE.replace(warmup=0)(EPOCHS))]
    assert kinds[0] == "warmup"
    assert "shift" in kinds


def test_noise_has_no_cause():
    assert causes(np.random.default_rng(0).random(45)) == []


@given(st.lists(st.floats(1e-6, 1.0), min_size=3, max_size=30))
@SLOWLY
def test_any_rates_are_looked_into(rates):
    epochs = np.arange(float(len(rates)))
    assume(not np.allclose(rates, COSINE(epochs), rtol=1e-6))
    for cause in causes(rates, epochs=epochs):
        assert cause.sentence


# How near is near enough.


def test_the_tolerance_is_relative_to_the_planned_rate():
    tolerance = Tolerance(1e-6, 0.0)
    assert tolerance.allows(np.array([1 + 9e-7, 1 + 1.1e-6]), np.ones(2)).tolist() == [True, False]


def test_what_rounding_leaves_of_a_rate_of_0_is_0():
    rates = Schedule("cosine", min_decay_lr=0)(EPOCHS)
    assert tolerance_for(rates, 1e-6).allows(np.array([1e-17]), np.zeros(1)).all()
    assert not tolerance_for(rates, 1e-6).allows(np.array([1e-9]), np.zeros(1)).any()


@pytest.mark.parametrize("written", [float, lambda rate: float(str(rate))])
def test_float32_is_seen(written):
    single = COSINE(EPOCHS).astype(np.float32)
    assert is_single(np.array([written(rate) for rate in single]))


@pytest.mark.parametrize(
    "rates",
    [
        COSINE(EPOCHS),
        Schedule("step")(EPOCHS),
        np.round(COSINE(EPOCHS), 8),
        np.array([float(f"{rate:.8g}") for rate in COSINE(EPOCHS)]),
        np.array([0.5, 0.25]),
        np.array([np.nan]),
        np.array([1e300, 0.1]),
    ],
)
def test_what_is_not_float32_is_not_taken_for_it(rates):
    assert not is_single(rates)


@pytest.mark.parametrize("text", ["-1e-6", "1", "nan", "x", ""])
def test_a_tolerance_that_is_none_is_refused(text):
    with pytest.raises(LogschedError, match=r"rtol is .*, but it must be a number from 0"):
        read_rtol(text)
