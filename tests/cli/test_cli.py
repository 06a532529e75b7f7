"""The command line: help, errors, precedence, and what it asks of a terminal."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import PATIENCE, assert_refused, on_a_terminal

from logsched import __version__
from logsched.base.declare import NOT_NEGATIVE, declared
from logsched.schedule.parameters import Parameters

COMMANDS = ("plot", "export", "shapes", "presets")
RATES_AND_LENGTHS = [name for name, one in declared(Parameters).items() if one.rule is NOT_NEGATIVE]
NO_NUMBERS = ["nan", "NaN", "inf", "-inf", "1e400", "", " ", "-1", "-1e-9", "0x10", "1,5", "five"]


def option(name):
    return "--" + name.replace("_", "-")


# Help.


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help(call, command, flag):
    result = call(*command, flag)
    assert result.returncode == 0
    assert result.stderr == ""
    assert result.stdout.startswith("Usage: ")
    assert "-h, --help" in result.stdout


def test_usage_is_that_of_the_way_it_was_called(run):
    script = Path(sys.executable).with_name("logsched")
    assert run("-h").stdout.startswith("Usage: python -m logsched [OPTIONS] COMMAND")
    assert run(command=[script, "-h"]).stdout.startswith("Usage: logsched [OPTIONS] COMMAND")


def test_every_command_is_in_the_help(call):
    """Also where no command is named."""
    assert call().stdout == call("--help").stdout
    assert all(f"\n  {name} " in call().stdout for name in COMMANDS)


@pytest.mark.parametrize("command", ["plot", "export"])
def test_every_parameter_has_an_option_with_its_default(call, command):
    shown = " ".join(call(command, "--help").stdout.split())
    for name, one in declared(Parameters).items():
        assert option(name) in shown
        assert one.help in shown
        assert f"[default: {one.left_out}]" in shown
    for word in ("--epochs", "--steps-per-epoch", "--cycles", "--preset"):
        assert word in shown


@pytest.mark.parametrize("command", ["shapes", "presets"])
def test_a_list_fits_a_terminal_and_says_what_is_in_it(call, command):
    """The words of the formulas; and what a preset is for."""
    shown = call(command).stdout
    assert max(map(len, shown.splitlines())) <= 80
    words = {"shapes": ("u = T_cur/T_i", "eta_max is", "eta_min"), "presets": ("SGD", "Figure 1")}
    assert all(word in shown for word in words[command])


def test_version(call):
    assert call("--version") == (f"logsched {__version__}\n", "", 0)


def test_the_console_script_and_the_module_are_one(run):
    script = Path(sys.executable).with_name("logsched")
    assert run(command=[script, "shapes"]) == run("shapes")


# Bad input: one sentence, exit 2.


@pytest.mark.quick(24)
@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("name", RATES_AND_LENGTHS)
def test_a_rate_or_length_is_finite_and_not_negative(call, name, value):
    """As an option and in a schedule's text."""
    rule = f"{name} is {value.strip() or repr('')}, but it must be a finite number, 0 or more."
    result = call("export", option(name), value)
    assert_refused(result, rule)
    if "," not in value:
        assert call("export", f"cosine:{name}={value}") == result


