"""--config: precedence layer by layer, round trips bit for bit, and every kind of fault."""

import itertools
import json
import tomllib
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "example.toml"
SHAPES = ["constant", "step", "cosine", "linear", "polynomial", "exponential", "one-cycle", "wsd"]
SHAPES += ["inverse-sqrt", "triangular", "log", "log-bounded", "log-released"]
SIMPLE = '[schedules.mine]\nshape = "log"\nlr = 0.3\n[schedules.cosine]\nshape = "linear"\nlr = 2\n'


@pytest.fixture
def export(call, tmp_path):
    """What `export --config` writes, read; `config` is the file's content."""

    def export(config, *args):
        if config is not None:
            (tmp_path / "c.toml").write_text(config)
            args = (*args, "--config", "c.toml")
        done = call("export", *args)
        assert (done.returncode, done.stderr) == (0, ""), done
        return json.loads(done.stdout)

    return export


@pytest.fixture
def refuse(call, tmp_path):
    """Check that a file is refused in one sentence that has all the words."""

    def refuse(config, *words, args=(), status=2):
        content = config if isinstance(config, bytes) else config.encode()
        (tmp_path / "c.toml").write_bytes(content)
        done = call("export", *args, "--config", "c.toml")
        assert done.returncode == status, done
        assert done.stdout == ""
        assert done.stderr.startswith("Error: ")
        assert done.stderr.endswith((".\n", "?\n"))
        assert done.stderr.count("\n") == 1
        assert len(done.stderr) < 500
        for word in ("c.toml", *words):
            assert word in done.stderr

    return refuse


LAYERS = ["preset", "top", "table", "option", "text"]  # from the least to the most
VALUES = {"preset": 0.05, "top": 0.2, "table": 0.3, "option": 0.4, "text": 0.5}
SUBSETS = [some for n in range(6) for some in itertools.combinations(LAYERS, n)]


@pytest.mark.quick(20)
@pytest.mark.parametrize("given", SUBSETS, ids="-".join)
@pytest.mark.parametrize("name", ["lr", "restart_lr"])
def test_precedence(export, name, given):
    top = f"{name} = {VALUES['top']}\n" if "top" in given else ""
    table = f"{name} = {VALUES['table']}\n" if "table" in given else ""
    args = ["a" + (f":{name}={VALUES['text']}" if "text" in given else "")]
    args += ["--preset", "figure-1"] if "preset" in given else []
    args += [f"--{name.replace('_', '-')}", str(VALUES["option"])] if "option" in given else []
    found = export(f'{top}[schedules.a]\nshape = "cosine"\n{table}', *args)
    (schedule,) = found["schedules"].values()
    assert schedule["params"][name] == (VALUES[given[-1]] if given else None)
    assert found["epochs"] == (10 if "preset" in given else 45)


@pytest.mark.parametrize(
    ("top", "args", "epochs", "steps"),
    [
        ("", [], 45, 1),
        ("epochs = 7", [], 7, 1),
        ("epochs = 7\nsteps_per_epoch = 3", [], 7, 3),
        ("epochs = 7", ["--preset", "figure-1"], 7, 100),
        ("steps_per_epoch = 3", ["--preset", "figure-1"], 10, 3),
        ("epochs = 7", ["--epochs", "8"], 8, 1),
        ("cycles = 1", [], 25, 1),
        ("cycles = 1", ["--preset", "resnet34"], 25, 1),
        ("cycles = 1", ["--epochs", "8"], 8, 1),
        ("epochs = 7", ["--cycles", "1"], 25, 1),
        ("cycles = 3", ["--cycles", "1"], 25, 1),
    ],
)
def test_the_run(export, top, args, epochs, steps):
    found = export(top, "cosine", *args)
    assert (found["epochs"], found["steps_per_epoch"]) == (epochs, steps)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], {"mine": ("log", 0.3), "cosine": ("linear", 2)}),
        (["mine"], {"mine": ("log", 0.3)}),
        (["cosine", "mine"], {"cosine": ("linear", 2), "mine": ("log", 0.3)}),
        (["mine:lr=0.7"], {"mine:lr=0.7": ("log", 0.7)}),
        (["mine:base=7,lr=0.7"], {"mine:base=7,lr=0.7": ("log", 0.7)}),
        (["x=mine", "mine"], {"x": ("log", 0.3), "mine": ("log", 0.3)}),
        (["x=mine:lr=4"], {"x": ("log", 4)}),
        (["log", "mine"], {"log": ("log", None), "mine": ("log", 0.3)}),
        (["mine", "--lr", "5"], {"mine": ("log", 5)}),
        (["mine", "--sweep", "lr=5,6"], {"mine:lr=5": ("log", 5), "mine:lr=6": ("log", 6)}),
    ],
)
def test_names_are_schedules(export, args, expected):
    found = export(SIMPLE, *args)["schedules"]
    assert {label: (one["shape"], one["params"]["lr"]) for label, one in found.items()} == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize("command", ["plot", "table", "describe", "export"])
