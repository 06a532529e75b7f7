"""Printed dictionaries, as transformers prints them: often after a progress bar."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import partial
from typing import Any

import orjson

from logsched.logs.kind import By, Kind
from logsched.logs.kinds._phrases import UNNAMED
from logsched.logs.kinds._records import Record, most_are, read_records
from logsched.logs.records import parse
from logsched.logs.table import PAIR

BRACES = re.compile(rb"\{'[^\n]*\}")
WRAPPED = re.compile(
    rb"[A-Za-z_][\w.]*\((-?(?:[+.\deE-]+|nan|inf))(?:,[^()]*)?\)"
)  # np.float64(0.1)
POINT = re.compile(rb"(?<=\d)\.(?!\d)")  # as PyTorch and NumPy end whole numbers
WORDS = {
    b"None": b"null",
    b"True": b"true",
    b"False": b"false",
    b"nan": b"NaN",
    b"inf": b"Infinity",
}
WORD = re.compile(rb"(?<=[:\[,( -])(?:None|True|False|nan|inf)(?=[\s,\])}])")


def _find(line: bytes) -> Record | None:
    """The dictionary in a line, with the n/N of a progress bar before it."""
    if (braces := BRACES.search(line)) is None:
        return None
    try:
        record = dict(_parse(braces[0].replace(b"'", b'"')))
    except ValueError:
        return None
    if bar := UNNAMED.search(line, 0, braces.start()):
        record[PAIR] = bar[0].decode()
    return record


def _parse(text: bytes) -> Any:
    """A dictionary as Python prints it: JSON but for some words, tuples and NumPy's numbers."""
    with suppress(orjson.JSONDecodeError):
        return orjson.loads(text)
    text = WRAPPED.sub(rb"\1", text).replace(b"(", b"[").replace(b")", b"]")
    text = POINT.sub(rb"\g<0>0", text)
    return parse(WORD.sub(lambda word: WORDS[word[0]], text))


KIND = Kind(
    "printed dictionaries",
    "{'loss': 2.31, 'learning_rate': 4.5e-05, 'epoch': 0.2}",
    By.LINES,
    knows=partial(most_are, _find),
    read=partial(read_records, _find, b"{'"),
)
