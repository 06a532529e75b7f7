"""Event files of TensorBoard, written: records with their checksums, scalars in several ways."""

import struct

POLYNOMIAL = 0x82F63B78


def crc32c(data):
    """The checksum, bit by bit, as its definition has it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (POLYNOMIAL if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(data):
    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


def varint(value):
    value &= 2**64 - 1
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


def field(number, wire, content):
    """A field of Protocol Buffers; bytes are preceded by their length."""
    head = varint(number << 3 | wire)
    return head + (varint(len(content)) + content if wire == 2 else content)


def plain(rate):
    return field(2, 5, struct.pack("<f", rate))


def tensor(kind, *parts):
    return field(8, 2, field(1, 0, varint(kind)) + field(2, 2, b"") + b"".join(parts))


def content(kind, form):
    """A way to write a scalar: as the bytes of a tensor of a type."""
    return lambda rate: tensor(kind, field(4, 2, struct.pack(form, rate)))


def value(tag, number):
    return field(1, 2, field(1, 2, tag.encode()) + number)


def event(step, *values, time=1.7e9):
    counted = field(2, 0, varint(step)) if step else b""
    return field(1, 1, struct.pack("<d", time)) + counted + field(5, 2, b"".join(values))


VERSION = record(field(1, 1, struct.pack("<d", 1.7e9)) + field(3, 2, b"brain.Event:2"))


def event_file(tag, rates, write=plain, steps=None):
    """A file of one tag, its rates from step 0 on, or at other steps."""
    counted = range(len(rates)) if steps is None else steps
    events = (
        event(step, value(tag, write(rate))) for step, rate in zip(counted, rates, strict=True)
    )
    return VERSION + b"".join(map(record, events))
