"""--match-budget: equal budgets to 1e-9, one rate changed and said, or a plain refusal."""

import json
import random
import re
from math import fsum

import pytest

from logsched import Schedule

SHAPES = ["constant", "step", "cosine", "linear", "log", "log-bounded", "log-released"]
SHAPES += ["polynomial", "exponential", "one-cycle", "wsd", "inverse-sqrt", "triangular"]
FOLLOW = {"constant", "step", "one-cycle", "wsd", "inverse-sqrt"}  # shapes without restart_lr
SEEDS = range(20)


@pytest.fixture
def export(call):
    """What `export` writes, read, and what it says."""

    def export(*args):
        done = call("export", *args)
        assert done.returncode == 0, done
        return json.loads(done.stdout), done.stderr

    return export


def budgets(found):
    return {label: fsum(rates) for label, rates in found["lr"].items()}


def changes(before, after):
    """The parameters that differ, label by label."""
    new = {label: one["params"] for label, one in after["schedules"].items()}
    return {
        label: {key for key, value in one["params"].items() if value != new[label][key]}
        for label, one in before["schedules"].items()
    }


def refused(done, *words):
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr


def settings(seed):
    """Random parameters, as options; every other one with a restart_lr."""
    rng = random.Random(seed)
    lr = 10 ** rng.uniform(-4, -1)
    given = {
        "lr": lr,
        "min-decay-lr": lr * rng.choice([0.001, 0.1, 0.5]),
        "warmup": rng.choice([0, 0.5, 3, 7]),
        "warmup-start-lr": lr * rng.uniform(0, 1),
        "warmup-shape": rng.choice(["linear", "cosine"]),
        "decay": rng.choice([0, 4, 10.5]),
        "restart-interval": rng.choice([2, 7.25, 15]),
        "restart-interval-multiplier": rng.choice([1, 1.3, 2]),
        "restart-lr-decay": rng.choice([0.5, 1, 1.1]),
        "epochs": rng.randint(20, 60),
        "steps-per-epoch": rng.choice([1, 3, 10]),
    }
    kept = {key: value for key, value in given.items() if key == "lr" or rng.random() < 0.7}
    if seed % 2:
        kept["restart-lr"] = lr * rng.uniform(0.2, 3)
    return [word for key, value in kept.items() for word in (f"--{key}", str(value))]


def spread(shape, params, name, grid):
    """Budgets at rates from 0 to 1000, where the shape holds: what some rate may reach."""
    found = []
    for rate in [0.0, *(10 ** (k / 4) for k in range(-32, 13))]:
        try:
            found.append(fsum(Schedule(shape, **{**params, name: rate}).sample(*grid)))
        except ValueError:
            continue
    return found


def check(export, call, args, seed, label, others):
    """Every other schedule's budget equals the labelled one's; or no rate would do it."""
    before, _ = export(*others, label, *args)
    done = call("export", *others, label, *args, "--match-budget", label)
    wanted = budgets(before)[label]
    if done.returncode != 0 and len(others) > 1:
        for other in others:
            check(export, call, args, seed, label, [other])
        return
    if done.returncode != 0:
        (other,) = others
        name = "restart_lr" if seed % 2 and other not in FOLLOW else "lr"
        refused(done, other, f"no {name} of")
        params = before["schedules"][other]["params"]
        reach = spread(other, params, name, (before["epochs"], before["steps_per_epoch"]))
        assert reach
        assert not min(reach) < wanted < max(reach)
        return
    after = json.loads(done.stdout)
    assert list(after["lr"]) == list(before["lr"])
    assert after["lr"][label] == before["lr"][label]
    differ = changes(before, after)
    for other in others:
        assert budgets(after)[other] == pytest.approx(wanted, rel=1e-9, abs=0)
        name = "restart_lr" if seed % 2 and other not in FOLLOW else "lr"
        assert differ[other] <= {name}
        if differ[other]:
            rate = after["schedules"][other]["params"][name]
            said = [line for line in done.stderr.splitlines() if line.startswith(f"{other}: ")]
            assert len(said) == 1
            assert re.search(rf"\b{name}\b.*{re.escape(repr(rate))}", said[0])


