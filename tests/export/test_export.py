"""Exports: every format, read back by its own reader, is bit for bit what the library computes."""

import csv
import io
import json
import math
import re
from fractions import Fraction

import numpy as np
import pytest

from logsched import Schedule
from logsched.base.declare import declared
from logsched.export.arrays import FORMATS
from logsched.plan.presets import PRESETS
from logsched.schedule.parameters import Parameters
from logsched.schedule.shapes import SHAPES

OF_ONE = [name for name, its in FORMATS.items() if its.one_schedule]
OF_MANY = [name for name in FORMATS if name not in OF_ONE]
BINARY = [name for name, its in FORMATS.items() if its.binary]

# Some 18000 points, more than are computed at a time; epochs whole and broken, rates of any size.
GRID = {"epochs": 45, "steps_per_epoch": 400}
OPTIONS = ["--epochs", "45", "--steps-per-epoch", "400", "--restart-interval", "2.5"]
SHARED = {"restart_interval": 2.5}
TEXTS = {
    "log": ("log", {}),
    "tiny=cosine:lr=1e-7,min_decay_lr=0": ("cosine", {"lr": 1e-7, "min_decay_lr": 0.0}),
    "big=linear:lr=3e20": ("linear", {"lr": 3e20}),
    "step:gamma=0.5": ("step", {"gamma": 0.5}),
}
SCHEDULES = {
    text.split("=")[0] if text[:3] in ("tin", "big") else text: Schedule(shape, **SHARED, **own)
    for text, (shape, own) in TEXTS.items()
}
EPOCHS = np.arange(18000) / 400


def read_separated(separator):
    def read(data):
        header, *rows = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=separator)
        return {name: [float(row[i]) for row in rows] for i, name in enumerate(header)}

    return read


def read_json(data):
    whole = json.loads(data)
    return {"epoch": whole["epoch"], **whole["lr"]}


def read_jsonl(data):
    rows = [json.loads(line) for line in data.splitlines()]
    return {name: [row[name] for row in rows] for name in rows[0]}


def read_npz(data):
    archive = np.load(io.BytesIO(data))
    return {name: archive[name] for name in archive.files}


READERS = {
    "json": read_json,
    "jsonl": read_jsonl,
    "csv": read_separated(","),
    "tsv": read_separated("\t"),
    "txt": lambda data: {"": [float(line) for line in data.decode().splitlines()]},
    "npy": lambda data: {"": np.load(io.BytesIO(data))},
    "npz": read_npz,
}


def export(call, *args):
    """The bytes that a command prints."""
    result = call("export", *args, text=False)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def read(call, name, *args):
    return READERS[name](export(call, "--format", name, *args))


def assert_same(got, want):
    """Equal bit for bit, as float64."""
    assert np.asarray(got, dtype=np.float64).tobytes() == np.asarray(want).tobytes()


# Values.


@pytest.mark.parametrize("name", OF_MANY)
def test_all_schedules_read_back(call, name):
    columns = read(call, name, *TEXTS, *OPTIONS)
    assert list(columns) == ["epoch", *SCHEDULES]
    assert_same(columns["epoch"], EPOCHS)
    for label, schedule in SCHEDULES.items():
        assert_same(columns[label], schedule.sample(**GRID))


@pytest.mark.parametrize("name", OF_ONE)
@pytest.mark.parametrize(("text", "label"), list(zip(TEXTS, SCHEDULES, strict=True)))
def test_one_schedule_reads_back(call, name, text, label):
    columns = read(call, name, text, *OPTIONS)
    assert_same(columns[""], SCHEDULES[label].sample(**GRID))


def test_npy_is_one_dimension_of_float64(call):
    array = read(call, "npy")[""]
    assert (array.shape, array.dtype) == ((45,), np.float64)


@pytest.mark.quick("csv")
@pytest.mark.parametrize("name", FORMATS)
def test_a_real_process_prints_the_same(run, call, name):
    result = run("export", "--format", name, text=False)
    assert result == (export(call, "--format", name), "", 0)


def test_the_default_is_log_as_json(call):
    assert export(call) == export(call, "log", "--format", "json")


# Digits.


def digits(text):
    """The significant digits of a number's text."""
    return re.sub(r"e.*|\D", "", text.lower()).strip("0")


