"""Arrays for other programs: what a format is, and which of them holds given rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.folder import Folder

if TYPE_CHECKING:
    from logsched.plan.rows import Rows

Chunks = Iterator[bytes]


class Format(NamedTuple):
    """A way to write rows, streamed a block at a time, and what it can hold."""

    write: Callable[[Rows], Chunks]
    binary: bool = False
    one_schedule: bool = False
    by_column: bool = False

    def passes(self, rows: Rows) -> int:
        """How often it goes through the rows."""
        return 1 + len(rows.labels) if self.by_column else 1


FORMATS = Folder[Format](
    "logsched.export.formats", "format", first=("json", "jsonl", "csv", "tsv", "txt")
)


def find_format(name: str, rows: Rows) -> Format:
    """A format by its name. Raises LogschedError where it cannot hold the rows."""
    found = FORMATS.find(name)
    if found.one_schedule and len(rows.labels) != 1:
        raise LogschedError(
            f"format {name} holds one schedule, but there are {len(rows.labels)}: "
            f"{', '.join(rows.labels)}"
        )
    return found