def test_all_are_the_default(call, tmp_path, command):
    (tmp_path / "c.toml").write_text(SIMPLE.replace("mine", "quite-mine"))
    done = call(command, "--config", "c.toml")
    assert done.returncode == 0
    assert "quite-mine" in done.stdout
    assert "constant" not in done.stdout


@pytest.mark.parametrize("content", ["", "# nothing\n", "[schedules]\n", "\r\n", "{}"])
def test_a_file_that_sets_nothing(call, tmp_path, content):
    (tmp_path / "c.toml").write_text(content)
    assert call("export", "--config", "c.toml") == call("export")


@pytest.mark.parametrize("name", ["mime", "mine:lrr=2", "mine:lr=-1", "mine:shape=log", "mine:"])
def test_what_a_file_does_not_have(call, tmp_path, name):
    (tmp_path / "c.toml").write_text(SIMPLE)
    done = call("export", name, "--config", "c.toml")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_name_that_is_near(call, tmp_path):
    (tmp_path / "c.toml").write_text(SIMPLE)
    assert "did you mean 'mine'?" in call("export", "mime", "--config", "c.toml").stderr


SETTINGS = [
    SHAPES,
    [*SHAPES, "--preset", "resnet34"],
    [*SHAPES, "--preset", "transformer"],
    [*SHAPES[:-1], "--preset", "figure-1"],
    [*SHAPES, "--cycles", "3"],
    [*SHAPES, "--steps-per-epoch", "7"],
    [*SHAPES, "--steps-per-epoch", "7", "--cycles", "2", "--restart-interval", "3.3"],
    ["log:base=range,peak=2.5", "log-bounded:base=7", "step:gamma=0.37,size=2.5"],
    ["polynomial:power=2", "exponential:gamma=0.9", "one-cycle:length=7.3,anneal=linear"],
    ["wsd:end=1-sqrt,stable=0", "inverse-sqrt:timescale=7", "triangular:up=0.3"],
    ["log", "--lr", "0.12345678901234568", "--min-decay-lr", "1e-17", "--restart-lr", "3e5"],
    ["cosine", "linear", "--lr", "1e-300", "--restart-lr-decay", "0.30000000000000004"],
    ["cosine", "--warmup-shape", "cosine", "--restart-interval-multiplier", "1.1"],
    ["cosine", "--restart-interval", "0"],
    ["cosine", "--min-decay-lr", "0", "--warmup-start-lr", "0"],
    ["log", "cosine", "--sweep", "lr=0.1:0.3:5", "--sweep", "log:base=range,min-lr,7"],
    ["log", "cosine", "step", "--match-budget", "cosine"],
    ['a"b\\=log', "é ü=cosine", "x.y=step", "it's=log", "#=log", "[a]=cosine", "==log"],
    ["\N{GRINNING FACE}=log", "日本=cosine", 'null="=log', "a=b=log", "schedules=log", "lr=log"],
]
IDS = [str(n) for n in range(len(SETTINGS))]


@pytest.mark.parametrize("args", SETTINGS, ids=IDS)
def test_exported_json_reads_back(call, tmp_path, args):
    first = call("export", *args)
    assert first.returncode == 0
    (tmp_path / "c.json").write_text(first.stdout, encoding="utf-8")
    again = call("export", "--config", "c.json")
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == first.stdout


