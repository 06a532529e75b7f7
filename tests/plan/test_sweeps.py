"""--sweep: every form of its values, the schedules it concerns, their labels, and its errors."""

import json
import resource

import pytest

from logsched.plan.make import make_plan

ODD = "restart_lr=0.3,0.05,0.2,0.01"  # not in order
LENGTHS = "restart_interval=12,5,20"
FACTS = ["peak_lr", "peak_epoch", "min_lr", "min_epoch", "final_lr", "mean_lr", "lr_budget"]


@pytest.fixture
def exported(call):
    """What `export` writes, read."""

    def exported(*args):
        done = call("export", *args)
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    return exported


@pytest.fixture
def described(call):
    """What `describe --format json` says of each schedule."""

    def described(*args):
        done = call("describe", *args, "--format", "json")
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)["schedules"]

    return described


def swept(found, name):
    return [one["params"][name] for one in found["schedules"].values()]


def one_sentence(done, *words):
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert done.stderr.endswith((".\n", "?\n"))
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize(
    ("shape", "sweep", "values"),
    [
        ("log", "lr=0.05,0.1,0.2", [0.05, 0.1, 0.2]),
        ("log", "lr=0.3", [0.3]),
        ("log", "lr= 0.3 , 1e-2 ", [0.3, 0.01]),
        ("log", "lr=2,0.5", [2, 0.5]),
        ("log", "restart_interval=5:40:8", [5, 10, 15, 20, 25, 30, 35, 40]),
        ("log", "restart-interval=5:40:8", [5, 10, 15, 20, 25, 30, 35, 40]),
        ("log", "restart_lr=0.1:0.7:7", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
        ("log", "lr=0.2:0.1:3", [0.2, 0.15, 0.1]),
        ("log", "warmup=0:2:3", [0, 1, 2]),
        ("log", "lr=0.1:0.2:1", [0.1]),
        ("log", "lr=0.1:0.2:2", [0.1, 0.2]),
        ("log", "restart_lr=1e-4:1e-1:4:log", [1e-4, 1e-3, 1e-2, 1e-1]),
        ("log", "lr=8:1:4:log", [8, 4, 2, 1]),
        ("log", "warmup_shape=cosine,linear", ["cosine", "linear"]),
        ("log", "log:base=range,min-lr,1000", ["range", "min-lr", 1000]),
        ("log", "log:peak=1:3:5", [1, 1.5, 2, 2.5, 3]),
        ("log-bounded", "log-bounded:base=10:1000:3:log", [10, 100, 1000]),
        ("step", "step:gamma=0.1,0.5", [0.1, 0.5]),
        ("step", "step:size=0:4:3", [0, 2, 4]),
    ],
)
def test_values(exported, shape, sweep, values):
    found = exported(shape, "--sweep", sweep)
    name = sweep.partition("=")[0].rpartition(":")[2].replace("-", "_")
    assert swept(found, name) == values
    assert {one["shape"] for one in found["schedules"].values()} == {shape}


@pytest.mark.parametrize(
    ("low", "high", "count"), [(0.1, 0.9, 7), (0, 1, 13), (3e-7, 2e-3, 11), (1e3, 1e-3, 200)]
)
def test_linear_range(exported, low, high, count):
    values = swept(exported("cosine", "--sweep", f"restart_lr={low}:{high}:{count}"), "restart_lr")
    true = [low + k * (high - low) / (count - 1) for k in range(count)]
    assert values == pytest.approx(true, rel=1e-9, abs=1e-12)
    assert (values[0], values[-1]) == (low, high)


@pytest.mark.parametrize(
    ("low", "high", "count"),
    [(1e-5, 1, 16), (0.123456789, 3, 5), (1e-8, 1234567.5, 9), (2, 1e-3, 200)],
)
def test_geometric_range(exported, low, high, count):
    sweep = f"restart_lr={low}:{high}:{count}:log"
    values = swept(exported("cosine", "--sweep", sweep), "restart_lr")
    true = [low * (high / low) ** (k / (count - 1)) for k in range(count)]
    assert values == pytest.approx(true, rel=1e-5)
    assert (values[0], values[-1]) == (low, high)


@pytest.mark.parametrize(
    ("schedules", "sweeps"),
    [
        (["log"], ["lr=0.05,0.1,0.2"]),
        (["log:base=range"], ["lr=1e-4:1e-1:5:log"]),
        (["log"], ["log:base=range,min-lr,1000"]),
        (["log"], ["log:base=range,7", "restart_lr=0.1:0.3:4"]),
        (["cosine", "step"], ["warmup_shape=linear,cosine", "lr=0.1:0.17:8"]),
        (["step"], ["step:gamma=0.1:1:4", "step:size=3,7"]),
        (["log"], ["lr=0.12345678901234568,0.1"]),
        (["cosine"], ["lr=0.1234567890123:0.9876543210987:5"]),
        (["cosine"], ["lr=0.30000000000000004,0.2"]),
        (["cosine"], ["restart_interval=3.3333333333333335:9.999999999999998:4:log"]),
    ],
)
def test_labels_read_back(exported, schedules, sweeps):
    found = exported(*schedules, *(word for one in sweeps for word in ("--sweep", one)))
    again = exported(*found["schedules"])
    assert again == found


@pytest.mark.parametrize(
    ("sweep", "labels"),
    [
        ("lr=0.3,0.30000000000000004", 2),
        ("lr=0.1234567890123456,0.1234567890123457,0.1234567890123458", 3),
    ],
)
def test_near_values_keep_apart(exported, sweep, labels):
    found = exported("cosine", "--sweep", sweep)
    assert len(found["lr"]) == labels
    assert len(set(map(tuple, found["lr"].values()))) == labels


def test_a_label_goes_on_where_the_text_ends(exported):
    sweep = ("--sweep", "lr=0.1,0.2")
    assert list(exported("log", *sweep)["lr"]) == ["log:lr=0.1", "log:lr=0.2"]
    assert list(exported("log:peak=2", *sweep)["lr"]) == ["log:peak=2,lr=0.1", "log:peak=2,lr=0.2"]


@pytest.mark.parametrize("schedule", ["a=log", "a=log:base=range"])
def test_named_schedules_keep_their_name(exported, schedule):
    found = exported(schedule, "--sweep", "lr=0.1,0.2")
    assert list(found["lr"]) == ["a:lr=0.1", "a:lr=0.2"]


def test_two_sweeps_give_their_product(exported):
    found = exported("cosine", "--sweep", ODD, "--sweep", LENGTHS)
    pairs = list(zip(swept(found, "restart_lr"), swept(found, "restart_interval"), strict=True))
    assert pairs == [(rate, length) for rate in (0.3, 0.05, 0.2, 0.01) for length in (12, 5, 20)]
    assert len(set(map(tuple, found["lr"].values()))) == 12


def test_three_sweeps(exported):
    sweeps = ["lr=1,2,3", "min_decay_lr=0.1,0.2", "restart_lr_decay=0:1:5"]
    found = exported("cosine", *(word for one in sweeps for word in ("--sweep", one)))
    assert len(found["lr"]) == 30


@pytest.mark.parametrize(
    ("args", "sweep", "once"),
    [
        (["constant", "step", "cosine", "log"], "restart_lr=1,2", {"constant", "step"}),
        (["constant", "step", "cosine", "log"], "lr=1,2", set()),
        (["constant", "step", "cosine"], "restart_interval=3,4", {"constant"}),
        (["step:size=3", "cosine"], "restart_interval=3,4", {"step:size=3"}),
        (["cosine", "log", "log-bounded"], "log:base=2,3", {"cosine", "log-bounded"}),
        (["cosine", "a=cosine:restart_interval=0"], "restart_lr=1,2", {"a"}),
        (["cosine", "a=cosine:warmup=0"], "warmup_shape=linear,cosine", {"a"}),
        (["constant", "cosine"], "warmup=2,3", {"constant"}),
    ],
)
def test_schedules_without_the_parameter_stay_once(exported, args, sweep, once):
    labels = list(exported(*args, "--sweep", sweep)["lr"])
    plain = {label for label in labels if label in {text.partition("=a")[0] for text in args}}
    plain |= {"a"} & set(labels)
    assert plain == once
    assert len(labels) == len(once) + 2 * (len(args) - len(once))


def test_a_sweep_is_over_an_option_and_a_preset(exported):
    found = exported("cosine", "--sweep", "lr=0.3,0.4", "--lr", "7", "--preset", "figure-1")
    assert swept(found, "lr") == [0.3, 0.4]
    assert found["epochs"] == 10


@pytest.mark.quick(40)
@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["log:lr=3", "--sweep", "lr=1,2"], ["log:lr=3", "lr", "sets"]),
        (["log:base=3", "--sweep", "log:base=4,5"], ["log:base=3", "base"]),
        (["log", "--sweep", "lr=1,2", "--sweep", "lr=3,4"], ["lr"]),
        (["log", "--sweep", "restart_rl=1,2"], ["'restart_rl'", "did you mean 'restart_lr'"]),
        (["log", "--sweep", "=1,2"], ["PARAM="]),
        (["log", "--sweep", "lr"], ["'lr'", "PARAM="]),
        (["log", "--sweep", ""], ["PARAM="]),
        (["log", "--sweep", "lr="], ["lr"]),
        (["log", "--sweep", "lr=1,,2"], ["lr"]),
        (["log", "--sweep", "lr=1,2,"], ["lr"]),
        (["log", "--sweep", "base=2,3"], ["log:base=2,3"]),
        (["log-bounded", "--sweep", "base=2,3"], ["log-bounded:base=2,3"]),
        (["step", "--sweep", "gamma=0.1:0.9:3"], ["step:gamma=0.1:0.9:3"]),
        (["log", "--sweep", "lgo:base=2,3"], ["'lgo'", "did you mean 'log'"]),
        (["log", "--sweep", "log:bsae=2,3"], ["'bsae'", "did you mean 'base'"]),
        (["cosine", "--sweep", "log:base=2,3"], ["base", "no schedule"]),
        (["constant", "--sweep", "restart_lr=2,3"], ["restart_lr", "no schedule"]),
        (["cosine", "--restart-interval", "0", "--sweep", "restart_lr=2,3"], ["no schedule"]),
        (["log", "--sweep", "epochs=2,3"], ["epochs", "run"]),
        (["log", "--sweep", "lr=1:2"], ["'1:2'", "FROM:TO:COUNT"]),
        (["log", "--sweep", "lr=1:2:3:4"], ["FROM:TO:COUNT"]),
        (["log", "--sweep", "lr=1:2:3:log:5"], ["FROM:TO:COUNT"]),
        (["log", "--sweep", "lr=::"], ["lr"]),
        (["log", "--sweep", "lr=a:b:3"], ["lr", "a"]),
        (["log", "--sweep", "lr=1:2:0"], ["count", "0"]),
        (["log", "--sweep", "lr=1:2:-1"], ["count", "-1"]),
        (["log", "--sweep", "lr=1:2:2.5"], ["count", "2.5"]),
        (["log", "--sweep", "lr=1:2:1e9"], ["count", "1e9"]),
        (["log", "--sweep", "lr=1:2:1000000000"], ["10000"]),
        (["log", "--sweep", "lr=0:1:3:log"], ["0:1:3:log", "above 0"]),
        (["log", "--sweep", "lr=-1:1:3"], ["lr", "-1", "0 or more"]),
        (["log", "--sweep", "lr=nan,1"], ["nan", "finite"]),
        (["log", "--sweep", "lr=1:inf:3"], ["inf", "finite"]),
        (["log", "--sweep", "restart_interval_multiplier=0:1:3"], ["multiplier", "above 0"]),
        (["log", "--sweep", "log:base=1,2"], ["base is 1", "above 1"]),
        (["log", "--sweep", "log:base=range:min-lr:3"], ["numbers"]),
        (["log", "--sweep", "warmup_shape=linear,sine"], ["sine", "linear or cosine"]),
        (["log", "--sweep", "lr=1,1"], ["twice"]),
        (["log", "--sweep", "min_decay_lr=0.1,0"], ["min_decay_lr is 0", "log"]),
    ],
)
@pytest.mark.parametrize("command", ["describe", "export"])
def test_errors(call, command, args, words):
    one_sentence(call(command, *args), *words)


