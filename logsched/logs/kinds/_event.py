"""The events in an event file: which tags their values have, and the numbers that these are.

An event is a message of Protocol Buffers: a time (field 1), a step (2), a summary (5). A summary
holds values (1), each with its tag (1) and a plain float (2) or a tensor (8).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from math import nan
from typing import NamedTuple

SINGLE = re.compile(  # an event of one value, up to the length of its tag: a byte each
    rb"(?:\x09.{8})?(?:\x10[\x80-\xff]{0,9}[\0-\x7f])?\x2a[\0-\x7f]\x0a[\0-\x7f]\x0a[\0-\x7f]",
    re.DOTALL,
)
STEP = re.compile(rb"(?:\x09.{8})?\x10([\x80-\xff]{0,9}[\0-\x7f])", re.DOTALL)
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # how a field is written
FIXED = {FIXED64: 8, FIXED32: 4}
CONTENT = {1: "<f", 2: "<d", 3: "<i", 9: "<q", 19: "<e"}  # a tensor's types, of one number each
FLOAT_TYPE, BFLOAT16, HALF = 1, 14, 19
FLOATS = {5: "<f", 6: "<d"}  # a tensor's fields of numbers by themselves
WHOLE = (7, 10)
HALVES = 13
FLOAT = struct.Struct("<f")


class Field(NamedTuple):
    """One field of a message: its number, how it is written, and where: or a VARINT's value."""

    number: int
    wire: int
    begin: int
    end: int


def fields(data: bytes, begin: int, end: int) -> Iterator[Field]:
    """The fields of a message. Raises ValueError where it is none."""
    while begin < end:
        key, begin = _varint(data, begin, end)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, begin = _varint(data, begin, end)
            yield Field(number, wire, value, value)
            continue
        length, begin = (FIXED[wire], begin) if wire in FIXED else _varint(data, begin, end)
        if wire not in (BYTES, *FIXED) or begin + length > end:
            raise ValueError("a field is longer than its message")
        yield Field(number, wire, begin, begin + length)
        begin += length


def _varint(data: bytes, begin: int, end: int) -> tuple[int, int]:
    """A whole number of at most 64 bits, 7 of them a byte, and where it ends."""
    value = 0
    for k, byte in enumerate(data[begin : min(begin + 10, end)]):
        value |= (byte & 0x7F) << 7 * k
        if byte < 0x80:
            return value, begin + k + 1
    raise ValueError("a number does not end")


def values(data: bytes, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The values of an event: the tag, and where the value begins and ends."""
    found = SINGLE.match(data, begin, end)
    if found and (at := found.end()) + data[at - 1] <= end == at - 2 + data[at - 3]:
        yield data[at : at + data[at - 1]], at - 2, end
        return
    for summary in fields(data, begin, end):
        if summary.number == 5 and summary.wire == BYTES:
            for value in fields(data, summary.begin, summary.end):
                if value.number == 1 and value.wire == BYTES:
                    yield _tag(data, value), value.begin, value.end


def _tag(data: bytes, value: Field) -> bytes:
    tags = (one for one in fields(data, value.begin, value.end) if one[:2] == (1, BYTES))
    return next((data[tag.begin : tag.end] for tag in tags), b"")


def step(data: bytes, begin: int, end: int) -> int:
    """The step of an event, 0 where it says none."""
    if found := STEP.match(data, begin, end):
        return _signed(_varint(data, found.start(1), end)[0])
    counted = (one.begin for one in fields(data, begin, end) if one[:2] == (2, VARINT))
    return _signed(next(counted, 0))


def _signed(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value


def scalar(data: bytes, begin: int, end: int) -> tuple[float, bool]:
    """The number that a value is: a float, or a tensor of one element; nan where it is none.

    And whether it is what is mostly there: a float that takes the last 4 bytes.
    """
    for number, wire, at, after in fields(data, begin, end):
        if number == 2 and wire == FIXED32:
            return float(FLOAT.unpack_from(data, at)[0]), after == end
        if number == 8 and wire == BYTES:
            element, last = _element(data, at, after)
            return element, last and after == end
    return nan, False


def last_float(data: bytes, end: int) -> float:
    """The float that takes the last 4 bytes of a value."""
    return float(FLOAT.unpack_from(data, end - 4)[0])


def _element(data: bytes, begin: int, end: int) -> tuple[float, bool]:
    """The one element of a tensor, nan where it has another number of them; as in `scalar`."""
    kind, last = 0, False
    found: list[float] = []
    for number, wire, at, after in fields(data, begin, end):
        if number == 1 and wire == VARINT:
            kind = at
        elif number == 4 and wire == BYTES:
            found += _content(kind, data[at:after])
            last = kind == FLOAT_TYPE and after == end
        elif number in FLOATS and wire != VARINT:
            found += _floats(FLOATS[number], data[at:after])
        elif number in WHOLE:
            found += [float(_signed(n)) for n in _varints(data, wire, at, after)]
        elif number == HALVES:
            found += [_of_bits(kind, n) for n in _varints(data, wire, at, after)]
    return (found[0], last) if len(found) == 1 else (nan, False)


def _floats(form: str, content: bytes) -> list[float]:
    if len(content) % struct.calcsize(form):
        return []
    return [float(number) for (number,) in struct.iter_unpack(form, content)]


def _content(kind: int, content: bytes) -> list[float]:
    if kind == BFLOAT16:
        return [FLOAT.unpack(b"\0\0" + content)[0]] if len(content) == 2 else []
    form = CONTENT.get(kind, "<0s")
    return [float(struct.unpack(form, content)[0])] if len(content) == struct.calcsize(form) else []


def _varints(data: bytes, wire: int, begin: int, end: int) -> Iterator[int]:
    """Whole numbers in one field, or the one that it is."""
    if wire == VARINT:
        yield begin
        return
    while begin < end:
        value, begin = _varint(data, begin, end)
        yield value


def _of_bits(kind: int, bits: int) -> float:
    """The number of 16 bits, in one of two ways."""
    two = (bits & 0xFFFF).to_bytes(2, "little")
    return (
        float(struct.unpack("<e", two)[0])
        if kind == HALF
        else float(FLOAT.unpack(b"\0\0" + two)[0])
    )
