"""`snippet`: the code's rates against the schedule's, how it looks, and that it stands alone."""

import ast
import importlib
import json
import math
import pickle
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import parameters

from logsched import LogschedError, Schedule
from logsched.export.snippets.formulas import names, neat, python
from logsched.export.snippets.framework import FRAMEWORKS
from logsched.export.snippets.snippet import make_snippet
from logsched.plan.plan import Plan
from logsched.schedule.boundaries import Equal
from logsched.schedule.run import Run
from logsched.schedule.settled import in_effect
from logsched.schedule.shapes import SHAPES

EVERY_SHAPE = pytest.mark.parametrize("shape", sorted(set(SHAPES) - {"pieces"}))
PIECES = (
    "power:power=4 from 0 to 0.1 over 20% then hold for 10% then (log:restart_interval=20%,decay=0,"
    "restart_lr_decay=0.5) for 50% then 1-sqrt to 0.001 over rest"
)
EVERY_SCHEDULE = pytest.mark.parametrize("schedule", [*sorted(set(SHAPES) - {"pieces"}), PIECES])
EVERY_FRAMEWORK = pytest.mark.parametrize("framework", FRAMEWORKS)
BASES = {"base": st.sampled_from(["range", "min-lr", 1000.0, 1.5])}
OWN = {
    "log": BASES | {"peak": st.sampled_from([1, 3])},
    "log-bounded": BASES,
    "step": {"size": st.sampled_from([0, 0.3, 2.5, 7]), "gamma": st.sampled_from([0.1, 0.9])},
}
VARIED = [
    "",
    "--warmup-epochs 0 --steps-per-epoch 7",
    "--init-decay-epochs 0 --warmup-shape cosine",
    "--warmup-epochs 0 --init-decay-epochs 0 --restart-interval-multiplier 1",
    "--restart-interval 0",
    "--restart-lr-decay 0.5 --restart-interval-multiplier 1 --steps-per-epoch 100",
    "--restart-lr-decay 0.5 --restart-interval 2.3 --warmup-epochs 0.7 --steps-per-epoch 3",
    "--restart-interval 2.1 --restart-interval-multiplier 1 --restart-lr-decay 0.9 --epochs 900",
    "--restart-interval 1.1 --restart-interval-multiplier 1.01 --restart-lr 0.3 --epochs 400",
    "--restart-lr 0.001",
    "--epochs 3",
    "--array --steps-per-epoch 5",
    "--warmup-mode times --stair 2 --lead 0.5 --floor-lr 0.02 --restart-lr-decay 0.9",
    "--warmup-mode over --warmup 12 --steps-per-epoch 4.3 --warmup-shape log-bounded:base=1000",
    "--steps 400 --warmup 7.5% --decay 30% --warmup-mode into --steps-per-epoch 12.5 --stair 1ep",
    "--tokens 14.8T --tokens-per-step 63M --warmup 2000st --restart-interval 3T --decay 20%",
]
EVERY_VARIATION = pytest.mark.parametrize("options", VARIED)


def source(schedule, epochs=45, steps=1, framework="python", as_array=False):
    """A snippet of a schedule."""
    run = Plan({"it": schedule}, Run(epochs=epochs, steps_per_epoch=steps))
    return make_snippet(run, framework, as_array, ["logsched", "snippet", framework])


def rate_of(text):
    """The function `learning_rate` of a snippet."""
    module = {"__name__": "snippet"}
    exec(compile(text, "snippet", "exec"), module)
    return module["learning_rate"]


def assert_same(got, want):
    """Equal to 12 digits; where terms cancel out, to the last digits of the highest rate."""
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=4e-15 * np.max(want))


def sampled(schedule, epochs, steps=1):
    """Its rates on a grid, on which it is assumed to hold."""
    try:
        return schedule.sample(epochs, steps)
    except LogschedError:
        assume(False)


@pytest.mark.quick(5)
@EVERY_SHAPE
@given(data=st.data(), epochs=st.integers(1, 200), steps=st.integers(1, 12))
def test_its_rates_are_those_of_the_schedule(shape, data, epochs, steps):
    """At every point of the grid, whatever the parameters."""
    own = {name: data.draw(values) for name, values in OWN.get(shape, {}).items()}
    schedule = Schedule(shape, **data.draw(parameters(shape)), **own)
    want = sampled(schedule, epochs, steps)
    learning_rate = rate_of(source(schedule, epochs, steps))
    assert_same([learning_rate(k / steps) for k in range(epochs * steps)], want)


