"""`table`: rows against the oracle, the short form of a long grid, Markdown, ASCII, colour."""

import re
from collections import Counter

import numpy as np
import oracle
import pytest
from commands import on_a_terminal

from logsched import Schedule

BLOCKS = "▁▂▃▄▅▆▇█"
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
SHAPES = ["constant", "step", "cosine", "log"]
LONG = ["--steps-per-epoch", "20"]  # 900 points


@pytest.fixture
def table(call):
    """Print a table, and give its lines."""

    def table(*arguments):
        out, err, status = call("table", *arguments)
        assert (status, err) == (0, "")
        return out.splitlines()

    return table


def rows(lines):
    """The cells of a table's rows, without its head and what stands below it."""
    return [line.split() for line in lines[1 : lines.index("")]]


def epochs(lines):
    """The epochs of a table's rows; None where rows are left out."""
    return [None if row[0] in ("...", "…") else float(row[0]) for row in rows(lines)]


GRIDS = {
    "defaults": ([], {}, [float(t) for t in range(45)]),
    "thirds": (["--epochs", "19", "--steps-per-epoch", "3"], {}, [k / 3 for k in range(57)]),
    "at": (["--at", "0,5,15,30.5,44"], {}, [0, 5, 15, 30.5, 44]),
    "at in any order": (["--at", "30,0,5"], {}, [30, 0, 5]),
    "every": (["--every", "7"], {}, [float(t) for t in range(0, 45, 7)]),
    "all": ([*LONG, "--all"], {}, [k / 20 for k in range(900)]),
    "every of a long one": ([*LONG, "--every", "3"], {}, [k / 20 for k in range(0, 900, 3)]),
    "parameters": (
        ["--restart-lr", "0.3", "--warmup", "2.5"],
        {"restart_lr": 0.3, "warmup": 2.5},
        [float(t) for t in range(45)],
    ),
}


@pytest.mark.parametrize("name", GRIDS)
def test_rows(table, name):
    options, params, due = GRIDS[name]
    lines = table(*SHAPES, *options)
    found = rows(lines)
    assert lines[0].split() == ["epoch", *SHAPES]
    assert epochs(lines) == pytest.approx(due, rel=1e-5)
    for column, shape in enumerate(SHAPES, start=1):
        rates = oracle.rates(shape, due, **params)
        assert [float(row[column]) for row in found] == pytest.approx(rates, rel=5.1e-6)


def test_a_cycle_that_begins_at_its_lowest_rate_is_no_restart(table):
    assert "restart" not in "".join(table("triangular", "wsd", "one-cycle", "inverse-sqrt"))
    at_once = ["--warmup", "0", "--decay", "0"]
    marked = [line for line in table("triangular", "cosine", *at_once) if "restart" in line]
    assert [line.split()[0] for line in marked] == ["0", "10", "30"]


OTHERS = ["linear", "polynomial", "exponential", "one-cycle", "wsd", "inverse-sqrt", "triangular"]
OTHERS += ["log-bounded", "log-released", "log:base=range"]


@pytest.mark.parametrize("shape", OTHERS)
def test_other_shapes(table, shape):
    name, _, own = shape.partition(":base=")
    found = [float(row[1]) for row in rows(table(shape))]
    due = oracle.rates(name, range(45), **({"base": own} if own else {}))
    assert found == pytest.approx(due, rel=5.1e-6)


SIXES = ["1234567,1234568", "1000.001,1000.002", "999999.5,1000000.5"]


@pytest.mark.parametrize("at", SIXES)
def test_epochs_are_told_apart(table, at):
    lines = table("cosine", "--epochs", "2000000", "--at", at)
    assert [row[0] for row in rows(lines)] == at.split(",")


def test_points_are_told_apart(table):
    lines = table("cosine", "--epochs", "1100", "--steps-per-epoch", "1000")
    shown = [row[0] for row in rows(lines) if row[0] not in ("...", "…")]
    assert len(set(shown)) == len(shown)


def test_restarts_are_named(table):
    noted = {row[0]: row[2:] for row in rows(table("cosine"))}
    assert {epoch for epoch, note in noted.items() if note} == {"15", "25"}


def test_restart_between_points(table):
    lines = table("cosine", "--decay", "10.5")
    assert {row[0]: " ".join(row[2:]) for row in rows(lines) if row[2:]} == {
        "16": "after the restart at 15.5",
        "26": "after the restart at 25.5",
    }


def test_short_form(table):
    lines = table("cosine", *LONG)
    shown = epochs(lines)
    assert len(shown) < 60
    assert None in shown
    points = [epoch for epoch in shown if epoch is not None]
    assert points == sorted(set(points))
    assert {0, 0.05, 0.1, 44.9, 44.95} <= set(points)  # head and tail
    assert {14.95, 15, 24.95, 25} <= set(points)  # restarts, and what is before them
    gaps = [i for i, epoch in enumerate(shown) if epoch is None]
    assert all(shown[i + 1] - shown[i - 1] > 0.051 for i in gaps)
    jumps = [i for i in range(1, len(shown)) if None not in shown[i - 1 : i + 1]]
    assert all(shown[i] - shown[i - 1] < 0.051 for i in jumps)
    due = oracle.rates("cosine", points)
    found = [float(row[1]) for row in rows(lines) if row[0] not in ("...", "…")]
    assert found == pytest.approx(due, rel=5.1e-6)


