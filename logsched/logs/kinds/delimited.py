"""Delimited text as tables: its separator, header and numbers are told by its lines."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from math import isnan, prod
from typing import NamedTuple

import orjson

from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.base.memory import require_memory
from logsched.logs.kind import By, Kind
from logsched.logs.kinds._wording import HINT
from logsched.logs.names import says_rate, says_time
from logsched.logs.opened import Opened
from logsched.logs.table import (
    LESS,
    MODES,
    Column,
    Content,
    Oddities,
    Table,
    column_of,
    joined,
    number_of,
    numbered,
    of_validation,
    row_numbers,
)

SEPARATORS = "\t;, "  # the most telling one first
SAMPLE = 50  # lines that tell which
NUMERIC = b"0123456789+-.eE \t\r"
EDGE = " \t\r\0"
COMMENT = "# \t"
RULE = re.compile(r"\s*[-=_+|]{2}[-=_+|\s]*")  # between the header of a printed table and its rows
TELLING = 1000  # lines that tell whether most are rows


class Layout(NamedTuple):
    """How the lines of a text are to be read; `header` is empty where it has none."""

    separator: str
    names: Sequence[str]
    header: Sequence[str]

    @property
    def pattern(self) -> bytes:
        """What is left of a line of bare numbers without them."""
        return self.separator.encode() * (len(self.names) - 1) + b"\n"

    def fitted(self, cells: list[str]) -> list[str]:
        """The cells of a row, as many as there are columns; none where they are not as many."""
        count = len(self.names)
        return cells[:count] if len(cells) >= count and not any(cells[count:]) else []

    @property
    def mode(self) -> int | None:
        """The column that says whether a row is of training."""
        names = [name.casefold() for name in self.header]
        return next((names.index(name) for name in MODES if name in names), None)

    @property
    def is_known(self) -> bool:
        """Whether the header has a name of a rate or a time, and is no sentence that has one."""
        plain = not any(mark in name for name in self.header for mark in ":=\r")
        known = any(says_rate(name) or says_time(name) for name in self.header)
        return plain and known and self.separator != " "

    def holds(self, line: str, known: bool) -> bool:
        """Whether a line is a row, or the header.

        Under a header that is known it is one by the number of its cells; else it has a number, and
        without a header, or where spaces separate, more numbers than words.
        """
        cells = _cells(line.lstrip(COMMENT), self.separator)
        fits = self.fitted(cells)
        if known or cells == self.header:
            return bool(fits)
        numbers = sum(map(_is_number, fits))
        return numbers > (0 if self.header and self.separator != " " else len(cells) / 2)


def _knows(file: Opened) -> bool:
    """Whether most lines are rows; half of them will do where no other line says a rate."""
    lines = [line.decode(errors="replace") for line in file.lines]
    if (found := _layout(lines)) is None:
        return True
    layout, begin = found
    said = [line for line in lines[begin:] if not _is_remark(line)]
    some = said[:: 1 + len(said) // TELLING]
    known = layout.is_known
    others = [line for line in some if not layout.holds(line, known)]
    rows = len(some) - len(others)
    if known:
        return rows + 1 >= len(others)
    even = rows == len(others) > 0
    return rows > len(others) or (even and not any(HINT.search(one.encode()) for one in others))


def _read(file: Opened) -> Content:
    """A text of rows. Its lines are its records: quotes do not go on in the next line."""
    odd = Oddities()
    blocks = file.blocks(odd)
    block = next(blocks)
    found = _layout(block.decode(errors="replace").split("\n"))
    if found is None:
        raise LogschedError(f"{file.name} has no rows, only comments")
    layout, skipped = found
    body = block.split(b"\n", skipped)[skipped]
    first = _rows(body, 1 + skipped, layout, layout.names, odd)

    def tables(names: Sequence[str]) -> Iterator[Table]:
        rows = file.size / len(block) * first.row.size
        require_memory(round(2 * rows * (1 + len(names))), file.name, LESS)
        yield first.take(names)
        line = 1 + block.count(b"\n")
        for one in blocks:
            yield _rows(one, line, layout, names, odd)
            line += one.count(b"\n")

    return Content(first, odd, lambda names: joined([*tables(names)]))


def _layout(lines: Sequence[str]) -> tuple[Layout, int] | None:
    """How to read a text that begins with these lines, and how many of them precede its rows."""
    rows = (i for i, line in enumerate(lines) if not _is_remark(line))
    some = list(islice(rows, SAMPLE))
    if not some:
        return None
    separator, count = _separator([lines[i] for i in some])
    begin = some[0]
    cells, *below = (_cells(lines[i], separator) for i in some[:2])
    if _is_header(cells, *below):
        return Layout(separator, _distinct(cells), cells), begin + 1
    comments = [line.lstrip(COMMENT) for line in lines[:begin] if _is_comment(line)]
    for header in (_cells(line, between) for line in comments for between in (separator, " ")):
        if len(header) == count and _is_header(header):
            return Layout(separator, _distinct(header), header), begin
    return Layout(separator, numbered(count), ()), begin


def _is_remark(line: str) -> bool:
    """Whether a line holds nothing, a comment, or only a rule."""
    return not line.strip(EDGE) or _is_comment(line) or RULE.fullmatch(line) is not None


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _separator(lines: Sequence[str]) -> tuple[str, int]:
    """The separator that gives the most lines an equal number of cells, and that number."""
    best = sum(not any(one in line.strip(" \r") for one in SEPARATORS) for line in lines), ",", 1
    for separator in SEPARATORS:
        counts = Counter(len(_cells(line, separator)) for line in lines)
        for count, times in counts.most_common():
            if count > 1 and times > best[0]:
                best = times, separator, count
    return best[1:]


def _is_header(cells: Sequence[str], below: Sequence[str] = ()) -> bool:
    """Whether cells are names: none is a number, or the first is not but the one below it is."""
    if not any(map(_is_number, cells)):
        return any(cells)
    return not _is_number(cells[0]) and any(map(_is_number, below[:1]))


def _is_number(cell: str) -> bool:
    number = number_of(cell)
    return number is not None and (not isnan(number) or cell.casefold() == "nan")


def _distinct(header: Sequence[str]) -> list[str]:
    """The names of columns, a second one of the same name with its number."""
    first = {name: i for i, name in reversed([*enumerate(header)])}
    count = 1 + max(i for i, name in enumerate(header) if name)
    return [
        name if first[name] == i else f"{name} ({1 + i})" for i, name in enumerate(header[:count])
    ]


def _cells(line: str, separator: str) -> list[str]:
    """The cells of a line; none where its quotes are broken."""
    line = line.strip(" \r\0")
    if separator == ";":
        line = line.replace(",", ".")  # where ; separates, a comma is a decimal one
    if separator == " ":
        line = line.replace("\t", " ").strip()
    if '"' not in line:
        return [cell.strip() for cell in line.split(None if separator == " " else separator)]
    try:
        cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    except csv.Error:
        return []
    return [cell.strip() for cell in cells]


def _rows(block: bytes, line: int, layout: Layout, names: Sequence[str], odd: Oddities) -> Table:
    """Some columns of a block of lines, of which the first is line `line`."""
    places = {name: i for i, name in enumerate(layout.names)}
    which = [places[name] for name in names]
    named = bool(layout.header)
    numbers = _plain(block, layout)
    if numbers is not None:
        row = row_numbers(len(numbers), line)
        columns = [Column(one, np.isnan(one)) for one in (numbers[:, i].copy() for i in which)]
    else:
        found = list(_told(block, line, layout, odd))
        row = np.array([number for number, _ in found], dtype=np.int64)
        columns = [column_of([cells[i] for _, cells in found]) for i in which]
    return Table(dict(zip(names, columns, strict=True)), row, named)


def _plain(block: bytes, layout: Layout) -> Floats | None:
    """The `(n, columns)` numbers of a block that holds nothing else, read as one JSON array.

    Only blank cells are nan.
    """
    separator = layout.separator.encode()
    count = block.count(b"\n")
    if block.translate(None, NUMERIC.replace(separator, b"")) != layout.pattern * count:
        return None
    cells = block.replace(b"\r\n", b",").replace(b"\n", b",").replace(separator, b",")
    if b",," in cells and separator != b" ":
        cells = cells.replace(b",,", b",null,").replace(b",,", b",null,")
    if cells.startswith(b","):
        cells = b"null" + cells
    try:
        numbers = orjson.loads(b"[" + cells[:-1] + b"]")
    except orjson.JSONDecodeError:
        return None
    shape = (count, len(layout.names))
    if len(numbers) != prod(shape):
        return None
    return np.array(numbers, dtype=np.float64).reshape(shape)


def _told(
    block: bytes, line: int, layout: Layout, odd: Oddities
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a block, each with its number; what is no row is counted."""
    mode = layout.mode
    for number, text in enumerate(block.decode(errors="replace").split("\n")[:-1], line):
        comment = _is_comment(text)
        cells = _cells(text.lstrip(COMMENT) if comment else text, layout.separator)
        if cells == layout.header:
            odd.headers.append(number)
        elif _is_remark(text):
            continue
        elif not (fits := layout.fitted(cells)):
            odd.cannot_read(number, text.strip(EDGE))
        elif mode is None or not of_validation(fits[mode]):
            yield number, fits


KIND = Kind(
    "rows apart by commas, tabs, semicolons or spaces",
    "10,0.0003",
    By.LINES,
    knows=_knows,
    read=_read,
)
