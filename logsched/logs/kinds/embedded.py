"""JSON inside lines: a record after a time, a level, a name, as fairseq and SlowFast write it."""

from __future__ import annotations

from functools import partial

from logsched.logs.kind import By, Kind
from logsched.logs.kinds._records import Record, most_are, read_records
from logsched.logs.records import parse


def _find(line: bytes) -> Record | None:
    """The object from the first brace to the last one."""
    begin, end = line.find(b'{"'), line.rfind(b"}")
    if not 0 <= begin < end:
        return None
    try:
        return dict(parse(line[begin : end + 1]))
    except ValueError:
        return None


KIND = Kind(
    "JSON inside lines of other text",
    '10:00:10 | INFO | train_inner | {"epoch": 1, "num_updates": "10", "lr": "0.000125"}',
    By.LINES,
    knows=partial(most_are, _find),
    read=partial(read_records, _find, b'{"'),
)
