"""`explain`: one moment against the oracle, and formulas that come to what stands beside them."""

import json
import math
import re

import oracle
import pytest

# name -> (shape, its own parameters, parameters, epochs to explain)
CASES = {
    "constant": ("constant", {}, {}, [0, 3.5, 44]),
    "step": ("step", {}, {}, [0, 2, 5, 14.5, 15, 40, 300]),
    "step by its size": ("step", {"size": 2.5, "gamma": 0.5}, {}, [4.9, 5, 7.25, 7.5, 21]),
    "step that never steps": ("step", {"size": 0}, {}, [3, 5, 15]),
    "cosine": ("cosine", {}, {}, [0, 2, 5, 5.5, 14, 15, 20, 25, 37, 44.9, 45]),
    "cosine warmup": ("cosine", {}, {"warmup_shape": "cosine"}, [0, 1, 4.5]),
    "linear": ("linear", {}, {"restart_interval_multiplier": 1.5}, [1, 9, 15, 26, 41.5]),
    "log": ("log", {}, {}, [0, 2, 5, 5.01, 14, 15, 16, 25, 37, 44.5]),
    "log of the range": ("log", {"base": "range"}, {}, [6, 15.5, 37]),
    "log of a number": ("log", {"base": 1e6, "peak": 2}, {}, [5, 6, 15, 15.001, 25, 37]),
    "log below the minimum": (
        "log",
        {"base": 1.5, "peak": 3},
        {"restart_lr": 1e-4},
        [15, 15.1, 20],
    ),
    "log through zero": (
        "log",
        {"peak": 3},
        {"min_decay_lr": 0.1, "lr": 0.1, "restart_lr": 0.01},
        [15, 15.0001, 16],
    ),
    "log-bounded": ("log-bounded", {}, {}, [2, 6, 15, 15.5, 37]),
    "log-bounded by its base": ("log-bounded", {"base": 1.5}, {}, [6, 15.5, 37]),
    "log-released": ("log-released", {}, {}, [2, 5, 5.5, 6.5, 15, 17, 37]),
    "polynomial": ("polynomial", {"power": 2.5}, {}, [2, 5, 6, 15, 15.5, 37]),
    "exponential": ("exponential", {}, {}, [2, 5, 6, 15, 15.5, 37]),
    "exponential by its factor": ("exponential", {"gamma": 0.6}, {}, [5, 6, 14, 15, 15.5, 37]),
    "exponential upwards": ("exponential", {}, {"lr": 0.001, "min_decay_lr": 0.1}, [5, 7, 14]),
    "exponential that stays": (
        "exponential",
        {"gamma": 0.6},
        {"lr": 0.001, "min_decay_lr": 0.1},
        [5, 7, 14],
    ),
    "one-cycle": ("one-cycle", {}, {}, [0, 3, 13.5, 14, 30.5, 45, 50]),
    "one-cycle in lines": ("one-cycle", {"anneal": "linear", "length": 20}, {}, [0, 3, 6, 11, 20]),
    "wsd": ("wsd", {}, {}, [0, 2, 5, 20, 35, 36.5, 45, 99]),
    "wsd by a root": ("wsd", {"end": "1-sqrt", "stable": 2.5}, {}, [7, 7.5, 8, 17.5]),
    "inverse-sqrt": ("inverse-sqrt", {}, {}, [0, 2, 5, 6, 20, 1234567.5]),
    "inverse-sqrt by its scale": ("inverse-sqrt", {"timescale": 2.5}, {}, [2, 5, 6, 20]),
    "triangular": ("triangular", {}, {}, [0, 2, 5, 6, 10, 15, 20, 21.5]),
    "triangles fade": ("triangular", {"up": 0.3}, {"restart_lr_decay": 0.5}, [3, 12, 29, 33, 60]),
    "no warmup": ("log", {}, {"warmup": 0}, [0, 3, 10, 11]),
    "no decay": ("cosine", {}, {"decay": 0}, [4, 5, 15, 21]),
    "no restarts": ("log", {}, {"restart_interval": 0}, [2, 9, 15, 1e6]),
    "tops fade": ("cosine", {}, {"restart_lr_decay": 0.7}, [15, 27, 50, 333]),
    "a restart that stays": ("log", {}, {"min_decay_lr": 0.1}, [9, 17, 25]),
    "a range of nothing": ("log", {"base": "range"}, {"min_decay_lr": 0.1}, [9, 17, 25]),
    "far out": ("cosine", {}, {"restart_interval_multiplier": 1}, [1234567.5, 99999999]),
    "shrinks": ("linear", {}, {"restart_interval_multiplier": 0.9}, [15, 26, 60]),
}
MOMENTS = [
    pytest.param(shape, own, params, at, id=f"{name} at {at:g}")
    for name, (shape, own, params, epochs) in CASES.items()
    for at in epochs
]


