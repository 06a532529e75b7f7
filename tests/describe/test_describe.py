"""`describe`: its facts against sums over the oracle's rates; its warnings where they are due."""

import json
import math
import re

import oracle
import pytest

from logsched import Schedule
from logsched.base.errors import LogschedError
from logsched.describe.describe import describe_plan
from logsched.plan.make import make_plan

FIGURE_1 = {"lr": 0.05, "min_decay_lr": 0.001, "warmup": 1, "warmup_start_lr": 0.0001}
FIGURE_1 |= {"decay": 1, "restart_interval": 1, "restart_interval_multiplier": 1.5}
RESNET34 = {"lr": 0.0001, "min_decay_lr": 0.001, "warmup_start_lr": 0.01, "restart_lr": 0.1}
TRANSFORMER = {"lr": 0.001, "min_decay_lr": 0.00001, "warmup": 0}
TRANSFORMER |= {"restart_interval_multiplier": 1}
BARE = {"warmup": 0, "decay": 0}

# name -> (parameters, epochs, steps per epoch)
SETTINGS = {
    "defaults": ({}, 45, 1),
    "tenths": ({}, 45, 10),
    "figure-1": (FIGURE_1 | {"restart_lr": 0.05}, 10, 100),
    "resnet34": (RESNET34, 60, 3),
    "transformer": (TRANSFORMER, 40, 10),
    "all equal": ({"restart_interval_multiplier": 1}, 65, 3),
    "halves": ({"restart_interval_multiplier": 1.5}, 70, 10),
    "shrink": ({"restart_interval_multiplier": 0.9}, 50, 3),
    "fractions": (
        {"warmup": 1.7, "decay": 3.4, "restart_interval": 2.5},
        37,
        10,
    ),
    "no warmup": ({"warmup": 0}, 40, 3),
    "cosine warmup": ({"warmup_shape": "cosine", "warmup": 7.3}, 31, 10),
    "no decay": ({"decay": 0}, 35, 3),
    "bare": (BARE, 30, 3),
    "bare and cut": (BARE, 12, 3),
    "no decay and cut": ({"decay": 0}, 12, 3),
    "no restarts": ({"restart_interval": 0}, 30, 3),
    "warmup alone": ({"restart_interval": 0, "decay": 0}, 12, 10),
    "ends in warmup": ({}, 4, 3),
    "ends in decay": ({}, 12, 10),
    "ends at a start": ({}, 25, 3),
    "starts past the last point": ({"decay": 10.5}, 16, 1),
    "high restarts": ({"restart_lr": 0.3, "restart_lr_decay": 0.5}, 50, 3),
    "low restarts": ({"restart_lr": 0.0002}, 50, 1),
    "flat": ({"min_decay_lr": 0.1}, 45, 3),
}
ANNEALED = ("cosine", "linear", "polynomial", "exponential", "log", "log-bounded", "log-released")
OTHERS = ("one-cycle", "wsd", "inverse-sqrt", "triangular")
OWN = {
    "step": [{}, {"size": 2.5, "gamma": 0.5}, {"size": 0}],
    "log": [{}, {"base": "range"}, {"base": 50, "peak": 2}],
    "log-bounded": [{}, {"base": 1.001}],
    "exponential": [{}, {"gamma": 0.8}],
    "one-cycle": [{}, {"length": 7.5, "anneal": "linear"}],
    "wsd": [{}, {"stable": 2, "end": "1-sqrt"}],
    "triangular": [{}, {"up": 0.1}],
}


def written(name, own):
    """A schedule's text."""
    return name + ":" * bool(own) + ",".join(f"{key}={value}" for key, value in own.items())


def options(params, epochs, steps):
    """The options that set these parameters and this grid."""
    given = params | {"epochs": epochs, "steps_per_epoch": steps}
    return [text for key, one in given.items() for text in (f"--{key.replace('_', '-')}", str(one))]


def possible(shape, params):
    """Whether DESIGN has this shape under these settings."""
    return shape != "log-released" or params.get("restart_interval", 10) != 1


CASES = [
    pytest.param(shape, own, *setting, id=f"{name}-{written(shape, own)}")
    for name, setting in SETTINGS.items()
    for shape in ("constant", "step", *ANNEALED, *OTHERS)
    for own in OWN.get(shape, [{}])[: None if name in ("defaults", "figure-1", "fractions") else 1]
    if possible(shape, setting[0])
]