OUT_OF_RANGE = [
    (["--epochs", "0"], ["epochs is 0"]),
    (["--epochs", "-1"], ["epochs is -1"]),
    (["--epochs", "2.5"], ["epochs is 2.5"]),
    (["--epochs", "1e18"], ["epochs is 1e18"]),
    (["--epochs", "1000000000000000000"], ["epochs is 1000000000000000000"]),
    (["--epochs", "nan"], ["epochs is nan"]),
    (["--epochs", ""], ["epochs is ''"]),
    (["--epochs", "1" * 5000], ["epochs is 1"]),
    (["--steps-per-epoch", "0"], ["steps_per_epoch is 0"]),
    (["--steps-per-epoch", "1e400"], ["steps_per_epoch is 1e400"]),
    (["--cycles", "0"], ["cycles is 0"]),
    (["--cycles", "1.5"], ["cycles is 1.5"]),
    (["--restart-interval-multiplier", "0"], ["restart_interval_multiplier is 0", "above 0"]),
    (["--restart-interval-multiplier", "-1"], ["restart_interval_multiplier is -1", "above 0"]),
    (["--restart-interval-multiplier", "nan"], ["restart_interval_multiplier is nan"]),
    (["--warmup-shape", "cosin"], ["warmup_shape is cosin", "did you mean 'cosine'?"]),
    (["--warmup-shape", ""], ["warmup_shape is ''", "linear or cosine"]),
    (["--every", "0"], ["every is 0"]),
    (["--every", "2.5"], ["every is 2.5"]),
    (["--every", ""], ["every is ''"]),
    (["--at", ","], ["at is ''"]),
    (["--at", ""], ["at is ''"]),
    (["--at", "1,,2"], ["at is ''"]),
    (["--at", "1e5"], ["at is 100000", "epochs 45"]),
    (["--at", "45"], ["at is 45", "epochs 45"]),
    (["--at", "0:10"], ["at is '0:10'", "as in 0,5,30"]),
    (["--at", "0,-1"], ["at is -1"]),
    (["--at", "nan"], ["at is nan"]),
    (["--at", "inf"], ["at is inf"]),
    (["--at", "1", "--every", "2"], ["at", "every"]),
    (["--epochs", "3", "--cycles", "2"], ["epochs", "cycles"]),
    (["constant", "--cycles", "2"], ["cycles"]),
]


@pytest.mark.parametrize(("args", "words"), OUT_OF_RANGE, ids=lambda it: " ".join(it)[:60])
def test_a_number_out_of_range(call, args, words):
    assert_refused(call("export", *args), *words)


NO_FORMULA = [
    (["log", "--restart-interval-multiplier", "0.5"], ["restart_interval_multiplier", "epoch 35"]),
    (
        ["cosine", "--restart-interval-multiplier", "0.5", "--epochs", "35"],
        ["restart_interval_multiplier", "epoch 35"],
    ),
    (["cosine:restart_interval_multiplier=0.8,restart_interval=4"], ["epoch 35"]),
    (["log:base=1"], ["base is 1", "above 1"]),
    (["log:base=0.5"], ["base is 0.5", "above 1"]),
    (["log:base=-3"], ["base is -3", "above 1"]),
    (["log:base=nan"], ["base is nan", "above 1"]),
    (["log:base=inf"], ["base is inf", "above 1"]),
    (["log:base=rang"], ["base is rang", "did you mean 'range'?"]),
    (["log", "--min-decay-lr", "1"], ["min-lr", "above 1", "log:base=1000"]),
    (["log:min_decay_lr=2"], ["min-lr", "0.5", "log:base=1000"]),
    (["log:base=range", "--lr", "5"], ["range", "log:base=1000"]),
    (["log:base=range,restart_lr=4"], ["range", "log:base=1000"]),
    (["log-bounded:min_decay_lr=2"], ["min-lr", "log-bounded:base=1000"]),
    (["log", "--min-decay-lr", "0"], ["min_decay_lr is 0", "log:base=1000"]),
    (["log-bounded", "--min-decay-lr", "0"], ["min_decay_lr is 0", "log-bounded:base=1000"]),
    (["log", "--lr", "0"], ["min_decay_lr", "log:base=1000"]),
    (["log-released", "--restart-interval", "1"], ["log-released", "cycle of 1", "more than 1"]),
    (["log-released", "--decay", "0.5"], ["log-released", "0.5", "more than 1"]),
    (["log:peak=0.2"], ["peak is 0.2", "1 or more"]),
    (["log:peak=inf"], ["peak is inf"]),
    (["step:gamma=0"], ["gamma is 0", "above 0"]),
    (["step:gamma=1.5"], ["gamma is 1.5", "at most 1"]),
    (["step:size=-1"], ["size is -1"]),
    (["cosine", "--restart-lr-decay", "2", "--restart-lr", "1e308"], ["restart_lr_decay"]),
]


@pytest.mark.parametrize(("args", "words"), NO_FORMULA, ids=lambda it: " ".join(it)[:60])
def test_a_formula_that_does_not_hold(call, args, words):
    """Named schedules are errors; the sentence names the parameter, or the epoch, or a way out."""
    assert_refused(call("export", *args), *words)


