"""`plot`: its options, its files, and the picture that is drawn: every seam, every peak."""

import os
import re

import numpy as np
import oracle
import pytest

from logsched import Schedule
from logsched.draw.picture import picture
from logsched.plan.make import make_plan
from logsched.plan.specs import Settings

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
FIGURE_1 = {"lr": 0.05, "min_decay_lr": 0.001, "warmup": 1, "warmup_start_lr": 0.0001}
FIGURE_1 |= {"decay": 1, "restart_interval": 1, "restart_interval_multiplier": 1.5}
MANY = {"warmup": 0, "decay": 0, "restart_interval_multiplier": 1}


def drawn(call, *arguments):
    """The lines of a terminal plot."""
    out, err, status = call("plot", *arguments)
    assert (status, err) == (0, "")
    return out.splitlines()


def glyphs(lines, sign):
    """Row and column, from the left of the canvas, of a sign of an ASCII plot."""
    edge = max(line.find("|") for line in lines)
    canvas = [line[edge + 1 :] for line in lines if line[edge : edge + 1] == "|"]
    return [
        (row, x) for row, line in enumerate(canvas) for x, one in enumerate(line) if one == sign
    ]


# The options.


@pytest.mark.parametrize("width", [20, 40, 77, 200])
@pytest.mark.parametrize("height", [8, 15, 60])
def test_size(call, width, height):
    lines = drawn(call, "cosine", "--width", str(width), "--height", str(height))
    assert width - 3 <= max(map(len, lines)) <= width
    assert len(lines) == height


def test_size_of_the_terminal(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "57")
    assert max(map(len, drawn(call, "cosine"))) == 57


def test_title(call):
    assert "What a rate" in drawn(call, "cosine", "--title", "What a rate")[0]


def test_ascii(call, monkeypatch):
    asked = drawn(call, "--ascii", "--title", "Äpfel")
    assert "\n".join(asked).isascii()
    assert not "\n".join(drawn(call)).isascii()
    monkeypatch.setenv("LC_ALL", "C")
    assert drawn(call, "--title", "Äpfel") == asked


def test_color(call, monkeypatch):
    assert not ESCAPE.search("\n".join(drawn(call)))
    assert ESCAPE.search("\n".join(drawn(call, "--color", "always")))
    monkeypatch.setenv("NO_COLOR", "1")
    assert ESCAPE.search("\n".join(drawn(call, "--color", "always")))
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert not ESCAPE.search("\n".join(drawn(call, "--color", "never")))


def test_colour_moves_no_curve(call):
    plain = drawn(call, "cosine", "--ascii", "--epochs", "200")
    color = drawn(call, "cosine", "--ascii", "--epochs", "200", "--color", "always")
    assert [ESCAPE.sub("", line).rstrip() for line in color] == plain


def test_log_y(call):
    lines = drawn(call, "linear", "--log-y", "--ascii", "--min-decay-lr", "0.0001")
    labels = [float(m[1]) for m in (re.match(r" *([\d.e-]+)\|", line) for line in lines) if m]
    assert {0.1, 0.01, 0.001} <= set(labels)
    rows = [i for i, line in enumerate(lines) if re.match(r" *(0\.1|0\.01|0\.001)\|", line)]
    assert rows[1] - rows[0] == pytest.approx(rows[2] - rows[1], abs=1)


def test_log_y_of_zero(call):
    lines = drawn(call, "linear", "--log-y", "--warmup-start-lr", "0")
    assert any("0" in line and "log" in line for line in lines[-3:])


@pytest.mark.parametrize("unit", ["epoch", "step"])
def test_time_unit(call, unit):
    lines = drawn(call, "cosine", "--time-unit", unit, "--steps-per-epoch", "100", "--ascii")
    assert unit in [line.strip() for line in lines]
    ticks = next(line.split() for line in lines if re.fullmatch(r"[\d. ]+", line) and line.strip())
    assert float(ticks[-1]) == (4500 if unit == "step" else 45)


def test_xlim(call):
    lines = drawn(call, "cosine", "--xlim", "15:25", "--ascii", "--height", "20")
    ticks = next(line.split() for line in lines if re.fullmatch(r"[\d. ]+", line) and line.strip())
    assert 15 <= float(ticks[0]) < float(ticks[-1]) <= 25
    places = glyphs(lines, "*")
    rows = [min(row for row, x in places if x == column) for column in range(65)]
    assert rows[0] == 0
    assert rows[:-3] == sorted(rows[:-3])