def read(call, *arguments):
    """The JSON of `describe`, and the facts of its first schedule."""
    out, err, status = call("describe", *arguments, "--format", "json")
    assert (status, err) == (0, "")
    whole = json.loads(out)
    return whole, next(iter(whole["schedules"].values()))


def begins(params, epochs):
    """The cycle starts within the run, and the one after them, each with its exact cycle."""
    p = oracle.settings(**params)
    if not p.restart_interval:
        return [], p
    count = 0
    while float(oracle.start(p, count)) < epochs:
        count += 1
    return list(range(count)), p


@pytest.mark.quick(40)
@pytest.mark.parametrize(("shape", "own", "params", "epochs", "steps"), CASES)
def test_facts(call, shape, own, params, epochs, steps):
    whole, facts = read(call, written(shape, own), *options(params, epochs, steps))
    grid = [k / steps for k in range(epochs * steps)]
    rates = oracle.rates(shape, grid, **params, **own)
    assert whole["schema"] == 1
    assert facts["peak_lr"] == pytest.approx(max(rates), rel=1e-9)
    assert facts["min_lr"] == pytest.approx(min(rates), rel=1e-9)
    assert facts["final_lr"] == pytest.approx(rates[-1], rel=1e-9)
    assert facts["mean_lr"] == pytest.approx(math.fsum(rates) / len(rates), rel=1e-12)
    assert facts["lr_budget"] == pytest.approx(math.fsum(rates) / steps, rel=1e-12)
    sampled = Schedule(shape, **params, **own).sample(epochs, steps).tolist()
    assert facts["peak_epoch"] == grid[sampled.index(max(sampled))]
    assert facts["min_epoch"] == grid[sampled.index(min(sampled))]


@pytest.mark.quick(16)
@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("shape", ["cosine", "log"])
def test_cycles(call, name, shape):
    params, epochs, steps = SETTINGS[name]
    _, facts = read(call, shape, *options(params, epochs, steps))
    cycles, p = begins(params, epochs)
    starts = [float(oracle.start(p, i)) for i in cycles]
    assert facts["restarts"] == starts
    assert [cycle["start"] for cycle in facts["cycles"]] == starts
    lengths = [float(p.restart_interval * p.restart_interval_multiplier**i) for i in cycles]
    assert [cycle["length"] for cycle in facts["cycles"]] == pytest.approx(lengths, rel=1e-15)
    over = [oracle.start(p, i + 1) <= epochs for i in cycles]
    assert [cycle["complete"] for cycle in facts["cycles"]] == over


@pytest.mark.parametrize("name", SETTINGS)
def test_cycles_without_restarts(call, name):
    """Triangular ones begin at epoch 0, and at their lowest rate."""
    params, epochs, steps = SETTINGS[name]
    _, facts = read(call, "triangular", *options(params, epochs, steps))
    cycles, p = begins(params | BARE, epochs)
    bounds = [float(oracle.start(p, i)) for i in [*cycles, len(cycles)]]
    assert [cycle["start"] for cycle in facts["cycles"]] == bounds[:-1]
    assert facts["restarts"] == []
    ends = [end for end in facts["cycle_ends"] if end <= epochs]
    assert ends == [end for end in bounds[1:] if end <= epochs][-2:]


@pytest.mark.quick(30)
@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize(
    "shape", ["constant", "step", "linear", "one-cycle", "wsd", "inverse-sqrt"]
)
def test_phases(call, name, shape):
    params, epochs, steps = SETTINGS[name]
    _, facts = read(call, shape, *options(params, epochs, steps))
    p = oracle.settings(**params)
    last = "cycle" if p.restart_interval else "hold"
    bounds = {
        "constant": [("constant", 0)],
        "step": [("warmup", 0), ("step", float(p.warmup))],
        "linear": [
            ("warmup", 0),
            ("initial decay", float(p.warmup)),
            (last, float(oracle.first_restart(p))),
        ],
        "one-cycle": [("warmup", 0), ("decay", 13.5), ("hold", 45)],
        "wsd": [
            ("warmup", 0),
            ("stable", float(p.warmup)),
            ("decay", float(p.warmup + 30)),
            ("hold", float(oracle.first_restart(p) + 30)),
        ],
        "inverse-sqrt": [("warmup", 0), ("decay", float(p.warmup))],
    }[shape]
    ends = [start for _, start in bounds[1:]] + [epochs]
    spans = zip(bounds, ends, strict=True)
    due = [(start, min(end, epochs)) for (_, start), end in spans if start < min(end, epochs)]
    names = [name for (name, start), end in zip(bounds, ends, strict=True) if start < end]
    assert [(phase["start"], phase["end"]) for phase in facts["phases"]] == due
    for phase, expected in zip(facts["phases"], names, strict=False):
        assert phase["name"].startswith(expected)


