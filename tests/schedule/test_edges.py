"""Numbers at the edge: finite and in range, or refused in a sentence, and that soon."""

import math
from decimal import Decimal
from functools import partial
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import cycle_at, start
from oracle import settings as exact_settings

from logsched import LogschedError, Schedule
from logsched.base.declare import declared
from logsched.logs.agreement import tolerance_for
from logsched.logs.identify.breaks import find_breaks
from logsched.logs.identify.fitting import ENOUGH
from logsched.logs.identify.search import Search, identify
from logsched.schedule.boundaries import Growing
from logsched.schedule.parameters import Parameters
from logsched.schedule.run import ALL, Run
from logsched.schedule.series import Series
from logsched.schedule.shapes import SHAPES

# Too much to go over.


@pytest.mark.parametrize(
    "command",
    ["describe", "table", "table --every 100000000000", "plot a=log b=log --match-budget a"],
)
def test_a_run_too_long_to_go_over_is_refused(call, command):
    result = call(*command.split(), "--epochs", str(10**12))
    assert (result.stdout, result.returncode) == ("", 2)
    assert f"at most {ALL}" in result.stderr


@pytest.mark.parametrize("command", ["plot", "explain --at 5", "export --at 3"])
def test_what_goes_over_few_points_takes_any_run(call, command):
    assert call(*command.split(), "--epochs", str(10**12))[1:] == ("", 0)


def test_a_run_that_is_just_feasible_is_gone_over():
    assert next(Run(epochs=ALL).all_blocks())[0] == 0
    with pytest.raises(LogschedError, match="take a shorter run or fewer points"):
        Run(epochs=ALL + 1).all_blocks()


@pytest.fixture
def made(monkeypatch):
    """How many cycles the tables that are made have."""
    sizes, plain = [], Growing._made

    def counted(self, count):
        sizes.append(count)
        return plain(self, count)

    monkeypatch.setattr(Growing, "_made", counted)
    return sizes


NEAR_ONE = [1 + 1e-12, 1 - 1e-12, 1 + 2**-52]


@pytest.mark.parametrize("multiplier", NEAR_ONE)
def test_too_many_cycles_are_refused_before_they_are_made(multiplier, made):
    """By their number, which a logarithm tells."""
    schedule = Schedule("cosine", restart_interval=1e-6, restart_interval_multiplier=multiplier)
    with pytest.raises(LogschedError, match="so many are not feasible"):
        schedule(44.0)
    with pytest.raises(LogschedError, match="so many are not feasible"):
        schedule.end_of_cycle(10**6)
    assert sum(made) < 100


@pytest.mark.parametrize("multiplier", NEAR_ONE)
def test_cycles_that_hardly_grow_are_as_those_that_do_not(multiplier):
    lengths = {"restart_interval": 0.001, "warmup": 0, "decay": 0}
    got = Schedule("cosine", restart_interval_multiplier=multiplier, **lengths)
    equal = Schedule("cosine", restart_interval_multiplier=1, **lengths)
    times = (np.arange(10_000) + 0.37) / 1000
    np.testing.assert_allclose(got(times), equal(times), rtol=0, atol=1e-5)


# Logs of rates at the ends of float64.

EXTREMES = [1e300, 1e-300, 1.0, 0.0, 5e-324, 0.1]


@pytest.mark.filterwarnings("error")
def test_extreme_rates_are_identified_as_well_as_can_be(call, tmp_path):
    """Their slopes are beyond float64."""
    np.save(tmp_path / "run.npy", np.random.default_rng(0).choice(EXTREMES, 33))
    result = call("identify", "run.npy")
    assert (result.stderr, result.returncode) == ("", 0)
    assert result.stdout.startswith("# No schedule explains run.npy within rtol ")


def noise(points):
    return np.random.default_rng(0).random(points)


ZIGZAG = Schedule(
    "triangular",
    lr=0.3,
    decay=18,
    restart_interval=5,
    restart_interval_multiplier=3,
    restart_lr_decay=0.5,
)


@pytest.mark.quick
@pytest.mark.parametrize("rates", [*map(noise, (5, 45)), ZIGZAG.sample(45)])
def test_a_search_that_finds_nothing_ends(rates):
    """Soon after enough was tried: of noise, and of a log whose phases may be at many times."""
    series, tolerance = Series(np.arange(float(len(rates))), rates), tolerance_for(rates, 1e-6)
    search = Search(find_breaks(series, tolerance), tolerance)
    assert search.found()
    assert search.fitter.effort.spent < 2 * ENOUGH
    assert identify(series, tolerance)


