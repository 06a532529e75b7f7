"""Files of numbers as tables: delimited text, JSON, JSON lines and NumPy's, told by content."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, compress, islice
from math import isnan, nan, prod
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import orjson

from logsched.errors import LogschedError
from logsched.grid import require_memory
from logsched.lazy import Floats, np
from logsched.parameters import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

MOST = 256 * 2**20  # bytes of a file: ten million rows and more
BLOCK = 4 * 2**20  # bytes of text that are read at a time
NPY = b"\x93NUMPY"  # how it begins
NUMPY = (NPY, b"PK\x03\x04")  # and npz
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # what PowerShell's > writes
UTF_8 = b"\xef\xbb\xbf"
EMPTY = b" \t\r\n\0"  # a file cut off by a crash may hold NUL
FOREIGN = 0.1  # of the characters of a file that is no text
SEPARATORS = "\t;, "  # the most telling one first
SAMPLE = 50  # lines that tell which
NUMERIC = b"0123456789+-.eE \t\r"
EDGE = " \t\r\0"
COMMENT = "# \t"
BLANK = ("", "none", "null", "na")  # cells that hold nothing
TENSORBOARD = ("Wall time", "Step", "Value")
OBJECTS = 6  # bytes of memory that a byte of JSON takes
NAMED = 3  # places that a note lists
LENIENT = json.JSONDecoder(parse_int=float)  # takes NaN and Infinity, as Python writes them


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


@dataclass
class Oddities:
    """What could not be read, in lines of a file or another unit, and where a header returns."""

    unit: str = "line"
    unread: int = 0
    first: str = ""
    headers: list[int] = field(default_factory=list)

    def cannot_read(self, number: int, content: object) -> None:
        """Count one line or element that is left out."""
        self.unread += 1
        self.first = self.first or f"{self.unit} {number}: {shown(content)}"

    def notes(self) -> list[str]:
        """A sentence each, without its full stop."""
        said = []
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
    """What a file holds: a table of its first rows, which tells what is in the columns, and `rest`.

    `rest` reads, of some columns, the tables of the rows that follow.
    """

    first: Table
    oddities: Oddities
    rest: Callable[[Sequence[str]], Iterator[Table]] = lambda names: iter(())

    def take(self, names: Sequence[str]) -> Table:
        """Some columns of all rows."""
        tables = [self.first.take(names), *self.rest(names)]
        return _joined(tables) if len(tables) > 1 else tables[0]


class Limited(io.RawIOBase):
    """What is read of a file; a LogschedError where that is more than a log may have."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name, self._left = file, name, MOST

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        most = self._left + 1
        data = self._file.read(most if size < 0 else min(size, most))
        self._left -= len(data)
        if self._left < 0:
            raise LogschedError(f"{self._name} is too long: a log has at most {MOST} bytes")
        return data