def test_xlim_in_steps(call):
    options = ["cosine", "--ascii", "--steps-per-epoch", "10"]
    epochs = drawn(call, *options, "--xlim", "15:25")
    steps = drawn(call, *options, "--xlim", "150:250", "--time-unit", "step")
    assert glyphs(epochs, "*") == glyphs(steps, "*")


def test_xlim_where_there_is_no_run(call):
    out, err, status = call("plot", "cosine", "--xlim", "100:200")
    assert (out, status) == ("", 2)
    assert "xlim" in err


BAD = [
    ("--xlim", "5:1"),
    ("--xlim", "5:5"),
    ("--xlim", "5"),
    ("--xlim", "1:2:3"),
    ("--xlim", "a:b"),
    ("--xlim", "-1:3"),
    ("--xlim", "nan:3"),
    ("--xlim", "0:inf"),
    ("--xlim", ""),
    ("--time-unit", "hour"),
    ("--time-unit", ""),
    ("--width", "0"),
    ("--width", "-5"),
    ("--width", "20.5"),
    ("--width", "1e2"),
    ("--width", "10000000"),
    ("--height", "0"),
    ("--height", "tall"),
    ("--height", ""),
    ("--color", "sometimes"),
    ("--color", ""),
    ("--figsize", "8"),
    ("--figsize", "0,4"),
    ("--figsize", "8,nan"),
    ("--figsize", "8,4,2"),
    ("--figsize", "1e9,4"),
    ("--dpi", "0"),
    ("--dpi", "1.5"),
    ("--dpi", "1e9"),
]


@pytest.mark.quick(30)
@pytest.mark.parametrize(("option", "value"), BAD)
@pytest.mark.parametrize("output", [[], ["-o", "out.png"]], ids=["terminal", "file"])
def test_bad_values(call, option, value, output):
    out, err, status = call("plot", "cosine", f"{option}={value}", *output)
    assert (out, status) == ("", 2)
    assert err.count("\n") == 1
    assert option.removeprefix("--").replace("-", " ") in err.replace("_", " ")
    assert os.listdir() == []


# The files.

STARTS = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF-"}
ENDS = {"png": b"IEND\xaeB`\x82", "svg": b"</svg>\n", "pdf": b"%%EOF\n"}


@pytest.mark.quick
@pytest.mark.parametrize("suffix", STARTS)
def test_files(call, tmp_path, suffix):
    for name in ("a", "b"):
        assert call("plot", "-o", f"{name}.{suffix}") == ("", "", 0)
    first, second = ((tmp_path / f"{name}.{suffix}").read_bytes() for name in ("a", "b"))
    assert first.startswith(STARTS[suffix])
    assert first.endswith(ENDS[suffix])
    assert first == second
    assert len(os.listdir()) == 2


def test_suffix_in_capitals(call, tmp_path):
    assert call("plot", "-o", "A.PNG").returncode == 0
    assert (tmp_path / "A.PNG").read_bytes().startswith(STARTS["png"])


@pytest.mark.parametrize("name", ["x.bmp", "x", "x.", ".png.txt", "png"])
def test_unknown_suffix(call, name):
    out, err, status = call("plot", "-o", name)
    assert (out, status) == ("", 2)
    assert err.count("\n") == 1
    assert all(suffix in err for suffix in STARTS)
    assert "''" not in err
    assert os.listdir() == []


@pytest.mark.quick
@pytest.mark.parametrize("suffix", STARTS)
def test_no_folder(call, suffix):
    out, err, status = call("plot", "-o", f"nowhere/x.{suffix}")
    assert (out, status, err.count("\n")) == ("", 1, 1)
    assert os.listdir() == []


@pytest.mark.quick
@pytest.mark.parametrize("suffix", STARTS)
def test_full_disk(call, tmp_path, suffix):
    (tmp_path / f"x.{suffix}").symlink_to("/dev/full")
    out, err, status = call("plot", "-o", f"x.{suffix}")
    assert (out, status, err.count("\n")) == ("", 1, 1)
    assert len(os.listdir()) == 1