MISREAD = [
    (["log:restart_lr="], ["restart_lr is ''"]),
    (["log:=3"], ["'=3'", "param=value"]),
    (["log:"], ["nothing follows the colon"]),
    (["log:base=3,"], ["''", "param=value"]),
    (["log:base"], ["'base'", "param=value"]),
    (["log:base=3,base=4"], ["base", "twice"]),
    (["log:epochs=3"], ["epochs", "--epochs"]),
    (["log:steps_per_epoch=3"], ["steps_per_epoch", "--steps-per-epoch"]),
    (["log:steps-per-epoch=3"], ["steps_per_epoch", "--steps-per-epoch"]),
    (["log:cycles=3"], ["cycles", "--cycles"]),
    (["cosine:base=3"], ["base", "cosine"]),
    ([""], ["shape"]),
    (["="], ["shape"]),
    ([":"], ["shape"]),
    (["name="], ["shape"]),
    (["=log"], ["label ''"]),
    ([" =log"], ["label ' '"]),
    (["epoch=log"], ["label 'epoch'"]),
    (["log", "log"], ["label 'log'", "twice"]),
    (["a=log", "a=cosine"], ["label 'a'", "twice"]),
    (["--", "-1"], ["shape '-1'"]),
    (["log", "cosine", "--format", "npy"], ["npy", "one schedule", "2"]),
    (["log", "cosine", "--format", "txt"], ["txt", "one schedule", "2"]),
]


@pytest.mark.parametrize(("args", "words"), MISREAD, ids=lambda it: " ".join(it)[:60])
def test_a_schedule_that_cannot_be_read(call, args, words):
    assert_refused(call("export", *args), *words)


NEAREST = [
    (["export", "logg"], "log"),
    (["export", "cosin"], "cosine"),
    (["export", "LOG"], "log"),
    (["export", "log_bounded"], "log-bounded"),
    (["plot", "poly"], "polynomial"),
    (["plot", "exp"], "exponential"),
    (["plot", "CosineAnnealingLR"], "cosine"),
    (["plot", "x=liner"], "linear"),
    (["shapes", "stepp"], "step"),
    (["export", "--preset", "resnet"], "resnet34"),
    (["export", "--preset", "figure_1"], "figure-1"),
    (["presets", "transformers"], "transformer"),
    (["export", "log:bse=3"], "base"),
    (["export", "log:restart-lrr=3"], "restart_lr"),
    (["export", "--format", "cvs"], "csv"),
    (["export", "--format", "JSON"], "json"),
    (["export", "-o", "out.cvs"], "csv"),
    (["shapes", "--format", "jsn"], "json"),
    (["export", "--restrat-lr", "3"], "--restart-lr"),
    (["exprot"], "export"),
    (["preset"], "presets"),
]


@pytest.mark.parametrize(("args", "near"), NEAREST, ids=lambda it: "".join(it))
def test_an_unknown_name_is_answered_with_the_nearest(call, args, near):
    """First of all that is suggested."""
    result = call(*args)
    assert_refused(result)
    suggested = re.search(r"(?:[Dd]id you mean|Possible options:) (.*)", result.stderr)
    assert suggested is not None
    assert re.findall(r"[\w-]+", suggested[1])[0] == near


@pytest.mark.parametrize(
    "args",
    [["--nonsense"], ["export", "-x"], ["export", "--epochs"], ["shapes", "log", "cosine"], [""]],
)
def test_wrong_usage(call, args):
    assert_refused(call(*args))


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("plt", "there is no command 'plt'; did you mean 'plot'?"),
        ("trail", "there is no command 'trail'; did you mean 'trial'?"),
        ("version", "there is no command 'version'; known are plot, export, table, "),
        ("cosine", "cosine is a schedule, not a command: try logsched plot cosine."),
        ("log:peak=2", "log:peak=2 is a schedule, not a command: try logsched plot log:peak=2."),
    ],
)
def test_a_first_word_that_is_no_command(call, word, answer):
    assert_refused(call(word), answer)


