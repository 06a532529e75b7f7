"""Key-value lines: nothing but `key=value`, apart by spaces, commas or semicolons."""

from __future__ import annotations

import re
from functools import partial

from logsched.logs.kind import By, Kind
from logsched.logs.kinds._records import Record, most_are, read_records

PAIRS = re.compile(
    rb"([A-Za-z_][\w./@-]*)=(\"[^\"\n]*\"|'[^'\n]*'|\[[^\]\n]*\]|[^\s,;]+)(?:[\s,;]+|$)"
)


def _find(line: bytes) -> Record | None:
    """The values of a line by key, as texts; None where something else is in it."""
    if PAIRS.sub(b"", line).strip(b" \t\r\0"):
        return None
    return {
        key.decode(): _value(text.decode(errors="replace")) for key, text in PAIRS.findall(line)
    }


def _value(text: str) -> str | list[str]:
    return text[1:-1].split(",") if text.startswith("[") else text.strip("\"'")


KIND = Kind(
    "key-value lines",
    "step=100 loss=2.31 lr=4.5e-05",
    By.LINES,
    knows=partial(most_are, _find),
    read=partial(read_records, _find, b"="),
)
