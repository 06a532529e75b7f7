"""Columns of numbers by name, as they are read from a file, and what was odd about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from math import nan
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.base.words import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

COUNT = re.compile(r"\s*(\d+)\s*/\s*(\d+)\s*")  # n/N, as progress is written
BOTH = re.compile(r"/(?:max|total)\w*$")
OF = " of"  # ends the name of the column of N
PAIR = "n/N"  # the column of one without a name
STEP = "step"  # the column of times of what is logged by itself
MODES = ("mode", "split", "phase", "stage", "type", "_type")  # columns that say what a row is of
VALIDATION = {"val", "valid", "validation", "eval", "evaluation", "test", "dev", "cv"}
BLANK = ("", "none", "null", "na")  # cells that hold nothing
NAMED = 3  # places that a note lists
CELLS = 2**28  # of a table, which then takes 2.4 GB
LESS = "take a part of it"  # of a file too large for memory

Scalars = tuple[Sequence[float], Sequence[float | None]]
"""Steps, and the values that were logged at these."""


class Column(NamedTuple):
    """`(n,)` numbers, nan where there is none, and where that is because the cell is blank."""

    values: Floats
    blank: NDArray[np.bool]


@dataclass(frozen=True)
class Table:
    """Columns of numbers by name, and the number of each row in the file, `(n,)`.

    Where the columns are not `named`, they have their numbers from 1 as names. `rates` are those of
    which the file itself says that they are rates.
    """

    columns: dict[str, Column]
    row: Rows
    named: bool = True
    rates: Sequence[str] = ()

    def take(self, names: Iterable[str]) -> Table:
        """Some of its columns."""
        return replace(self, columns={name: self.columns[name] for name in names})

    def rows(self, kept: NDArray[np.bool]) -> Table:
        """Some of its rows."""
        columns = {
            name: Column(one.values[kept], one.blank[kept]) for name, one in self.columns.items()
        }
        return replace(self, columns=columns, row=self.row[kept])


@dataclass
class Oddities:
    """What could not be read, in lines of a file or another unit, and where a header returns.

    What else is odd is `said`, a sentence each without its full stop.
    """

    unit: str = "line"
    unread: int = 0
    first: str = ""
    headers: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def cannot_read(self, number: int, content: object) -> None:
        """Count one line or element that is left out."""
        self.unread += 1
        self.first = self.first or f"{self.unit} {number}: {shown(content)}"

    def notes(self) -> list[str]:
        """A sentence each, without its full stop."""
        said = [*self.said]
        if self.unread:
            count = f"{self.unread} {self.unit}{'s' if self.unread > 1 else ''}"
            said.append(f"{count} could not be read, the first is {self.first}")
        if self.headers:
            lines = ", ".join(map(str, self.headers[:NAMED]))
            more = ", ..." if len(self.headers) > NAMED else ""
            several = "s" if len(self.headers) > 1 else ""
            said.append(f"the header is repeated at line{several} {lines}{more}")
        return said


@dataclass(frozen=True)
class Content:
    """What a file holds: a table of its first rows, which tells what is in the columns, and all.

    `read` reads some columns of all rows; without it the first ones are all. Where they are `said`,
    rows are lines of a text that say the names of columns.
    """

    first: Table
    oddities: Oddities
    read: Callable[[Sequence[str]], Table] | None = None
    said: bool = False

    def take(self, names: Sequence[str]) -> Table:
        """Some columns of all rows."""
        return self.read(names) if self.read else self.first.take(names)


def joined(tables: Sequence[Table]) -> Table:
    """Tables under each other, blank where one has not the column.

    They are taken apart, so that no more than one column is in memory twice.
    """
    columns = {}
    for name in list(dict.fromkeys(chain.from_iterable(one.columns for one in tables))):
        parts = [
            one.columns.pop(name) if name in one.columns else _nothing(one.row.size)
            for one in tables
        ]
        columns[name] = Column(*map(np.concatenate, zip(*parts, strict=True)))
    row = np.concatenate([one.row for one in tables])
    return replace(tables[0], columns=columns, row=row)


def check_cells(rows: int, columns: int) -> None:
    """Raise LogschedError for a table too large to be a log's, as one of few numbers may be."""
    if rows * columns > CELLS:
        raise LogschedError(
            f"a log of {rows} rows and {columns} columns is too large: it may have {CELLS} cells"
        )


def stacked(series: Mapping[str, Scalars]) -> Table:
    """Values by name, each logged by itself with its steps, as one table: a row a value.

    The rows of each have their own numbers, from 1.
    """
    check_cells(sum(len(values) for _, values in series.values()), len(series))
    tables = []
    for name, (steps, values) in series.items():
        columns = {name: column_of(values), STEP: column_of(steps)}
        tables.append(Table(columns, row_numbers(len(values))))
    return joined(tables) if tables else Table({}, row_numbers(0))


def spread(column: Column, places: Sequence[int] | Rows, size: int) -> Column:
    """A column whose cells are in some rows of so many, and blank in the others."""
    if len(places) == size:
        return column
    spread = _nothing(size)
    spread.values[places], spread.blank[places] = column
    return spread


def _nothing(size: int) -> Column:
    return Column(np.full(size, nan), np.ones(size, dtype=np.bool))


def row_numbers(size: int, first: int = 1) -> Rows:
    """The numbers of so many rows."""
    return np.arange(first, first + size, dtype=np.int64)


def column_of(values: Sequence[object]) -> Column:
    """A column of what JSON or the cells of a text hold."""
    kinds = set(map(type, values))
    if not kinds <= {int, float, type(None)}:
        values = [_number(value) for value in values]
    numbers = np.array(values, dtype=np.float64)
    if kinds <= {int, float}:
        return Column(numbers, np.zeros(numbers.size, dtype=np.bool))
    return Column(numbers, np.array([value is None for value in values]))


def of_validation(text: str) -> bool:
    """Whether a row is of validation, by what it is said to be of."""
    return not VALIDATION.isdisjoint(re.findall("[a-z]+", text.casefold()))


def columns_of(name: str, values: Sequence[object]) -> dict[str, Column]:
    """A column of what is in one; where that is n/N, those of n and of N.

    A name may say both, as `global_step/max_steps` does.
    """
    texts = [value for value in values if isinstance(value, str)]
    if not texts or not all(map(COUNT.fullmatch, texts)):
        return {name: column_of(values)}
    parts = [value.split("/") if isinstance(value, str) else (None, None) for value in values]
    counted, of = zip(*parts, strict=True)
    name = BOTH.sub("", name)
    return {name: column_of(counted), name + OF: column_of(of)}


def _number(value: object) -> float | None:
    if isinstance(value, str):
        return number_of(value)
    return value if value is None or type(value) in (int, float) else nan  # type: ignore[return-value]


def number_of(text: str) -> float | None:
    """The number that a text holds: None where it is blank, nan where it holds something else."""
    try:
        return float(text)
    except ValueError:
        bare = text.strip("[] ")  # PyTorch's get_last_lr() is a list
    if bare.casefold() in BLANK:
        return None
    try:
        return float(bare)
    except ValueError:
        return nan


def numbered(count: int) -> list[str]:
    """The names of columns that have none."""
    return [str(1 + i) for i in range(count)]
