"""JSON: one object of the settings, so that it can be read back, the epochs and the rates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import orjson

from logsched.export.arrays import Chunks, Format
from logsched.export.formats._numbers import digits, short
from logsched.plan.config import as_set, as_tables

if TYPE_CHECKING:
    from logsched.plan.rows import Rows


def write(rows: Rows) -> Chunks:
    """`epoch` is an array, and `lr` has one a label."""
    unit = rows.grid.unit.encode()
    yield b'{"schema":1,"unit":"%b",' % unit + orjson.dumps(as_set(rows.grid))[1:-1]
    yield b',"schedules":' + orjson.dumps(as_tables(rows.schedules))
    for told in rows.told:
        yield b',"%b":[' % told.encode()
        yield from _joined(map(short, rows.times(told)))
        yield b"]"
    yield b',"lr":{'
    for count, label in enumerate(rows.labels):
        yield (b"," if count else b"") + orjson.dumps(label) + b":["
        yield from _joined(map(digits, rows.rates(label)))
        yield b"]"
    yield b"}}\n"


def _joined(chunks: Iterator[bytes]) -> Chunks:
    """Chunks of an array with a comma between each two."""
    for count, chunk in enumerate(chunks):
        yield b"," + chunk if count else chunk


FORMAT = Format(write, by_column=True)