@given(
    multiplier=st.sampled_from([1, 1.001, 1.01, 1.1, 1.5, 2, 3]),
    interval=st.sampled_from([0.1, 0.3, 0.7, 1, 1.1, 2.5, 1 / 3, 0.125]),
    warmup=st.sampled_from([0, 0.2, 0.7, 1e-3, 5]),
    steps=st.sampled_from([1, 3, 10, 7]),
)
def test_it_restarts_where_the_schedule_does(multiplier, interval, warmup, steps):
    """At the restarts themselves and one float before them, on and off the grid."""
    schedule = Schedule(
        "linear",
        warmup_epochs=warmup,
        restart_interval=interval,
        restart_interval_multiplier=multiplier,
        min_decay_lr=0.01,
    )
    restarts = schedule.parts[-1].times
    at = [restarts.start(i) for i in range(restarts.at(300) + 1)][-200:]
    at = sorted([*at, *(math.nextafter(t, 0) for t in at)])
    learning_rate = rate_of(source(schedule, 301, steps))
    assert_same([learning_rate(t) for t in at], [schedule(t) for t in at])


@EVERY_SHAPE
@pytest.mark.parametrize("multiplier", [1, 1.5])
def test_past_the_run(shape, multiplier):
    """Equal cycles go on; of others the last that began in the run stays where it ends."""
    schedule = Schedule(shape, restart_interval_multiplier=multiplier, restart_interval=4)
    learning_rate = rate_of(source(schedule, epochs=23))
    later = [part.start for part in schedule.parts if part.start > 22]
    cycles = schedule.part_at(22).times
    goes_on = isinstance(cycles, Equal)
    end = min([*later, math.inf if goes_on else cycles.start(cycles.at(22) + 1)])
    near = np.arange(23, min(end, 80), 0.25)
    assert_same([learning_rate(t) for t in near], schedule(near))
    if end < math.inf:
        assert learning_rate(end) == learning_rate(1e9)
        assert learning_rate(end) == pytest.approx(schedule(math.nextafter(end, 0)), rel=1e-9)


@given(data=st.data(), steps=st.integers(1, 3))
def test_the_array_is_the_export(data, steps):
    """The same bits, and the last of them from there on."""
    schedule = Schedule("cosine", **data.draw(parameters("cosine")))
    want = sampled(schedule, 40, steps).tolist()
    learning_rate = rate_of(source(schedule, 40, steps, as_array=True))
    assert [learning_rate(k) for k in range(len(want))] == want
    assert learning_rate(len(want)) == learning_rate(10**9) == want[-1]


@EVERY_SHAPE
def test_a_formula_is_the_rate(shape):
    """Every phase's formula, read as Python with the numbers that its names stand for."""
    schedule = Schedule(shape)
    for part in schedule.parts:
        _, start, length, eta_max, eta_min = part.piece(0)
        for t_cur in (0.5, 3, 4.75):
            its = (
                in_effect(schedule)
                | part.curve.numbers(eta_max, eta_min)
                | {"T_cur": t_cur, "T_i": length}
            )
            its |= {"u": t_cur / length, "j": 0, "eta_max": eta_max, "eta_min": eta_min}
            value = eval(python(part.formula, {}), vars(math) | {"min": min, "max": max} | its)
            mixed = (1 - value) * eta_min + value * eta_max
            rate = mixed if part.formula.startswith("g = ") else value
            assert rate == pytest.approx(schedule(start + t_cur), rel=1e-12), part.name


def test_formulas_as_python():
    meaning = {"base": "BASE", "T_i": "t_i"}
    assert python("g = log_base(pi/u)", meaning) == "log(pi / u if u > 0 else inf) / log(BASE)"
    assert python("g = log_{T_i}(max(1, x))^2", meaning) == "(log(max(1, x)) / log(t_i)) ** 2"
    assert python("rate = lr * gamma^j", {"gamma": "GAMMA"}) == "lr * GAMMA**j"
    assert names("g = (1 + cos(pi * u))/2") == {"cos", "pi", "u"}
    assert neat("((t - 0) + 0 * (a)) / (1 * b**0)") == "t"


def names_in(tree, context):
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