def read_content(source: BinaryIO, size: int, name: str) -> Content:
    """What is in a file of so many bytes, 0 if not known. Raises LogschedError for no table."""
    file: Any = Limited(source, name)
    start = file.read(BLOCK)
    if start.startswith(NUMPY):
        require_memory(2 * size // 8, name)
        return Content(_numpy(start + file.read(), name), Oddities())
    if start.startswith(UTF_16):
        text = (start + file.read()).decode("utf-16", errors="replace")
        file = io.BytesIO(text.encode())
        start = file.read(BLOCK)
    start = start.removeprefix(UTF_8)
    _check_text(start, name)
    if start.lstrip(EMPTY)[:1] in (b"{", b"["):
        return _json(start, file, size, name)
    return _delimited(start, file, size, name)


def _check_text(start: bytes, name: str) -> None:
    text = start.decode(errors="replace").replace("\0", "").strip()
    if not text:
        raise LogschedError(f"{name} is empty")
    strange = sum(text.count(char) for char in set(text) if not char.isprintable() or char == "�")
    strange -= sum(map(text.count, "\t\r\n"))
    if strange > FOREIGN * len(text):
        raise LogschedError(f"{name} is neither text nor a file of NumPy arrays")


def _blocks(start: bytes, file: BinaryIO) -> Iterator[bytes]:
    """Whole lines, some MB at a time."""
    rest = start
    while more := file.read(BLOCK):
        whole, end, half = rest.rpartition(b"\n")
        if end:
            yield whole + end
        rest = half + more
    yield rest.removesuffix(b"\n") + b"\n"


def _joined(tables: Sequence[Table]) -> Table:
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


def _nothing(size: int) -> Column:
    return Column(np.full(size, nan), np.ones(size, dtype=np.bool))


def _count(size: int, first: int = 1) -> Rows:
    """The numbers of so many rows."""
    return np.arange(first, first + size, dtype=np.int64)


def _column(values: Sequence[object]) -> Column:
    """A column of what JSON or the cells of a text hold."""
    kinds = set(map(type, values))
    if not kinds <= {int, float, type(None)}:
        values = [_number(value) for value in values]
    numbers = np.array(values, dtype=np.float64)
    if kinds <= {int, float}:
        return Column(numbers, np.zeros(numbers.size, dtype=np.bool))
    return Column(numbers, np.array([value is None for value in values]))


def _number(value: object) -> float | None:
    """The number that a cell holds: None where it is blank, nan where it holds something else."""
    if isinstance(value, str):
        return _cell(value)
    return value if value is None or type(value) in (int, float) else nan  # type: ignore[return-value]


def _cell(text: str) -> float | None:
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


# Delimited text.


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


def _delimited(start: bytes, file: BinaryIO, size: int, name: str) -> Content:
    """A text of rows. Its lines are its records: quotes do not go on in the next line."""
    blocks = _blocks(start, file)
    block = next(blocks)
    layout, skipped = _layout(block.decode(errors="replace").split("\n"), name)
    odd = Oddities()
    body = block.split(b"\n", skipped)[skipped]
    first = _rows(body, 1 + skipped, layout, layout.names, odd)

    def rest(names: Sequence[str]) -> Iterator[Table]:
        rows = size / len(block) * first.row.size
        require_memory(round(2 * rows * (1 + len(names))), name)
        line = 1 + block.count(b"\n")
        for one in blocks:
            yield _rows(one, line, layout, names, odd)
            line += one.count(b"\n")

    return Content(first, odd, rest)


def _layout(lines: Sequence[str], name: str) -> tuple[Layout, int]:
    """How to read a text that begins with these lines, and how many of them precede its rows."""
    rows = (i for i, line in enumerate(lines) if line.strip(EDGE) and not _is_comment(line))
    some = list(islice(rows, SAMPLE))
    if not some:
        raise LogschedError(f"{name} has no rows, only comments")
    separator, count = _separator([lines[i] for i in some])
    begin = some[0]
    cells, *below = (_cells(lines[i], separator) for i in some[:2])
    if _is_header(cells, *below):
        return Layout(separator, _distinct(cells), cells), begin + 1
    comments = [line.lstrip(COMMENT) for line in lines[:begin] if _is_comment(line)]
    for header in (_cells(line, between) for line in comments for between in (separator, " ")):
        if len(header) == count and _is_header(header):
            return Layout(separator, _distinct(header), header), begin
    return Layout(separator, _numbered(count), ()), begin


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
    number = _cell(cell)
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
        row = _count(len(numbers), line)
        columns = [Column(one, np.isnan(one)) for one in (numbers[:, i].copy() for i in which)]
    else:
        found = list(_told(block, line, layout, odd))
        row = np.array([number for number, _ in found], dtype=np.int64)
        columns = [_column([cells[i] for _, cells in found]) for i in which]
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
    for number, text in enumerate(block.decode(errors="replace").split("\n")[:-1], line):
        comment = _is_comment(text)
        cells = _cells(text.lstrip(COMMENT) if comment else text, layout.separator)
        if cells == layout.header:
            odd.headers.append(number)
        elif comment or not text.strip(EDGE):
            continue
        elif fits := layout.fitted(cells):
            yield number, fits
        else:
            odd.cannot_read(number, text.strip(EDGE))


# JSON.


def _json(start: bytes, file: BinaryIO, size: int, name: str) -> Content:
    """One JSON value, or lines of JSON where the first line is an object and others follow."""
    line, _, others = start.lstrip(EMPTY).partition(b"\n")
    odd = Oddities()
    if others.strip(EMPTY) and _is_record(line):
        return Content(_lines(_blocks(start, file), odd), odd)
    require_memory(OBJECTS * size // 8, name)
    whole = start + file.read()
    try:
        parsed = _parse(whole)
    except ValueError as error:
        table = _lines(_blocks(whole, io.BytesIO()), odd)
        if odd.unread > table.row.size:
            raise LogschedError(f"{name} is not JSON: {error}") from None
        return Content(table, odd)
    odd = Oddities("element")
    return Content(_value(parsed, odd), odd)


def _is_record(line: bytes) -> bool:
    try:
        return isinstance(_parse(line), dict)
    except ValueError:
        return False


def _parse(text: bytes) -> Any:
    """A JSON value, NaN and Infinity among its numbers. Raises ValueError for another text."""
    with suppress(orjson.JSONDecodeError):
        return orjson.loads(text)
    try:
        return LENIENT.decode(text.decode(errors="replace").strip("\0"))
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None


def _lines(blocks: Iterator[bytes], odd: Oddities) -> Table:
    """Records, one a line."""
    tables, line = [], 1
    for block in blocks:
        tables.append(_records(*_parsed(block, line, odd), odd))
        line += block.count(b"\n")
    return _joined(tables)


def _parsed(block: bytes, line: int, odd: Oddities) -> tuple[Sequence[Any], Rows]:
    """The values of a block of lines, of which the first is line `line`, and their numbers."""
    count = block.count(b"\n")
    with suppress(ValueError):
        values = _parse(b"[" + block[:-1].replace(b"\n", b",") + b"]")
        if len(values) == count:
            return values, _count(count, line)
    found = {}
    for number, text in enumerate(block.split(b"\n")[:-1], line):
        bare = text.strip(EMPTY)
        try:
            found[number] = _parse(bare) if bare else None
        except ValueError:
            odd.cannot_read(number, bare.decode(errors="replace"))
    return list(found.values()), np.array(list(found), dtype=np.int64)


def _value(parsed: Any, odd: Oddities) -> Table:
    """The table of a JSON file: of a list, or of an object that holds records or arrays or is one.

    Of records and arrays, the longer ones are the log.
    """
    if isinstance(parsed, list):
        return _list(parsed, odd)
    labels: Iterable[str] = ()
    if isinstance(parsed.get("lr"), dict) and isinstance(parsed.get("epoch"), list):
        labels = parsed["lr"]  # what `export` wrote
        parsed = {"epoch": parsed["epoch"], **parsed["lr"]}
    lists = {key: one for key, one in _one_level(parsed) if isinstance(one, list)}
    records = max((one for one in lists.values() if _has(dict, one)), key=len, default=[])
    arrays = {key: one for key, one in lists.items() if not _has(dict, one)}
    longest = max(map(len, arrays.values()), default=0)
    if len(records) >= longest:
        records = records or [parsed]
        return _records(records, _count(len(records)), odd)
    columns = _flat({key: [*one, *[None] * (longest - len(one))] for key, one in arrays.items()})
    return Table(columns, _count(longest), rates=[label for label in labels if label in columns])


def _one_level(parsed: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The items of an object, and of the objects in it under both keys."""
    for key, value in parsed.items():
        if isinstance(value, dict):
            yield from ((f"{key}/{inner}", one) for inner, one in value.items())
        else:
            yield key, value


def _has(kind: type, values: Sequence[Any]) -> bool:
    return any(isinstance(one, kind) for one in values)


def _list(values: Sequence[Any], odd: Oddities) -> Table:
    """The table of records, of rows of numbers, or of bare numbers."""
    row = _count(len(values))
    if _has(dict, values):
        return _records(values, row, odd)
    if not _has(list, values):
        return Table({"1": _column(values)}, row, named=False)
    width = next(len(one) for one in values if isinstance(one, list))
    kept, row = _kept(values, row, lambda one: isinstance(one, list) and len(one) == width, odd)
    names = TENSORBOARD if width == len(TENSORBOARD) else _numbered(width)
    columns = {name: _column([one[i] for one in kept]) for i, name in enumerate(names)}
    return Table(columns, row, named=names is TENSORBOARD)


def _records(values: Sequence[Any], row: Rows, odd: Oddities) -> Table:
    """The table of objects, in which each may have other keys."""
    kept, row = _kept(values, row, lambda one: isinstance(one, dict), odd)
    keys = dict.fromkeys(chain.from_iterable(kept))
    return Table(_flat({key: [one.get(key) for one in kept] for key in keys}), row)


def _kept(
    values: Sequence[Any], row: Rows, fits: Callable[[Any], bool], odd: Oddities
) -> tuple[Sequence[Any], Rows]:
    """The values that fit, with their numbers; the others are counted, but for null."""
    fitting = [fits(one) for one in values]
    for i in (i for i, fit in enumerate(fitting) if not fit and values[i] is not None):
        odd.cannot_read(int(row[i]), values[i])
    return list(compress(values, fitting)), row[np.array(fitting, dtype=np.bool)]


def _numbered(count: int) -> list[str]:
    """The names of columns that have none."""
    return [str(1 + i) for i in range(count)]


def _flat(columns: Mapping[str, Sequence[Any]]) -> dict[str, Column]:
    """Columns of numbers; one of lists, as of parameter groups, or of objects becomes several."""
    flat = {}
    for name, values in columns.items():
        kinds = set(map(type, values))
        if list in kinds:
            lists = [one if isinstance(one, list) else [one] for one in values]
            width = max(map(len, lists))
            for i in range(width):
                part = name if width == 1 else f"{name}/{i}"
                flat[part] = _column([one[i] if i < len(one) else None for one in lists])
        elif dict in kinds:
            objects = [one if isinstance(one, dict) else {} for one in values]
            for key in dict.fromkeys(chain.from_iterable(objects)):
                flat[f"{name}/{key}"] = _column([one.get(key) for one in objects])
        else:
            flat[name] = _column(values)
    return flat


# NumPy.


def _numpy(data: bytes, name: str) -> Table:
    """An array of rates or with a column of times, of named fields, or an archive of columns."""
    arrays = _arrays(data, name)
    columns, named = arrays, not data.startswith(NPY)
    if len(arrays) == 1:
        array = next(iter(arrays.values()))
        if array.dtype.names:
            columns, named = {key: array[key] for key in array.dtype.names}, True
        elif array.ndim == 2:
            columns, named = dict(zip(_numbered(array.shape[1]), array.T, strict=True)), False
        elif not named:
            columns = {"1": array}
    kept = {key: one for key, one in columns.items() if one.ndim == 1 and one.dtype.kind in "iuf"}
    if not kept:
        raise LogschedError(
            f"{name} holds no array of rates, which is of one dimension, of two with a column of "
            "times, or of named columns"
        )
    longest = max(one.size for one in kept.values())
    return Table({key: _filled(one, longest) for key, one in kept.items()}, _count(longest), named)


def _arrays(data: bytes, name: str) -> dict[str, NDArray[Any]]:
    """The arrays of a file by name; of npy the only one, without a name."""
    import warnings

    try:
        with warnings.catch_warnings(action="ignore"):
            loaded = np.load(io.BytesIO(data), allow_pickle=False)
            archive = {"": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
    except Exception as error:  # of zipfile, zlib, tokenize and others, each with its own
        if "allow_pickle" in str(error):
            raise LogschedError(f"{name} holds Python objects, which are not loaded") from None
        raise LogschedError(f"{name} is a damaged file of NumPy arrays") from None
    return {key: one for key, one in archive.items() if isinstance(one, np.ndarray)}


def _filled(array: NDArray[Any], size: int) -> Column:
    """An array as a column of so many rows, the last ones blank."""
    values = np.full(size, nan)
    with np.errstate(all="ignore"):
        values[: array.size] = array
    return Column(values, np.arange(size) >= array.size)