@pytest.mark.parametrize(
    ("args", "answer"),
    [
        ("plot run.csv", "run.csv is a file, not a schedule: try logsched plot --data run.csv, or"),
        ("check cosine run.csv", "logsched check run.csv SCHEDULE."),
        ("table missing.npy:lr", "missing.npy is a file"),
        ("export there", "there is a file"),
        ("plot mine.toml", "mine.toml is a file, not a schedule: try --config mine.toml."),
    ],
)
def test_a_file_in_the_place_of_a_schedule(call, tmp_path, args, answer):
    """Told by its name's end, or since it is there."""
    (tmp_path / "there").touch()
    assert_refused(call(*args.split()), answer)


@pytest.mark.parametrize("option", ["--match-budget", "--against"])
def test_a_shape_that_is_no_schedule_of_the_run(call, option):
    result = call("describe", "log", option, "cosine")
    assert_refused(result, "there is no label 'cosine': name cosine among the schedules as well")
    assert_refused(call("describe", "log", option, "lgo"), "did you mean 'log'?")


@pytest.mark.parametrize("command", ["table", "describe", "explain --at 3", "shapes"])
def test_a_file_to_write_that_a_command_does_not_take(call, command):
    assert_refused(call(*command.split(), "-o", "x.txt"), "no option -o", "> FILE", "export -o")


def test_a_label_given_twice_is_answered_with_what_would_work(call):
    """The example in the sentence is a schedule that can be read, with another label."""
    result = call("export", "a=log", "a=cosine")
    example = re.search(r"as in (\S+=\S+?)\.?\n", result.stderr)
    assert example is not None
    assert call("export", "a=log", example[1]).returncode == 0


def test_a_grid_too_large_for_memory_says_its_size(call):
    """16 bytes a point: 10**12 points are 16 TB."""
    result = call("export", "--format", "npz", "--epochs", str(10**12))
    assert_refused(result, "npz", "16000 GB")


def test_more_cycles_than_a_run_can_have_are_refused(run):
    """At once, naming what was given."""
    assert_refused(run("export", "--cycles", "600"), "cycles is 600")
    assert_refused(run("export", "--cycles", "1000000"), "cycles is 1000000")


@pytest.mark.parametrize(
    "args",
    [
        ["export", "a\nb=log"],
        ["export", "a\x1b[31mb=log"],
        ["export", "a\nb"],
        ["export", "a\x1b[31mb"],
        ["export", "log:a\nb=3"],
        ["export", "log:base=a\nb"],
        ["export", "log:a\nb"],
        ["export", "--lr", "1\n2"],
        ["export", "--preset", "a\nb"],
        ["export", "--format", "a\nb"],
        ["export", "--a\nb"],
        ["presets", "a\nb"],
        ["shapes", "a\x1b[31mb"],
        ["a\x1b[31mb"],
    ],
    ids=repr,
)
def test_control_characters_in_bad_input_are_not_printed(call, args):
    """A newline would break the sentence, an escape code would colour the terminal."""
    assert_refused(call(*args))


@pytest.mark.parametrize(
    "args",
    [["export", "x" * 50_000], ["export", "--lr", "1" * 50_000], ["export", "log:" + "x," * 999]],
)
def test_very_long_input_makes_no_very_long_sentence(call, args):
    result = call(*args)
    assert_refused(result)
    assert len(result.stderr) < 1000


@pytest.mark.parametrize(
    "args",
    [["export", b"\xff=log"], ["export", b"\xff"], ["export", "--lr", b"\xff"], [b"\xff"]],
    ids=repr,
)
def test_bytes_that_are_no_text(call, args):
    assert_refused(call(*args))


@pytest.mark.quick
@pytest.mark.parametrize(
    "args",
    [
        ["export", "--lr", "nan"],
        ["export", "logg"],
        ["plot", "log", "--min-decay-lr", "0"],
        ["export", "--nonsense"],
        ["exprot"],
    ],
    ids=" ".join,
)
def test_errors_in_a_real_process(run, args):
    assert_refused(run(*args))


# Which setting wins, which schedules are taken.


def params_of(call, *args):
    exported = json.loads(call("export", "--at", "0", *args).stdout)
    return next(iter(exported["schedules"].values()))["params"]


def test_text_beats_option_beats_preset_beats_default(call):
    preset, option = ["--preset", "resnet34"], ["--restart-lr", "0.2"]
    assert params_of(call, "cosine:restart_lr=0.3", *option, *preset)["restart_lr"] == 0.3
    assert params_of(call, "cosine", *option, *preset)["restart_lr"] == 0.2
    assert params_of(call, "cosine", *preset)["restart_lr"] == 0.1
    assert params_of(call, "cosine")["restart_lr"] is None