@pytest.mark.quick(80)
@EVERY_SCHEDULE
@EVERY_FRAMEWORK
@EVERY_VARIATION
def test_it_is_well_formed(call, framework, schedule, options):
    """88 columns, all that it defines or imports is used and explained; no lambda, no logsched."""
    text, err, status = call("snippet", framework, schedule, *options.split())
    assert (status, err) == (0, "")
    assert max(map(len, code_of(text).splitlines())) <= 88
    assert all(line == line.rstrip() for line in text.splitlines())
    tree = ast.parse(text)
    own = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    bound = {name.asname or name.name for node in tree.body for name in getattr(node, "names", [])}
    assert "logsched" not in bound
    bound |= names_in(tree, ast.Store) | {node.name for node in own}
    assert bound == bound & names_in(tree, ast.Load)
    assert all(map(ast.get_docstring, [tree, *own]))
    assert "lambda" not in text


@EVERY_FRAMEWORK
def test_what_is_not_needed_is_not_there(call, framework):
    """Without a warmup no code for one, without restarts none for them."""
    code = code_of(call("snippet", framework, "cosine", "--warmup-epochs", "0").stdout)
    assert "warmup" not in code
    code = code_of(call("snippet", framework, "cosine", "--restart-interval", "0").stdout)
    assert not [word for word in ("restart", "cycle", "bisect", "search", "i =") if word in code]


def code_of(text):
    """A snippet after the docstring with the command, in small letters."""
    return text.casefold().partition('\n"""\n')[2]


@EVERY_SCHEDULE
@EVERY_FRAMEWORK
def test_a_run_of_steps_knows_no_epochs(call, framework, schedule):
    """Not in a name, not in what it says."""
    options = (
        "--steps 400 --lr 0.1 --warmup 30 --decay 100 --restart-interval 50 --stair 7 --lead 1"
    )
    text, err, status = call("snippet", framework, schedule, *options.split())
    assert (status, err) == (0, "")
    assert "epoch" not in text.casefold()
    assert "400 steps" in text


@pytest.mark.parametrize(
    ("length", "argument", "constant"),
    [
        ("--steps 400 --steps-per-epoch 12.5", "step", ""),
        ("--epochs 40 --steps-per-epoch 12.5", "step / STEPS_PER_EPOCH", "STEPS_PER_EPOCH = 12.5"),
        ("--epochs 4 --steps-per-epoch 433.3", "10 * step / 4333", ""),
        ("--tokens 2T --tokens-per-step 4M", "step * TOKENS_PER_STEP", "TOKENS_PER_STEP = 4000000"),
        ("--samples 9k --samples-per-step 64", "step * SAMPLES_PER_STEP", "SAMPLES_PER_STEP = 64"),
    ],
)
def test_it_is_stepped_after_every_optimizer_step(call, length, argument, constant):
    """Whatever the unit of the run: the step becomes a time of it."""
    text = call("snippet", "torch", "cosine", "--warmup", "10%", *length.split()).stdout
    assert "step it after every optimizer step." in text
    assert f"return learning_rate({argument}) / LR" in text
    assert constant in text


def test_where_nothing_says_when_steps_are(call):
    """Plain Python is given tokens; what counts steps is refused, and told the option."""
    options = ["cosine", "--tokens", "2T", "--warmup", "5%"]
    assert "learning_rate(point * TOKENS_PER_POINT)" in call("snippet", "python", *options).stdout
    for framework in set(FRAMEWORKS) - {"python"}:
        out, err, status = call("snippet", framework, *options)
        assert (out, status) == ("", 2)
        assert "nothing says how many tokens one has: give --tokens-per-step" in err


def test_two_curves_of_a_kind_have_names_of_their_own(call):
    pieces = "power:power=4 from 0 to 0.1 over 9 then power:power=0.5 to 0.02 over 9"
    text = call("snippet", "python", f"{pieces} then power:power=4 to 0").stdout
    constants = [line.partition("  #")[0] for line in text.splitlines() if line.startswith("POWER")]
    assert constants == ["POWER = 4", "POWER_2 = 0.5"]
    assert text.count("def power_rate") == 2


