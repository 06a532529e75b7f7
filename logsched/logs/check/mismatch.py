"""A log that is not its schedule, and what is suspected to be the cause."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from logsched.base.declare import Value
from logsched.base.lazy import Floats, np
from logsched.logs.agreement import Predict, Tolerance, rates_of
from logsched.logs.check.values import ValueSearch
from logsched.schedule.schedule import Schedule
from logsched.schedule.series import Series

PROBES = 64  # points on which a cause is tried first


class Cause(NamedTuple):
    """A mistake that explains a log: its kind, and a sentence about it without its full stop.

    `value` is the number that was found, or the word; `parameter` is what has it.
    """

    kind: str
    sentence: str
    value: Value | None = None
    parameter: str | None = None


class Suspect(NamedTuple):
    """A cause and the rates that a run with this mistake has; its tolerance, if not the log's."""

    cause: Cause
    predict: Predict
    tolerance: Tolerance | None = None


@dataclass(frozen=True)
class Case:
    """A log that differs from its schedule; `point` is a point's time in epochs."""

    schedule: Schedule
    series: Series
    tolerance: Tolerance
    point: float

    def planned(self, epochs: Floats) -> Floats:
        """The schedule's rates."""
        return rates_of(self.schedule, epochs)

    @property
    def steps(self) -> int:
        """The points of an epoch."""
        return round(1 / self.point)

    @cached_property
    def wrong(self) -> Floats:
        """The epochs that differ, `(n,)`."""
        planned = self.planned(self.series.epoch)
        return self.series.epoch[~self.tolerance.allows(self.series.rate, planned)]

    @cached_property
    def probe(self) -> Series:
        """A few points all over the log, those that differ among them."""
        size = self.series.epoch.size
        even = np.linspace(0, size - 1, PROBES).astype(np.int64)
        wrong = self.wrong[np.linspace(0, self.wrong.size - 1, PROBES).astype(np.int64)]
        chosen = np.unique([*np.searchsorted(self.series.epoch, wrong), *even])
        return Series(self.series.epoch[chosen], self.series.rate[chosen])

    @property
    def warms_up(self) -> bool:
        """Whether the schedule begins with a warmup."""
        return self.schedule.parts[0].warms

    @property
    def still(self) -> bool:
        """Whether the logged rate never changes, where the planned one does."""
        planned = self.planned(self.series.epoch)
        return bool(
            (self.series.rate == self.series.rate[0]).all() and (planned != planned[0]).any()
        )

    def search(self, schedule: Schedule, name: str) -> ValueSearch:
        """The search for a parameter with which a schedule has the logged rates."""
        return ValueSearch(schedule, name, self.probe, self.series, self.tolerance)

    def explained_by(self, suspect: Suspect) -> bool:
        """Whether every logged rate is what a run with this mistake has."""
        tolerance = suspect.tolerance or self.tolerance
        return all(tolerance.holds(suspect.predict, some) for some in (self.probe, self.series))