@pytest.mark.parametrize("shape", ["log:restart_lr", "cosine:lr"])
def test_a_shared_parameter_is_swept_in_the_shape_that_is_named(call, shape):
    owner, _, name = shape.partition(":")
    found = json.loads(call("export", "log", "cosine", "--sweep", f"{shape}=1,2").stdout)
    other = {"log": "cosine", "cosine": "log"}[owner]
    assert {*found["schedules"]} == {other, f"{owner}:{name}=1", f"{owner}:{name}=2"}


def test_a_product_too_large_is_refused_at_once(run):
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))  # noqa: E731
    sweeps = ["--sweep", "lr=1:2:10000", "--sweep", "restart_lr=1:2:10000"]
    one_sentence(run("export", "cosine", *sweeps, preexec_fn=limit))


def test_a_default_that_does_not_hold_is_left_out(call):
    done = call("table", "--sweep", "log:base=range,7", "--lr", "5", "--at", "20")
    assert done.returncode == 0
    assert done.stderr.startswith("Warning: log:base=range is left out")
    assert "log:base=7" in done.stdout


@pytest.mark.quick("[1]", "[8]")
@pytest.mark.parametrize("count", [1, 8, 200])
def test_terminal_plot(call, count):
    done = call("plot", "cosine", "--sweep", f"restart_lr=0.01:0.5:{count}")
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert len(done.stdout.splitlines()) <= 60
    assert "\x1b" not in done.stdout
    assert done.stdout.isascii() is False


