"""JSON, and lines of it: records, arrays and what frameworks keep them in."""

from __future__ import annotations

import re

from logsched.base.errors import LogschedError
from logsched.base.memory import require_memory
from logsched.logs.blocks import EMPTY
from logsched.logs.kind import By, Kind
from logsched.logs.opened import Opened
from logsched.logs.records import parse, table_of, table_of_lines
from logsched.logs.table import LESS, Content, Oddities

OBJECTS = 6  # bytes of memory that a byte of JSON takes
FEW = 1000  # lines that tell whether a text is JSON
NUMBER = rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*(?:,|$|\]\s*(?:[,\]}]|$))"
VALUE = rb'(?:"|[\]}]|' + NUMBER + rb"|true|false|null|NaN|-?Infinity|$)"
LINE = re.compile(rb"[\0\s]*(?:[\[{]\s*)*" + VALUE)
BEGINNING = re.compile(rb"[\0\s]*(?:[\[{]\s*)+" + VALUE)


def _knows(file: Opened) -> bool:
    """Whether a text begins as JSON does, and so do most of its lines, or it is one."""
    if not BEGINNING.match(file.start):
        return False
    lines = [line for line in file.lines[:FEW] if line.strip(EMPTY)]
    return 2 * sum(map(bool, map(LINE.match, lines))) > len(lines)


def _read(file: Opened) -> Content:
    """One JSON value, or lines of JSON where the first line is an object and others follow."""
    line, _, others = file.start.lstrip(EMPTY).partition(b"\n")
    odd = Oddities()
    if others.strip(EMPTY) and _is_record(line):
        return Content(table_of_lines(file.blocks(), odd), odd)
    require_memory(OBJECTS * file.size // 8, file.name, LESS)
    whole = file.whole()
    try:
        parsed = parse(whole)
    except ValueError as error:
        table = table_of_lines([whole.removesuffix(b"\n") + b"\n"], odd)
        if odd.unread > table.row.size:
            raise LogschedError(f"{file.name} is not JSON: {error}") from None
        return Content(table, odd)
    odd = Oddities("element")
    return Content(table_of(parsed, odd), odd)


def _is_record(line: bytes) -> bool:
    try:
        return isinstance(parse(line), dict)
    except ValueError:
        return False


KIND = Kind(
    "JSON: records, arrays, or a record a line",
    '{"step": 10, "lr": 0.0003}',
    By.FORM,
    knows=_knows,
    read=_read,
)
