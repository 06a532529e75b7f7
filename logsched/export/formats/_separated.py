"""Separated values: the header `epoch,LABEL,...`, then a line a row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from logsched.export.formats._numbers import texts

if TYPE_CHECKING:
    from logsched.export.arrays import Chunks
    from logsched.plan.rows import Rows


def write_separated(separator: str, rows: Rows) -> Chunks:
    """The rows with a separator between values."""
    header = io.StringIO()
    csv.writer(header, delimiter=separator, lineterminator="\n").writerow(
        [*rows.told, *rows.labels]
    )
    yield header.getvalue().encode()
    between = separator.encode()
    for columns in rows.columns():
        lines = map(between.join, zip(*map(texts, columns), strict=True))
        yield b"\n".join(lines) + b"\n"
