"""Where output goes: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from logsched.errors import OutputError

STDOUT = "-"


def write(chunks: Iterable[bytes], path: str = STDOUT) -> None:
    """Write chunks to a path; `-` is standard output. Raises OutputError where that fails."""
    try:
        with _opened(path) as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
    except BrokenPipeError:  # the reader has what it wanted, as in `| head`
        _abandon_stdout()
    except OSError as error:
        name = "standard output" if path == STDOUT else path
        if path == STDOUT:
            _abandon_stdout()
        raise OutputError(f"cannot write {name}: {error.strerror}") from None


def write_text(text: str) -> None:
    """Write text to standard output; what its encoding lacks becomes `?`."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    write([text.encode(encoding, errors="replace")])


def is_terminal(path: str) -> bool:
    """Whether a path is standard output on a terminal."""
    return path == STDOUT and sys.stdout is not None and sys.stdout.isatty()


def _opened(path: str) -> AbstractContextManager[BinaryIO]:
    if path == STDOUT:
        return _stdout()
    target = Path(path).resolve()
    if target.exists() and not target.is_file() and not target.is_dir():
        return target.open("wb")  # a pipe or a device cannot be replaced
    return _replacing(target)


@contextmanager
def _stdout() -> Iterator[BinaryIO]:
    if sys.stdout is None:
        raise OutputError("cannot write standard output: it is closed")
    yield sys.stdout.buffer


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    """A new file beside the target, which takes its place when all has been written."""
    if target.is_dir() or (target.exists() and not os.access(target, os.W_OK)):
        target.open("wb")  # raises what it is that forbids this
    new = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        with new.open("xb") as file:
            yield file
        if target.exists():
            new.chmod(stat.S_IMODE(target.stat().st_mode))
        new.replace(target)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _abandon_stdout() -> None:
    """Let nothing more be written there, also not by Python's flush at exit."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
