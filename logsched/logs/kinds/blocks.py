"""A file in blocks of whole lines, as far as a log may go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from logsched.base.errors import LogschedError

MOST = 256 * 2**20  # bytes of a file: ten million rows and more
BLOCK = 4 * 2**20  # bytes of text that are read at a time
EMPTY = b" \t\r\n\0"  # a file cut off by a crash may hold NUL


def too_long(name: str) -> LogschedError:
    """The sentence about a file that has more than a log may."""
    return LogschedError(f"{name} is too long: a log has at most {MOST} bytes")


class Limited:
    """What is read of a file; a LogschedError where that is more than a log may have."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name, self._left = file, name, MOST

    def read(self, size: int = -1) -> bytes:
        most = self._left + 1
        data = self._file.read(most if size < 0 else min(size, most))
        self._left -= len(data)
        if self._left < 0:
            raise too_long(self._name)
        return data


def whole_lines(start: bytes, file: BinaryIO) -> Iterator[bytes]:
    """Whole lines, some MB at a time."""
    rest = start
    while more := file.read(BLOCK):
        whole, end, half = rest.rpartition(b"\n")
        if end:
            yield whole + end
        rest = half + more
    yield rest.removesuffix(b"\n") + b"\n"