def arguments(shape, own, params, at):
    """A command line that explains a moment."""
    text = shape + ":" * bool(own) + ",".join(f"{key}={value}" for key, value in own.items())
    given = [x for key, value in params.items() for x in (f"--{key.replace('_', '-')}", str(value))]
    return ["explain", text, *given, "--at", repr(at)]


def read(call, *case):
    """What `explain` says as JSON."""
    out, err, status = call(*arguments(*case), "--format", "json")
    assert (status, err) == (0, "")
    return next(iter(json.loads(out)["schedules"].values()))


def expected(shape, own, params, at):
    """Phase, cycle, start, length, eta_max and eta_min by the oracle."""
    p = oracle.settings(**params, **own)
    first = oracle.first_restart(p)
    if shape == "constant":
        return "constant", 0, 0, None, p.lr, p.lr
    if shape == "one-cycle":
        rise, low = p.pct_start * p.length, p.lr / p.div_factor / p.final_div_factor
        if at < rise:
            return "warmup", 0, 0, rise, p.lr / p.div_factor, p.lr
        if at < p.length:
            return "decay", 0, rise, p.length - rise, p.lr, low
        return "hold", 0, p.length, None, low, low
    if shape == "triangular":
        p.warmup = p.decay = first = oracle.Fraction(0)
    if at < p.warmup:
        return "warmup", 0, 0, p.warmup, p.warmup_start_lr, p.lr
    if shape == "step":
        j = math.floor((oracle.exact(at) - p.warmup) / p.size) if p.size else 0
        rate = oracle.exact(oracle.rate(shape, at, **params, **own))
        return "step", j, p.warmup + j * p.size, p.size or None, rate, rate
    if shape == "inverse-sqrt":
        return "decay", 0, p.warmup, None, p.lr, 0
    if shape == "wsd":
        decay = p.warmup + p.stable
        hold = decay + p.decay
        if at < decay:
            return "stable", 0, p.warmup, p.stable, p.lr, p.lr
        if at >= hold:
            return "hold", 0, hold, None, p.min_decay_lr, p.min_decay_lr
        return "decay", 0, decay, p.decay, p.lr, p.min_decay_lr
    if at < first:
        return "initial decay", 0, p.warmup, p.decay, p.lr, p.min_decay_lr
    if not p.restart_interval:
        return "hold", 0, first, None, p.min_decay_lr, p.min_decay_lr
    i = oracle.cycle_at(p, at)
    length = p.restart_interval * p.restart_interval_multiplier**i
    return "cycle", i, oracle.start(p, i), length, oracle.eta_max(p, i), p.min_decay_lr


@pytest.mark.quick(40)
@pytest.mark.parametrize(("shape", "own", "params", "at"), MOMENTS)
def test_moment(call, shape, own, params, at):
    found = read(call, shape, own, params, at)
    phase, cycle, start, length, high, low = expected(shape, own, params, at)
    assert (found["phase"], found["cycle"], found["epoch"]) == (phase, cycle, at)
    assert found["start"] == float(start)
    assert found["t_cur"] == pytest.approx(float(oracle.exact(at) - start), rel=1e-9)
    assert found["t_i"] == (None if length is None else pytest.approx(float(length)))
    ratio = None if length is None else pytest.approx(found["t_cur"] / float(length), rel=1e-9)
    assert found["u"] == ratio
    assert found["lr"] == pytest.approx(oracle.rate(shape, at, **params, **own), rel=1e-9)
    if phase != "warmup":  # it may be told from either end
        assert found["eta_max"] == pytest.approx(float(high), rel=1e-9)
        assert found["eta_min"] == pytest.approx(float(low), rel=1e-9)


@pytest.mark.quick(40)
@pytest.mark.parametrize(("shape", "own", "params", "at"), MOMENTS)
def test_fraction(call, shape, own, params, at):
    found = read(call, shape, own, params, at)
    phase, _, start, length, high, low = expected(shape, own, params, at)
    if phase not in ("initial decay", "decay", "cycle") or high == low:
        return
    if shape in ("exponential", "inverse-sqrt"):  # theirs is a formula of the rate itself
        assert found["g"] is None
        return
    p = oracle.settings(**params, **own)
    curve = {"one-cycle": p.anneal, "wsd": p.end}.get(shape, shape)
    g = oracle.fraction(curve, p, oracle.exact(at) - start, length, high)
    assert found["g"] == pytest.approx(g, rel=1e-9, abs=1e-12)


def log_to(base):
    """The logarithm to a base, infinite at infinity."""
    return lambda x: math.log(x) / math.log(base)


NAMES = {name: getattr(math, name) for name in ("cos", "log1p", "sqrt", "floor", "pi", "inf")}
NAMES |= {"min": min, "max": max, "abs": abs, "log_to": log_to, "__builtins__": {}}


