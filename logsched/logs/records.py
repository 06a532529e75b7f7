"""JSON as tables: lists, records and lines of them, flattened by a level or two."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, compress
from typing import TYPE_CHECKING, Any

import orjson

from logsched.base.lazy import np
from logsched.logs.blocks import EMPTY
from logsched.logs.table import (
    MODES,
    Column,
    Oddities,
    Table,
    check_cells,
    column_of,
    columns_of,
    joined,
    numbered,
    of_validation,
    row_numbers,
    spread,
)

if TYPE_CHECKING:
    from logsched.logs.table import Rows

TENSORBOARD = ("Wall time", "Step", "Value")
LENIENT = json.JSONDecoder(parse_int=float)  # takes NaN and Infinity, as Python writes them


def parse(text: bytes) -> Any:
    """A JSON value, NaN and Infinity among its numbers. Raises ValueError for another text."""
    with suppress(orjson.JSONDecodeError):
        return orjson.loads(text)
    try:
        return LENIENT.decode(text.decode(errors="replace").strip("\0"))
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None


def table_of_lines(blocks: Iterable[bytes], odd: Oddities) -> Table:
    """Records, one a line."""
    tables, line = [], 1
    for block in blocks:
        tables.append(records_table(*_parsed(block, line, odd), odd))
        line += block.count(b"\n")
    return joined(tables)


def _parsed(block: bytes, line: int, odd: Oddities) -> tuple[Sequence[Any], Rows]:
    """The values of a block of lines, of which the first is line `line`, and their numbers."""
    count = block.count(b"\n")
    with suppress(ValueError):
        values = parse(b"[" + block[:-1].replace(b"\n", b",") + b"]")
        if len(values) == count:
            return values, row_numbers(count, line)
    found = {}
    for number, text in enumerate(block.split(b"\n")[:-1], line):
        bare = text.strip(EMPTY)
        try:
            found[number] = parse(bare) if bare else None
        except ValueError:
            odd.cannot_read(number, bare.decode(errors="replace"))
    return list(found.values()), np.array(list(found), dtype=np.int64)


def table_of(parsed: Any, odd: Oddities) -> Table:
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
        return records_table(records, row_numbers(len(records)), odd)
    columns = _flat({key: [*one, *[None] * (longest - len(one))] for key, one in arrays.items()})
    return Table(
        columns, row_numbers(longest), rates=[label for label in labels if label in columns]
    )


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
    row = row_numbers(len(values))
    if _has(dict, values):
        return records_table(values, row, odd)
    if not _has(list, values):
        return Table({"1": column_of(values)}, row, named=False)
    width = next(len(one) for one in values if isinstance(one, list))
    kept, row = _kept(values, row, lambda one: isinstance(one, list) and len(one) == width, odd)
    names = TENSORBOARD if width == len(TENSORBOARD) else numbered(width)
    columns = {name: column_of([one[i] for one in kept]) for i, name in enumerate(names)}
    return Table(columns, row, named=names is TENSORBOARD)


def records_table(values: Sequence[Any], row: Rows, odd: Oddities) -> Table:
    """The table of objects, in which each may have other keys, without those of validation."""
    kept, row = _kept(values, row, lambda one: isinstance(one, dict), odd)
    training = np.array([not _is_of_validation(one) for one in kept], dtype=np.bool)
    kept, row = list(compress(kept, training)), row[training]
    places, cells = defaultdict[str, list[int]](list), defaultdict[str, list[Any]](list)
    for place, one in enumerate(kept):
        for key, value in one.items():
            places[key].append(place)
            cells[key].append(value)
    flat = {key: _flat({key: cells.pop(key)}) for key in places}
    check_cells(row.size, sum(map(len, flat.values())))
    columns: dict[str, Column] = {}
    for key, some in flat.items():
        columns |= {name: spread(one, places[key], row.size) for name, one in some.items()}
    return Table(columns, row)


def _is_of_validation(record: Mapping[str, Any]) -> bool:
    said = (record.get(mode) for mode in MODES)
    return any(isinstance(one, str) and of_validation(one) for one in said)


def _kept(
    values: Sequence[Any], row: Rows, fits: Callable[[Any], bool], odd: Oddities
) -> tuple[Sequence[Any], Rows]:
    """The values that fit, with their numbers; the others are counted, but for null."""
    fitting = [fits(one) for one in values]
    for i in (i for i, fit in enumerate(fitting) if not fit and values[i] is not None):
        odd.cannot_read(int(row[i]), values[i])
    return list(compress(values, fitting)), row[np.array(fitting, dtype=np.bool)]


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
                flat[part] = column_of([one[i] if i < len(one) else None for one in lists])
        elif dict in kinds:
            objects = [one if isinstance(one, dict) else {} for one in values]
            for key in dict.fromkeys(chain.from_iterable(objects)):
                flat[f"{name}/{key}"] = column_of([one.get(key) for one in objects])
        else:
            flat |= columns_of(name, values)
    return flat