@pytest.mark.quick("json")
@pytest.mark.parametrize("name", ["json", "jsonl", "csv", "tsv", "txt"])
def test_rates_have_the_fewest_digits(call, name):
    """As many as `repr`, which is known to find the fewest."""
    for text in TEXTS:
        data = export(call, "--format", name, text, *OPTIONS).decode()
        if name == "json":
            tokens = data[data.index('"lr":') :].partition("[")[2].partition("]")[0].split(",")
        elif name == "jsonl":
            tokens = [line.rpartition(":")[2].rstrip("}") for line in data.splitlines()]
        else:
            tokens = [re.split(r"[,\t]", line)[-1] for line in data.splitlines()]
            tokens = tokens[0 if name == "txt" else 1 :]
        assert len(tokens) == len(EPOCHS)
        assert all(digits(token) == digits(repr(float(token))) for token in tokens)
        assert all(len(token) <= len(repr(float(token))) for token in tokens)


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_whole_epochs_are_integers(call, name):
    epochs = read(call, name, "--steps-per-epoch", "2", "--epochs", "12")["epoch"]
    assert [repr(epoch) for epoch in epochs[:4]] == ["0", "0.5", "1", "1.5"]
    assert [repr(epoch) for epoch in epochs[-4:]] == ["10", "10.5", "11", "11.5"]


@pytest.mark.parametrize(("name", "separator"), [("csv", ","), ("tsv", "\t")])
def test_whole_epochs_have_no_point(call, name, separator):
    lines = export(call, "--format", name, "--steps-per-epoch", "2").decode().splitlines()
    assert [line.split(separator)[0] for line in lines[:4]] == ["epoch", "0", "0.5", "1"]
    assert lines[21].split(separator)[0] == "10"


def test_rates_in_json_are_strict_json(call):
    """No NaN, no Infinity, which json.loads would let through."""
    json.loads(export(call, *TEXTS, *OPTIONS), parse_constant=pytest.fail)


# The settings in JSON.


def test_json_says_schema_and_grid(call):
    whole = json.loads(export(call, "--epochs", "7", "--steps-per-epoch", "3"))
    assert list(whole) == ["schema", "epochs", "steps_per_epoch", "schedules", "epoch", "lr"]
    assert (whole["schema"], whole["epochs"], whole["steps_per_epoch"]) == (1, 7, 3)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_params_are_as_set_and_null_where_left_out(call, shape):
    whole = json.loads(export(call, f"x={shape}:lr=0.2", "--restart-interval", "12"))
    assert whole["schedules"]["x"]["shape"] == shape
    params = whole["schedules"]["x"]["params"]
    assert set(params) == set(declared(Parameters)) | set(declared(SHAPES[shape]))
    given = {name: value for name, value in params.items() if value is not None}
    assert given == {"lr": 0.2, "restart_interval": 12}


def test_json_can_be_read_back(call):
    whole = json.loads(export(call, *TEXTS, *OPTIONS))
    for label, table in whole["schedules"].items():
        schedule = Schedule(table["shape"], **table["params"])
        assert schedule == SCHEDULES[label]
        rates = schedule.sample(whole["epochs"], whole["steps_per_epoch"])
        assert_same(whole["lr"][label], rates)


# Labels.

LABELS = [
    "a,b",
    'say "hi"',
    "it's",
    "naïve 日本 🎉",
    "100%",
    "%b",
    "a{0}b",
    "x/y",
    "a=b",
    "\\n",
    "null",
]


@pytest.mark.parametrize("name", OF_MANY)
def test_labels_survive(call, name):
    columns = read(call, name, *(f"{label}=log" for label in LABELS))
    assert list(columns) == ["epoch", *LABELS]
    for label in LABELS:
        assert_same(columns[label], Schedule("log").sample())


@pytest.mark.parametrize("label", ["epoch.npy", "a.npy"])
def test_npz_labels_that_end_in_npy_are_refused(call, label):
    """NumPy looks for a name as it is first, then with `.npy`: it would find another array."""
    result = call("export", "--format", "npz", f"{label}=log", "a=cosine")
    assert (result.returncode, result.stdout) == (2, "")
    assert f"label '{label}'" in result.stderr


# Rows.

AT = "44.5,0,5,5,15,1e-3,30"


