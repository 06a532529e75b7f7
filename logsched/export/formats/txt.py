"""Plain text: bare rates, one a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsched.export.arrays import Chunks, Format
from logsched.export.formats._numbers import short

if TYPE_CHECKING:
    from logsched.plan.rows import Rows


def write(rows: Rows) -> Chunks:
    """The rates of the only schedule."""
    for rates in rows.rates(rows.labels[0]):
        yield short(rates).replace(b",", b"\n") + b"\n"


FORMAT = Format(write, one_schedule=True)
