"""The command line run in this process, as it runs in one of its own, but for the start of that.

What it changes of the process is put back: no run tells what ran before it.
"""

import gc
import io
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, chdir, contextmanager
from pathlib import Path
from types import ModuleType
from typing import NamedTuple
from unittest import mock

from logsched import __main__

# What a terminal, a locale or a person may have set, and what would change the output.
UNSET = ("NO_COLOR", "FORCE_COLOR", "LINES", "LC_ALL", "LC_CTYPE", "TERM", "PYTHONIOENCODING")
PLAIN = {"LANG": "C.UTF-8", "COLUMNS": "80"}
UNHEARD = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)


class Result(NamedTuple):
    """What a command printed, and how it ended; bytes where asked for."""

    stdout: str | bytes
    stderr: str
    returncode: int


def plain() -> dict[str, str]:
    """The environment without what would change the output: of 80 columns and UTF-8."""
    return {name: value for name, value in os.environ.items() if name not in UNSET} | PLAIN


def ended(
    args: Sequence[str | bytes],
    env: Mapping[str, str],
    stdin: bytes = b"",
    folder: Path | str = ".",
    together: bool = False,
) -> Result:
    """What `logsched` with these arguments comes to; `together`, stdout has stderr in it.

    An exception that gets out of the command line gets out of this too.
    """
    out = _stream("surrogateescape")
    err = out if together else _stream("backslashreplace")
    argv = ["logsched", *map(os.fsdecode, args)]
    streams = {"stdin": io.TextIOWrapper(io.BytesIO(stdin), "utf-8"), "stdout": out, "stderr": err}
    with ExitStack() as back:
        warned = back.enter_context(_process())
        back.enter_context(chdir(folder))
        back.enter_context(mock.patch.dict(os.environ, env, clear=True))
        back.enter_context(mock.patch.multiple(sys, argv=argv, **streams))
        status = _status()
        for warning in warned:
            err.write(_text(warning))
    printed = [stream.buffer.getvalue() for stream in (out, err)]
    return Result(printed[0], "" if together else printed[1].decode(), status)


def _stream(errors: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "utf-8", errors, write_through=True)


def _text(warning: warnings.WarningMessage) -> str:
    about = warning.message, warning.category, warning.filename, warning.lineno, warning.line
    return warnings.formatwarning(*about)


def _status() -> int:
    """The exit status; the process itself is not ended."""
    with mock.patch.object(__main__, "end", sys.exit):
        try:
            __main__.main()
        except SystemExit as stop:
            return stop.code or 0
    return 0


@contextmanager
def _process() -> Iterator[list[warnings.WarningMessage]]:
    """The state of a process just begun, and the warnings that it would print; put back after."""
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    threshold, ours = gc.get_threshold(), sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.resetwarnings()
            for category in UNHEARD:
                warnings.simplefilter("ignore", category)
            yield warned
    finally:
        sys.modules["__main__"] = ours
        gc.set_threshold(*threshold)
        for number, handler in handlers.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)
