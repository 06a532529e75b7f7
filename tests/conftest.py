"""What tests share: `run`, the command line in a real process; `call`, in this one; what is quick.

`python -m pytest` runs a part of each test function's cases, those that are quick, with 20 examples
of each property, always the same ones; `.ci/run` runs the others, and more examples, any.
"""

import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from commands import PATIENCE
from hypothesis import HealthCheck, settings
from in_process import PLAIN, UNSET, Result, ended, plain

import logsched

for profile, its in {
    "quick": {"max_examples": 20, "derandomize": True, "database": None},
    "full": {"max_examples": 100, "print_blob": True},
}.items():  # a machine may be busy: no property is about time
    unhurried = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile(profile, **unhurried, **its)


@pytest.hookimpl(tryfirst=True)  # before -m is asked
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where a function says which of its cases are quick, all the others are slow."""
    functions = defaultdict(list)
    for item in items:
        functions[item.nodeid.partition("[")[0]].append(item)
    for cases in functions.values():
        if mark := cases[0].get_closest_marker("quick"):
            quick = quick_cases(cases, *mark.args)
            for case in cases:
                if case not in quick:
                    case.add_marker("slow")


def quick_cases(cases: Sequence[pytest.Item], *said: int | str) -> Sequence[pytest.Item]:
    """So many of them, always the same; or those named by a part of their ids; or the first."""
    if said and isinstance(said[0], int):
        return Random(0).sample(cases, min(said[0], len(cases)))
    return [case for case in cases if any(word in case.name for word in said)] or cases[:1]


@pytest.fixture
def run(tmp_path) -> Callable[..., Result]:
    """Run `python -m logsched` in an empty folder: 80 columns, UTF-8, no terminal."""

    def run(*args, env=None, stdin=None, text=True, command=None, **options) -> Result:
        given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin.encode()}
        whole = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": PATIENCE}
        done = subprocess.run(
            command or [sys.executable, "-m", "logsched", *args],
            env=plain() | {"HOME": str(tmp_path)} | (env or {}),
            cwd=tmp_path,
            check=False,
            **given,
            **whole | options,
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
def call(monkeypatch, tmp_path) -> Callable[..., Result]:
    """Run `logsched` in this process, in an empty folder: as `run`, and much quicker."""
    monkeypatch.chdir(tmp_path)
    for name in UNSET:
        monkeypatch.delenv(name, raising=False)
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)

    def call(*args, env=None, stdin="", text=True) -> Result:
        done = ended(args, os.environ | (env or {}), stdin.encode())
        return done._replace(stdout=done.stdout.decode()) if text else done

    return call