@pytest.mark.quick(16)
@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("shape", ["constant", "cosine"])
def test_cycle_ends(call, name, shape):
    params, epochs, steps = SETTINGS[name]
    _, facts = read(call, shape, *options(params, epochs, steps))
    cycles, p = begins(params, epochs)
    if shape == "constant" or not p.restart_interval:
        assert facts["cycle_ends"] == []
        return
    ends = [float(oracle.start(p, i + 1)) for i in range(len(cycles) + 4)]
    before = [epoch for epoch in ends if epoch <= epochs]
    after = [epoch for epoch in ends if epoch > epochs]
    if p.decay:  # it ends at the minimum as a cycle does
        ends.append(float(oracle.first_restart(p)))
    assert set(facts["cycle_ends"]) <= set(ends)
    assert set(facts["cycle_ends"]) >= {*before[-1:], *after[:1]}
    assert facts["cycle_ends"] == sorted(facts["cycle_ends"])


@pytest.mark.parametrize("name", ["defaults", "resnet34", "fractions", "high restarts"])
def test_against(call, name):
    params, epochs, steps = SETTINGS[name]
    grid = [k / steps for k in range(epochs * steps)]
    shapes = ["cosine", "log", "step", "constant"]
    whole, _ = read(call, *shapes, *options(params, epochs, steps), "--against", "log")
    rates = {shape: oracle.rates(shape, grid, **params) for shape in shapes}
    assert "against" not in whole["schedules"]["log"]
    for shape in ("cosine", "step", "constant"):
        found = whole["schedules"][shape]["against"]
        ratio = math.fsum(rates[shape]) / math.fsum(rates["log"])
        apart = [abs(a - b) for a, b in zip(rates[shape], rates["log"], strict=True)]
        assert found["label"] == "log"
        assert found["mean_ratio"] == pytest.approx(ratio, rel=1e-12)
        assert found["budget_ratio"] == pytest.approx(ratio, rel=1e-12)
        assert found["greatest_difference"] == pytest.approx(max(apart), rel=1e-9)
        where = grid.index(found["greatest_difference_epoch"])
        assert apart[where] == pytest.approx(max(apart), rel=1e-9)
        assert not any(one > max(apart) * (1 + 1e-9) for one in apart[:where])


def test_against_nothing(call):
    zero = "nil=constant:lr=0"
    whole, _ = read(call, "cosine", zero, "--against", "nil")
    found = whole["schedules"]["cosine"]["against"]
    assert found["mean_ratio"] is None
    assert found["greatest_difference"] == 0.1


def test_against_unknown(call):
    out, err, status = call("describe", "cosine", "log", "--against", "cosin")
    assert (out, status) == ("", 2)
    assert "cosine" in err