def test_an_option_given_twice_takes_the_last(call):
    assert params_of(call, "--lr", "1", "--lr", "0.2")["lr"] == 0.2


def test_an_option_may_have_underscores(call):
    assert params_of(call, "--restart_lr", "0.2")["restart_lr"] == 0.2
    assert params_of(call, "--restart_lr=0.2") == params_of(call, "--restart-lr", "0.2")


def test_options_may_stand_anywhere(call):
    assert call("export", "--lr", "0.2", "cosine") == call("export", "cosine", "--lr=0.2")


def test_a_default_schedule_that_is_ruled_out_is_left_out_with_a_warning(call):
    result = call("plot", "--min-decay-lr", "0")
    assert result.returncode == 0
    assert re.fullmatch(r"Warning: log [^\n]*min_decay_lr is 0[^\n]*\n", result.stderr)
    labels = {row.split()[-1] for row in result.stdout.splitlines()}
    assert "cosine" in labels
    assert "log" not in labels


@pytest.mark.parametrize("args", [["plot", "constant", "log"], ["export"], ["export", "log"]])
def test_a_named_or_only_schedule_that_is_ruled_out_is_an_error(call, args):
    assert_refused(call(*args, "--min-decay-lr", "0"), "min_decay_lr")


# The terminal.

ESCAPE = "\x1b"


def test_a_terminal_gets_colour():
    shown, status = on_a_terminal("plot")
    assert status == 0
    assert "\x1b[38;5;" in shown


@pytest.mark.quick
@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_that_wants_no_colour(env):
    shown, status = on_a_terminal("plot", **env)
    assert status == 0
    assert "learning rate" in shown
    assert ESCAPE not in shown


def test_a_terminal_gets_no_binary():
    for output in ("-", "/dev/stdout"):
        shown, status = on_a_terminal("export", "--format", "npy", "-o", output)
        assert status == 2
        assert "NUMPY" not in shown
        assert "terminal" in shown


def test_an_error_on_a_terminal_has_no_escape_codes_of_the_user():
    shown, status = on_a_terminal("export", "a\x1b[31mb")
    assert status == 2
    assert ESCAPE not in shown


@pytest.mark.parametrize(
    ("env", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"NO_COLOR": "", "TERM": "dumb"}, False),
    ],
    ids=str,
)
def test_a_pipe_gets_colour_only_where_it_is_forced(call, env, coloured):
    result = call("plot", env=env)
    assert result.returncode == 0
    assert (ESCAPE in result.stdout) is coloured


def test_content_does_not_depend_on_the_terminal(call):
    """Colour and width change no data."""
    env = {"FORCE_COLOR": "1", "COLUMNS": "30", "TERM": "dumb", "LC_ALL": "C"}
    assert call("export", env=env) == call("export")


@pytest.mark.parametrize("columns", ["30", "31", "200"])
def test_a_plot_fits_the_columns(call, columns):
    rows = call("plot", env={"COLUMNS": columns}).stdout.splitlines()
    assert max(map(len, rows)) <= int(columns)
    assert all(any(name in row for row in rows) for name in ("constant", "step", "cosine", "log"))


@pytest.mark.parametrize(
    "env",
    [{"COLUMNS": "0"}, {"COLUMNS": "-5"}, {"COLUMNS": "x"}, {"LINES": "1"}, {"COLUMNS": "1"}],
    ids=str,
)
def test_a_size_that_makes_no_sense_is_no_error(call, env):
    result = call("plot", env=env)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout != ""


@pytest.mark.parametrize(
    "args",
    [["plot"], ["plot", "naïve=cosine"], ["shapes"], ["shapes", "log"], ["presets"], ["--help"]],
)
def test_a_c_locale_gets_ascii(call, args):
    result = call(*args, env={"LC_ALL": "C"})
    assert result.returncode == 0
    assert result.stdout.isascii()


