"""What every command promises of its output, its errors and its exit status: a row each.

A new command adds its row. What `trial` does is tested where PyTorch is.
"""

import os
import re
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NamedTuple

import golden
import pytest

from logsched.cli.app import COMMANDS

ERROR = re.compile(r"Error: [^\n]+[.?]\n")


class Row(NamedTuple):
    """Arguments that work, that are wrong, and that ask for what cannot be done."""

    works: Sequence[str] = ()
    wrong: Sequence[str] = ("--format", "nonsense")
    cannot: Sequence[str] | None = None


ROWS = {
    "plot": Row(cannot=["-o", "missing/out.png"], wrong=["--width", "five"]),
    "export": Row(cannot=["-o", "missing/out.csv"]),
    "table": Row(cannot=["--config", "missing.toml"]),
    "describe": Row(cannot=["--config", "missing.toml"]),
    "explain": Row(["--at", "3"], cannot=["--at", "3", "--config", "missing.toml"]),
    "check": Row(["run.csv", "constant"], ["run.csv"], ["missing.csv", "log"]),
    "snippet": Row(["python"], ["fortran"], ["python", "-o", "missing/out.py"]),
    "identify": Row(["run.csv"], ["run.csv", "--every", "0"], ["missing.csv"]),
    "shapes": Row(wrong=["nonsense"]),
    "presets": Row(wrong=["nonsense"]),
    "trial": Row(
        ["rastrigin", "--epochs", "6", "--starts", "9"], ["nonsense"], ["--from", "missing.json"]
    ),
}
WORKING = [name for name in ROWS if name != "trial" or find_spec("torch")]
every = pytest.mark.parametrize("name", COMMANDS)
working = pytest.mark.parametrize("name", WORKING)


def test_each_command_has_its_row():
    assert set(ROWS) == set(COMMANDS)


@pytest.fixture
def there(call):
    """The folder of a call has a log in it."""
    call("export", "constant", "--format", "csv", "-o", "run.csv")


def words(name):
    return [name, *ROWS[name].works]


def assert_refused(result, status):
    """Nothing on stdout, one sentence on stderr."""
    assert (result.stdout, result.returncode) == ("", status)
    assert ERROR.fullmatch(result.stderr)
    assert result.stderr[:-1].isprintable()


@working
def test_what_works_is_on_stdout_alone(call, there, name):
    result = call(*words(name))
    assert (result.stderr, result.returncode) == ("", 0)
    assert result.stdout.endswith("\n")


@working
def test_the_same_asked_twice_is_the_same(call, there, name):
    assert call(*words(name)) == call(*words(name))


@working
def test_no_terminal_no_control_codes(call, there, name):
    """Nor where TERM promises colours."""
    result = call(*words(name), env={"TERM": "xterm-256color"})
    assert (result.stderr, result.returncode) == ("", 0)
    assert "\x1b" not in result.stdout


@working
def test_a_c_locale_is_ascii(call, there, name):
    result = call(*words(name), env={"LC_ALL": "C"})
    assert result.returncode == 0
    assert result.stdout.isascii()


@every
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_an_answer(call, name, flag):
    result = call(name, flag)
    assert (result.stderr, result.returncode) == ("", 0)
    assert result.stdout.startswith("Usage: ")


@every
def test_wrong_arguments_are_refused(call, there, name):
    assert_refused(call(name, *ROWS[name].wrong), 2)


@every
@pytest.mark.parametrize("args", [["--nonsense"], ["--nonsense=1"], ["-7"], ["a", "b", "c", "d"]])
def test_wrong_usage_is_refused(call, there, name, args):
    """Options that there are not; arguments that mean nothing, or are too many."""
    assert_refused(call(name, *args), 2)


CANNOT = [name for name, row in ROWS.items() if row.cannot is not None]


@pytest.mark.parametrize("name", CANNOT)
def test_what_cannot_be_done_is_said(call, there, name):
    result = call(name, *ROWS[name].cannot)
    assert_refused(result, 1)
    assert "missing" in result.stderr


@pytest.mark.quick("shapes", "export")
@working
def test_a_full_disk_is_said(run, there, name):
    with open("/dev/full", "wb") as full:
        result = run(*words(name), stdout=full)
    assert_refused(result, 1)
    assert "cannot write standard output: No space left on device" in result.stderr


@pytest.mark.quick("shapes", "export")
@working
def test_a_closed_stdout_is_said(shell, there, name):
    assert_refused(shell(f"$LOGSCHED {' '.join(words(name))} >&-"), 1)


@pytest.mark.quick("shapes", "export")
@working
def test_a_reader_that_left_is_no_matter(run, there, name):
    reader, writer = os.pipe()
    os.close(reader)
    result = run(*words(name), stdout=writer)
    os.close(writer)
    assert (result.stderr, result.returncode) == ("", 0)


def test_every_help_is_kept():
    assert set(golden.HELPS) == {"", *COMMANDS}