@pytest.mark.quick("[1]", "[8]")
@pytest.mark.parametrize("count", [1, 8, 200])
def test_picture(call, tmp_path, count):
    sweep = f"restart_lr=0.01:0.5:{count}:log"
    done = call("plot", "cosine", "--sweep", sweep, "-o", "p.png", "--dpi", "50")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


def test_table(call, exported):
    args = ["cosine", "--sweep", "lr=0.1:0.3:3"]
    done = call("table", *args, "--at", "5,15", "--format", "markdown")
    rows = [line.strip("| ").split("|") for line in done.stdout.splitlines() if "|" in line]
    cells = [[cell.strip() for cell in row] for row in rows]
    assert cells[0][:4] == ["epoch", "cosine:lr=0.1", "cosine:lr=0.2", "cosine:lr=0.3"]
    assert [float(cell) for cell in cells[2][1:4]] == [0.1, 0.2, 0.3]


@pytest.mark.parametrize("count", [3, 9, 40])
def test_describe_has_a_row_for_each_value(call, count):
    done = call("describe", "cosine", "--sweep", f"restart_lr=0.1:0.5:{count}")
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith("cosine:")]
    assert len(rows) == len({row[0] for row in rows}) == count
    assert all(len(row) > 7 for row in rows)


@pytest.mark.parametrize("fact", FACTS)
def test_sort(call, described, fact):
    args = ["cosine", "step", "--sweep", ODD, "--sweep", LENGTHS]
    plain = described(*args)
    ordered = described(*args, "--sort", fact)
    assert list(ordered) == sorted(plain, key=lambda label: plain[label][fact])
    assert ordered == plain
    assert list(ordered) != list(plain)
    text = call("describe", *args, "--sort", fact).stdout
    rows = [line.split()[0] for line in text.splitlines() if line.startswith(("cosine:", "step:"))]
    assert rows == list(ordered)


