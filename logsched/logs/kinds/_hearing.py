"""The rates in a console log and the times that go with them, from all its lines.

A time is said in the line of a rate, or in one before: `Epoch 3/90`, and the rate below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from math import nan
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.base.words import listed
from logsched.logs.kinds._phrases import Wording
from logsched.logs.table import VALIDATION, Column, Oddities, Table, joined, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool]
    Places = NDArray[np.int64]
    Wordings = Mapping[str, Wording]

MOST = 0.5  # of the rates: so many have a time in their line, or one of their own before
OFTEN = 3  # times in a line on the average, a rate is said where the ends of lines are lost
NEW_LINE, OVERWRITTEN = b"\n\v"
SILENT, TAKEN, FREE = -3, -2, -1  # lines before a block: of nothing, or what a rate has or has not
WORDS = b"|".join(word.encode() for word in sorted(VALIDATION))
OF_VALIDATION = re.compile(rb"(?i)(?<![\w./-])(?:" + WORDS + rb")(?![\w./-])")
DIGIT = re.compile(rb"\d")
HINTS = (b"val", b"Val", b"VAL", b"test", b"Test", b"TEST")  # quickly looked for


class Heard(NamedTuple):
    """Which numbers are said in a block, where, by line and byte; and how many `times` in all."""

    line: Places
    place: Places
    number: Floats
    times: int = 0

    def followed_by(self, later: Heard) -> Heard:
        """Both."""
        line, place = np.append(self.line, later.line), np.append(self.place, later.place)
        return Heard(line, place, np.append(self.number, later.number))


class Timed(NamedTuple):
    """A time of each row, and how it was said.

    It is of the row's `own` line, there `ahead` of the rate, or `new` since the row before; it is
    `nearer` where the line that says it next is not as far away as the one that said it.
    """

    number: Floats
    own: Bools
    ahead: Bools
    new: Bools
    nearer: Bools


class Rows(NamedTuple):
    """The rows of a block: their lines, rates and times by name, and which are of validation."""

    line: Places
    rates: Table
    times: dict[str, Timed]
    validation: Bools
    times_said: int


class Block(NamedTuple):
    """A block of lines: where each ends, and the number of each in the file."""

    text: bytes
    ends: Places
    row: Places

    def hear(self, said: Wording) -> Heard:
        """Where and which numbers are said so, the first in each line."""
        numbers = said.pattern.findall(self.text)
        place = self._begins(said.begin, len(numbers))
        if place.size != len(numbers):  # some words are not followed by a number
            place = np.array([one.start() for one in said.pattern.finditer(self.text)])
        line, first = np.unique(np.searchsorted(self.ends, place), return_index=True)
        return Heard(line, place[first], _numbers(numbers)[first], len(numbers))

    def _begins(self, word: bytes, count: int) -> Places:
        """Where a word stands, if so often; it is split there, which is faster than to search."""
        if not word or self.text.count(word) != count:
            return np.empty(0, dtype=np.int64)
        parts = self.text.split(word)[:-1]
        return np.cumsum(np.fromiter(map(len, parts), np.int64, count) + len(word)) - len(word)


def split_lines(block: bytes) -> bytes:
    r"""A block in which what a progress bar writes over its line is a line of its own, after \v."""
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\v")
    return block.replace(b"\b", b"\v") if b"\b" in block else block


def hear_all(
    blocks: Iterable[bytes], rates: Wordings, times: Wordings, odd: Oddities, file: str
) -> Table:
    """The table of the rates in blocks of lines and their times, by how they are said.

    Left out are lines of validation, and those without a time where most have one: settings.
    Raises LogschedError for lines that say many rates each.
    """
    parts, first = list[Rows](), 1
    said = {name: _said(SILENT, nan) for name in times}
    for text in blocks:
        block = _block(text, first)
        heard = {
            name: said[name].followed_by(block.hear(wording)) for name, wording in times.items()
        }
        parts.append(_rows(block, rates, heard))
        said = {name: _last(one, parts[-1].line) for name, one in heard.items()}
        first += text.count(b"\n")
    timed = {
        name: Timed(*map(np.concatenate, zip(*(part.times[name] for part in parts), strict=True)))
        for name in times
    }
    if sum(part.times_said for part in parts) > OFTEN * sum(part.line.size for part in parts):
        raise LogschedError(
            f"{file} says {listed([*rates])} again and again in one line: line ends are lost"
        )
    validation = np.concatenate([part.validation for part in parts])
    return _settled(joined([part.rates for part in parts]), timed, validation, odd)


def _block(text: bytes, first: int) -> Block:
    """A block of which the first line has a number."""
    raw = np.frombuffer(text, dtype=np.uint8)
    new = np.flatnonzero(raw == NEW_LINE)
    if b"\v" not in text:
        return Block(text, new, np.arange(first, first + new.size))
    ends = np.sort(np.append(new, np.flatnonzero(raw == OVERWRITTEN)))
    return Block(text, ends, first + np.searchsorted(new, ends))


def _said(line: int, number: float) -> Heard:
    """What was said before a block."""
    return Heard(np.array([line]), np.array([-1]), np.array([number]))


def _last(heard: Heard, line: Places) -> Heard:
    """What was said last in a block, for the rows of the next one."""
    said = int(heard.line[-1])
    if said not in (SILENT, TAKEN):
        said = TAKEN if (line >= said).any() else FREE
    return _said(said, float(heard.number[-1]))


def _numbers(texts: Sequence[bytes]) -> Floats:
    try:
        return np.fromiter(map(float, texts), np.float64, len(texts))
    except ValueError:  # of commas between thousands
        return np.array([float(text.replace(b",", b"")) for text in texts])


def _rows(block: Block, rates: Wordings, times: Mapping[str, Heard]) -> Rows:
    """The rows of a block, and the times that were said when they were."""
    heard = {name: block.hear(pattern) for name, pattern in rates.items()}
    line = reduce(np.union1d, (one.line for one in heard.values())).astype(np.int64)
    place, columns = np.zeros(line.size, dtype=np.int64), {}
    for name, one in heard.items():
        at = np.searchsorted(line, one.line)
        place[at] = one.place
        columns[name] = spread(Column(one.number, np.zeros(at.size, dtype=np.bool)), at, line.size)
    timed = {name: _timed(one, line, place) for name, one in times.items()}
    table = Table(columns, block.row[line])
    validation = _of_validation(block, line, place, times.values())
    return Rows(line, table, timed, validation, max(one.times for one in heard.values()))


def _timed(heard: Heard, line: Places, place: Places) -> Timed:
    """The time of each row: what was said last, up to the end of its line."""
    at = np.searchsorted(heard.line, line, side="right") - 1
    new = np.diff(at, prepend=0) > 0
    new[:1] |= (at[:1] == 0) & (heard.line[0] == FREE)
    said = np.append(np.where(heard.line < 0, -np.inf, heard.line), np.inf)
    return Timed(
        heard.number[at],
        own=heard.line[at] == line,
        ahead=heard.place[at] < place,
        new=new,
        nearer=said[at + 1] - line <= line - said[at],
    )


def _of_validation(block: Block, line: Places, place: Places, times: Iterable[Heard]) -> Bools:
    """Which lines say, before their rate and their times, that they are of validation."""
    if not any(hint[:1] in block.text and hint in block.text for hint in HINTS):
        return np.zeros(line.size, dtype=np.bool)
    for heard in times:
        at = np.searchsorted(heard.line, line, side="right") - 1
        place = np.where(heard.line[at] == line, np.minimum(place, heard.place[at]), place)
    begins = np.append(0, block.ends + 1)[line]
    spans = zip(begins.tolist(), place.tolist(), strict=True)
    said = (_says_validation(block.text, *span) for span in spans)
    return np.fromiter(said, np.bool, line.size)


def _says_validation(text: bytes, begin: int, place: int) -> bool:
    """Whether a line says so before the number that is said in a place: `Epoch(val) [1]`."""
    number = DIGIT.search(text, place)
    return OF_VALIDATION.search(text, begin, number.start() if number else place) is not None


def _settled(table: Table, timed: dict[str, Timed], validation: Bools, odd: Oddities) -> Table:
    """The table of rates with their times, without rows that are none."""
    kept = ~validation if not validation.all() else np.ones(validation.size, dtype=np.bool)
    valid = {name: _valid(name, its, kept, odd) for name, its in timed.items()}
    telling = [valid[name] for name in _most_telling(timed, kept)]
    has_time = reduce(np.logical_or, telling, np.zeros(kept.size, dtype=np.bool))
    if 0 < np.count_nonzero(kept & ~has_time) <= (1 - MOST) * np.count_nonzero(kept):
        without = np.count_nonzero(kept & ~has_time)
        lines = "1 line that says it" if without == 1 else f"{without} lines that say it"
        odd.said.append(f"{lines} without a time, as a setting is, left out")
        kept &= has_time
    columns = dict(table.columns)
    for name, its in timed.items():
        columns[name] = Column(np.where(valid[name], its.number, nan), ~valid[name])
    return Table(columns, table.row).rows(kept)


def _most_telling(timed: dict[str, Timed], kept: Bools) -> list[str]:
    """The times in the lines of most rates, or else those that are said anew for most."""
    own = [name for name, its in timed.items() if _share(its.own, kept) >= MOST]
    new = [name for name, its in timed.items() if _share(its.new, kept) >= MOST]
    return own or new or list(timed)


def _valid(name: str, its: Timed, kept: Bools, odd: Oddities) -> Bools:
    """Of which rows a time is that is said with most of them in the same way."""
    known = ~np.isnan(its.number)
    if _share(its.own, kept) >= MOST:
        ahead = _share(its.ahead, kept & its.own) >= MOST
        return np.asarray(known & its.own & (its.ahead == ahead))
    if kept.any() and not known[kept][0] and _share(its.nearer, kept & known) >= MOST:
        odd.said.append(
            f'"{name}" is said between the rates, the first of which comes before it: which belong '
            "together cannot be told"
        )
        return np.zeros_like(known)
    return known & its.new if _share(its.new, kept) >= MOST else known


def _share(some: Bools, of: Bools) -> float:
    return float(some[of].mean()) if of.any() else 0.0