# What tells each warning from the others.
WORDS = {
    "cut": r"last cycle is cut",
    "short": r"(warmup|initial decay|stable|the decay) is cut",
    "down": r"warmup goes down",
    "up": r"decay goes up",
    "jump": r"\bjumps?\b",
    "below": r"(restart|top of a cycle) is below the minimum",
    "none": r"no restart within the run",
    "unused": r"is given, but",
    "floor": r"middle of its range",
    "cap": r"%",
    "spike": r"spike",
}
EQ4 = {"floor", "cap"}
BARE_OPTIONS = "--warmup 0 --decay 0"
WARNINGS = [
    ("cosine", set()),
    ("constant step cosine", set()),
    ("linear", set()),
    ("log-bounded", set()),
    ("log", EQ4),
    ("log:base=range", EQ4),
    # a last cycle cut off
    ("cosine --epochs 60", {"cut"}),
    ("cosine --epochs 46", {"cut"}),
    ("cosine --epochs 44", {"cut"}),
    ("cosine --epochs 16", {"cut"}),
    ("cosine --epochs 25", set()),
    ("cosine --cycles 3", set()),
    ("step --epochs 44", set()),
    ("cosine --preset figure-1", {"cut"}),
    ("cosine --preset transformer", set()),
    ("cosine --restart-interval-multiplier 1.5 --epochs 40", set()),
    ("cosine --restart-interval 0.1 --restart-interval-multiplier 1 --epochs 16", set()),
    # a warmup that goes down, a decay that goes up
    ("cosine --warmup-start-lr 0.4", {"down"}),
    ("step --warmup-start-lr 0.4", {"down"}),
    ("constant cosine --warmup-start-lr 0.1", set()),
    ("cosine --min-decay-lr 0.5 --restart-lr 1", {"up"}),
    ("cosine --preset resnet34", {"down", "up", "cut"}),
    ("constant --preset resnet34", set()),
    ("step --preset resnet34", {"down"}),
    ("cosine --min-decay-lr 0.5 --restart-lr 1 --epochs 4", {"none", "short"}),
    # a jump at the seam of two phases
    ("cosine --decay 0 --epochs 35", set()),
    ("cosine --decay 0 --restart-lr 0.3 --epochs 35", {"jump"}),
    ("cosine --decay 0 --restart-lr 0.3 --epochs 5", {"none"}),
    ("log-released", {"jump"}),
    ("log-released --epochs 5", {"none"}),
    ("log --restart-interval 0", EQ4 | {"jump"}),
    ("cosine --restart-interval 0", set()),
    ("log-bounded --restart-interval 0", set()),
    ("cosine --restart-lr 0.7", set()),
    ("cosine --decay 0 --restart-interval 0", {"jump"}),
    # rounding at a seam is no jump
    ("linear --restart-interval 0 --min-decay-lr 0", set()),
    ("cosine --restart-interval 0 --min-decay-lr 0", set()),
    ("log-bounded:base=1.1 --restart-interval 0 --min-decay-lr 0 --lr 0.3", set()),
    ("linear --restart-interval 0 --decay 0.7 --warmup 1.1 --lr 1e-9", set()),
    ("step --warmup 7.3 --warmup-shape cosine --lr 0.3", set()),
    ("linear --lr 0 --warmup-start-lr 0.1 --min-decay-lr 0", {"down"}),
    # a restart below the minimum
    ("cosine --restart-lr 0.0002", {"below"}),
    ("cosine --restart-lr 0.001", set()),
    ("cosine --restart-lr 0.0002 --epochs 14", {"none", "short"}),
    ("log --restart-lr 0.0002", EQ4 | {"below"}),
    # no restart within the run
    ("cosine --epochs 15", {"none"}),
    ("cosine --epochs 4", {"none", "short"}),
    ("log --epochs 5", {"none"}),
    ("log:peak=2 --epochs 5", {"none"}),
    ("log --epochs 6", EQ4 | {"none", "short"}),
    ("cosine --restart-interval 0 --epochs 10", {"short"}),
    ("step --epochs 10", set()),
    # a parameter given that no chosen schedule uses
    ("constant --restart-lr 0.2", {"unused"}),
    ("constant cosine --restart-lr 0.2", set()),
    ("constant cosine:restart_lr=0.2", set()),
    ("constant:restart_lr=0.2 cosine", {"unused"}),
    ("constant --warmup 0", {"unused"}),
    ("step --restart-lr-decay 0.5", {"unused"}),
    ("step --restart-interval 20", set()),
    ("step:size=5 --restart-interval 20", {"unused"}),
    ("step:size=0,gamma=0.5", {"unused"}),
    ("cosine --restart-interval 0 --restart-lr 0.2", {"unused"}),
    ("cosine --restart-interval 0 --restart-interval-multiplier 3", {"unused"}),
    ("cosine --warmup 0 --warmup-start-lr 0.4 --epochs 40", {"unused"}),
    ("cosine --warmup 0 --warmup-shape cosine --epochs 40", {"unused"}),
    ("cosine --preset transformer --warmup-start-lr 0.1", {"unused"}),
    ("constant --preset figure-1", set()),
    (f"cosine {BARE_OPTIONS} --lr 9 --restart-lr 0.1 --epochs 30", set()),
    ("one-cycle --warmup 3", {"unused"}),
    ("one-cycle --min-decay-lr 0.01", {"unused"}),
    ("one-cycle --lr 0.3", set()),
    ("wsd --restart-lr 0.2", {"unused"}),
    ("wsd --restart-interval 5", {"unused"}),
    ("wsd:warmup_shape=cosine --min-decay-lr 0.01", set()),
    ("wsd:end=1-sqrt --decay 0", {"unused", "jump"}),
    ("wsd --warmup 0 --warmup-start-lr 0.2 --epochs 40", {"unused"}),
    ("inverse-sqrt --min-decay-lr 0.01", {"unused"}),
    ("inverse-sqrt --decay 3", {"unused"}),
    ("inverse-sqrt:timescale=3 --warmup 3", set()),
    ("triangular --warmup 3 --epochs 30", {"unused"}),
    ("triangular --decay 3 --epochs 30", {"unused"}),
    ("triangular --lr 0.3 --restart-lr 0.2 --epochs 30", set()),
    ("triangular --lr 0.3 --min-decay-lr 0.01 --epochs 30", set()),
    ("triangular --lr 0.3 --restart-lr 0.2 --min-decay-lr 0.01 --epochs 30", {"unused"}),
    ("triangular:up=0.3 --restart-interval 0", {"unused"}),
    ("triangular --restart-interval 0 --restart-lr 0.2", {"unused"}),
    ("polynomial:power=2 exponential:gamma=0.9", set()),
    # shapes with phases of their own
    ("one-cycle wsd inverse-sqrt", set()),
    ("one-cycle wsd inverse-sqrt --epochs 90", set()),
    ("one-cycle:length=60", {"short"}),
    ("one-cycle --epochs 10", {"short"}),
    ("one-cycle:div_factor=0.5", {"down"}),
    ("one-cycle:pct_start=1", set()),
    ("one-cycle:pct_start=1 --epochs 46", {"jump"}),
    ("one-cycle:pct_start=0", set()),
    ("wsd --epochs 44", {"short"}),
    ("wsd --epochs 35", set()),
    ("wsd --epochs 34", {"short"}),
    ("wsd --min-decay-lr 0.5", {"up"}),
    ("wsd --preset resnet34", {"down", "up"}),
    ("wsd --min-decay-lr 0", set()),
    ("wsd:end=1-sqrt --min-decay-lr 0 --epochs 50", set()),
    ("inverse-sqrt --warmup-start-lr 0.4", {"down"}),
    ("triangular", {"cut"}),
    ("triangular --epochs 30", set()),
    ("triangular --cycles 3", set()),
    ("triangular --epochs 3", {"cut"}),
    ("triangular --restart-lr 0.0002 --epochs 30", {"below"}),
    ("triangular --preset resnet34 --epochs 70", set()),
    # a factor at most 1 leads nowhere upwards, and maybe not down to min_decay_lr
    ("exponential --preset resnet34", {"down", "up", "cut"}),
    ("exponential:gamma=0.9 --preset resnet34", {"down", "cut"}),
    ("exponential --restart-interval 0", set()),
    ("exponential:gamma=0.9 --restart-interval 0", {"jump"}),
    ("exponential:gamma=0.1 --restart-interval 0", set()),
    # a spike above restart_lr
    ("log:peak=2", EQ4 | {"spike", "jump"}),
    ("log:peak=1", EQ4),
    (f"log:peak=2 {BARE_OPTIONS} --epochs 30", EQ4 | {"spike"}),
]


