"""TFRecord, the frame of event files: where its records are, and whether they are as written."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from logsched.base.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEAD = 12  # bytes before a record's data: its length, and the length's checksum
FOOT = 4  # bytes after it: its own checksum
LENGTH = struct.Struct("<Q")
CHECKSUM = struct.Struct("<I")
POLYNOMIAL = 0x82F63B78  # of CRC-32C, its bits in reverse
MASK = 0xA282EAD8  # added, so that a checksum of data with checksums is another
LONG = 2**14  # bytes: longer data are not checked, of which a scalar has some sixty


class Damaged(Exception):
    """The place of a record whose length is not what was written."""


def is_head(head: bytes) -> bool:
    """Whether a record begins so: a length with its checksum."""
    return len(head) == HEAD and _checksum(head[:8]) == CHECKSUM.unpack_from(head, 8)[0]


def records(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the data of each whole record begin and end.

    Raises Damaged at the first whose length is not as it was written, and EOFError where the last
    one is cut off.
    """
    known: dict[bytes, int] = {}
    place, size = 0, len(data)
    while place < size:
        head = data[place : place + HEAD]
        length = known.get(head)
        if length is None:
            if len(head) < HEAD:
                raise EOFError
            if not is_head(head):
                raise Damaged(place)
            (length,) = LENGTH.unpack_from(head)
            known[head] = length
        begin = place + HEAD
        place = begin + length + FOOT
        if place > size:
            raise EOFError
        yield begin, begin + length


def as_written(data: bytes, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> Any:
    """Whether the data of records have their checksums, `(n,)` bool."""
    raw = np.frombuffer(data, dtype=np.uint8)
    sizes, sound = ends - begins, np.ones(begins.size, dtype=np.bool)
    for size in np.unique(sizes[sizes <= LONG]).tolist():
        which = np.flatnonzero(sizes == size)
        stored = np.zeros(which.size, dtype=np.uint32)
        for k in range(FOOT):
            stored |= raw[ends[which] + k].astype(np.uint32) << np.uint32(8 * k)
        sound[which] = _checksums(raw, begins[which], size) == stored
    return sound


def _checksum(data: bytes) -> int:
    raw = np.frombuffer(data, dtype=np.uint8)
    return int(_checksums(raw, np.zeros(1, dtype=np.int64), len(data))[0])


def _checksums(raw: NDArray[np.uint8], begins: NDArray[np.int64], size: int) -> NDArray[np.uint32]:
    """The masked checksums of `(n,)` pieces of one size."""
    table = _table()
    crc = np.full(begins.size, 0xFFFFFFFF, dtype=np.uint32)
    for k in range(size):
        crc = table[(crc ^ raw[begins + k]) & 0xFF] ^ (crc >> np.uint32(8))
    crc = ~crc
    return (crc >> np.uint32(15) | crc << np.uint32(17)) + np.uint32(MASK)


@cache
def _table() -> NDArray[np.uint32]:
    """What a byte adds to a checksum."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(
            table & 1, table >> np.uint32(1) ^ np.uint32(POLYNOMIAL), table >> np.uint32(1)
        )
    return table