# Schedules of the least and the greatest numbers.

RATES = st.sampled_from([0, 5e-324, 1e-300, 1e-9, 0.1, 1, 1e9, 1e300])
LENGTHS = st.sampled_from([0, 1e-9, 1e-3, 0.1, 1, 10, 1e6, 1e12])
FRACTIONS = st.sampled_from([0, 5e-324, 1e-9, 0.5, 1 - 1e-12, 1, 1 + 1e-12])
NUMBERS = st.sampled_from([5e-324, 1e-9, 0.5, 1, 1 + 1e-12, 2, 25, 1e300])
KINDS = {"rate": RATES, "length": LENGTHS}
GRIDS = [(45, 1), (10, 100), (1, 10**6), (3000, 1)]


def edgy(one):
    """An extreme value of a declared parameter, or one of its words."""
    words = st.sampled_from(one.rule.words) if one.rule.words else st.nothing()
    number = KINDS.get(one.unit, FRACTIONS | NUMBERS)
    return words | number if one.rule.holds(0.5) or one.rule.holds(2) else words


def settings_of(shape):
    """Any parameters of a shape at their edges; what breaks a rule is refused."""
    known = {**declared(Parameters), **declared(SHAPES[shape])}
    return st.fixed_dictionaries({}, optional={name: edgy(one) for name, one in known.items()})


def limits(schedule):
    """The rates between which a schedule moves, where nothing lifts or lowers them further."""
    given = [schedule.lr, schedule.min_decay_lr, schedule.restart_lr]
    given += [schedule.warmup_start_lr] * bool(schedule.warmup)
    name, own = schedule.shape.name, schedule.shape
    widened = schedule.restart_lr_decay > 1 or getattr(own, "peak", 1) > 1
    divided = name == "one-cycle" and min(own.div_factor, own.final_div_factor) < 1
    low = 0.0 if widened or name in ("one-cycle", "inverse-sqrt") else min(given)
    high = math.inf if widened or divided else max(given)
    return low, max(high, schedule.floor_lr)


@pytest.mark.quick(5)
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", SHAPES)
@given(data=st.data())
def test_finite_and_in_range_or_refused(shape, data):
    params, grid = data.draw(settings_of(shape)), data.draw(st.sampled_from(GRIDS))
    try:
        schedule = Schedule(shape, **params)
        got = schedule.sample(*grid)
    except LogschedError:
        return
    low, high = limits(schedule)
    assert np.isfinite(got).all()
    assert low * (1 - 1e-14) - 5e-324 <= got.min()
    assert got.max() <= high * (1 + 1e-14)


BASES = [1 + 1e-12, 1 + 1e-6, 2, 1e9, 1e300]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("shape", ["log", "log-bounded"])
def test_any_base_falls_within_a_cycle(shape, base):
    """From restart_lr, never up; log-bounded to min_decay_lr in the end."""
    schedule = Schedule(shape, base=base, warmup=0, decay=0)
    got = schedule(np.append(np.arange(10_000) / 1000, math.nextafter(10, 0)))
    assert got[0] == 0.1
    assert np.diff(got).max() <= 1e-16
    if shape == "log-bounded":
        assert got[-1] == pytest.approx(0.001, rel=1e-9)