def test_error_spares_the_file(call, tmp_path):
    (tmp_path / "x.png").write_text("mine")
    assert call("plot", "-o", "x.png", "--dpi", "x").returncode == 2
    assert (tmp_path / "x.png").read_text() == "mine"
    assert len(os.listdir()) == 1


# The picture.

SETTINGS = {
    "defaults": ({}, 45),
    "figure-1": (FIGURE_1, 10),
    "fractions": ({"warmup": 1.7, "decay": 3.4, "restart_interval": 2.5}, 37),
    "tenths": (MANY | {"restart_interval": 0.1}, 40),
    "high": ({"restart_lr": 0.3, "restart_interval_multiplier": 1.5}, 90),
    "shrink": ({"restart_interval_multiplier": 0.9}, 50),
    "resnet34": ({"lr": 0.0001, "min_decay_lr": 0.001, "restart_lr": 0.1}, 60),
}


def picture_of(shapes, params, epochs, steps=1, **options):
    """The picture of schedules."""
    given = params | {"epochs": epochs, "steps_per_epoch": steps}
    return picture(make_plan(shapes, (), Settings(given)), **options)


def starts_within(params, epochs):
    """The cycle starts of a run."""
    p, found = oracle.settings(**params), []
    while (start := float(oracle.start(p, len(found)))) < epochs:
        found.append(start)
    return np.array(found)


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("shape", ["cosine", "linear", "log", "log-bounded"])
def test_seams(name, shape):
    params, epochs = SETTINGS[name]
    whole = picture_of([shape], params, epochs)
    (trace,) = whole.traces
    starts = starts_within(params, epochs)
    assert (np.diff(trace.epoch) >= 0).all()
    assert np.isin(starts, trace.epoch).all()
    assert np.isin(np.nextafter(starts[starts > 0], 0), trace.epoch).all()
    at = trace.rate[np.searchsorted(trace.epoch, starts)]
    assert (at == float(oracle.settings(**params).restart_lr)).all()
    assert list(whole.restarts) == starts.tolist()
    assert trace.epoch[0] == 0
    assert trace.epoch[-1] == np.nextafter(float(epochs), 0)


@pytest.mark.parametrize("shape", ["cosine", "log", "step", "constant", "log-released"])
def test_curves(shape):
    (trace,) = picture_of([shape], {}, 45).traces
    some = slice(0, None, 37)
    due = oracle.rates(shape, trace.epoch[some].tolist())
    assert trace.rate[some].tolist() == pytest.approx(due, rel=1e-9)


def test_steps_have_both_sides():
    (trace,) = picture_of(["step:size=2.5"], {}, 20).traces
    bounds = np.array([5, 7.5, 10, 12.5, 15, 17.5])
    assert np.isin([bounds, np.nextafter(bounds, 0)], trace.epoch).all()


def test_spike_is_in_the_picture():
    (trace,) = picture_of(["log:peak=2"], {}, 45).traces
    assert trace.rate.max() == pytest.approx(0.199, rel=1e-12)
    assert np.count_nonzero(trace.rate == trace.rate.max()) >= 3  # the decay, and both restarts


def test_every_top_of_many_triangles_is_in_the_picture():
    params = {"restart_interval": 0.7, "restart_interval_multiplier": 1}
    whole = picture_of(["triangular:up=0.3"], params, 700)
    assert np.count_nonzero(whole.traces[0].rate > 0.1 - 1e-12) == 2 * 1000
    assert whole.restarts == ()


PHASES = {
    "wsd": ["warmup", "stable", "decay", "hold"],
    "one-cycle": ["warmup", "decay", "hold"],
    "inverse-sqrt": ["warmup", "decay"],
    "triangular": ["cycle 0", "cycle 1", "cycle 2"],
    "cosine": ["warmup", "initial decay", "cycle 0", "cycle 1", "cycle 2"],
    "cosine:restart_interval=0": ["warmup", "initial decay", "hold"],
    "step": [],
    "constant": [],
}


@pytest.mark.parametrize("shape", PHASES)
def test_phases_are_named(shape):
    assert [name for name, *_ in picture_of([shape], {}, 60).phases] == PHASES[shape]


def test_phases_that_differ_are_not_named():
    assert picture_of(["wsd", "cosine"], {}, 45).phases == ()
    assert len(picture_of(["wsd", "step", "constant"], {}, 45).phases) == 3