def test_it_runs_alone(call, run, tmp_path):
    """As a script in a process that knows no logsched, it prints the first rates."""
    assert call("snippet", "python", "--steps-per-epoch", "4", "-o", "it.py").stdout == ""
    done = run(command=[sys.executable, "-I", "it.py"])
    assert (done.stderr, done.returncode) == ("", 0)
    got = np.array([line.split() for line in done.stdout.splitlines()], dtype=float)
    want = json.loads(call("export", "--steps-per-epoch", "4").stdout)["lr"]["log"]
    assert got[:, 0].tolist() == list(range(10))
    assert_same(got[:, 1], want[:10])


@pytest.mark.parametrize("framework", [name for name in FRAMEWORKS if name != "python"])
def test_without_the_framework_its_own_import_says_so(call, run, framework):
    call("snippet", framework, "-o", "it.py")
    hidden = "import sys; sys.modules.update(dict.fromkeys(sys.argv[1:])); import it"
    modules = {line.split()[1].partition(".")[0] for line in FRAMEWORKS[framework].imports}
    done = run(command=[sys.executable, "-c", hidden, *modules])
    assert "ModuleNotFoundError" in done.stderr
    assert done.returncode == 1


def test_its_function_pickles(call, tmp_path, monkeypatch):
    call("snippet", "python", "cosine", "-o", "pickled_schedule.py")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("pickled_schedule")
    again = pickle.loads(pickle.dumps(module.learning_rate))
    assert again(12.5) == module.learning_rate(12.5)


def test_its_docstring_is_the_command_that_writes_it(call, shell):
    """Whatever is in it: quotes, backslashes, more than a line."""
    name = 'a\'b """c\\d=cosine:restart_lr=0.05'
    long = ["--restart-interval-multiplier", "1.25", "--init-decay-epochs", "12.5", "--lr=0.2"]
    text = call("snippet", "python", name, *long, "--warmup-start-lr", "0.001").stdout
    assert max(map(len, text.splitlines())) <= 88
    command = ast.get_docstring(ast.parse(text)).partition(":\n\n    logsched ")[2]
    assert shell(f"$LOGSCHED {command}").stdout


ERRORS = [
    ([], "framework is missing: name one of torch, lightning, transformers, keras, optax, python"),
    (["cosine"], "no framework 'cosine'"),
    (["pytorch"], "did you mean 'torch'?"),
    (["torch", "log", "cosine"], "a snippet is of one schedule, but there are 2: log, cosine"),
    (["torch", "--lr", "0", "--min-decay-lr", "0.1"], "lr is 0"),
    (["lightning", "constant", "--lr", "0"], "lr is 0"),
    (["transformers", "constant", "--lr", "0", "--array"], "lr is 0"),
    (["python", "--array", "--epochs", "100001"], "100001 points"),
    (
        [
            *("optax", "--epochs", "11000", "--restart-interval", "0.7"),
            *("--restart-interval-multiplier", "1"),
        ],
        "a snippet lists at most 10000: make them longer, or take --array",
    ),
    (
        ["python", "(step:size=1,gamma=0.999) for 20k then hold", "--lr", "1", "--steps", "20001"],
        "the run has 20000 steps of other than whole numbers of steps, or of rates of their own",
    ),
    (
        ["keras", "cosine", "--steps", "9000", "--stair", "0.123456789"],
        "stair is 0.123456789, but a step of the run is no simple share of it",
    ),
    (["python", "-o", "no/such/folder.py"], "cannot write no/such/folder.py"),
]


@pytest.mark.parametrize(("args", "sentence"), ERRORS, ids=lambda case: str(case)[:40])
def test_what_it_refuses(call, args, sentence):
    out, err, status = call("snippet", *args)
    assert (out, status) == ("", 1 if "write" in sentence else 2)
    assert sentence in err
    assert err.count("\n") == 1


def test_a_rate_of_0_where_none_is_relative(call):
    text = call("snippet", "keras", "constant", "--lr", "0").stdout
    assert "LR = 0.0" in text


def test_cycles_of_other_than_whole_steps_up_to_ten_thousand(call):
    steps = ["--restart-interval", "0.7", "--restart-interval-multiplier", "1", "--epochs", "6000"]
    text = call("snippet", "optax", *steps).stdout
    (starts,) = (
        n
        for n in ast.parse(text).body
        if getattr(n, "targets", 0) and n.targets[0].id == "CYCLE_STARTS"
    )
    exact = [math.ceil(15 + k * Fraction(7, 10)) for k in range(len(starts.value.elts))]
    assert [item.value for item in starts.value.elts] == exact
    assert exact[-1] <= 5999 < exact[-1] + 1
