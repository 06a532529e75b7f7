"""Records that stand in lines of a text, one a line: what the kinds of them share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from logsched.base.lazy import np
from logsched.logs.kinds._wording import HINT
from logsched.logs.names import says_rate, says_time
from logsched.logs.opened import Opened
from logsched.logs.records import records_table
from logsched.logs.table import Content, Oddities, joined

Record = dict[str, Any]
Find = Callable[[bytes], Record | None]
"""From a line to the record in it, or None."""
FEW = 200  # lines that tell


def most_are(find: Find, file: Opened) -> bool:
    """Whether of the lines that may say a rate most have one in a record, and a time besides.

    Where the time is outside, it is a console log that says both.
    """
    hints = [line for line in file.lines if HINT.search(line)]
    some = hints[:: 1 + len(hints) // FEW]
    records = [record for record in map(find, some) if record is not None]
    rates = [record for record in records if any(map(says_rate, record))]
    return 2 * sum(any(map(says_time, record)) for record in rates) > len(some)


def read_records(find: Find, opening: bytes, file: Opened) -> Content:
    """The table of the records in lines; one that opens, says a rate and is none is damaged."""
    odd = Oddities()
    tables, first = [], 1
    for block in file.blocks(odd):
        found = {}
        for number, line in enumerate(block.split(b"\n"), first):
            if opening in line and (record := find(line)) is not None:
                found[number] = record
            elif opening in line and opening.startswith(b"{") and HINT.search(line):
                odd.cannot_read(number, line.decode(errors="replace"))
        rows = np.array(list(found), dtype=np.int64)
        tables.append(records_table(list(found.values()), rows, odd))
        first += block.count(b"\n")
    return Content(joined(tables), odd, said=True)