def test_unit_of_the_picture():
    epochs = picture_of(["cosine"], {}, 45, 10)
    steps = picture_of(["cosine"], {}, 45, 10, unit="step")
    assert (steps.traces[0].epoch == epochs.traces[0].epoch * 10).all()
    assert (steps.traces[0].rate == epochs.traces[0].rate).all()
    assert steps.restarts == (150.0, 250.0)
    assert steps.epochs == 450


@pytest.mark.parametrize(("share", "end"), [(1, 10**6), (1.000001, 10**6), (0.99999, 10**6)])
def test_million_cycles(share, end):
    params = MANY | {"restart_interval": 1, "restart_lr_decay": share}
    (trace,) = picture_of(["cosine"], params, end).traces
    assert len(trace.epoch) < 10_000
    p = oracle.settings(**params)
    tops = [float(oracle.eta_max(p, i)) for i in (0, end - 1)] if share == 1 else [
        0.001 + share**i * 0.099 for i in (0, end - 1)
    ]  # fmt: skip
    assert trace.rate.max() == pytest.approx(max(tops), rel=1e-9)
    assert trace.rate.min() == pytest.approx(0.001, rel=1e-6)
    places = np.linspace(0, end, 401)
    columns = np.searchsorted(trace.epoch, places[:-1])
    high = np.maximum.reduceat(trace.rate, columns)
    low = np.minimum.reduceat(trace.rate, columns)
    due = 0.001 + np.minimum(share ** places[:-1], share ** places[1:]) * 0.099
    assert (high >= due * (1 - 1e-9)).all()
    assert (low <= 0.001 * (1 + 1e-5)).all()


@pytest.mark.parametrize("limits", [(0.0, 60.0), (500_000.0, 500_060.0)])
def test_part_of_a_long_run(limits):
    params = MANY | {"restart_interval": 10}
    whole = picture_of(["cosine"], params, 10**6, limits=limits)
    (trace,) = whole.traces
    starts = np.arange(limits[0], limits[1], 10)
    assert np.isin(starts, trace.epoch).all()
    assert np.isin(starts, whole.restarts).all()
    inside = (trace.epoch >= limits[0]) & (trace.epoch < limits[1])
    assert np.count_nonzero(inside) >= 400


def test_part_of_a_long_run_in_steps():
    params = MANY | {"restart_interval": 10}
    whole = picture_of(["cosine"], params, 10**6, 2, limits=(0.0, 120.0), unit="step")
    assert np.isin(np.arange(0, 120, 20), whole.traces[0].epoch).all()


def test_ten_million_points_cost_as_much_as_a_few(call, monkeypatch):
    """Counted in epochs evaluated: a plot has a fine grid of its own."""
    evaluated = []
    rates = Schedule.rates
    monkeypatch.setattr(
        Schedule, "rates", lambda self, at: evaluated.append(len(at)) or rates(self, at)
    )
    options = ["cosine", "--ascii", "--restart-interval-multiplier", "1"]
    lines = drawn(call, *options, "--epochs", "100000", "--steps-per-epoch", "100")
    assert 0 < sum(evaluated) < 20_000
    places = glyphs(lines, "*")
    for row in {min(places)[0], max(places)[0]}:  # neither peak nor floor is lost
        assert len({x for y, x in places if y == row}) >= 60


