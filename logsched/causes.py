"""Why a run's rates are not the schedule's: each mistake that runs make, tried on all points.

A cause is named only if it alone brings every logged rate within the tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from logsched.agreement import Predict, Series, Tolerance, rates_of
from logsched.errors import LogschedError
from logsched.lazy import Floats, Numbers, np
from logsched.parameters import Parameters, Value, declared
from logsched.remarks import number, time
from logsched.schedule import Schedule, in_effect, known_of
from logsched.shapes import SHAPES
from logsched.solving import ValueSearch, fitting_values

PROBES = 64  # points on which a cause is tried first
MOST = 100_000  # numbers that are tried of a shift or a factor
CHOSEN = 8  # of those that hold at the probes, so many are tried at all points
KEPT = range(2, 9)  # digits of a rounded log
HALF = 0.5 * (1 + 1e-9)  # of the last digit
WORKERS = 64  # a greater factor is not thought to be their number


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


def find_causes(case: Case) -> list[Cause]:
    """All causes that explain a log, the plainest first; of several of one kind the first."""
    found: dict[tuple[str, str | None], Cause] = {}
    for suspects in STILL if case.still else CAUSES:
        for one in suspects(case):
            which = one.cause.kind, one.cause.parameter
            if which not in found and case.explained_by(one):
                found[which] = one.cause
    return list(found.values())


# Another clock: the schedule's own rates, at other times.


class Clock(NamedTuple):
    """A wrong clock: the schedule's time by the epoch and a number; which numbers, likely first."""

    time: Callable[[Floats, Numbers], Floats]
    numbers: Floats
    say: Callable[[float], Cause]


def _by_clock(case: Case, clock: Clock) -> Iterator[Suspect]:
    """The causes whose numbers hold at the probes."""
    numbers = clock.numbers
    for epoch, rate in zip(*case.probe, strict=True):
        times = np.broadcast_to(clock.time(epoch, numbers), numbers.shape)
        planned = case.planned(times)
        numbers = numbers[case.tolerance.allows(rate, planned)]
    for chosen in numbers[:CHOSEN].tolist():
        yield Suspect(clock.say(chosen), _planned_at(case, clock, chosen))


def _planned_at(case: Case, clock: Clock, chosen: float) -> Predict:
    return lambda epochs: case.planned(clock.time(epochs, chosen))


def _shifts(case: Case) -> Iterator[Suspect]:
    """Early or late by some points; where the log begins late, begun anew."""
    first, last = case.series.epoch[[0, -1]].tolist()
    most = min(MOST, round((last - first) / case.point) + round(first / case.point))
    counted = np.arange(1.0, most + 1)
    clock = Clock(
        lambda epoch, points: np.maximum(epoch - points * case.point, 0.0),
        np.ravel(np.column_stack([counted, -counted])),
        lambda points: _shift(case, first, points),
    )
    return _by_clock(case, clock)


def _shift(case: Case, first: float, points: float) -> Cause:
    begun = first - points * case.point
    if points > 1 and 0 <= begun < case.point:
        return _resumed(first, begun, case.point)
    way = "late" if points > 0 else "early"
    many = f"{number(abs(points))} point{'' if abs(points) == 1 else 's'}"
    if points == 1:
        way += " (where the log counts from 1, set offset -1)"
    return Cause("shift", f"the run is {many} {way}", points)


def _resumed(stopped: float, begun: float, gap: float) -> Cause:
    """A run that stopped within the gap before an epoch and went on as if it were another one."""
    if begun < gap:
        stopped, way = stopped - begun, "from the start of the schedule"
    else:
        way = f"as if it were epoch {time(begun)}"
    return Cause("resume", f"the run stopped and resumed at epoch {time(stopped)} {way}", stopped)


def _resumes(case: Case) -> Iterator[Suspect]:
    """From the first point that differs on at the schedule's start, or at another epoch."""
    resumed, last = float(case.wrong[0]), float(case.series.epoch[-1])
    before = case.series.epoch[case.series.epoch < resumed]
    if before.size < 2:  # a run that is late, rather
        return iter(())
    most = min(MOST, round(max(resumed, last - resumed) / case.point) + 1)
    points = np.arange(-most, most + 1.0)
    gaps = resumed - float(before[-1])  # the run may have stopped between two rows
    begun = resumed - points * case.point
    points = points[(begun >= 0) & (points != 0)]
    order = np.argsort(np.where(resumed - points * case.point < gaps, 0, np.abs(points)))
    clock = Clock(
        lambda epoch, late: np.where(epoch < resumed, epoch, epoch - late * case.point),
        points[order],
        lambda late: _resumed(resumed, resumed - late * case.point, gaps),
    )
    return _by_clock(case, clock)


def _units(case: Case) -> Iterator[Suspect]:
    """Points taken for epochs, or epochs for points: a whole number of times as fast or slow."""
    factors = np.array([float(case.steps), *range(2, MOST)])
    factors = factors[factors > 1]
    fast = Clock(lambda epoch, factor: epoch * factor, factors, lambda n: _unit(case, n, "fast"))
    slow = Clock(lambda epoch, factor: epoch / factor, factors, lambda n: _unit(case, n, "slow"))
    held = Clock(
        lambda epoch, factor: np.floor(epoch) / factor,
        np.array([1.0, *factors]) if case.point < 1 else np.empty(0),
        _held,
    )
    for clock in (fast, slow, held):
        yield from _by_clock(case, clock)


