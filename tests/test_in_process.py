"""The command line in this process, `call`, is what it is in one of its own; it leaves no trace."""

import gc
import os
import signal
import sys
import warnings
from pathlib import Path

import pytest

SCRIPT = Path(sys.executable).with_name("logsched")
LOG = "epoch,lr\n0,0.01\n1,0.028\n2,0.5\n"
ASKED = {"_LOGSCHED_COMPLETE": "complete_bash", "COMP_WORDS": "logsched ex", "COMP_CWORD": "1"}
CASES = {  # arguments, what the environment adds, standard input
    "nothing": ([], {}, ""),
    "version": (["--version"], {}, ""),
    "help": (["plot", "--help"], {"COLUMNS": "60"}, ""),
    "completion": ([], ASKED, ""),
    "a plot": (["plot", "--restart-lr", "0.1"], {}, ""),
    "in colour": (["plot"], {"FORCE_COLOR": "1", "COLUMNS": "120", "LINES": "20"}, ""),
    "no colour": (["plot", "cosine"], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, ""),
    "a C locale": (["plot", "é😀=log", "cosine"], {"LC_ALL": "C"}, ""),
    "no Unicode": (["describe", "é😀=log", "--format", "json"], {"LC_ALL": "POSIX"}, ""),
    "a terminal's name": (["table", "cosine"], {"TERM": "xterm-256color"}, ""),
    "bytes": (["export", "log", "--format", "npz"], {}, ""),
    "a pipe": (["check", "-", "cosine"], {}, LOG),
    "no log": (["identify", "-"], {}, ""),
    "a file": (["export", "-o", "out.csv"], {}, ""),
    "a picture": (["plot", "-o", "out.svg"], {"MPLBACKEND": "nonsense"}, ""),
    "a warning": (["plot", "--min-decay-lr", "0"], {}, ""),
    "extremes": (["describe", "log:base=1000", "--lr", "1e308"], {}, ""),
    "refused": (["export", "--lr", "nan"], {}, ""),
    "usage": (["export", "--nonsense"], {}, ""),
    "a word": (["exprot"], {"LC_ALL": "C"}, ""),
    "no text": (["export", b"\xff\xe9=log"], {}, ""),
    "no file": (["check", "missing.csv", "log"], {}, ""),
    "no folder": (["export", "-o", "missing/out.csv"], {}, ""),
}
every = pytest.mark.parametrize("name", CASES)


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.quick("help", "a plot", "a pipe", "refused")
@every
def test_it_is_as_in_a_real_process(run, call, tmp_path, name):
    """Bytes, sentences, exit status and files; also of the same asked again."""
    args, env, stdin = CASES[name]
    real = run(command=[SCRIPT, *args], env=env, stdin=stdin, text=False), files(tmp_path)
    for _ in range(2):
        (tmp_path / "out.csv").unlink(missing_ok=True)
        assert (call(*args, env=env, stdin=stdin, text=False), files(tmp_path)) == real


def state():
    """What a run might change of its process."""
    return {
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "streams": (sys.stdin, sys.stdout, sys.stderr, *map(id, (os.environ, sys.modules))),
        "arguments": sys.argv,
        "main": sys.modules["__main__"],
        "garbage": gc.get_threshold(),
        "warnings": [*warnings.filters],
    }


@every
def test_it_leaves_no_trace(call, name):
    args, env, stdin = CASES[name]
    before = state()
    call(*args, env=env, stdin=stdin, text=False)
    assert state() == before


@pytest.mark.parametrize(("category", "heard"), [(UserWarning, True), (RuntimeWarning, False)])
def test_what_python_warns_of_is_heard(call, monkeypatch, category, heard):
    """On standard error, as in a real process, but for what `main` has ignored."""
    warn = lambda text: warnings.warn("loud", category, stacklevel=2)  # noqa: E731
    monkeypatch.setattr("logsched.base.files.write_text", warn)
    assert (f"{category.__name__}: loud\n" in call("shapes").stderr) is heard