@pytest.mark.parametrize("name", FORMATS)
def test_at_takes_epochs_as_they_are_given(call, name):
    """In their order, twice if given twice, on the grid or not."""
    epochs = [float(item) for item in AT.split(",")]
    columns = read(call, name, "log", "--at", AT)
    assert_same(columns.get("epoch", epochs), epochs)
    assert_same(columns.get("log", columns.get("")), Schedule("log")(np.array(epochs)))


@pytest.mark.quick(20)
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("every", [1, 7, 8192, 8193, 17999, 18000, 2**53])
def test_every_takes_each_so_many_th_point(call, name, every):
    columns = read(call, name, "log", *OPTIONS, "--every", str(every))
    assert_same(columns.get("epoch", EPOCHS[::every]), EPOCHS[::every])
    rates = columns.get("log", columns.get(""))
    assert_same(rates, SCHEDULES["log"].sample(**GRID)[::every])


def test_a_piece_of_a_huge_grid_is_quick(call):
    """Nothing is computed but the rows that are asked for."""
    big = ["--epochs", str(2**40), "--restart-interval-multiplier", "1"]
    epochs = [0.0, 2.0**39, 2.0**40 - 1]
    columns = read(call, "csv", *big, "--every", str(2**40 - 1))
    assert columns["epoch"] == [epochs[0], epochs[2]]
    columns = read(call, "csv", *big, "--at", f"{2**39}")
    assert columns["log"] == [Schedule("log", restart_interval_multiplier=1)(epochs[1])]


# Where the run ends.


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_a_preset_brings_its_grid_and_settings(call, preset):
    settings = dict(PRESETS[preset].settings)
    grid = {name: settings.pop(name) for name in GRID if name in settings}
    columns = read(call, "csv", "cosine", "--preset", preset)
    assert_same(columns["cosine"], Schedule("cosine", **settings).sample(**grid))
    assert len(columns["epoch"]) == math.prod(grid.values())


def test_options_beat_a_presets_grid(call):
    columns = read(call, "csv", "--preset", "figure-1", "--epochs", "3", "--steps-per-epoch", "4")
    assert_same(columns["epoch"], np.arange(12) / 4)


@pytest.mark.parametrize("cycles", [1, 2, 3, 7])
@pytest.mark.parametrize(("interval", "multiplier"), [("10", "2"), ("2.5", "1.1"), ("0.3", "1")])
def test_cycles_end_the_run_with_a_cycle(call, cycles, interval, multiplier):
    """Rounded up to a whole epoch: 15 + R (1 + m + m**2 + ...)."""
    end = 15 + Fraction(interval) * sum(Fraction(multiplier) ** i for i in range(cycles))
    options = ["--restart-interval", interval, "--restart-interval-multiplier", multiplier]
    whole = json.loads(export(call, *options, "--cycles", str(cycles)))
    assert whole["epochs"] == math.ceil(end) == len(whole["epoch"])


def test_cycles_beat_a_presets_epochs(call):
    whole = json.loads(export(call, "--preset", "transformer", "--cycles", "1"))
    assert whole["epochs"] == 20


# The name of the format.


@pytest.mark.parametrize("name", FORMATS)
def test_a_suffix_names_the_format(call, tmp_path, name):
    assert call("export", "-o", f"out.{name}") == ("", "", 0)
    assert (tmp_path / f"out.{name}").read_bytes() == export(call, "--format", name)


def test_format_beats_a_suffix_of_no_format(call, tmp_path):
    assert call("export", "-o", "out.dat", "--format", "csv") == ("", "", 0)
    assert (tmp_path / "out.dat").read_bytes() == export(call, "--format", "csv")


def test_without_a_suffix_it_is_json(call, tmp_path):
    assert call("export", "-o", "out") == ("", "", 0)
    assert (tmp_path / "out").read_bytes() == export(call)


def test_a_dash_is_standard_output(call, tmp_path):
    assert export(call, "-o", "-") == export(call)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", BINARY)
def test_binary_exports_repeat_byte_for_byte(call, name):
    assert export(call, "--format", name) == export(call, "--format", name)


def test_a_file_named_like_another_format_is_refused(call, tmp_path):
    """Nothing is written, where a reader would be misled by the name."""
    out, err, status = call("export", "-o", "x.json", "--format", "csv")
    assert (out, status) == ("", 2)
    assert "output is x.json, but format is csv" in err
    assert [*tmp_path.iterdir()] == []
