"""The numbers with which a schedule comes nearest to a log: damped least squares, then rounding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp, inf, log10
from typing import NamedTuple

from logsched.base.declare import Value
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.logs.agreement import Tolerance, rates_of
from logsched.logs.identify.breaks import Gap
from logsched.schedule.schedule import Schedule
from logsched.schedule.series import Series
from logsched.schedule.settled import known_of, value_of

LENGTHS = ("warmup", "decay", "restart_interval")  # of the phases, in their order
GROWTH = "restart_interval_multiplier"
POINTS = 300  # of a log, by which numbers are fitted
STEPS = 30  # of a fit, at most
NUDGE = 1e-4  # of the time between two points, by which a time is moved to see what that does
SMALL = 1e-6  # of other numbers, relative
ACCURATE = 1e-6  # of the tolerance: near enough
STALLED = 0.9  # what a step leaves of the squares when it is one too many
DAMPING = (1e-9, 1e-3, 1e7)  # at least, at first, at most
RANGE = 1e-3  # of the greatest rate: lesser ones weigh no more
FAR = 20.0  # that a logarithm may go at once
HALVES = 40  # of the way to the edge of what a rule allows
UNSEEN = 1e-2  # of the distance of two points: cycles so short leave no trace
DIGITS = 15  # of a time, which float64 keeps
ENOUGH = 3500  # comparisons with a log: what is explained, nearly always is so by fewer


def absent(schedule: Schedule) -> set[str]:
    """The lengths that are 0, and a floor at 0: there is no such phase, stair, lead or floor."""
    lengths = (name for name, one in known_of(schedule).items() if one.unit == "length")
    return {name for name in (*lengths, "floor_lr") if value_of(schedule, name) == 0}


def numbers_of(schedule: Schedule) -> list[str]:
    """The numbers that bear on a schedule."""
    used = schedule.uses - absent(schedule)
    return [n for n in known_of(schedule) if n in used and isinstance(value_of(schedule, n), float)]


def levels_of(schedule: Schedule) -> list[str]:
    """Of these all that are no times."""
    known = known_of(schedule)
    return [n for n in numbers_of(schedule) if known[n].unit != "length" and n != GROWTH]


def changed(schedule: Schedule, **params: Value | None) -> Schedule | None:
    """The schedule with other parameters; None where a rule forbids it."""
    try:
        return schedule.replace(**params)
    except LogschedError:
        return None


@dataclass(frozen=True)
class Fit:
    """A schedule, and between which times its phases may end."""

    schedule: Schedule
    ends: Mapping[str, Gap]


@dataclass
class Effort:
    """How often schedules were compared with a log, counted over all its parts, and may be."""

    enough: int = ENOUGH
    spent: int = 0

    @property
    def tired(self) -> bool:
        """Whether enough was tried."""
        return self.spent > self.enough


class Fitter:
    """Brings schedules nearer to some points of a log.

    `spacing` is the usual time from one point to the next.
    """

    def __init__(
        self, series: Series, tolerance: Tolerance, spacing: float, effort: Effort | None = None
    ) -> None:
        self.effort = effort or Effort()
        size = series.epoch.size
        chosen = np.unique(np.linspace(0, size - 1, POINTS).astype(np.int64))
        self.all, self.few = series, Series(series.epoch[chosen], series.rate[chosen])
        self.tolerance, self.spacing = tolerance, spacing
        last = float(series.epoch[-1]) + spacing
        self.digits = ceil(log10(last))  # of a time before its point
        self.places = max(0, DIGITS - 1 - self.digits)  # and after it
        self.distinct = np.unique(self.few.rate).size
        rate = np.abs(self.few.rate)
        self.top = float(rate.max())
        allowed = tolerance.rtol * np.maximum(rate, RANGE * self.top) + tolerance.floor
        self._scale = np.where(allowed > 0, allowed, 1.0)

    def part(self, begin: float, until: float) -> Fitter:
        """The same by the points from a time until before another one."""
        inside = (self.all.epoch >= begin) & (self.all.epoch < until)
        if not inside.any():
            return self
        some = Series(self.all.epoch[inside], self.all.rate[inside])
        return Fitter(some, self.tolerance, self.spacing, self.effort)

    def misses(self, schedule: Schedule | None) -> Floats | None:
        """How far off each rate is, `(n,)`, the tolerance being about 1; None for no schedule."""
        if schedule is None or 0 < schedule.restart_interval < UNSEEN * self.spacing:
            return None
        self.effort.spent += 1
        try:
            rates = rates_of(schedule, self.few.epoch)
        except LogschedError:
            return None
        missed = (self.few.rate - rates) / self._scale
        return missed if np.isfinite(missed).all() else None

    def misfit(self, schedule: Schedule | None) -> float:
        """The root of the mean square of the misses."""
        return misfit_of(self.misses(schedule))

    def fits(self, schedule: Schedule | None) -> bool:
        """Whether each of the few rates is within the tolerance."""
        return self.holds(self.misses(schedule))

    def holds(self, missed: Floats | None) -> bool:
        """Whether misses are within the tolerance."""
        if missed is None:
            return False
        planned = self.few.rate - missed * self._scale
        return bool(self.tolerance.allows(self.few.rate, planned).all())

    def improved(self, fit: Fit, names: Sequence[str] | None = None, steps: int = STEPS) -> Fit:
        """Better values of all or some numbers: Levenberg and Marquardt's way."""
        names = numbers_of(fit.schedule) if names is None else names
        missed, damping = self.misses(fit.schedule), DAMPING[1]
        if missed is None or not names:
            return fit
        for _ in range(steps):
            before = float(missed @ missed)
            if before <= missed.size * ACCURATE**2:
                break
            better, damping = self._stepped(fit, names, missed, damping)
            if better is None:
                break
            fit, missed = Fit(better.schedule, fit.ends), better.missed
            if float(missed @ missed) > STALLED * before:
                break
        return fit

    def _stepped(
        self, fit: Fit, names: Sequence[str], missed: Floats, damping: float
    ) -> tuple[_Step | None, float]:
        """A step to smaller misses, damped until there is one, and the damping for the next."""
        unknowns = Unknowns(fit, names, self)
        slopes = self._slopes(unknowns, missed)
        while damping < DAMPING[2]:
            schedule = unknowns.moved(unknowns.step(slopes, missed, damping))
            there = self.misses(schedule)
            if schedule and there is not None and float(there @ there) < float(missed @ missed):
                return _Step(schedule, there), max(damping / 10, DAMPING[0])
            damping *= 10
        return None, damping

    def _slopes(self, unknowns: Unknowns, missed: Floats) -> Floats:
        """What a change of each unknown does to the misses, `(n, unknowns)`."""
        slopes = np.zeros((missed.size, len(unknowns.names)))
        for k, nudge in enumerate(unknowns.nudges()):
            for change in (nudge, -nudge):
                there = self.misses(unknowns.moved(change * np.eye(len(unknowns.names))[k]))
                if there is not None:
                    slopes[:, k] = (missed - there) / change
                    break
        return slopes


