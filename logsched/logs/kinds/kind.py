"""What is in a file, told by its content: delimited text, JSON, JSON lines or NumPy arrays."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from logsched.base.errors import LogschedError
from logsched.base.memory import require_memory
from logsched.logs.kinds import blocks
from logsched.logs.kinds.arrays import NUMPY, read_numpy
from logsched.logs.kinds.blocks import EMPTY, Limited
from logsched.logs.kinds.delimited import read_delimited
from logsched.logs.kinds.records import read_json
from logsched.logs.kinds.table import LESS, Content, Oddities

UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # what PowerShell's > writes
UTF_8 = b"\xef\xbb\xbf"
FOREIGN = 0.1  # of the characters of a file that is no text


def read_content(source: BinaryIO, size: int, name: str) -> Content:
    """What is in a file of so many bytes, 0 if not known. Raises LogschedError for no table."""
    file: Any = Limited(source, name)
    start = file.read(blocks.BLOCK)
    if start.startswith(NUMPY):
        require_memory(2 * size // 8, name, LESS)
        return Content(read_numpy(start + file.read(), name), Oddities())
    if start.startswith(UTF_16):
        text = (start + file.read()).decode("utf-16", errors="replace")
        file = io.BytesIO(text.encode())
        start = file.read(blocks.BLOCK)
    start = start.removeprefix(UTF_8)
    _check_text(start, name)
    if start.lstrip(EMPTY)[:1] in (b"{", b"["):
        return read_json(start, file, size, name)
    return read_delimited(start, file, size, name)


def _check_text(start: bytes, name: str) -> None:
    text = start.decode(errors="replace").replace("\0", "").strip()
    if not text:
        raise LogschedError(f"{name} is empty")
    strange = sum(text.count(char) for char in set(text) if not char.isprintable() or char == "�")
    strange -= sum(map(text.count, "\t\r\n"))
    if strange > FOREIGN * len(text):
        raise LogschedError(f"{name} is neither text nor a file of NumPy arrays")