def test_short_form_is_short(table):
    lines = table("linear", "--restart-interval", "1", "--restart-interval-multiplier", "1",
                  "--epochs", "100000")  # fmt: skip
    assert len(lines) < 100


SIDES = [["cosine", "a|b=log"], SHAPES, ["cosine", "--at", "0,15,44"], ["log", *LONG]]


@pytest.mark.parametrize("arguments", SIDES, ids=" ".join)
def test_markdown(call, table, arguments):
    lines = table(*arguments, "--format", "markdown")
    assert all(line.startswith("|") and line.endswith("|") for line in lines)
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    cells = [[cell.strip().replace("\\|", "|") for cell in row] for row in cells]
    head, marks, *body = cells
    assert {len(row) for row in cells} == {len(head)}
    assert all(re.fullmatch(r":?-+:?", mark) for mark in marks)
    text = table(*arguments)
    assert head == [*text[0].split(), "note"]
    assert [" ".join(cell for cell in row if cell) for row in body] == [
        " ".join(row) for row in rows(text)
    ]


RUNS = [[], ["--epochs", "5"], ["--epochs", "1"], LONG, ["--preset", "figure-1"]]
RUNS += [["--preset", "resnet34"], ["--preset", "transformer"], ["--epochs", "20000"]]


@pytest.mark.parametrize("options", RUNS, ids=" ".join)
def test_sparklines(table, options):
    lines = table(*SHAPES, *options)
    below = lines[lines.index("") + 1 :]
    assert [line.split()[0] for line in below] == SHAPES
    bars = [line.split()[1] for line in below]
    assert set("".join(bars)) <= set(BLOCKS)
    assert len({len(bar) for bar in bars}) == 1
    assert all(BLOCKS[-1] in bar for bar in bars)


def test_sparkline_shows_the_schedule(table):
    bar = table("linear", "--warmup", "0", "--decay", "45",
                "--min-decay-lr", "0")[-1].split()[1]  # fmt: skip
    assert list(bar) == sorted(bar, reverse=True)
    assert set(bar) == set(BLOCKS) or set(bar) == set(BLOCKS[1:])


@pytest.mark.parametrize("shape", ["cosine", "log", "step"])
def test_facts(table, shape):
    rates = Schedule(shape).sample(45)
    facts = table(shape)[-1]
    for word, value in [("peak", rates.max()), ("mean", rates.mean()), ("final", rates[-1])]:
        found = float(re.search(rf"{word} ([\d.e+-]+)", facts)[1])
        assert found == pytest.approx(float(value), rel=1e-3)
    assert float(re.search(r"peak \S+ at (?:epoch )?([\d.]+)", facts)[1]) == np.argmax(rates)


def test_ascii(call, monkeypatch):
    wide = call("table", "é=cosine", "log").stdout
    monkeypatch.setenv("LC_ALL", "C")
    plain = call("table", "cosine", "log").stdout
    assert plain.isascii()
    assert not wide.isascii()
    assert plain.splitlines()[1:46] == call("table", "cosine", "log").stdout.splitlines()[1:46]
    assert call("table", "é=cosine").stdout.isascii()


LOOKS = [SHAPES, [*SHAPES, *LONG], ["a[b]=cosine", "[red]x=log"], ["cosine", "--at", "0,15"]]
LOOKS += [["日本=cosine", "log"], ["x" * 90 + "=cosine", "log"]]


@pytest.mark.parametrize("arguments", LOOKS, ids=lambda one: " ".join(one)[:30])
@pytest.mark.parametrize("width", ["40", "200"])
def test_colour_changes_no_content(call, monkeypatch, arguments, width):
    plain = call("table", *arguments).stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", width)
    colored = call("table", *arguments).stdout
    assert "\x1b[" not in plain
    assert "\x1b[" in colored
    bare = [line.rstrip() for line in ESCAPE.sub("", colored).splitlines()]
    assert bare == plain.splitlines()


BAD = [
    (["--at", "45"], "45"),
    (["--at", "-1"], "-1"),
    (["--at", ""], "at"),
    (["--at", "1,,2"], "at"),
    (["--every", "0"], "every"),
    (["--every", "1.5"], "1.5"),
    (["--at", "1", "--every", "2"], "every"),
    (["--format", "html"], "html"),
    (["--format", "json"], "json"),
    (["--all", "--steps-per-epoch", "0"], "steps_per_epoch"),
]


@pytest.mark.parametrize(("options", "word"), BAD)
def test_bad_options(call, options, word):
    out, err, status = call("table", "cosine", *options)
    assert (out, status) == ("", 2)
    assert err.count("\n") == 1
    assert word in err


@pytest.mark.quick(2)
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}], ids=str)
@pytest.mark.parametrize("command", [["table", "--at", "0,15,25"], ["describe"]])
@pytest.mark.parametrize("width", [60, 80, 400])
def test_a_table_wider_than_the_terminal_comes_in_parts(call, command, width, env):
    """Each with the labels of its rows, and with no number left out; all in one where it fits."""
    args = [*command, "cosine", "log", "--sweep", "restart_lr=0.1,0.05,0.02"]
    shown, status = on_a_terminal(*args, COLUMNS=str(width), **env)
    lines = ESCAPE.sub("", shown).splitlines()
    assert (status, max(map(len, lines)) <= width) == (0, True)
    whole = call(*args).stdout
    in_parts, in_one = (Counter(re.findall(r"[\d.]+", text)) for text in (shown, whole))
    assert in_parts >= in_one
    assert ([line.rstrip() for line in lines] == whole.splitlines()) == (width == 400)
