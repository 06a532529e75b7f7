"""A file, or a folder, as kinds are asked about it: what it begins with, and what follows."""

from __future__ import annotations

import gzip
import io
import os
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO

from logsched.base.errors import LogschedError, OutputError
from logsched.logs import blocks
from logsched.logs.blocks import Limited, Readable, torn, whole_lines
from logsched.logs.table import Oddities

STDIN = "-"
GZIP = b"\x1f\x8b"
UTF_8 = b"\xef\xbb\xbf"
MARKED = (b"\xff\xfe", b"\xfe\xff")  # UTF-16, as PowerShell's > writes it
COLORS = re.compile(rb"\x1b\[[\d;?]*[A-Za-z]")
FOREIGN = 0.1  # of the characters of a file that is no text
KNOWN = {  # what other files begin with
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
    b"\x89HDF": "an HDF5 file",
    b"\x7fELF": "a program",
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b":W&B": "a binary file of Weights & Biases",
    b"BZh": "packed by bzip2",
    b"\xfd7zXZ": "packed by xz",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"\x80": "a pickle, which is not loaded",
}


@dataclass(frozen=True)
class Opened:
    """A file by its name in sentences, with its first bytes and the rest to be read; or a folder.

    A packed file is unpacked, and text is UTF-8, without colours of a terminal. `size` is that of
    the file, 0 where it is not known.
    """

    name: str
    path: str
    size: int = 0
    start: bytes = b""
    rest: Readable = field(default_factory=io.BytesIO)
    folder: bool = False

    def whole(self) -> bytes:
        """All bytes of a file."""
        return self.start + self.rest.read()

    def blocks(self, odd: Oddities | None = None) -> Iterator[bytes]:
        """Whole lines of a text, some MB at a time, each with its end.

        A last line that seems to be cut off within a number is left out, and counted as `odd`.
        """
        line = 1
        for block in whole_lines(self.start, self.rest):
            if not block.endswith(b"\n"):  # the last one
                cut = torn(block) if odd else b""
                block = block[: len(block) - len(cut)]
                if odd and cut:
                    odd.cannot_read(line + block.count(b"\n"), cut.decode(errors="replace"))
                block += b"" if block.endswith(b"\n") else b"\n"
            yield COLORS.sub(b"", block) if b"\x1b" in block else block
            line += block.count(b"\n")

    @cached_property
    def lines(self) -> list[bytes]:
        """The whole lines with which a text begins, or all that there is of the first one."""
        lines = COLORS.sub(b"", self.start).split(b"\n")
        return lines[:-1] if len(lines) > 1 and len(self.start) >= blocks.BLOCK else lines

    def check_text(self) -> None:
        """Raise LogschedError for what is no text, with what it is."""
        if self.folder:
            raise LogschedError(f"{self.name} holds neither event files nor the metrics of a run")
        text = self.start.decode(errors="replace").replace("\0", "").strip()
        if not text:
            raise LogschedError(f"{self.name} is empty")
        odd = {char for char in {*text} - {*"\t\r\n\b\x1b"} if not char.isprintable()}
        strange = sum(map(text.count, odd | {"\ufffd"}))
        what = next((known for first, known in KNOWN.items() if self.start.startswith(first)), None)
        if what and strange:
            raise LogschedError(f"{self.name} is {what}, not a log")
        if strange > FOREIGN * len(text):
            raise LogschedError(f"{self.name} is neither text nor another kind of log known here")


@contextmanager
def opened(path: str, name: str) -> Iterator[Opened]:
    """Open a file, a folder or standard input. Raises OSError, or LogschedError for damage."""
    if path == STDIN and sys.stdin is None:
        raise OutputError("cannot read standard input: it is closed")
    if path == STDIN:
        yield _begun(sys.stdin.buffer, path, name)
    elif os.path.isdir(path):
        yield Opened(name, path, folder=True)
    else:
        with open(path, "rb") as file:
            yield _begun(file, path, name)


def _begun(file: BinaryIO, path: str, name: str) -> Opened:
    size = 0
    with suppress(OSError):
        size = os.fstat(file.fileno()).st_size
    limited: Readable = Limited(file, name)
    start = limited.read(blocks.BLOCK)
    if start.startswith(GZIP):
        limited = Limited(_Unpacked(_Joined(start, limited), name), name)
        start, size = limited.read(blocks.BLOCK), 0
    if encoding := _utf_16(start):
        text = (start + limited.read()).decode(encoding, errors="replace")
        limited = io.BytesIO(text.encode())
        start = limited.read(blocks.BLOCK)
    return Opened(name, path, size, start.removeprefix(UTF_8), limited)


def _utf_16(start: bytes) -> str | None:
    """The encoding of a text in UTF-16: by its mark, or where half of the bytes are 0."""
    if start[:2] in MARKED:
        return "utf-16"
    even, odd = start[::2].count(0), start[1::2].count(0)
    if min(even, odd) > 0 or 4 * max(even, odd) <= len(start):
        return None
    return "utf-16-le" if odd else "utf-16-be"


class _Joined:
    """What was read of a file, and the rest of it."""

    def __init__(self, start: bytes, rest: Readable) -> None:
        self._start, self._rest = io.BytesIO(start), rest

    def read(self, size: int = -1) -> bytes:
        return self._start.read(size) or self._rest.read(size)


class _Unpacked:
    """What a file packed by gzip holds. Raises LogschedError where it is damaged."""

    def __init__(self, file: Readable, name: str) -> None:
        self._file, self._name = gzip.GzipFile(fileobj=file), name  # type: ignore[call-overload]

    def read(self, size: int = -1) -> bytes:
        try:
            return bytes(self._file.read(size))
        except (EOFError, OSError, zlib.error):
            raise LogschedError(f"{self._name} is a damaged gzip file") from None