@pytest.mark.parametrize("args", SETTINGS, ids=IDS)
def test_described_toml_reads_back(call, tmp_path, args):
    first = json.loads(call("export", *args).stdout)
    text = call("describe", *args, "--format", "toml").stdout
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    again = json.loads(call("export", "--config", "c.toml").stdout)
    assert list(again["lr"]) == list(first["lr"])
    assert (again["lr"], again["epoch"]) == (first["lr"], first["epoch"])
    assert call("describe", "--config", "c.toml", "--format", "toml").stdout == text


def test_toml_has_every_setting_in_effect(call):
    read = tomllib.loads(call("describe", "log", "--lr", "0.3", "--format", "toml").stdout)
    assert (read["epochs"], read["steps_per_epoch"]) == (45, 1)
    assert read["schedules"]["log"] == {
        "shape": "log",
        "lr": 0.3,
        "min_decay_lr": 0.003,
        "warmup": 5,
        "warmup_start_lr": 0.03,
        "warmup_shape": "linear",
        "decay": 10,
        "restart_interval": 10,
        "restart_interval_multiplier": 2,
        "restart_lr": 0.3,
        "restart_lr_decay": 1,
        "base": "min-lr",
        "peak": 1,
    }


def test_toml_of_the_default_list(call):
    read = tomllib.loads(call("describe", "--format", "toml").stdout)
    assert list(read["schedules"]) == ["constant", "step", "cosine", "log"]


@pytest.mark.parametrize(
    ("args", "reformat"),
    [
        ([], lambda read: json.dumps(read)),
        ([], lambda read: json.dumps(read, indent=2)),
        ([], lambda read: json.dumps(dict(reversed(read.items())))),
        ([], lambda read: "\n" + json.dumps(read, separators=(",", ":"))),
        (["--at", "3,4"], json.dumps),
        (["--every", "5"], lambda read: json.dumps(read, separators=(",", ":"))),
    ],
)
def test_json_that_another_tool_formatted(call, tmp_path, args, reformat):
    read = json.loads(call("export", "log", "mine=cosine:lr=0.3", *args).stdout)
    (tmp_path / "c.json").write_text(reformat(read))
    found = json.loads(call("export", *args, "--config", "c.json").stdout)
    assert found == read


def test_an_export_larger_than_a_configuration_may_be(call, tmp_path):
    grid = ["--epochs", "1000", "--steps-per-epoch", "1000"]
    call("export", "log", "cosine", *grid, "-o", "c.json")
    assert (tmp_path / "c.json").stat().st_size > 2**24
    found = json.loads(call("export", "--config", "c.json", "--at", "15").stdout)
    assert found["lr"] == {"log": [0.1], "cosine": [0.1]}
    assert (found["epochs"], found["steps_per_epoch"]) == (1000, 1000)


def table(line, shape="log"):
    return f'[schedules.ok]\nshape = "cosine"\n[schedules.a]\nshape = "{shape}"\n{line}\n'