@pytest.mark.quick(30)
@pytest.mark.parametrize(("arguments", "due"), WARNINGS, ids=[one[0] for one in WARNINGS])
def test_warnings(call, arguments, due):
    whole, _ = read(call, *arguments.split())
    said = [
        *whole["warnings"],
        *(w for one in whole["schedules"].values() for w in one["warnings"]),
    ]
    known = {
        text: {kind for kind, words in WORDS.items() if re.search(words, text)} for text in said
    }
    assert all(known.values()), f"a warning of no known kind: {said}"
    assert set().union(*known.values()) == due, said


def numbers(text):
    """The numbers in a sentence."""
    return [float(one) for one in re.findall(r"(?<![\w.])\d+\.?\d*(?:e[-+]?\d+)?(?![\w])", text)]


def said(call, kind, arguments):
    """The numbers in the warnings of a kind."""
    whole, facts = read(call, *arguments.split())
    texts = [*facts["warnings"], *whole["warnings"]]
    return [numbers(text) for text in texts if re.search(WORDS[kind], text)]


SHARES = [("", 1000, 1), (":peak=2", 1000, 2), (":base=range", 1 / 0.099, 1)]
SHARES += [(":base=2", 2, 1), (":base=50,peak=1.25", 50, 1.25)]


@pytest.mark.parametrize(("own", "base", "peak"), SHARES)
def test_share_at_the_cap(call, own, base, peak):
    (found,) = said(call, "cap", f"log{own}")
    share = min(1, math.pi * base ** -(2 * peak - 1))
    assert any(one == pytest.approx(100 * share, rel=5e-3) for one in found), (found, share)


