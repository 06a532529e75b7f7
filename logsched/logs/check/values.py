"""Which value of one parameter gives a schedule the rates that were logged."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.declare import Value
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.logs.agreement import Tolerance, rates_of
from logsched.schedule.schedule import Schedule
from logsched.schedule.series import Series
from logsched.schedule.settled import known_of, value_of

if TYPE_CHECKING:
    from logsched.base.declare import Parameter

LENGTHS = 1000  # that are tried of a length
TENTHS = tuple(tenth / 10 for tenth in range(41))
FACTORS = (*TENTHS, 0.25, 0.75, 0.95, 0.99, 5.0, 10.0, 100.0, 1000.0, 10_000.0)
BEST = 4  # of the values tried, so many are improved
TRIES = 30
JUMP = 0.1  # of the greatest rate: a rise by more is a restart
JUMPS = 8  # restarts, or steps, whose distances are tried as lengths
DIGITS = 16
FEW = 6  # points that do not tell a number in more digits than ROUND
ROUND = 2


class ValueSearch(NamedTuple):
    """A parameter of a schedule, and the logged rates by which its value is to be found.

    Values are tried on `series`, a few of the rates; the `whole` log tells which are likely.
    """

    schedule: Schedule
    name: str
    series: Series
    whole: Series
    tolerance: Tolerance

    @property
    def parameter(self) -> Parameter:
        """What is searched for."""
        return known_of(self.schedule)[self.name]

    @property
    def value(self) -> Value | None:
        """What it is in the schedule."""
        value: Value | None = value_of(self.schedule, self.name)
        return value

    def rates(self, value: Value) -> Floats:
        """The rates with another value; nan where there is no such schedule."""
        try:
            return rates_of(self.schedule.replace(**{self.name: value}), self.series.epoch)
        except LogschedError:
            return np.full_like(self.series.rate, np.nan)

    def fits(self, value: Value) -> bool:
        """Whether the rates are the logged ones."""
        return bool(self.tolerance.allows(self.series.rate, self.rates(value)).all())

    def misses(self, value: Value) -> float:
        """How far the rates are from the logged ones, all together."""
        return self._far(self.rates(value))

    def _far(self, rates: Floats) -> float:
        missed = float(np.abs(rates - self.series.rate).sum())
        return missed if missed == missed else inf

    def improved(self, value: float) -> float:
        """A value nearby with which they are nearer: Gauss and Newton's way, in one unknown."""
        here = self.rates(value)
        for _ in range(TRIES):
            nudge = 1e-6 * (abs(value) or 1e-3)
            slope = (self.rates(value + nudge) - here) / nudge
            step = float(slope @ (self.series.rate - here)) / (float(slope @ slope) or inf)
            there = self.rates(value + step)
            if not self._far(there) < self._far(here):
                break
            value, here = value + step, there
        return value


def fitting_values(search: ValueSearch) -> Iterator[Value]:
    """Values with which a schedule has the rates of the series, the likeliest first."""
    rule = search.parameter.rule
    yield from (word for word in rule.words if word != search.value and search.fits(word))
    if any(map(rule.holds, FACTORS)):
        tried = sorted(_starts(search), key=lambda one: (search.misses(one), len(str(one))))
        yield from filter(search.fits, tried[:BEST])
        for start in tried[:BEST]:
            yield from _shortest(search, search.improved(start))


def _shortest(search: ValueSearch, value: float) -> Iterator[float]:
    """A number in as few digits as still fit."""
    for digits in range(1, (ROUND if search.series.epoch.size <= FEW else DIGITS) + 1):
        short = float(f"{value:.{digits}g}")
        if search.fits(short):
            yield short
            return


def _starts(search: ValueSearch) -> list[float]:
    """Values from which to search: whole lengths and distances of restarts, or likely factors."""
    if search.parameter.unit == "length":
        return [*_lengths(search)]
    if search.parameter.unit == "rate":
        seen = np.unique(search.series.rate)
        return [0.0, *seen[:: 1 + seen.size // JUMPS].tolist(), *_number(search.value)]
    return [*FACTORS, *_number(search.value)]


def _number(value: Value | None) -> list[float]:
    return [value] if isinstance(value, float) else []


def _lengths(search: ValueSearch) -> set[float]:
    schedule, (epoch, rate) = search.schedule, search.whole
    whole = np.linspace(0, LENGTHS, LENGTHS + 1)
    if epoch[-1] > LENGTHS:
        whole = np.round(whole * (epoch[-1] / LENGTHS))
    else:
        whole = whole[: int(epoch[-1]) + 2]
    marks = np.array([0.0, *(part.start for part in schedule.parts)])
    rises = epoch[1:][np.diff(rate) > JUMP * rate.max()][:JUMPS]
    apart = np.subtract.outer(rises, [*marks, *rises]).ravel()
    return {*whole.tolist(), *apart[apart >= 0].tolist(), *_strides(epoch, rate, marks)}


def _strides(epoch: Floats, rate: Floats, marks: Floats) -> Iterator[float]:
    """Lengths of which several in a row end where the rate jumps, at a step or a restart.

    A jump is known to have been between two points, so that several tell a length more exactly.
    """
    still = np.diff(rate) == 0
    jumps = np.flatnonzero((~still[1:] & still[:-1]) | (np.diff(rate)[1:] > JUMP * rate.max())) + 2
    for mark in marks:
        after = jumps[epoch[jumps] > mark][:JUMPS]
        count = np.arange(1, after.size + 1)
        low, high = (epoch[after - 1] - mark) / count, (epoch[after] - mark) / count
        if after.size:
            yield from (float(high.min()), float((low.max() + high.min()) / 2))
