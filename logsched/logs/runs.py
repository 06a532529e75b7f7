"""The runs in one file: where each begins, which is taken, and what a resumed one logged twice."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.declare import WHOLE
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.base.words import listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]

ORDERLY = 2  # times as often as they fall, times rise that are in order
SHOWN = 4  # runs of which a note says the rows


class Part(NamedTuple):
    """The rows that are taken of a file, and what is to be said of the others."""

    rows: Rows
    notes: list[str]


def read_part(text: str | None) -> int | None:
    """The number of a run, from 1. Raises LogschedError for another text."""
    return None if text is None else int(WHOLE.parse("part", text))


def take_part(time: Floats | None, row: Rows, headers: Rows, part: int | None, file: str) -> Part:
    """The rows of one run, of the last where none is asked for, each time as it was logged last.

    `time` are `(n,)` times of the rows, None where they have none; `row` their numbers in the file,
    and `headers` the numbers of its lines where a header stands again.
    Raises LogschedError for a run that is not there.
    """
    runs = _runs(time, row, headers)
    which = len(runs) if part is None else part
    if which > len(runs):
        there = "one run" if len(runs) == 1 else f"{len(runs)} runs"
        raise LogschedError(f"part is {which}, but {file} holds {there}")
    taken = runs[which - 1]
    rows = np.arange(taken.start, taken.stop)
    notes = [] if len(runs) == 1 else [_holds(runs, row, which)]
    if time is not None and is_orderly(time[taken]):
        again = _logged_again(time[taken])
        rows = rows[~again]
        notes += _resumed(row[taken][again])
    return Part(rows, notes)


def is_orderly(time: Floats) -> bool:
    """Whether times rise, but where a run begins or is resumed; else they are in disorder."""
    change = np.diff(time)
    return bool(np.count_nonzero(change > 0) >= ORDERLY * np.count_nonzero(change < 0))


def _runs(time: Floats | None, row: Rows, headers: Rows) -> list[slice]:
    """Each run: from where time goes back to its beginning, or without times from a header."""
    if time is None:
        begins = np.searchsorted(row, headers).tolist()
    elif is_orderly(time):
        begins = _beginnings(time)
    else:
        begins = []
    edges = [0, *sorted({*begins} - {0, row.size}), row.size]
    return [slice(a, b) for a, b in pairwise(edges) if b > a] or [slice(0, 0)]


def _beginnings(time: Floats) -> list[int]:
    """Where time goes back to where the run began, or to within its first logged interval."""
    begins, first = list[int](), time[0] if time.size else 0.0
    for at in (np.flatnonzero(np.diff(time) < 0) + 1).tolist():
        after = np.diff(time[at : at + 2])
        if time[at] <= max(first, after.max(initial=0.0)):
            begins.append(at)
            first = time[at]
    return begins


def _logged_again(time: Floats) -> NDArray[np.bool]:
    """Which rows stand again after a place where time goes back, as after a resume."""
    back = np.append(np.diff(time) < 0, False)  # at the row before such a place
    to = np.where(back, np.append(time[1:], np.inf), np.inf)
    return np.asarray(np.minimum.accumulate(to[::-1])[::-1] <= time)


def _holds(runs: list[slice], row: Rows, which: int) -> str:
    spans = [_span(row[run]) for run in runs]
    shown = spans if len(spans) <= SHOWN else [*spans[: SHOWN - 1], f"..., {spans[-1]}"]
    taken = (
        "the last is taken" if which == len(runs) else f"that in rows {spans[which - 1]} is taken"
    )
    return f"the file holds {len(runs)} runs, in rows {listed(shown)}: {taken} (--part {which})"


def _resumed(row: Rows) -> list[str]:
    if not row.size:
        return []
    rows = f"{row.size} rows are" if row.size > 1 else "1 row is"
    return [f"{rows} logged again after a resume, the first is {row[0]}: the later ones count"]


def _span(row: Rows) -> str:
    return f"{row[0]}-{row[-1]}"
