"""A file in blocks of whole lines, as far as a log may go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from logsched.base.errors import LogschedError

MOST = 256 * 2**20  # bytes of a file: ten million rows and more
BLOCK = 4 * 2**20  # bytes of text that are read at a time
EMPTY = b" \t\r\n\0"  # a file cut off by a crash may hold NUL
LAST = re.compile(  # the number at the end of a line
    rb"(?<![\w.+:/-])([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)[ \t\r]*$"
)
TAIL = 4096  # bytes that tell how long the numbers there are
ENOUGH = 3  # lines that tell how lines end
MUCH = 10  # times as great a number is another one, of which the exponent is cut off


class Readable(Protocol):
    """What can be read on."""

    def read(self, size: int = -1, /) -> bytes: ...


def too_long(name: str) -> LogschedError:
    """The sentence about a file that has more than a log may."""
    return LogschedError(f"{name} is too long: a log has at most {MOST} bytes")


class Limited:
    """What is read of a file; a LogschedError where that is more than a log may have."""

    def __init__(self, file: Readable, name: str) -> None:
        self._file, self._name, self._left = file, name, MOST

    def read(self, size: int = -1) -> bytes:
        most = self._left + 1
        data = self._file.read(most if size < 0 else min(size, most))
        self._left -= len(data)
        if self._left < 0:
            raise too_long(self._name)
        return data


def whole_lines(start: bytes, file: Readable) -> Iterator[bytes]:
    """Whole lines, some MB at a time; the last one may be without an end."""
    parts = [start]
    while more := file.read(BLOCK):
        whole, end, half = parts[-1].rpartition(b"\n")
        if end:
            yield b"".join([*parts[:-1], whole, end])
            parts = [half]
        parts.append(more)
    if last := b"".join(parts):
        yield last


def torn(block: bytes) -> bytes:
    """The last line of the last block, where it seems to be cut off within its last number.

    A line that has an end is whole. One that has none is whole as well where its number stands at
    the end of other lines, after the same, or is as long as most numbers there and not much
    greater: a cut takes digits, or the exponent.
    """
    *before, line = re.split(rb"[\n\r\b]+", block[-TAIL:])
    if not (found := LAST.search(line)):
        return b""
    number, after = found[1], _before(found)
    ends = [one for one in map(LAST.search, before) if one]
    others = [one[1] for one in ends if _before(one) == after]
    if number in others or (len(before) < ENOUGH and not others):
        return line if number.endswith(b".") else b""
    long = sorted(map(len, others))[len(others) // 2] if others else len(line) + 1
    greatest = max((abs(float(one)) for one in others), default=0.0)
    return b"" if len(number) >= long and abs(float(number)) <= MUCH * greatest else line


def _before(number: re.Match[bytes]) -> bytes:
    """What is directly before a number, without digits: a separator, or the end of a name."""
    return number.string[max(number.start() - 3, 0) : number.start()].strip(b"0123456789.+-")