@pytest.mark.parametrize("format", ["text", "json"])
def test_sort_few(call, format):
    done = call("describe", "log", "cosine", "--sort", "lr_budget", "--format", format)
    assert done.stdout.index("cosine") < done.stdout.index("log")


@pytest.mark.parametrize("fact", ["", "lr-budget", "lr", "zzz"])
def test_unknown_fact(call, fact):
    done = call("describe", "log", "cosine", "--sort", fact)
    one_sentence(done, f"'{fact}'", "lr_budget" if fact != "lr" else "_lr")


def test_json_is_complete(described):
    whole = described("cosine", "--sweep", ODD, "--sweep", LENGTHS)
    assert len(whole) == 12
    for label, one in whole.items():
        assert described(label)[label] == one
        assert {*FACTS, "phases", "cycles", "restarts", "sentence", "warnings"} <= set(one)


def test_against_a_value_of_the_sweep(described):
    args = ["cosine", "--sweep", "lr=0.1,0.2,0.4"]
    found = described(*args, "--against", "cosine:lr=0.1")
    ratios = [one["against"]["budget_ratio"] for one in found.values() if "against" in one]
    assert ratios == pytest.approx([2, 4])


@pytest.mark.parametrize("format", ["csv", "jsonl", "npz"])
def test_export_formats(call, format):
    done = call("export", "cosine", "--sweep", "lr=1,2", "--format", format, text=False)
    assert done.returncode == 0
    assert b"cosine:lr=1" in done.stdout
    assert b"cosine:lr=2" in done.stdout


def test_bare_rates_are_of_one_schedule(call):
    one_sentence(call("export", "cosine", "--sweep", "lr=1,2", "--format", "txt"), "txt")


def made(*specs, sweeps):
    return make_plan(specs, (), sweeps=sweeps).swept


def test_a_plan_knows_which_schedule_took_which_value():
    """Those that the sweep does not concern took none."""
    swept = made("a=cosine", "log:peak=2", "constant", sweeps=["restart_lr=0.1:0.3:2:log"])
    assert (swept.name, swept.logarithmic) == ("restart_lr", True)
    assert swept.origins == {
        "a:restart_lr=0.1": ("a", 0.1),
        "a:restart_lr=0.3": ("a", 0.3),
        "log:peak=2,restart_lr=0.1": ("log:peak=2", 0.1),
        "log:peak=2,restart_lr=0.3": ("log:peak=2", 0.3),
    }
    own = made("cosine", "log:restart_lr=0.1", sweeps=["cosine:restart_lr=0.1,0.2"])
    assert {origin for origin, _ in own.origins.values()} == {"cosine"}


def test_what_is_no_one_number_is_not_swept():
    assert made("log", sweeps=["log:base=range,7"]) is None
    assert made("cosine", sweeps=["lr=0.1,0.2", "restart_lr=0.1,0.2"]) is None
    assert made("cosine", sweeps=[]) is None