@pytest.mark.quick(40)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("lr = true", ["lr", "True", "finite number"]),
        ("lr = nan", ["lr is nan", "finite"]),
        ("lr = -inf", ["lr is -inf", "finite"]),
        ("lr = -1", ["lr is -1", "0 or more"]),
        ('lr = "0.1"', ["lr is '0.1'", "number"]),
        ("lr = [1]", ["[1]", "number"]),
        ("lr = {a = 1}", ["lr", "number"]),
        ("lr = 2020-01-01", ["lr", "number"]),
        (f"lr = 1{'0' * 400}", ["lr is 1000", "finite"]),
        ("restart_interval_multiplier = 0", ["restart_interval_multiplier is 0", "above 0"]),
        ('warmup_shape = "sine"', ["warmup_shape is", "sine", "linear or cosine"]),
        ("warmup_shape = 3", ["warmup_shape is 3", "linear or cosine"]),
        ("epochs = 4.0", ["epochs is 4.0", "whole number"]),
        ("epochs = true", ["epochs is True", "whole number"]),
        ("epochs = 0", ["epochs is 0", "from 1 to 2**53"]),
        ("steps_per_epoch = -3", ["steps_per_epoch is -3", "from 1 to 2**53"]),
        ("cycles = 0", ["cycles is 0", "from 1 to 2**53"]),
        ("epochs = 10\ncycles = 2", ["epochs", "cycles", "only one"]),
        ("lrr = 1", ["'lrr'", "did you mean 'lr'"]),
        ("restart-lr = 1", ["'restart-lr'", "did you mean 'restart_lr'"]),
        ('base = "range"', ["'base'", "log"]),
        ('shape = "log"', ["'shape'", "[schedules."]),
        ('[schedule.a]\nshape = "log"', ["'schedule'", "did you mean 'schedules'"]),
        ('[mine]\nshape = "log"', ["'mine'", "schedules.mine"]),
        ("schedules = 3", ["schedules", "table"]),
        ("schedules = [1]", ["schedules", "table"]),
        ('[[schedules]]\nshape = "log"', ["schedules", "table"]),
        ("[schedules]\na = 1", ["[schedules.a]", "shape"]),
        ('[[schedules.a]]\nshape = "log"', ["[schedules.a]"]),
        ("[schedules.a]", ["[schedules.a]", "shape"]),
        ("[schedules.a]\nshape = 3", ["[schedules.a]", "shape"]),
        (table("", "lgo"), ["[schedules.a]", "'lgo'", "did you mean 'log'"]),
        (table("lrr = 2"), ["[schedules.a]", "'lrr'", "did you mean 'lr'"]),
        (table("lr = true"), ["[schedules.a]", "lr", "True"]),
        (table("lr = nan"), ["[schedules.a]", "lr is nan"]),
        (table("base = 0.5"), ["[schedules.a]", "base is 0.5", "above 1"]),
        (table('base = "rnage"'), ["[schedules.a]", "rnage", "did you mean 'range'"]),
        (table("base = 3", "cosine"), ["[schedules.a]", "'base'"]),
        (table("epochs = 3"), ["[schedules.a]", "epochs", "run"]),
        (table("cycles = 3"), ["[schedules.a]", "cycles", "run"]),
        (table("params = 3"), ["[schedules.a]", "params"]),
        (table('params = "lr"'), ["[schedules.a]", "params"]),
        (table("params = [['lr', 1]]"), ["[schedules.a]", "params"]),
        (table("params = {lrr = 1}"), ["[schedules.a]", "'lrr'"]),
        ('[schedules.epoch]\nshape = "log"', ["[schedules.epoch]", "epoch", "time column"]),
        ('[schedules.""]\nshape = "log"', ["label ''", "not empty"]),
        ('[schedules."a\\nb"]\nshape = "log"', ["'a\\nb'", "printable"]),
        ("lr = 0.1\nlr = 0.2", ["TOML"]),
        ("[schedules.a]\nshape = 'log'\n[schedules.a]\nshape = 'log'", ["TOML"]),
        ("lr = 0.1 0.2", ["TOML", "line 1"]),
        ("epoch,log\n0,0.01", ["TOML"]),
        ('{"epoch":0,"log":0.01}\n{"epoch":1,"log":0.02}', ["JSON"]),
        ('{"lr": 0.1', ["JSON"]),
        ("[1, 2]", ["TOML"]),
        ('{"lr": NaN}', ["lr is nan"]),
        ('{"lr": 1e999}', ["lr", "inf"]),
        ('{"schedules": null}', ["schedules"]),
        ('{"schedules": {"a": null}}', ["[schedules.a]", "shape"]),
        ('{"schedules": {"a": {"shape": "log", "params": null}}}', ["[schedules.a]", "params"]),
        ('{"schedules": {"a": {"shape": "log", "params": []}}}', ["[schedules.a]", "params"]),
        (b"\xff\xfel\x00r\x00", ["TOML"]),
        (b"lr = 0.1 # caf\xe9", ["TOML"]),
        (b"\x93NUMPY\x01\x00v\x00", ["TOML"]),
        (b"lr = 0.1\x00", ["TOML"]),
        ("a = " + "[" * 5000, ["TOML"]),
        ('{"a":' * 5000, ["JSON"]),
        ("#" * 20_000_000, ["20000000", "at most"]),
        ('{"a": "' + "x" * 20_000_000, ["at most"]),
        (f"lr = 1{'0' * 5000}", ["c.toml"]),
    ],
    ids=lambda value: str(value)[:30] if isinstance(value, str | bytes) else "",
)
def test_faults(refuse, content, words):
    refuse(content, *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (table("min_decay_lr = 0"), ["a", "min_decay_lr is 0", "log:base=1000"]),
        (table("restart_interval = 1", "log-released"), ["a", "log-released"]),
        (table("restart_interval_multiplier = 0.5", "cosine"), ["a", "multiplier"]),
    ],
)
def test_a_schedule_that_does_not_hold_is_named(call, tmp_path, content, words):
    (tmp_path / "c.toml").write_text(content.replace("schedules.a", "schedules.this-one"))
    done = call("export", "--config", "c.toml")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "this-one" in done.stderr


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("no.toml", ["no.toml", "No such file"]),
        ("folder", ["folder", "directory"]),
        ("", ["''"]),
        ("no/such/folder.toml", ["no/such/folder.toml", "No such file"]),
        ("c.toml/x", ["c.toml/x", "Not a directory"]),
    ],
)
def test_files_that_cannot_be_read(call, tmp_path, path, words):
    (tmp_path / "folder").mkdir()
    (tmp_path / "c.toml").write_text("lr = 1\n")
    done = call("export", "--config", path)
    assert done.returncode in (1, 2)
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("content", ["\ufefflr = 0.3\n", "lr = 0.3\r\n", "lr = 3e-1"])
def test_what_editors_write(export, content):
    assert export(content, "log")["schedules"]["log"]["params"]["lr"] == 0.3


