"""Files: read whole, and written whole or not at all; standard output is one, too."""

from __future__ import annotations

import errno
import io
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path, PurePath
from typing import BinaryIO, NoReturn

from logsched.base.console import has_unicode
from logsched.base.ending import taken_back
from logsched.base.errors import LogschedError, OutputError
from logsched.base.words import shown

LONG = 100  # bytes of a label in a file's name
STDOUT = "-"
STDOUT_NAMES = (STDOUT, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")  # one and the same


def write(chunks: Iterable[bytes], path: str = STDOUT) -> None:
    """Write chunks to a path; `-` is standard output. Raises OutputError where that fails."""
    if not path:
        raise LogschedError("output is '', but it must be the name of a file, or - for stdout")
    try:
        with _opened(path) as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
    except BrokenPipeError:  # the reader has what it wanted, as in `| head`
        abandon_stdout()
    except OSError as error:
        name = "standard output" if path in STDOUT_NAMES else path
        if path in STDOUT_NAMES:
            abandon_stdout()
        raise OutputError(f"cannot write {name}: {error.strerror}") from None


def read(path: str | Path, most: int, rule: str) -> bytes:
    """What a file holds. Raises OutputError where it cannot be read or has more bytes than `most`.

    `rule` says whose size that is: `results are not`.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise OutputError(f"cannot read {path}: {error.strerror}") from None
    if len(content) > most:
        raise OutputError(f"{path} is larger than {most:,} bytes, but {rule}")
    return content


def suffix(path: str) -> str:
    """What a file's name says of its format: `csv` of `rates.CSV`."""
    return PurePath(path).suffix.removeprefix(".").lower()


def name_of(label: str, apart: bool = False) -> str:
    """A label as a file's name, without a suffix; `apart` from others that look alike in one."""
    from hashlib import sha256

    name = re.sub(r"[^\w.=,-]+", "_", label).encode()[:LONG].decode(errors="ignore")
    return f"{name}-{sha256(label.encode()).hexdigest()[:8]}" if apart else name


def make_folder(folder: str) -> None:
    """Make a folder where it is not there. Raises OutputError where that fails."""
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror}") from None
    except RecursionError:  # each folder in it is made by itself
        raise OutputError(f"cannot write {shown(folder)}: File name too long") from None


def write_text(text: str) -> None:
    """Write text to standard output; what its encoding lacks becomes `?`."""
    encoding = sys.stdout.encoding if has_unicode() else "ascii"
    write([text.encode(encoding, errors="replace")])


def is_terminal(path: str) -> bool:
    """Whether a path is standard output on a terminal."""
    return path in STDOUT_NAMES and sys.stdout.isatty()


def ensure_stdout() -> None:
    """Where standard output was closed, let what is written there fail: not be lost, unsaid."""
    if sys.stdout is None:
        sys.stdout = _Closed()


class _Closed(io.TextIOBase):
    """Standard output where there is none."""

    @property
    def buffer(self) -> NoReturn:
        raise OSError(errno.EBADF, "it is closed")

    def write(self, text: str) -> NoReturn:
        raise OSError(errno.EBADF, "it is closed")


def abandon_stdout() -> None:
    """Let nothing more be written there, also not by Python's flush at exit."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _opened(path: str) -> AbstractContextManager[BinaryIO]:
    if path in STDOUT_NAMES:
        return _stdout()
    if path.endswith(os.sep) or (mode := _mode(path)) == stat.S_IFDIR:
        return open(path, "wb")
    if mode not in (0, stat.S_IFREG):  # a pipe or a device cannot be replaced
        return open(path, "wb")
    return _replacing(Path(os.path.realpath(path)))


def _mode(path: str) -> int:
    """What kind of file a path leads to; 0 for none yet."""
    try:
        return stat.S_IFMT(os.stat(path).st_mode)
    except FileNotFoundError:
        return 0


@contextmanager
def _stdout() -> Iterator[BinaryIO]:
    yield sys.stdout.buffer


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    """A new file beside the target, which takes its place when all has been written."""
    if target.exists() and not os.access(target, os.W_OK):
        target.open("r+b").close()  # raises what forbids this
    new = target.with_name(f".logsched-{os.getpid()}-{os.urandom(4).hex()}.unfinished")
    with taken_back(partial(new.unlink, missing_ok=True)):
        file = new.open("xb")
        try:
            with file:
                yield file
            if target.exists():
                new.chmod(stat.S_IMODE(target.stat().st_mode))
            new.replace(target)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