@pytest.mark.parametrize(
    ("own", "base"), [("", 1000), (":base=range", 1 / 0.099), (":base=50", 50)]
)
def test_floor_of_eq_4(call, own, base):
    (found,) = said(call, "floor", f"log{own}")
    end = oracle.fraction("log", oracle.settings(base=base), 1, 1, 0.1)
    for number in (0.0505, 0.001 + end * 0.099):
        assert any(one == pytest.approx(number, rel=1e-5) for one in found), (found, number)


def test_floor_of_every_range(call):
    found = said(call, "floor", "log --restart-lr 0.3 --epochs 45")
    for middle in (0.0505, 0.1505):
        assert any(middle in one for one in found), found


def test_height_of_the_spike(call):
    (found,) = said(call, "spike", f"log:peak=2 {BARE_OPTIONS} --epochs 30 --restart-lr 0.3")
    assert any(one == pytest.approx(0.001 + 2 * 0.299) for one in found), found


def test_place_of_the_jump(call):
    (found,) = said(call, "jump", "cosine --decay 0 --restart-lr 0.3 --epochs 35")
    assert {0.1, 0.3, 5} <= set(found)


def test_where_the_cycle_is_cut(call):
    (found,) = said(call, "cut", "cosine --epochs 60")
    assert {40, 15} <= set(found)


UNUSED = [
    ("step --restart-lr-decay 0.5", "restart_lr_decay"),
    ("constant:warmup_start_lr=0.2", "warmup_start_lr"),
    ("step:size=5 --restart-interval 20", "restart_interval"),
]


@pytest.mark.parametrize(("arguments", "name"), UNUSED)
def test_name_of_the_unused(call, arguments, name):
    whole, facts = read(call, *arguments.split())
    texts = [*whole["warnings"], *facts["warnings"]]
    assert any(re.search(rf"\b{name}\b is given, but", text) for text in texts), texts


STEPS = [("step", 2), ("step --preset figure-1", 2), ("step:gamma=0.5 --epochs 50", 4)]
STEPS += [("step:size=2.5,gamma=0.1 --epochs 30", 2)]


@pytest.mark.parametrize(("arguments", "drops"), STEPS)
def test_sentence_counts_steps(call, arguments, drops):
    _, facts = read(call, *arguments.split())
    assert re.search(rf"\b{drops} (of them|steps|times|drops)", facts["sentence"]), facts[
        "sentence"
    ]


SENTENCES = {
    "one-cycle --epochs 60": "It rises from 0.004 to 0.1 by epoch 13.5 (warmup), then falls from"
    " 0.1 to 4e-07 by epoch 45 (decay), then stays at 4e-07; the last rate is 4e-07, at epoch 59.",
    "one-cycle --epochs 10": "It rises from 0.004 to 0.076 by epoch 9 (warmup);"
    " the last rate is 0.076, at epoch 9.",
    "wsd --epochs 60": "It rises from 0.01 to 0.1 by epoch 5 (warmup), then stays at 0.1 until"
    " epoch 35 (stable), then falls from 0.1 to 0.001 by epoch 45 (decay), then stays at 0.001;"
    " the last rate is 0.001, at epoch 59.",
    "inverse-sqrt --epochs 21": "It rises from 0.01 to 0.1 by epoch 5 (warmup), then falls from 0.1"
    " to 0.05 by epoch 20 (decay); the last rate is 0.05, at epoch 20.",
    "triangular --epochs 31": "It cycles between 0.001 and 0.1, beginning at epochs 0, 10 and 30;"
    " the last rate is 0.001, at epoch 30.",
    "triangular --epochs 3 --restart-lr-decay 0.5": "It cycles between 0.001 and 0.1, beginning at"
    " epoch 0; the last rate is 0.0406, at epoch 2.",
    "triangular --cycles 3 --restart-lr-decay 0.5": "It cycles between 0.001 and 0.1 first and"
    " 0.02575 last, beginning at epochs 0, 10 and 30; the last rate is 0.0022375, at epoch 69.",
    "triangular --restart-interval 0": "It stays at 0.001.",
    "exponential:gamma=0.9 --preset resnet34 --epochs 15": "It falls from 0.01 to 0.0001 by epoch 5"
    " (warmup), then stays at 0.0001; the last rate is 0.0001, at epoch 14.",
    "exponential --restart-interval 0 --epochs 16": "It rises from 0.01 to 0.1 by epoch 5 (warmup),"
    " then falls from 0.1 to 0.001 by epoch 15 (initial decay), then stays at 0.001;"
    " the last rate is 0.001, at epoch 15.",
}


