"""What tests of the command line share: `run`, a real process; `call`, the same in this one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import logsched.cli.app

# What a terminal, a locale or a person may have set, and what would change the output.
UNSET = ("NO_COLOR", "FORCE_COLOR", "LINES", "LC_ALL", "LC_CTYPE", "TERM", "PYTHONIOENCODING")
PLAIN = {key: value for key, value in os.environ.items() if key not in UNSET}
PLAIN |= {"LANG": "C.UTF-8", "COLUMNS": "80"}


class Result(NamedTuple):
    """What a command printed, and how it ended; bytes where asked for."""

    stdout: str | bytes
    stderr: str
    returncode: int


@pytest.fixture
def run(tmp_path) -> Callable[..., Result]:
    """Run `python -m logsched` in an empty folder: 80 columns, UTF-8, no terminal."""

    def run(*args, env=None, stdin=None, text=True, command=None, **options) -> Result:
        given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin.encode()}
        whole = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 60} | options
        done = subprocess.run(
            command or [sys.executable, "-m", "logsched", *args],
            env=PLAIN | {"HOME": str(tmp_path)} | (env or {}),
            cwd=tmp_path,
            check=False,
            **given,
            **whole,
        )
        out = done.stdout or b""
        return Result(out.decode() if text else out, (done.stderr or b"").decode(), done.returncode)

    return run


@pytest.fixture
def package(tmp_path) -> Path:
    """A copy of the package, to which a test may add; it is what `run` runs then."""
    folder = tmp_path / "logsched"  # where a process starts Python looks first
    shutil.copytree(Path(logsched.__file__).parent, folder)
    return folder


@pytest.fixture
def shell(run) -> Callable[..., Result]:
    """Run a line of bash under pipefail, in which `$LOGSCHED` is the command line."""

    def shell(line: str, **options) -> Result:
        start = f'LOGSCHED="{Path(sys.executable)} -m logsched"; '
        return run(command=["bash", "-o", "pipefail", "-c", start + line], **options)

    return shell


@pytest.fixture
def call(monkeypatch, capsysbinary, tmp_path) -> Callable[..., Result]:
    """Call the command line in this process, in an empty folder: much quicker than `run`."""
    monkeypatch.chdir(tmp_path)
    for name in UNSET:
        monkeypatch.delenv(name, raising=False)

    def call(*args: str, text: bool = True) -> Result:
        monkeypatch.setattr(sys, "argv", ["logsched", *args])
        with pytest.raises(SystemExit) as ended:
            logsched.cli.app.main()
        out, err = capsysbinary.readouterr()
        return Result(out.decode() if text else out, err.decode(), ended.value.code or 0)

    return call
