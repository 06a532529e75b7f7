"""What a run logged as its learning rate, and when: which columns of a file are which."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from logsched.base.errors import LogschedError, OutputError
from logsched.base.lazy import Floats, np
from logsched.base.words import printable
from logsched.logs.columns import (
    STDIN,
    UNNAMED,
    Choice,
    Source,
    _choose,
    _has_numbers,
    _listed,
    _says_rate,
)
from logsched.logs.kinds.kind import read_content
from logsched.logs.kinds.table import Oddities, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Log:
    """What a run logged: a rate a row, and what the file says of the rows' time.

    `rate`, `(n,)`, is as logged, nan where the cell holds no number; a blank one is no row. `epoch`
    and `step` are `(n,)`, or None where there is no such column. `row` is the number of each row in
    the file: the line, or the element from 1. At the indices `runs` another run begins, by a header
    repeated in the file. `notes` say what is odd, a sentence each, without its full stop.
    """

    label: str
    rate: Floats
    epoch: Floats | None
    step: Floats | None
    row: NDArray[np.int64]
    runs: tuple[int, ...]
    notes: tuple[str, ...]


def read_log(source: str) -> Log:
    """The rates of FILE or FILE:COLUMN, whose only ones they are; `-` is standard input.

    Raises LogschedError like `read_logs`, and where there is more than one column of rates.
    """
    asked = _asked(source)
    logs = _read(asked)
    if len(logs) > 1:
        named = any(map(_says_rate, logs))
        what = f"{len(logs)} columns that could be the learning rate," if named else UNNAMED
        raise asked.several(what, list(logs), next(iter(logs)))
    return next(iter(logs.values()))


def read_logs(source: str) -> list[Log]:
    """Every column of rates of FILE, or the one of FILE:COLUMN.

    Raises OutputError where the file cannot be read, and LogschedError where no rates are in it.
    """
    return list(_read(_asked(source)).values())


def _asked(source: str) -> Source:
    """FILE and COLUMN, apart at the last colon with a file before it."""
    colons = [i for i, char in enumerate(source) if char == ":"]
    for end in (len(source), *reversed(colons)):
        if source[:end] == STDIN or os.path.exists(source[:end]):
            return Source(source[:end], source[end + 1 :] if end < len(source) else None)
    path, colon, column = source.rpartition(":")
    return Source(path, column) if colon else Source(source, None)


def _read(asked: Source) -> dict[str, Log]:
    """The logs of a source by the names of their columns."""
    try:
        with _opened(asked.path) as file:
            content = read_content(file, _size(file), asked.name)
            choice = _choose(content, asked)
            table = content.take(choice.names)
    except OSError as error:
        raise OutputError(f"cannot read {asked.name}: {error.strerror or error}") from None
    except MemoryError:
        raise LogschedError(f"{asked.name} needs more memory than there is") from None
    found = [name for name in choice.rates if _has_numbers(table.columns[name])]
    if not found:
        raise asked.without(f"numbers in column {_listed(choice.rates)}", content.oddities)
    full = len(found) > 1 or asked.column is not None
    labels = {name: _label(asked, name, full) for name in found}
    return {name: _log(labels[name], table, choice, name, content.oddities) for name in found}


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path != STDIN:
        with open(path, "rb") as file:
            yield file
    elif sys.stdin is None:
        raise OutputError("cannot read standard input: it is closed")
    else:
        yield sys.stdin.buffer


def _size(file: BinaryIO) -> int:
    """The bytes of a file, 0 of a pipe."""
    with suppress(OSError):
        return os.fstat(file.fileno()).st_size
    return 0


def _label(asked: Source, name: str, full: bool) -> str:
    """The file's name, with the column's where it is not the only one; of stdin only that."""
    if asked.path == STDIN:
        return printable(name) if full else asked.name
    file = os.path.basename(asked.path)
    return printable(f"{file}:{name}" if full else file)


def _log(label: str, table: Table, choice: Choice, name: str, odd: Oddities) -> Log:
    """The log of one column of rates, without the rows in which it is blank."""
    rate, blank = table.columns[name]
    kept = ~blank if blank.any() else slice(None)
    rate, row = rate[kept], table.row[kept]
    epoch, step = (_time(table, time, kept) for time in (choice.epoch, choice.step))
    notes = odd.notes()
    strange = np.flatnonzero(~np.isfinite(rate))
    if strange.size:
        are = "rates are no finite numbers" if strange.size > 1 else "rate is no finite number"
        first = "the first is in" if strange.size > 1 else "in"
        notes.append(f"{strange.size} {are}, {first} row {row[strange[0]]}")
    if epoch is not None and step is not None and _begin_again(epoch, step):
        step = None
        notes.append(f"column {choice.step} begins again in each epoch and was left out")
    begun = {int(np.searchsorted(row, line)) for line in odd.headers} - {0, row.size}
    return Log(label, rate, epoch, step, row, tuple(sorted(begun)), tuple(notes))


def _time(table: Table, name: str | None, kept: NDArray[np.bool] | slice) -> Floats | None:
    times = None if name is None else table.columns[name].values[kept]
    return times if times is not None and np.isfinite(times).any() else None


def _begin_again(epoch: Floats, step: Floats) -> bool:
    """Whether steps are counted within each epoch."""
    last = np.flatnonzero(np.diff(epoch) > 0)
    return bool(2 * np.count_nonzero(step[last + 1] <= step[last]) > last.size)
