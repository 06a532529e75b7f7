"""Arrays as text and binary formats, streamed a block at a time.

Every number has the fewest digits that read back to the same float64 (orjson writes them).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from logsched.base.declare import EXACT
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.base.memory import require_memory
from logsched.base.text import check_format
from logsched.base.words import shown
from logsched.plan.config import as_tables
from logsched.schedule.grid import FEWER

if TYPE_CHECKING:
    from logsched.plan.rows import Rows

Chunks = Iterator[bytes]


class Format(NamedTuple):
    """A way to write curves, and what it can hold."""

    write: Callable[[Rows], Chunks]
    binary: bool = False
    one_schedule: bool = False
    by_column: bool = False

    def passes(self, rows: Rows) -> int:
        """How often it goes through the rows."""
        return 1 + len(rows.labels) if self.by_column else 1


FORMATS: dict[str, Format] = {}


def register(name: str, **traits: bool) -> Callable[[Callable[[Rows], Chunks]], Any]:
    """Make a function from curves to chunks of bytes a format."""

    def add(write: Callable[[Rows], Chunks]) -> Callable[[Rows], Chunks]:
        FORMATS[name] = Format(write, **traits)
        return write

    return add


def find_format(name: str, rows: Rows) -> Format:
    """A format by its name. Raises LogschedError where it cannot hold the curves."""
    check_format(name, FORMATS)
    found = FORMATS[name]
    if found.one_schedule and len(rows.labels) != 1:
        raise LogschedError(
            f"format {name} holds one schedule, but there are {len(rows.labels)}: "
            f"{', '.join(rows.labels)}"
        )
    return found


@register("json", by_column=True)
def write_json(rows: Rows) -> Chunks:
    """One object: the settings, so that it can be read back, `epoch`, and `lr` by label."""
    yield b'{"schema":1,"epochs":%d' % rows.grid.epochs
    yield b',"steps_per_epoch":%d' % rows.grid.steps_per_epoch
    yield b',"schedules":' + orjson.dumps(as_tables(rows.schedules)) + b',"epoch":['
    yield from _joined(map(_short, rows.blocks()))
    yield b'],"lr":{'
    for count, label in enumerate(rows.labels):
        yield (b"," if count else b"") + orjson.dumps(label) + b":["
        yield from _joined(map(_digits, rows.rates(label)))
        yield b"]"
    yield b"}}\n"


@register("jsonl")
def write_jsonl(rows: Rows) -> Chunks:
    """A flat object a line: the epoch and each label's rate."""
    keys = [orjson.dumps(label).replace(b"%", b"%%") for label in rows.labels]
    line = b'{"epoch":%b' + b"".join(b",%b:%%b" % key for key in keys) + b"}\n"
    for columns in rows.columns():
        yield b"".join(map(line.__mod__, zip(*map(_texts, columns), strict=True)))


@register("csv")
def write_csv(rows: Rows) -> Chunks:
    """Comma-separated values under the header `epoch,LABEL,...`."""
    return _separated(rows, ",")


@register("tsv")
def write_tsv(rows: Rows) -> Chunks:
    """Tab-separated values under a header."""
    return _separated(rows, "\t")


def _separated(rows: Rows, separator: str) -> Chunks:
    import csv

    header = io.StringIO()
    csv.writer(header, delimiter=separator, lineterminator="\n").writerow(["epoch", *rows.labels])
    yield header.getvalue().encode()
    between = separator.encode()
    for columns in rows.columns():
        lines = map(between.join, zip(*map(_texts, columns), strict=True))
        yield b"\n".join(lines) + b"\n"


@register("txt", one_schedule=True)
def write_txt(rows: Rows) -> Chunks:
    """Bare rates, one a line."""
    for rates in rows.rates(rows.labels[0]):
        yield _short(rates).replace(b",", b"\n") + b"\n"


@register("npy", binary=True, one_schedule=True)
def write_npy(rows: Rows) -> Chunks:
    """NumPy's format for one array: the rates, `(rows,)` float64."""
    yield _npy_header(rows.rows)
    for rates in rows.rates(rows.labels[0]):
        yield rates.astype("<f8", copy=False).tobytes()


@register("npz", binary=True, by_column=True)
def write_npz(rows: Rows) -> Chunks:
    """NumPy's archive: the array `epoch` and one array a label."""
    import zipfile

    for label in rows.labels:
        if label.endswith(".npy"):
            raise LogschedError(f"label {shown(label)} ends in .npy, which npz adds to every name")
    whole = "format npz, which alone is not streamed,"
    require_memory(rows.rows * (1 + len(rows.labels)), whole, FEWER)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        for name in ["epoch", *rows.labels]:
            blocks = rows.blocks() if name == "epoch" else rows.rates(name)
            with members.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                member.write(_npy_header(rows.rows))
                for block in blocks:
                    member.write(block.astype("<f8", copy=False).tobytes())
    yield archive.getvalue()


def _npy_header(rows: int) -> bytes:
    header = io.BytesIO()
    described = {"descr": "<f8", "fortran_order": False, "shape": (rows,)}
    np.lib.format.write_array_header_1_0(header, described)
    return header.getvalue()


def _joined(chunks: Iterator[bytes]) -> Chunks:
    """Chunks of an array with a comma between each two."""
    for count, chunk in enumerate(chunks):
        yield b"," + chunk if count else chunk


def _texts(numbers: Floats) -> list[bytes]:
    return _short(numbers).split(b",")


def _short(numbers: Floats) -> bytes:
    """`0,0.5,1`: numbers in the fewest digits, whole ones as integers."""
    whole = numbers == np.floor(numbers)
    if whole.all() and numbers.max() < EXACT:
        return orjson.dumps(numbers.astype(np.int64), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
    text = _digits(numbers)
    return (text + b",").replace(b".0,", b",")[:-1] if whole.any() else text


def _digits(numbers: Floats) -> bytes:
    """`0.0,0.5,1.0`: numbers in the fewest digits, as floating-point numbers."""
    return orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]