def test_a_base_next_to_1_is_linear():
    times = np.arange(45_000) / 1000
    got = Schedule("log-bounded", base=1 + 1e-12)(times)
    np.testing.assert_allclose(got, Schedule("linear")(times), rtol=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_range_of_zero_is_its_one_rate(shape):
    """Where all rates are equal, so is each of the schedule's, but of those without a floor."""
    equal = dict.fromkeys(("lr", "min_decay_lr", "warmup_start_lr", "restart_lr"), 0.3)
    own = {"div_factor": 1, "final_div_factor": 1} if shape == "one-cycle" else {}
    got = Schedule(shape, **equal, **own).sample(100)
    assert set(got if shape != "inverse-sqrt" else got[:6]) == {0.3}


def test_a_decay_of_a_range_of_zero_is_none():
    """d^i, however great, times 0."""
    equal = {"lr": 0.3, "min_decay_lr": 0.3, "restart_lr": 0.3, "warmup_start_lr": 0.3}
    schedule = Schedule("cosine", **equal, restart_lr_decay=2, restart_interval=1e-9)
    assert set(schedule.sample(45)) == {0.3}


@pytest.mark.parametrize("steps", [1, 10, 1000, 10**6])
def test_a_restart_on_the_last_point_is_one(steps):
    """The run's last point, its only one of the cycle."""
    last = (2 * steps - 1) / steps
    lengths = {"warmup": 0, "decay": last, "min_decay_lr": 0.001}
    got = Schedule("cosine", **lengths, lr=0.1, restart_lr=0.3).sample(2, steps)
    assert got[-1] == 0.3
    assert (got < 0.3).sum() == 2 * steps - 1


def test_a_million_cycles():
    """Each begins at restart_lr; halfway, cosine is halfway."""
    lengths = {"warmup": 0, "decay": 0, "restart_interval": 0.1}
    schedule = Schedule("cosine", restart_interval_multiplier=1, **lengths)
    got = schedule.sample(100_000, 20)
    assert np.unique(got[::2]) == [0.1]
    np.testing.assert_allclose(got[1::2], 0.0505, rtol=1e-7)
    assert schedule.end_of_cycle(10**6) == 100_000


# Restarts, by exact fractions.

SETTINGS = 10_000  # of which each asks for one restart


def random_lengths(random):
    """Decimals as people write them, and some that they do not."""
    digits, most = random.choice([0, 1, 2, 5]), random.choice([3, 30, 1000])
    draw = partial(random.randint, 0, most * 10**digits)
    multiplier = random.choice(["1", "2", "1.5", "3", "1.1", "1.25", "10", "1.001"])
    return {
        "warmup": draw() / 10**digits,
        "decay": draw() / 10**digits,
        "restart_interval": (draw() + 1) / 10**digits,
        "restart_interval_multiplier": float(multiplier),
    }


@pytest.mark.quick
@pytest.mark.parametrize("settings", [300, SETTINGS])
def test_restarts_of_ten_thousand_settings(settings):
    """At fl(start_i) a cycle begins, not a float64 earlier, by the sum in fractions."""
    random = Random(0)
    for _ in range(settings):
        lengths = random_lengths(random)
        p = exact_settings(**lengths)
        index = random.randint(1, 60 if lengths["restart_interval_multiplier"] < 2 else 30)
        at = float(start(p, index))
        schedule = Schedule("linear", **lengths, restart_lr=0.07)
        assert schedule(at) == 0.07, lengths
        assert schedule(math.nextafter(at, 0)) < 0.07, lengths
        assert schedule.cyclic.times.at(at) == cycle_at(p, at), lengths


# Logs that no run wrote. Each of these found a fault.


@pytest.fixture
def log(tmp_path):
    """Write a log into the folder that commands are called in."""
    return lambda *lines: (tmp_path / "run.csv").write_text("\n".join(lines))


def test_a_scale_beyond_float64_is_no_cause(call, log):
    log("lr", "1", "2", "1")
    result = call("check", "run.csv", "constant", "--lr", "5e-324")
    assert (result.stderr, result.returncode) == ("", 1)
    assert "multiplied" not in result.stdout


def test_a_log_of_times_that_no_run_has_is_not_identified(call, log):
    """Its command could not be run, and its cycles would be thousands."""
    log("epoch,lr", "0,0.1", "1,0.2", "1e300,0.3")
    result = call("identify", "run.csv")
    assert (result.stdout, result.returncode) == ("", 2)
    assert "run.csv reaches epoch 1e+300 by its epochs" in result.stderr


@pytest.mark.quick(4)
@pytest.mark.parametrize(
    "times",
    [("inf", "inf", "1e300"), ("0", "1e300", "-1e308"), ("nan", "", "1e12"), ("5e-324", "1", "2")],
)
@pytest.mark.parametrize("command", ["check", "identify", "plot --data"])
def test_odd_times_bring_no_warning_of_numpy(call, log, times, command):
    """They are read or refused."""
    log("epoch,step,lr", *(f"{one},{k},0.{k}" for k, one in enumerate(times)))
    result = call(*command.split(), "run.csv", *(["constant"] if command == "check" else []))
    assert result.returncode in (0, 1, 2)
    assert "Warning" not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_rate_beside_a_row_without_a_time_is_not_taken_for_the_damage(call, log):
    """The row without a time has no rate either, but it is not compared."""
    log("epoch,lr", "0,0.01", "1,0.028", "2,0.046", "3,0.5", ",nan")
    result = call("check", "run.csv", "cosine")
    assert result.returncode == 1
    assert "all the others" not in result.stdout


def test_a_rate_that_is_no_number_is_named_beside_a_row_without_a_time(call, log):
    log("epoch,lr", "3,0.064", "4,nan", ",nan")
    result = call("check", "run.csv", "cosine")
    assert result.returncode == 1
    assert "one rate is not a number, and all the others are the schedule's" in result.stdout


def test_one_row_without_a_time_was_left_out(call, log):
    log("epoch,lr", "0,0.01", "1,0.028", ",0.1")
    assert "1 row has no time and was left out" in call("check", "run.csv", "cosine").stderr


def test_a_warmup_of_which_twice_is_beyond_float64_is_compared(call, log):
    log("epoch,lr", "0,0.01", "1,0.5")
    result = call("check", "run.csv", "cosine", "--warmup", "1e308")
    assert (result.stderr, result.returncode) == ("", 1)


@pytest.mark.parametrize("rows", [["40,0.1", "41,0.05", "42,0.02"], ["0,0.01", "40,0.1"]])
def test_a_log_beyond_the_end_of_the_schedule_is_refused(call, log, rows):
    log("epoch,lr", *rows)
    result = call("check", "run.csv", "cosine", "--restart-interval-multiplier", "0.5")
    assert (result.stdout, result.returncode) == ("", 2)
    assert "pile up at epoch 35" in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        "check run.csv cosine --offset",
        "check run.csv cosine --every",
        "check run.csv cosine --steps-per-epoch",
        "identify run.csv --steps-per-epoch",
        "identify run.csv --every",
        "table --every",
        "export --every",
        "plot --steps-per-epoch",
        "describe --cycles",
    ],
)
def test_a_whole_number_of_hundreds_of_digits_is_refused(call, log, args):
    log("lr", "0.01", "0.028")
    result = call(*args.split(), "9" * 400)
    assert (result.stdout, result.returncode) == ("", 2)
    assert "2**53" in result.stderr