@pytest.mark.quick("cosine")
@pytest.mark.parametrize("label", SHAPES)
def test_every_pair_of_shapes(export, call, label):
    others = [shape for shape in SHAPES if shape != label]
    for seed in SEEDS:
        check(export, call, settings(seed), seed, label, others)


@pytest.mark.parametrize("preset", ["figure-1", "resnet34", "transformer"])
@pytest.mark.parametrize("label", ["cosine", "log"])
def test_presets(export, preset, label):
    args = ["cosine", "log", "log-bounded", "step", "--preset", preset]
    before, _ = export(*args)
    after, said = export(*args, "--match-budget", label)
    wanted = budgets(before)[label]
    assert list(budgets(after).values()) == pytest.approx([wanted] * 4, rel=1e-9)
    given = preset != "transformer"  # restart_lr
    other = "log" if label == "cosine" else "cosine"
    assert changes(before, after)[other] == ({"restart_lr"} if given else {"lr"})
    assert len(said.splitlines()) == 3


@pytest.mark.parametrize(
    ("args", "label", "changed"),
    [
        (["cosine", "log"], "cosine", {"log": {"lr"}}),
        (["cosine", "log", "--restart-lr", "0.1"], "cosine", {"log": {"restart_lr"}}),
        (["cosine", "log", "--min-decay-lr", "0.004"], "cosine", {"log": {"lr"}}),
        (["cosine", "constant", "--restart-lr", "0.1"], "cosine", {"constant": {"lr"}}),
        (["a=cosine", "b=log:restart_lr=0"], "a", {"b": {"restart_lr"}}),
        (["cosine", "b=linear:lr=0"], "cosine", {"b": {"lr"}}),
        (["cosine", "b=log:restart_interval=0"], "cosine", {"b": {"lr"}}),
        (["cosine", "b=log:restart_interval=0,restart_lr=3"], "cosine", {"b": {"lr"}}),
        (["cosine", "b=log:peak=3"], "cosine", {"b": {"lr"}}),
        (["cosine", "b=log:lr=50"], "cosine", {"b": {"lr"}}),
        (["cosine:lr=3e-30", "b=linear:lr=1"], "cosine:lr=3e-30", {"b": {"lr"}}),
    ],
)
def test_what_changes(export, args, label, changed):
    before, _ = export(*args)
    after, said = export(*args, "--match-budget", label)
    found = {one: names for one, names in changes(before, after).items() if names}
    assert found == changed
    assert all(one in said for one in changed)
    one, two = budgets(after).values()
    assert one == pytest.approx(two, rel=1e-9, abs=0)
    assert one == pytest.approx(budgets(before)[label], rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("other", "budget"),
    [
        ("b=log:base=range,lr=0.6", 0.75),  # its lr can be up to 1.01: twice 0.6 is too far
        ("b=log:lr=60", 75),  # up to 100
        ("b=log:base=range,restart_lr=0.55", 0.45),
        ("b=log-bounded:lr=60", 20),
    ],
)
def test_a_rate_just_below_where_the_shape_ends(export, other, budget):
    found, _ = export(f"a=constant:lr={budget}", other, "--match-budget", "a")
    assert budgets(found)["b"] == pytest.approx(45 * budget, rel=1e-9)


@pytest.mark.parametrize(
    "args",
    [
        ["cosine", "b=cosine"],
        ["cosine", "b=cosine:restart_lr=0.1"],
        ["cosine", "b=cosine:restart_lr=0.05", "--epochs", "10"],
        ["cosine", "b=log", "--epochs", "1", "--warmup-start-lr", "0.01"],
        ["constant:lr=0", "b=constant:lr=0"],
    ],
)
def test_what_spends_as_much_already_is_left_as_it_is(export, args):
    before, _ = export(*args)
    after, _ = export(*args, "--match-budget", args[0])
    assert after == before


