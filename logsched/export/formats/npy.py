"""NumPy's format for one array: the rates, `(rows,)` float64."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsched.export.arrays import Chunks, Format
from logsched.export.formats._npy import write_array

if TYPE_CHECKING:
    from logsched.plan.rows import Rows


def write(rows: Rows) -> Chunks:
    """The rates of the only schedule."""
    return write_array(rows.rows, rows.rates(rows.labels[0]))


FORMAT = Format(write, binary=True, one_schedule=True)