def test_a_sweep_of_many_beside_a_log_is_drawn(call, log):
    """The log has no value of the parameter that colours the others."""
    log("epoch,lr", "0,0.01", "1,0.028")
    args = ["plot", "cosine", "--sweep", "lr=0.1:1:12", "--data", "run.csv"]
    assert call(*args)[1:] == ("", 0)
    assert call(*args, "-o", "out.png") == ("", "", 0)


@pytest.mark.parametrize("lr", ["1e-310", "5e-324"])
@pytest.mark.parametrize("epoch", [15, [14, 15]])
def test_a_rate_that_is_no_finite_multiple_of_lr_has_no_factor(lr, epoch):
    schedule = Schedule("cosine", lr=float(lr), restart_lr=0.1)
    with pytest.raises(LogschedError, match=rf"^lr is {lr}, but 0\.1 is no finite multiple of it"):
        schedule.factor(epoch)


def test_an_epoch_of_thousands_of_digits_is_refused():
    with pytest.raises(LogschedError, match=r"^epoch is inf, but it must be a finite number"):
        Schedule("cosine")(10**5000)
    with pytest.raises(LogschedError, match=r"^lr is a number of thousands of digits, but it must"):
        Schedule("cosine", lr=10**5000)


def test_rows_a_subnormal_time_apart_are_compared(call, log):
    log("epoch,lr", "0,0.01", "5e-324,0.5", "1e-323,0.01")
    result = call("check", "run.csv", "cosine")
    assert (result.stderr, result.returncode) == ("", 1)


@pytest.mark.parametrize("command", ["export --format npz", "export --format csv", "plot"])
def test_a_label_of_thousands_of_characters_is_refused(call, command):
    result = call(*command.split(), f"{'a' * 70_000}=log")
    assert (result.stdout, result.returncode) == ("", 2)
    assert "must have at most 1000 characters" in result.stderr


def test_of_more_cycles_than_are_listed_the_last_is_known(call):
    """Of 113,329 cycles only 100,000 are listed; the last is the longest, and it is cut off."""
    args = "describe cosine --warmup 0 --decay 0 --restart-interval 1"
    more = "--restart-interval-multiplier 1.000001 --epochs 120000"
    told = call(*args.split(), *more.split()).stdout
    facts = [line.split() for line in told.splitlines()]
    assert ["cycles", "113329"] in facts
    assert ["complete", "113328"] in facts
    assert ["longest", f"{Decimal('1.000001') ** 113328:.12g}"] in facts
    assert "the last cycle is cut off" in " ".join(told.split())