def commands():
    lines = [line.strip("# ") for line in EXAMPLE.read_text().splitlines()]
    return [line.split()[1:] for line in lines if line.startswith("logsched ")]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_example_commands(call, tmp_path, command):
    (tmp_path / "example.toml").write_bytes(EXAMPLE.read_bytes())
    done = call(*command)
    assert done.returncode == 0
    assert done.stdout
    assert "Warning" not in done.stderr


def test_example_has_commands():
    assert {command[0] for command in commands()} == {"plot", "describe", "table", "export"}


@pytest.fixture
def example(call):
    """The example's export, with more arguments."""
    return lambda *args: json.loads(call("export", "--config", str(EXAMPLE), *args).stdout)


def test_example_does_what_it_says(example):
    found = example()
    assert list(found["schedules"]) == ["wave", "spike", "low-spike"]
    assert (found["epochs"], found["steps_per_epoch"]) == (45, 1)
    assert example("--cycles", "2")["lr"] == found["lr"]
    wave, spike, low = found["lr"].values()
    for rates in (wave, spike, low):
        assert rates[:6] == pytest.approx([0.01 + 0.018 * t for t in range(6)])
    assert (wave[15], wave[25], wave[5]) == (0.1, 0.1, 0.1)
    assert (low[15], low[25], low[5]) == (0.05, 0.05, 0.1)
    assert min(spike[5:]) > (0.1 + 0.001) / 2
    assert min(low[25:]) < 0.002
    assert min(wave[25:]) < 0.002


def test_example_precedence(example):
    shared = {label: one["params"]["lr"] for label, one in example()["schedules"].items()}
    changed = example("--lr", "0.2")["schedules"].values()
    assert set(shared.values()) == {0.1}
    assert [one["params"]["lr"] for one in changed] == [0.2, 0.2, 0.2]


def test_example_is_the_defaults(call):
    """Its shared parameters are the defaults, so that it says what they are."""
    read = tomllib.loads(EXAMPLE.read_text())
    default = tomllib.loads(call("describe", "cosine", "--format", "toml").stdout)
    wanted = {**default["schedules"]["cosine"], "epochs": 45, "steps_per_epoch": 1}
    shared = {key: value for key, value in read.items() if key != "schedules"}
    assert shared == {key: wanted[key] for key in shared}
