"""Numbers as text, in the fewest digits that read back to the same float64: orjson finds them."""

from __future__ import annotations

import orjson

from logsched.base.declare import EXACT
from logsched.base.lazy import Floats, np


def texts(numbers: Floats) -> list[bytes]:
    """`short`, a text each."""
    return short(numbers).split(b",")


def short(numbers: Floats) -> bytes:
    """`0,0.5,1`: numbers in the fewest digits, whole ones as integers."""
    whole = numbers == np.floor(numbers)
    if whole.all() and numbers.max() < EXACT:
        return orjson.dumps(numbers.astype(np.int64), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
    text = digits(numbers)
    return (text + b",").replace(b".0,", b",")[:-1] if whole.any() else text


def digits(numbers: Floats) -> bytes:
    """`0.0,0.5,1.0`: numbers in the fewest digits, as floating-point numbers."""
    return orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
