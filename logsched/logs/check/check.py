"""Whether a run's rates are a schedule's: where they differ, by how much, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.logs.agreement import Tolerance, rates_of, tolerance_for
from logsched.logs.check.causes import find_causes
from logsched.logs.check.mismatch import Case, Cause
from logsched.logs.times import Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from logsched.schedule.schedule import Schedule


class Place(NamedTuple):
    """A row of a log, its epoch, and both rates there."""

    row: int
    epoch: float
    logged: float
    planned: float


@dataclass(frozen=True)
class Comparison:
    """A log beside a schedule, row by row; rows without a time are none."""

    schedule: Schedule
    reading: Reading
    tolerance: Tolerance

    @cached_property
    def planned(self) -> Floats:
        """The schedule's rates at the rows."""
        planned = np.full_like(self.reading.rate, np.nan)
        timed = np.isfinite(self.reading.epoch)
        planned[timed] = rates_of(self.schedule, self.reading.epoch[timed])
        return planned

    @cached_property
    def differing(self) -> NDArray[np.int64]:
        """Which rows differ."""
        agrees = self.tolerance.allows(self.reading.rate, self.planned)
        return np.flatnonzero(~agrees & np.isfinite(self.reading.epoch))

    @property
    def agrees(self) -> bool:
        """Whether there is no row that differs."""
        return not self.differing.size

    @property
    def rows(self) -> int:
        """How many rows are compared."""
        return int(np.count_nonzero(np.isfinite(self.reading.epoch)))

    @property
    def first(self) -> Place:
        """The first row that differs."""
        return self._place(int(self.differing[0]))

    @property
    def greatest(self) -> Place:
        """Where the two are farthest apart; where no rate is a number, the first row."""
        apart = np.abs(self.reading.rate - self.planned)
        return self._place(0 if np.isnan(apart).all() else int(np.nanargmax(apart)))

    def _place(self, index: int) -> Place:
        columns = (self.reading.row, self.reading.epoch, self.reading.rate, self.planned)
        row, *numbers = (column[index].item() for column in columns)
        return Place(row, *numbers)

    def causes(self) -> list[Cause]:
        """What alone explains the rows that differ."""
        series = self.reading.series
        case = Case(self.schedule, series, self.tolerance, self.reading.point)
        bad = int(np.count_nonzero(~np.isfinite(self.reading.rate[self.differing])))
        if not bad:
            return find_causes(case)
        rates = f"{bad} rates are" if bad > 1 else "one rate is"
        if bad == self.differing.size:
            return [Cause("damage", f"{rates} not a number, and all the others are the schedule's")]
        besides = f" (besides, {rates} not a number)"
        return [one._replace(sentence=one.sentence + besides) for one in find_causes(case)]


class Verdict(NamedTuple):
    """What became of a log, and why it differs where it does."""

    whole: Comparison
    causes: Sequence[Cause]


def check(schedule: Schedule, readings: Sequence[Reading], rtol: float) -> Verdict:
    """A log's verdict: by the first reading that agrees, or else that can be explained.

    Raises LogschedError for a log without a row that has a time, or that lasts longer than the
    schedule can.
    """
    tolerance = tolerance_for(readings[0].rate, rtol)
    wholes = [Comparison(schedule, reading, tolerance) for reading in readings]
    if not wholes[0].rows:
        raise LogschedError("there is no row with a time to compare")
    schedule(min(float(np.nanmax(reading.epoch)) for reading in readings))
    for whole in wholes:
        if whole.agrees:
            return Verdict(whole, ())
    verdicts = [Verdict(whole, whole.causes()) for whole in wholes]
    return next((one for one in verdicts if one.causes), verdicts[0])