def _unit(case: Case, factor: float, way: str) -> Cause:
    many = number(factor)
    if way == "slow":
        why = "the schedule counts points, and was given epochs"
        if case.steps == 1:
            why += f" (where an epoch has {many} points, set steps_per_epoch {many})"
    elif factor == case.steps or factor > WORKERS:
        why = "the schedule counts epochs, and was given points"
    else:
        why = f"stepped {many} times a point, as by each of {many} workers or after {many} batches"
    return Cause("unit", f"the schedule ran {many} times as {way}: {why}", factor)


def _held(factor: float) -> Cause:
    slow = f", and {number(factor)} times as slow" if factor > 1 else ""
    said = f"each rate is held through an epoch{slow}: stepped once an epoch, not at every point"
    return Cause("unit", said, factor)


def _waves(case: Case) -> Iterator[Suspect]:
    """The first decay runs back up where the next one begins, as a cosine without restarts."""
    if case.schedule.cyclic is None:
        return iter(())
    decay = next(phase for phase in case.schedule.phases if not phase.rises)
    _, start, length, *_ = decay.stretch(0)

    def back(epoch: Floats, _: Numbers) -> Floats:
        t_cur = length - np.abs(length - np.mod(epoch - start, 2 * length))
        low = np.nextafter(start + length, 0.0)
        return np.where(epoch < start, epoch, np.minimum(start + t_cur, low))

    said = "restarts are ignored: after the first decay the rate comes back up as it fell"
    return _by_clock(case, Clock(back, np.ones(1), lambda _: Cause("restarts", said)))


def _second_warmups(case: Case) -> Iterator[Suspect]:
    """The warmup once before the schedule, and once within it."""
    length = case.schedule.warmup_epochs
    clock = Clock(
        lambda epoch, _: np.where(epoch < length, epoch, epoch - length),
        np.ones(1 if _warms_up(case) else 0),
        lambda _: Cause("warmup", "the warmup is counted twice: once before the schedule's own"),
    )
    return _by_clock(case, clock)


# Another schedule.


def _warms_up(case: Case) -> bool:
    return case.schedule.phases[0].rises


def _with(cause: Cause, schedule: Schedule) -> Suspect:
    return Suspect(cause, lambda epochs: rates_of(schedule, epochs))


def _warmups(case: Case) -> Iterator[Suspect]:
    """The warmup left out, counted twice, or counted into the decay."""
    schedule, length, lr = case.schedule, case.schedule.warmup_epochs, case.schedule.lr
    if not _warms_up(case):
        return
    at_once = schedule.replace(warmup_epochs=0)
    yield _with(Cause("warmup", "the warmup is left out: the schedule begins after it"), at_once)

    def warming(during: Predict, after: Predict) -> Predict:
        return lambda epochs: np.where(epochs < length, during(epochs), after(epochs))

    def without(epochs: Floats) -> Floats:
        return rates_of(at_once, epochs)

    held = warming(lambda epochs: np.full_like(epochs, lr), case.planned)
    yield Suspect(Cause("warmup", "the warmup is left out: the rate is lr from the start"), held)
    twice = schedule.replace(warmup_epochs=2 * length)
    yield _with(Cause("warmup", "the warmup is counted twice: it takes twice as long"), twice)
    inside = Cause("warmup", "the warmup's epochs are counted into the decay as well")
    yield Suspect(inside, warming(case.planned, without))
    squared = warming(lambda epochs: case.planned(epochs) ** 2 / (lr or 1.0), case.planned)
    said = "the warmup is counted twice: its factor is multiplied in once more"
    yield Suspect(Cause("warmup", said), squared)
    factor = warming(lambda epochs: case.planned(epochs) / (lr or 1.0) * without(epochs), without)
    said = "the warmup is multiplied into a decay that begins at once"
    yield Suspect(Cause("warmup", said), factor)


def _no_restarts(case: Case) -> Iterator[Suspect]:
    """The first decay only, or one decay over all the run."""
    if case.schedule.cyclic is None:
        return
    single = case.schedule.replace(restart_interval=0)
    if case.schedule.init_decay_epochs == 0:
        single = single.replace(init_decay_epochs=case.schedule.restart_interval)
    said = "restarts are ignored: the rate stays where the first decay ends"
    yield _with(Cause("restarts", said), single)
    for length in fitting_values(case.search(single, "init_decay_epochs")):
        said = f"restarts are ignored: one decay takes {time(float(length))} epochs"
        yield _with(Cause("restarts", said, length), single.replace(init_decay_epochs=length))


