"""Damage to logs, by crashes, copies and other programs: no rate may be another then."""

import gzip
from contextlib import suppress
from itertools import chain

import numpy as np

from logsched.base.errors import LogschedError
from logsched.logs.log import read_logs
from logsched.logs.times import Counting, own_time

FEW = 6  # lines of a text: one that is cut off before tells too little
NEAR = 1e-9  # of a rate: a cut takes the last digits, which differ by no more


def torn(data, random):
    """Cut off anywhere, but for its first lines."""
    begin = len(b"\n".join(data.split(b"\n")[:FEW]))
    return data[: random.randrange(min(begin, len(data) - 1), len(data))]


def packed(data, random):
    return gzip.compress(data)


def packed_and_torn(data, random):
    return gzip.compress(data)[: random.randrange(len(gzip.compress(data)))]


def in_utf_16(data, random):
    encoding = random.choice(["utf-16", "utf-16-le", "utf-16-be"])
    try:
        return data.decode().encode(encoding)
    except UnicodeDecodeError:  # of what is no text
        return data


def endless(data, random):
    return data.replace(b"\n", b" ")


def beheaded(data, random):
    """Without its first lines, as `tail` shows it."""
    lines = data.split(b"\n")
    return b"\n".join(lines[random.randrange(len(lines)) :])


def without_lines(data, random):
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    return b"\n".join(lines[:at] + lines[at + random.randrange(1, 6) :])


def with_zeros(data, random):
    at = random.randrange(len(data))
    return data[:at] + bytes(random.randrange(1, 5000)) + data[at:]


def with_junk(data, random):
    at = random.randrange(len(data))
    return data[:at] + random.randbytes(random.randrange(1, 300)) + data[at:]


def mixed(data, random):
    """With lines of other programs between its own."""
    others = [b"Traceback (most recent call last):", b"  File x.py, line 3", b"", b"12%|# | 3/25"]
    lines = ([line, random.choice(others)][: random.randrange(1, 3)] for line in data.split(b"\n"))
    return b"\n".join(chain.from_iterable(lines))


def appended(data, random):
    return data + data


def flipped(data, random):
    """With other bits, which the checksums of an event file find; a text has none."""
    if b"brain.Event" not in data[:64]:
        return data
    changed = bytearray(data)
    for _ in range(random.randrange(1, 4)):
        changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


DAMAGE = [
    *(torn, packed, packed_and_torn, in_utf_16, endless, beheaded, without_lines, with_zeros),
    *(with_junk, mixed, appended, flipped),
]


def rates_in(path):
    """All rates in a file, of every run and column; none where it is refused."""
    logs = []
    for part in (None, 1, 2):
        with suppress(LogschedError):
            logs += read_logs(path, part)
    for log in logs:
        own_time(log, Counting())
    rates = np.concatenate([np.empty(0), *(log.rate for log in logs)])
    return rates[np.isfinite(rates)]


def assert_no_other(rates, truth):
    """Every rate is one of those that are right."""
    for rate in rates.tolist():
        assert (np.abs(truth - rate) <= NEAR * abs(rate)).any(), rate