@pytest.mark.parametrize("command", ["describe", "explain --at 3", "export --epochs 3"])
def test_json_in_a_c_locale_loses_no_character(call, command):
    """A label's letters, also those beyond 16 bits."""
    args = [*command.split(), "é😀=log", "--format", "json"]
    plain, ascii = call(*args), call(*args, env={"LC_ALL": "C"})
    assert json.loads(ascii.stdout) == json.loads(plain.stdout)
    assert "é😀" in plain.stdout


def test_an_error_in_a_c_locale_is_ascii(call):
    result = call("export", "naïve", env={"LC_ALL": "C"})
    assert_refused(result)
    assert result.stderr.isascii()


# Shell completion.


def test_show_completion_prints_a_script(run):
    """For the shell that it is called from."""
    script = Path(sys.executable).with_name("logsched")
    result = run(command=["bash", "-c", f"{script} --show-completion; exit $?"])
    assert result.returncode == 0
    assert "_LOGSCHED_COMPLETE=complete_bash" in result.stdout


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("logsched ex", {"export"}),
        ("logsched export co", {"constant", "cosine"}),
        ("logsched plot log", {"log", "log-bounded", "log-released"}),
        ("logsched plot --restart-lr", {"--restart-lr", "--restart-lr-decay"}),
        ("logsched plot --warmup-shape c", {"cosine"}),
        ("logsched export --preset f", {"figure-1"}),
        ("logsched presets t", {"transformer"}),
        ("logsched tri", {"trial"}),
        ("logsched trial di", {"digits"}),
        ("logsched trial digits lo", {"log", "log-bounded"}),
        ("logsched trial digits --back", {"--backbone"}),
        ("logsched snippet t", {"torch", "transformers"}),
        ("logsched snippet torch co", {"constant", "cosine"}),
        ("logsched shapes l", {"linear", "log", "log-bounded", "log-released"}),
    ],
)
def test_completion_offers_names(call, words, offered):
    asked = {"_LOGSCHED_COMPLETE": "complete_bash", "COMP_WORDS": words}
    asked["COMP_CWORD"] = str(words.count(" "))
    assert set(call(env=asked).stdout.split()) >= offered


@pytest.mark.parametrize(
    "args",
    [
        ["describe", "--min-decay-lr", "0", "--against", "log"],
        ["explain", "log", "cosine", "--match-budget", "cosine", "--at", "-1"],
    ],
)
def test_an_error_is_all_that_is_said(call, args):
    """Also where there is something to warn of, or to tell, as well."""
    assert_refused(call(*args))


# A terminal as people have it.


@pytest.fixture
def tmux(tmp_path):
    """A terminal of 100 columns in which a command runs; it returns what is seen in the end."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    ask = ["tmux", "-f", "/dev/null", "-S", str(tmp_path / "socket")]
    script = Path(sys.executable).with_name("logsched")

    def tmux(*args):
        line = f"{script} {shlex.join(args)}; echo status $?; exec cat"
        env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        size = ["-x", "100", "-y", "40"]
        subprocess.run([*ask, "new-session", "-d", *size, line], env=env, check=True, cwd=tmp_path)
        capture = [*ask, "capture-pane", "-p", "-e"]
        for _ in range(10 * PATIENCE):
            seen = subprocess.run(capture, env=env, stdout=-1, text=True, check=True).stdout
            if "status" in seen:
                return seen
            time.sleep(0.1)
        raise AssertionError(f"no end of {line}")

    yield tmux
    subprocess.run([*ask, "kill-server"], check=False)


def test_a_plot_in_a_real_terminal(tmux):
    """It is as wide as that, all of it is seen, in colour, and nothing else is."""
    seen = tmux("plot", "--restart-lr", "0.1")
    rows = re.sub(r"\x1b\[[\d;]*m", "", seen).rstrip().splitlines()
    assert rows[0] == "learning rate"
    assert rows[-1] == "status 0"
    assert {"constant", "step", "cosine", "log"} <= {row.split()[-1] for row in rows}
    assert 90 < max(map(len, rows)) <= 100
    assert re.search(r"\x1b\[38;5;\d+m", seen)


def test_an_error_in_a_real_terminal(tmux):
    rows = tmux("plot", "--lr", "nan").split("\n")
    assert rows[:2] == ["Error: lr is nan, but it must be a finite number, 0 or more.", "status 2"]