def test_a_picture_of_each_in_a_folder(call, tmp_path):
    """The folder is made, and the names are the labels, without what a file's name cannot have."""
    result = call("plot", "a/b=cosine", "log:peak=2", "-o", f"{tmp_path}/new/")
    assert result == ("", "", 0)
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == ["a_b.png", "log_peak=2.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in (tmp_path / "new").iterdir())


def test_a_folder_too_deep_to_make(call):
    result = call("plot", "-o", "a/" * 3000)
    assert (result.stdout, result.returncode) == ("", 1)
    assert re.fullmatch(r"Error: cannot write 'a/a.*': File name too long\.\n", result.stderr)


def test_labels_that_look_alike_as_a_file_s_name_are_a_file_each(call, tmp_path):
    """Also where upper and lower case are the same to a disk, and of labels longer than a name."""
    labels = ["a b", "a/b", "A_b", "c", "学" * 200 + "1", "学" * 200 + "2"]
    result = call("plot", *(f"{label}=log" for label in labels), "-o", "out/", "--dpi", "30")
    assert (result.stderr, result.returncode) == ("", 0)
    made = [path.name for path in (tmp_path / "out").iterdir()]
    assert len({name.casefold() for name in made}) == len(labels)
    assert "c.png" in made
    assert sum(re.fullmatch(r"[aA]_b-[0-9a-f]{8}\.png", name) is not None for name in made) == 3


def test_a_folder_that_cannot_be_made(call, tmp_path):
    (tmp_path / "file").write_text("")
    out, err, status = call("plot", "-o", f"{tmp_path}/file/new/")
    assert (out, status) == ("", 1)
    assert "Not a directory" in err


def test_a_stack_has_a_panel_for_each(call):
    rows = call("plot", "cosine", "log", "--layout", "stack").stdout.splitlines()
    assert "cosine" in rows
    assert "log" in rows


def test_an_unknown_layout(call):
    out, err, status = call("plot", "--layout", "stak")
    assert (out, status) == ("", 2)
    assert "did you mean 'stack'" in err


def test_the_grid_points_in_a_span_begin_with_its_first():
    """Also where that epoch times the steps is rounded up: 0.07 * 100 is above 7."""
    (trace,) = picture_of(["cosine"], {}, 45, 100, limits=(0.07, 0.15)).traces
    assert trace.points[:, 0].tolist() == [k / 100 for k in range(7, 15)]


# What runs logged.


def test_a_log_is_drawn_over_the_schedule(call, tmp_path):
    call("export", "cosine", "--restart-interval", "8", "--format", "csv", "-o", "run.csv")
    shown = call("plot", "cosine", "--data", "run.csv").stdout
    assert sum(row.endswith(" ● cosine") for row in shown.splitlines()) == 1
    assert sum(row.endswith(" ▲ run.csv") for row in shown.splitlines()) == 1


def test_a_log_alone_is_drawn_alone(call):
    rates = call("export", "cosine", "log", "--format", "csv").stdout
    shown = call("plot", "-", stdin=rates).stdout.splitlines()
    assert sorted(row.split()[-2:] for row in shown if row.endswith(("cosine", "log"))) == [
        ["▲", "log"],
        ["●", "cosine"],
    ]


def test_a_log_longer_than_the_run_makes_it_longer(call):
    call("export", "cosine", "--epochs", "90", "--format", "csv", "-o", "run.csv")
    assert " 90\n" in call("plot", "cosine", "--data", "run.csv").stdout
    assert " 45\n" in call("plot", "cosine", "--data", "run.csv", "--epochs", "45").stdout


def test_a_log_and_a_schedule_of_one_label_are_told_apart(call):
    call("export", "cosine", "log", "--format", "csv", "-o", "run.csv")
    shown = call("plot", "cosine", "--data", "run.csv:cosine", "--data", "run.csv:cosine").stdout
    labels = ("● cosine", "▲ run.csv:cosine", "⠤■⠤ run.csv:cosine (logged)")
    assert all(sum(row.endswith(label) for row in shown.splitlines()) == 1 for label in labels)


@pytest.mark.quick
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_a_log_in_a_figure(call, tmp_path, suffix):
    call("export", "cosine", "--steps-per-epoch", "2000", "--format", "npy", "-o", "run.npy")
    given = ["--steps-per-epoch", "2000", "-o", f"a.{suffix}"]
    assert call("plot", "cosine", "--data", "run.npy", *given).returncode == 0
    assert (tmp_path / f"a.{suffix}").stat().st_size > 1000


def test_a_log_without_rates_is_refused(call, tmp_path):
    (tmp_path / "run.csv").write_text("epoch,lr\nnan,0.1\n1,nan\n")
    result = call("plot", "--data", "run.csv")
    assert result.returncode == 2
    assert result.stderr == "Error: run.csv has no rate to draw.\n"


def test_logs_alone_in_a_folder_are_a_file_each(call, tmp_path):
    call("export", "cosine", "log", "--format", "csv", "-o", "run.csv")
    assert call("plot", "--data", "run.csv", "-o", "all/").returncode == 0
    assert len(list((tmp_path / "all").iterdir())) == 2