@pytest.mark.parametrize("arguments", SENTENCES)
def test_sentence(call, arguments):
    _, facts = read(call, *arguments.split())
    assert facts["sentence"] == SENTENCES[arguments]


def test_sentence_of_fading_tops(call):
    _, facts = read(call, "cosine", "--restart-lr-decay", "0.5", "--epochs", "85")
    assert {0.1, 0.02575} <= set(numbers(facts["sentence"])), facts["sentence"]


def test_sentence_of_a_long_run(call):
    _, facts = read(call, "linear", "--epochs", "1234567")
    assert {1234566} <= set(numbers(facts["sentence"])), facts["sentence"]


@pytest.mark.parametrize("shapes", [["log"], ["constant", "step", "cosine", "log"]])
def test_text(call, shapes):
    out, err, status = call("describe", *shapes, "--epochs", "60")
    whole, _ = read(call, *shapes, "--epochs", "60")
    flat = " ".join(out.split())
    assert (status, err) == (0, "")
    for label, facts in whole["schedules"].items():
        assert f"{label} {facts['sentence']}" in flat
        for warning in facts["warnings"]:
            assert f"! {warning}." in flat
    lines = out.splitlines()
    assert any(line.split() == shapes for line in lines)  # the head of the table
    for key, word in [("mean_lr", "mean"), ("lr_budget", "budget"), ("final_lr", "final")]:
        row = next(line for line in lines if re.match(rf"\w* ?{word}\b", line))
        due = [f"{facts[key]:.6g}" for facts in whole["schedules"].values()]
        assert row.split()[-len(shapes) :] == due


def test_text_against(call):
    out, _, _ = call("describe", "cosine", "log", "--against", "log")
    whole, _ = read(call, "cosine", "log", "--against", "log")
    found = whole["schedules"]["cosine"]["against"]
    row = out.splitlines()[-1].split()
    assert row == ["cosine", *(f"{found[key]:.6g}" for key in list(found)[1:])]


def test_many_cycles_are_quick(call):
    whole, facts = read(
        call,
        "cosine",
        *options({"restart_interval": 1, "restart_interval_multiplier": 1}, 250_000, 1),
    )
    assert facts["peak_lr"] == 0.1
    assert len(facts["restarts"]) in (250_000 - 15, 100_000)
    if len(facts["restarts"]) == 100_000:  # then it must say so
        assert any("249985" in text for text in facts["warnings"] + whole["warnings"])


# As data, for what draws or writes it otherwise.


def test_what_is_described_can_be_had_without_its_text(call):
    """In the order that is asked for, each beside the one that it is held against."""
    plan = make_plan(("constant", "log", "cosine"), ())
    described = describe_plan(plan, against="log", sort="mean_lr")
    assert [*described.schedules] == ["cosine", "log", "constant"]
    assert described.schedules["log"].difference is None
    whole = described_by(call, "constant", "log", "cosine", "--against", "log")["schedules"]
    for label, one in described.schedules.items():
        assert one.facts.extremes._asdict().items() <= whole[label].items()
        assert (one.sentence, one.warnings) == (whole[label]["sentence"], whole[label]["warnings"])


def described_by(call, *args):
    return json.loads(call("describe", *args, "--format", "json").stdout)


@pytest.mark.parametrize("asked", [{"against": "linear"}, {"sort": "mean"}])
def test_a_label_or_fact_that_there_is_not_is_refused_before_it_is_described(asked):
    with pytest.raises(LogschedError, match="there is no"):
        describe_plan(make_plan(("log",), ()), **asked)