def _scales(case: Case) -> Iterator[Suspect]:
    """All rates multiplied by one number, or all from some epoch on."""
    begun = float(case.wrong[0])
    planned = np.where(case.series.epoch < begun, 0.0, case.planned(case.series.epoch))
    top = int(np.nanargmax(planned))
    ratio = float(case.series.rate[top] / planned[top])
    if case.wrong.size > 1 and 0 < ratio < np.inf:
        scale = _shortest(ratio, case.tolerance.rtol)
        yield Suspect(_scale(scale), lambda epochs: scale * case.planned(epochs))
        since = f" from epoch {time(begun)} on"
        yield Suspect(
            _scale(scale, since),
            lambda epochs: np.where(epochs < begun, 1.0, scale) * case.planned(epochs),
        )


def _frozen(case: Case) -> Iterator[Suspect]:
    """The rate stays what it was before the first point that differs."""
    begun = float(case.wrong[0])
    before = case.series.epoch[case.series.epoch < begun]
    if before.size:
        last = float(before[-1])
        said = f"the rate stays what it is at epoch {time(last)}: the scheduler is not stepped"
        yield Suspect(
            Cause("frozen", said, last), lambda epochs: case.planned(np.minimum(epochs, last))
        )


def _shortest(scale: float, rtol: float) -> float:
    """A number in as few digits as the tolerance leaves."""
    texts = (f"{scale:.{digits}g}" for digits in range(1, 17))
    return next((float(one) for one in texts if abs(float(one) - scale) < rtol * scale / 2), scale)


def _scale(scale: float, since: str = "") -> Cause:
    said = f"all rates{since} are multiplied by {number(scale)}"
    if scale > 1 and scale == int(scale):
        said += ", as by the number of workers"
    return Cause("scale", said, scale)


def _parameters(case: Case) -> Iterator[Suspect]:
    """Another value of one parameter; of one that others follow, also without all or most."""
    schedule, settled = case.schedule, _settled(case.schedule)
    peaks = settled.replace(restart_lr=schedule.params["restart_lr"])
    for name in known_of(schedule):
        if name in schedule.shape.uses(schedule):
            search = case.search(schedule, name)
            yield from _others(search)
            if _followed(search):
                yield from _others(search._replace(schedule=settled))
                yield from _others(search._replace(schedule=peaks))


def _followed(search: ValueSearch) -> bool:
    """Whether other parameters, left out, follow this one."""
    other = {search.name: search.value / 2} if isinstance(search.value, float) else {}
    try:
        changed = search.schedule.replace(**other)
    except LogschedError:
        return False
    return _settled(changed) != _settled(search.schedule).replace(**other)


def _others(search: ValueSearch) -> Iterator[Suspect]:
    for value in fitting_values(search):
        other = search.schedule.replace(**{search.name: value})
        yield _with(_other(search.name, value, search.value), other)


def _settled(schedule: Schedule) -> Schedule:
    """The same schedule with every parameter given."""
    return Schedule(schedule.shape.name, **in_effect(schedule))


def _other(name: str, value: Value, planned: Value | None) -> Cause:
    new, old = (number(one) if isinstance(one, float) else one for one in (value, planned))
    return Cause("parameter", f"{name} is {new}, not {old}", value, name)


def _shapes(case: Case) -> Iterator[Suspect]:
    """Another shape with the same parameters, its own left out."""
    common = {name: case.schedule.params[name] for name in declared(Parameters)}
    for name in SHAPES:
        if name != case.schedule.shape.name:
            said = f"the shape is {name}, not {case.schedule.shape.name}"
            yield _with(Cause("shape", said, name), Schedule(name, **common))


def _single(case: Case) -> Iterator[Suspect]:
    """One row alone differs."""
    if case.wrong.size == 1:
        off = Tolerance(np.inf, np.inf)
        said = f"only the rate at epoch {time(float(case.wrong[0]))} differs"
        yield Suspect(Cause("damage", said, float(case.wrong[0])), case.planned, off)


def _rounded(case: Case) -> Iterator[Suspect]:
    """The log keeps few digits: within half of the last one the rates are the planned ones."""
    rates = np.unique(case.series.rate).tolist()
    points = next((d for d in KEPT if all(round(rate, d) == rate for rate in rates)), None)
    if points is not None:
        near = replace(case.tolerance, floor=case.tolerance.floor + HALF / 10**points)
        yield _rounding(case, f"{points} decimals", near)
    digits = next((d for d in KEPT if all(float(f"{r:.{d}g}") == r for r in rates)), None)
    if digits is not None:
        near = replace(case.tolerance, rtol=case.tolerance.rtol + HALF / 10 ** (digits - 1))
        yield _rounding(case, f"{digits} digits", near)


def _rounding(case: Case, kept: str, near: Tolerance) -> Suspect:
    said = f"the log is rounded to {kept}, and as near as that it is the schedule"
    return Suspect(Cause("rounding", said), case.planned, near)


CAUSES: tuple[Callable[[Case], Iterator[Suspect]], ...] = (
    _single,
    _frozen,
    _warmups,
    _second_warmups,
    _no_restarts,
    _waves,
    _shifts,
    _resumes,
    _units,
    _scales,
    _parameters,
    _shapes,
    _rounded,
)
STILL = (_frozen, _shapes)  # what may be said of a rate that never changes