def value(printed):
    """What a printed formula comes to; None where there are still names in it."""
    text = printed.replace("^", "**").replace("pi/0)", "inf)")
    text = re.sub(r"log_\{?([-+.\w]+)\}?\(", r"log_to(\1)(", text)
    text = re.sub(r"\|([^|]+)\|", r"abs(\1)", text)
    try:
        return float(eval(text, dict(NAMES)))
    except (NameError, SyntaxError):
        return None


def equations(text):
    """The lines of an explanation: name -> its sides, one after the other."""
    found, name = {}, ""
    for line in text.splitlines()[1:]:
        if match := re.match(r"  (\S*) *= (.*)", line):
            name = match[1] or name
            found.setdefault(name, []).extend(match[2].split(" = "))
    return found


@pytest.mark.quick(40)
@pytest.mark.parametrize(("shape", "own", "params", "at"), MOMENTS)
def test_worked_formula(call, shape, own, params, at):
    found = read(call, shape, own, params, at)
    if found["eta_max"] == found["eta_min"] and found["g"] is not None:
        return  # the rate is that, whatever the formula
    result = found["lr"] if found["g"] is None else found["g"]
    assert value(found["worked"]) == pytest.approx(result, rel=1e-4, abs=1e-4 * result + 1e-5)


@pytest.mark.quick(40)
@pytest.mark.parametrize(("shape", "own", "params", "at"), MOMENTS)
def test_text(call, shape, own, params, at):
    out, err, status = call(*arguments(shape, own, params, at))
    assert (status, err) == (0, "")
    found = read(call, shape, own, params, at)
    sides = equations(out)
    for name, ones in sides.items():
        results = [x for x in map(value, ones) if x is not None]
        assert results, (name, ones)
        assert results == pytest.approx([results[-1]] * len(results), rel=1e-4, abs=1e-6), ones
    assert float(sides["rate"][-1]) == found["lr"]
    if found["g"] is not None:
        assert float(sides["g"][-1]) == pytest.approx(found["g"], rel=1e-5, abs=1e-6)
        assert float(sides["T_cur"][-1]) == pytest.approx(found["t_cur"], rel=1e-5, abs=1e-6)


def test_a_formula_of_the_rate_stands_beside_its_times(call):
    sides = equations(call("explain", "inverse-sqrt", "--at", "20").stdout)
    assert sides == {
        "T_cur": ["20 - 5", "15"],
        "rate": ["lr * sqrt(timescale/(timescale + T_cur))", "0.1 * sqrt(5/(5 + 15))", "0.05"],
    }
    sides = equations(call("explain", "exponential", "--at", "20").stdout)
    assert list(sides) == ["T_cur", "T_i", "u", "eta_max", "eta_min", "rate"]


def test_a_rise_goes_from_a_start_to_an_end(call):
    """Named as a warmup's rates are, with the parameters of the shape itself."""
    sides = equations(call("explain", "one-cycle", "--at", "3").stdout)
    assert sides["T_i"] == ["pct_start * length", "0.3 * 45", "13.5"]
    assert sides["start"] == ["lr/div_factor", "0.1/25", "0.004"]
    assert sides["end"] == ["lr", "0.1"]
    assert sides["rate"][0] == "(1 - g) * end + g * start"


def test_default_is_log(call):
    assert call("explain", "--at", "37").stdout == call("explain", "log", "--at", "37").stdout


def test_several(call):
    out = call("explain", "cosine", "mine=log", "--at", "37", "--format", "json").stdout
    assert list(json.loads(out)["schedules"]) == ["cosine", "mine"]


def test_a_pole_is_said_where_it_is(call):
    """Eq. 4 is infinite where a cycle or a decay begins, and nowhere else."""
    said = "pi/0 is infinite: peak caps g"
    for epoch in ("5", "15", "25"):
        assert said in call("explain", "log", "--at", epoch).stdout
    assert said not in call("explain", "log", "--at", "5.01").stdout
    assert said not in call("explain", "log-bounded", "--at", "5").stdout


BAD = ["-1", "nan", "inf", "1e400", "", "x", "1,2", "-0.0001"]


@pytest.mark.parametrize("at", BAD)
def test_bad_epoch(call, at):
    out, err, status = call("explain", "log", f"--at={at}")
    assert (out, status) == ("", 2)
    assert err.count("\n") == 1
    assert "at is" in err
    assert "one epoch" in err


def test_no_epoch(call):
    out, err, status = call("explain", "log")
    assert (out, status) == ("", 2)
    assert "--at" in err


def test_past_the_pile_up(call):
    out, err, status = call(
        "explain", "linear", "--restart-interval-multiplier", "0.5", "--at", "40"
    )
    assert (out, status) == ("", 2)
    assert str(float(oracle.pile_up(restart_interval_multiplier=0.5))).removesuffix(".0") in err


def test_far_beyond_the_run(call):
    found = read(call, "cosine", {}, {}, 1e15)
    assert found["lr"] == pytest.approx(oracle.rate("cosine", 1e15), rel=1e-9)
    assert found["cycle"] == oracle.cycle_at(oracle.settings(), 1e15)
