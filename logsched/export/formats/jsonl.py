"""JSON lines: a flat object a row, the epoch and each label's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from logsched.export.arrays import Chunks, Format
from logsched.export.formats._numbers import texts

if TYPE_CHECKING:
    from logsched.plan.rows import Rows


def write(rows: Rows) -> Chunks:
    """`{"epoch":0,LABEL:0.01}`."""
    keys = [orjson.dumps(key).replace(b"%", b"%%") for key in (*rows.told, *rows.labels)]
    line = b"{" + b",".join(b"%b:%%b" % key for key in keys) + b"}\n"
    for columns in rows.columns():
        yield b"".join(map(line.__mod__, zip(*map(texts, columns), strict=True)))


FORMAT = Format(write)
