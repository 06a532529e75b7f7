"""Mistakes of a run's clock: the rates are the schedule's own, but those of other times."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from logsched.base.lazy import Floats, Numbers, np
from logsched.base.words import number, time
from logsched.logs.agreement import Predict
from logsched.logs.check.mismatch import Case, Cause, Suspect

MOST = 100_000  # numbers that are tried of a shift or a factor
CHOSEN = 8  # of those that hold at the probes, so many are tried at all points
WORKERS = 64  # a greater factor is not thought to be their number


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


def shifts(case: Case) -> Iterator[Suspect]:
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
        way += " (where the log counts from 1, --offset -1)"
    return Cause("shift", f"the run is {many} {way}", points)


def _resumed(stopped: float, begun: float, gap: float) -> Cause:
    """A run that stopped within the gap before an epoch and went on as if it were another one."""
    if begun < gap:
        stopped, way = stopped - begun, "from the start of the schedule"
    else:
        way = f"as if it were epoch {time(begun)}"
    return Cause("resume", f"the run stopped and resumed at epoch {time(stopped)} {way}", stopped)


def resumes(case: Case) -> Iterator[Suspect]:
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


def units(case: Case) -> Iterator[Suspect]:
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
            why += f" (where an epoch has {many} points, --steps-per-epoch {many})"
    elif factor == case.steps or factor > WORKERS:
        why = "the schedule counts epochs, and was given points"
    else:
        why = f"stepped {many} times a point, as by each of {many} workers or after {many} batches"
    return Cause("unit", f"the schedule ran {many} times as {way}: {why}", factor)


def _held(factor: float) -> Cause:
    slow = f", and {number(factor)} times as slow" if factor > 1 else ""
    said = f"each rate is held through an epoch{slow}: stepped once an epoch, not at every point"
    return Cause("unit", said, factor)


def waves(case: Case) -> Iterator[Suspect]:
    """The first decay runs back up where the next one begins, as a cosine without restarts."""
    if case.schedule.cyclic is None:
        return iter(())
    decay = next(part for part in case.schedule.parts if not part.warms)
    _, start, length, *_ = decay.piece(0)

    def back(epoch: Floats, _: Numbers) -> Floats:
        t_cur = length - np.abs(length - np.mod(epoch - start, 2 * length))
        low = np.nextafter(start + length, 0.0)
        return np.where(epoch < start, epoch, np.minimum(start + t_cur, low))

    said = "restarts are ignored: after the first decay the rate comes back up as it fell"
    return _by_clock(case, Clock(back, np.ones(1), lambda _: Cause("restarts", said)))


def second_warmups(case: Case) -> Iterator[Suspect]:
    """The warmup once before the schedule, and once within it."""
    length = case.schedule.warmup
    clock = Clock(
        lambda epoch, _: np.where(epoch < length, epoch, epoch - length),
        np.ones(1 if case.warms_up else 0),
        lambda _: Cause("warmup", "the warmup is counted twice: once before the schedule's own"),
    )
    return _by_clock(case, clock)