def test_a_budget_of_nothing(export):
    found, _ = export("a=constant:lr=0", "b=cosine", "c=step", "--match-budget", "a")
    assert budgets(found) == {"a": 0, "b": 0, "c": 0}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["cosine", "b=log:restart_lr=0.05", "--epochs", "10"], ["restart_lr of b"]),
        (["cosine", "b=cosine:restart_lr=1,lr=0.2", "--epochs", "10"], ["restart_lr of b"]),
        (["a=constant:lr=1e-5", "b=cosine:restart_lr=0.2"], ["restart_lr of b", "0.00045"]),
        (["a=constant:lr=1e-5", "b=cosine", "--min-decay-lr", "0.1"], ["lr of b", "0.00045"]),
        (["a=constant:lr=0.9", "b=log:base=range,lr=0.1,restart_lr=0.1"], ["restart_lr of b"]),
        (["a=cosine", "b=cosine:warmup_start_lr=0.02", "--epochs", "1"], ["lr of b"]),
        (["a=constant:lr=0", "b=log"], ["lr of b", "0"]),
        (["a=constant:lr=1000", "b=log"], ["lr of b", "45000"]),
    ],
)
def test_refusals(call, args, words):
    label = args[0].partition("=")[0]
    refused(call("export", *args, "--match-budget", label), *words)


@pytest.mark.parametrize("label", ["lgo", "", "cosine:lr=1", "epoch"])
def test_unknown_label(call, label):
    refused(call("export", "cosine", "log", "--match-budget", label), "label", f"'{label}'")


def test_a_near_label(call):
    done = call("describe", "cosine", "log", "--match-budget", "cosin")
    refused(done, "did you mean 'cosine'?")


def test_one_schedule_alone(call):
    assert call("export", "cosine", "--match-budget", "cosine") == call("export", "cosine")


@pytest.mark.parametrize("command", ["plot", "table", "describe", "export"])
def test_every_command(call, command):
    done = call(command, "cosine", "log", "--match-budget", "cosine")
    assert done.returncode == 0
    assert done.stdout != call(command, "cosine", "log").stdout
    assert re.fullmatch(r"log: lr 0\.1 becomes 0\.08196331\d+, .*\.\n", done.stderr)


def test_describe_and_export_agree(call, export):
    args = ["cosine", "log", "step", "--match-budget", "log", "--steps-per-epoch", "7"]
    said = json.loads(call("describe", *args, "--format", "json").stdout)["schedules"]
    found, _ = export(*args)
    assert {label: one["lr_budget"] for label, one in said.items()} == pytest.approx(
        {label: budget / 7 for label, budget in budgets(found).items()}, rel=1e-12
    )


@pytest.mark.parametrize("sweep", ["restart_interval=5,12,20", "decay=5,2,12"])
def test_with_a_sweep(export, sweep):
    args = ["cosine", "log", "constant", "--sweep", sweep]
    label = f"cosine:{sweep.partition(',')[0]}"
    before, _ = export(*args)
    after, said = export(*args, "--match-budget", label)
    assert len(after["lr"]) == 7
    assert list(budgets(after).values()) == pytest.approx([budgets(before)[label]] * 7, rel=1e-9)
    assert len(said.splitlines()) == 6


def test_with_a_file(call, export, tmp_path):
    (tmp_path / "c.toml").write_text(
        'restart_lr = 0.2\n[schedules.a]\nshape = "cosine"\n[schedules.b]\nshape = "log"\n'
    )
    found, said = export("--config", "c.toml", "--match-budget", "a")
    assert said.startswith("b: restart_lr 0.2 becomes ")
    assert budgets(found)["b"] == pytest.approx(budgets(found)["a"], rel=1e-9)


@pytest.mark.parametrize("name", ["min_decay_lr", "min-decay-lr", "warmup_start_lr"])
def test_a_label_that_says_another_rate_is_no_matter(export, name):
    """It is lr that changes, and no part of another parameter's name."""
    found, said = export("cosine", f"log:{name}=0.002", "--match-budget", "cosine")
    one, two = budgets(found).values()
    assert one == pytest.approx(two, rel=1e-9)
    assert ": lr 0.1 becomes" in said


@pytest.mark.parametrize("text", ["log:lr=0.2", "log:peak=2,lr=0.2", "log:restart-lr=0.2"])
def test_a_label_that_says_the_rate_that_is_to_change_is_refused(call, text):
    out, err, status = call("export", "cosine", text, "--match-budget", "cosine")
    assert (out, status) == ("", 2)
    assert "name it otherwise" in err
