"""What a run logged as its learning rate, and when: which columns of a file are which."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from logsched.base.errors import LogschedError, OutputError
from logsched.base.lazy import Floats, np
from logsched.base.words import listed, printable
from logsched.logs.columns import (
    UNNAMED,
    Columns,
    Source,
    choose,
    has_numbers,
    settle,
    short_list,
)
from logsched.logs.kind import read_content
from logsched.logs.names import says_rate
from logsched.logs.opened import STDIN, opened
from logsched.logs.remarks import remarks
from logsched.logs.runs import take_part
from logsched.logs.table import Content

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Log:
    """What a run logged: a rate a row, and what the file says of the rows' time.

    `rate`, `(n,)`, is as logged, nan where the cell holds no number; a blank one is no row.
    `epoch`, `step` and `iteration`, which is counted within each epoch, are `(n,)`, or None where
    there is no such column; `iterations` is how many an epoch has, where that is said. `row` is the
    number of each row in the file: the line, or the element from 1. Of several runs in the file it
    is one. `notes` say what is odd, a sentence each, without its full stop.
    """

    label: str
    rate: Floats
    epoch: Floats | None
    step: Floats | None
    iteration: Floats | None
    iterations: int | None
    row: NDArray[np.int64]
    notes: tuple[str, ...]


def read_log(source: str, part: int | None = None) -> Log:
    """The rates of FILE or FILE:COLUMN, whose only ones they are, or all the same; `-` is stdin.

    Of several runs in a file it is the last, or the one of that number, from 1.
    Raises LogschedError like `read_logs`, and where there is more than one column of rates.
    """
    asked = _asked(source)
    logs = _read(asked, part)
    if len(logs) > 1 and not _are_same(list(logs.values())):
        named = any(map(says_rate, logs))
        what = f"{len(logs)} columns that could be the learning rate," if named else UNNAMED
        raise asked.several(what, list(logs), next(iter(logs)))
    return next(iter(logs.values()))


def _are_same(logs: list[Log]) -> bool:
    """Whether columns hold the same rates in the same rows, as parameter groups often do."""
    first, *others = logs
    return all(
        np.array_equal(first.row, log.row) and np.array_equal(first.rate, log.rate, equal_nan=True)
        for log in others
    )


def read_logs(source: str, part: int | None = None) -> list[Log]:
    """Every column of rates of FILE, or the one of FILE:COLUMN.

    Raises OutputError where the file cannot be read, and LogschedError where no rates are in it.
    """
    return list(_read(_asked(source), part).values())


def _asked(source: str) -> Source:
    """FILE and COLUMN, apart at the last colon with a file before it."""
    colons = [i for i, char in enumerate(source) if char == ":"]
    for end in (len(source), *reversed(colons)):
        if source[:end] == STDIN or os.path.exists(source[:end]):
            return Source(source[:end], source[end + 1 :] if end < len(source) else None)
    path, colon, column = source.rpartition(":")
    return Source(path, column) if colon else Source(source, None)


def _read(asked: Source, part: int | None) -> dict[str, Log]:
    """The logs of a source by the names of their columns."""
    try:
        with opened(asked.path, asked.name) as file:
            content = read_content(file)
            choice = choose(content, asked)
            table = content.take(choice.names(content.first))
    except OSError as error:
        raise OutputError(f"cannot read {asked.name}: {error.strerror or error}") from None
    except MemoryError:
        raise LogschedError(f"{asked.name} needs more memory than there is") from None
    found = [name for name in choice.rates if has_numbers(table.columns[name])]
    if not found:
        raise asked.without(f"numbers in column {short_list(choice.rates)}", content.oddities)
    full = len(found) > 1 or asked.column is not None
    columns = {name: settle(table, choice, name) for name in found}
    if content.said and asked.column is None:
        _check_said(asked, columns)
    return {
        name: _log(_label(asked, name, full), its, content, asked.name, part)
        for name, its in columns.items()
    }


def _label(asked: Source, name: str, full: bool) -> str:
    """The file's name, with the column's where it is not the only one; of stdin only that."""
    if asked.path == STDIN:
        return printable(name) if full else asked.name
    file = os.path.basename(os.path.abspath(asked.path))
    return printable(f"{file}:{name}" if full else file)


def _log(label: str, its: Columns, content: Content, file: str, part: int | None) -> Log:
    """The log of one column of rates, of one run in the file."""
    rate, row = its.table.columns[its.rate].values, its.table.row
    headers = np.array(content.oddities.headers, dtype=np.int64)
    taken, notes = take_part(its.time, row, headers, part, file)
    said = [_said(its, file)] if content.said else []
    times = (its.values(name) for name in (its.epoch, its.step, its.iteration))
    epoch, step, iteration = (None if one is None else one[taken] for one in times)
    rate, row = rate[taken], row[taken]
    in_order = rate if its.time is None else rate[np.argsort(its.time[taken], kind="stable")]
    odd = [*content.oddities.notes(), *said, *notes, *_not_finite(rate, row), *remarks(in_order)]
    return Log(label, rate, epoch, step, iteration, its.iterations, row, tuple(odd))


def _check_said(asked: Source, columns: dict[str, Columns]) -> None:
    """Raise LogschedError where one line of a text says a rate: a setting, if it has no time."""
    name, its = next(iter(columns.items()))
    if its.table.row.size == 1 and its.time is None:
        raise LogschedError(
            f'only line {its.table.row[0]} of {asked.name} says "{name}", and no time: that is a '
            f"setting, not a log; where it is one, name it, as in {asked.path}:{name}"
        )


def _said(its: Columns, file: str) -> str:
    """How many lines of a text say the rate, and with what."""
    count = its.table.row.size
    times = [f'"{name}"' for name in (its.epoch, its.step, its.iteration) if name is not None]
    lines = f"{count} lines" if count > 1 else "1 line"
    besides = f", with {listed(times)}" if times else ", without a time"
    say = "say" if count > 1 else "says"
    return f'{lines} of {file} {say} "{its.rate}"{besides}'


def _not_finite(rate: Floats, row: NDArray[np.int64]) -> list[str]:
    strange = np.flatnonzero(~np.isfinite(rate))
    if not strange.size:
        return []
    are = "rates are no finite numbers" if strange.size > 1 else "rate is no finite number"
    first = "the first is in" if strange.size > 1 else "in"
    return [f"{strange.size} {are}, {first} row {row[strange[0]]}"]