class _Step(NamedTuple):
    """A schedule that a step leads to, and how far off it still is."""

    schedule: Schedule
    missed: Floats


def misfit_of(missed: Floats | None) -> float:
    """The root of the mean square of misses."""
    return inf if missed is None else float(np.sqrt(np.mean(missed**2)))


def _damped(slopes: Floats, missed: Floats, damping: float) -> Floats:
    """The step that least squares and a penalty on steps ask for."""
    if not np.isfinite(slopes).all():  # of rates at the ends of float64
        return np.zeros(slopes.shape[1])
    size = np.sqrt(np.sum(slopes**2, axis=0))
    size[size == 0] = 1.0
    rows = np.vstack([slopes / size, np.sqrt(damping) * np.eye(size.size)])
    wanted = np.append(missed, np.zeros(size.size))
    step: Floats = np.linalg.lstsq(rows, wanted, rcond=None)[0] / size
    return step


class Unknowns:
    """Some numbers of a schedule as unknowns of a search.

    For the length of a phase it is the time of its end, so that what follows stays where it is; for
    what must be above 0, its logarithm.
    """

    def __init__(self, fit: Fit, names: Sequence[str], fitter: Fitter) -> None:
        self.schedule, self.names, self.places = fit.schedule, [*names], fitter.places
        self._fitter = fitter
        self._known = known_of(fit.schedule)
        self._values = {name: float(value_of(fit.schedule, name)) for name in names}
        self._ends = {name: fit.ends[name] for name in names if name in fit.ends}

    def _is_positive(self, name: str) -> bool:
        return not self._known[name].rule.holds(0.0)

    def _is_time(self, name: str) -> bool:
        return self._known[name].unit == "length"

    def nudges(self) -> list[float]:
        """How far to move each unknown to see what that does: times back, others up."""
        return [self._nudge(name) for name in self.names]

    def _nudge(self, name: str) -> float:
        if self._is_time(name):
            return -NUDGE * self._fitter.spacing
        if self._is_positive(name):
            return SMALL
        size = self._fitter.top if self._known[name].unit == "rate" else 1.0
        return SMALL * (self._values[name] or size or 1.0)

    def step(self, slopes: Floats, missed: Floats, damping: float) -> Floats:
        """The damped step within all bounds: what would go beyond one goes up to it."""
        low, high = self._bounds()
        step = np.zeros(len(self.names))
        free = np.ones(len(self.names), np.bool)
        while free.any():
            left = missed - slopes[:, ~free] @ step[~free]
            step[free] = _damped(slopes[:, free], left, damping)
            beyond = free & ((step < low) | (step > high))
            if not beyond.any():
                break
            step = np.where(beyond, np.clip(step, low, high), step)
            free &= ~beyond
        return step

    def _bounds(self) -> tuple[Floats, Floats]:
        """How far each unknown may go down and up."""
        bounds = [self._bound(name) for name in self.names]
        return np.array([low for low, _ in bounds]), np.array([high for _, high in bounds])

    def _bound(self, name: str) -> tuple[float, float]:
        if name in self._ends:
            low, high = self._ends[name]
            end = self._end(name)
            margin = 2 * NUDGE * self._fitter.spacing  # the end itself is not before `low`
            return min(low + margin - end, 0.0), max(high - end, 0.0)
        if self._is_positive(name):
            return self._edge(name, -FAR), self._edge(name, FAR)
        return -self._values[name], inf

    def _edge(self, name: str, far: float) -> float:
        """How far a rule lets the logarithm of a number go."""
        holds, near = self._known[name].rule.holds, 0.0
        if holds(self._values[name] * exp(far)):
            return far
        for _ in range(HALVES):
            middle = (near + far) / 2
            near, far = (middle, far) if holds(self._values[name] * exp(middle)) else (near, middle)
        return near

    def _end(self, name: str) -> float:
        """When the phase of a length ends."""
        upto = LENGTHS[: LENGTHS.index(name) + 1]
        return sum(float(value_of(self.schedule, one)) for one in upto)

    def moved(self, step: Floats) -> Schedule | None:
        """The schedule with all unknowns changed."""
        steps = dict(zip(self.names, step.tolist(), strict=True))
        others = {n: self._other(n, change) for n, change in steps.items() if n not in LENGTHS}
        return changed(self.schedule, **others, **self._lengths(steps))

    def rounded(self, places: int) -> Schedule | None:
        """The schedule with all ends of phases in so many places, and growth in three digits."""
        ends = {name: self._end(name) for name in self.names if name in LENGTHS}
        lengths = self._lengths({name: round(end, places) - end for name, end in ends.items()})
        growth = float(f"{self.schedule.restart_interval_multiplier:.3g}")
        return changed(self.schedule, **{GROWTH: growth}, **lengths)

    def _lengths(self, steps: Mapping[str, float]) -> dict[str, float]:
        """Lengths of phases that end earlier or later."""
        start, lengths = 0.0, {}
        for name in LENGTHS:
            length = float(value_of(self.schedule, name))
            if name in steps:
                length = self._time(self._end(name) + steps[name] - start)
                lengths[name] = length
            start += length
        return lengths

    def _time(self, time: float) -> float:
        return round(max(time, 0.0), self.places)

    def _other(self, name: str, change: float) -> float:
        value = self._values[name]
        if self._is_positive(name):
            return value * exp(change)
        return self._time(value + change) if self._is_time(name) else max(value + change, 0.0)


# In as few and as short parameters as will do.
