"""What is true of a schedule in a run: its extremes, its budget, its phases and cycles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.lazy import np

if TYPE_CHECKING:
    from logsched.schedule.parts import Part
    from logsched.schedule.run import Run
    from logsched.schedule.schedule import Schedule


MOST = 100_000  # cycles that are listed one by one


class Cycle(NamedTuple):
    """A cycle: complete if it ends within the run."""

    start: float
    length: float
    complete: bool


class Span(NamedTuple):
    """A phase, as far as it is within the run."""

    name: str
    start: float
    end: float


class Extremes(NamedTuple):
    """Facts over the points of a grid, in rates and epochs; of equal rates the first counts.

    `lr_budget` is the learning rate integrated over the run, sum(lr_k) times the time of a point.
    """

    peak_lr: float
    peak_at: float
    min_lr: float
    min_at: float
    final_lr: float
    mean_lr: float
    lr_budget: float


@dataclass(frozen=True)
class Facts:
    """What is true of a schedule in a run.

    `cycles` are the first ones, `last_cycle` is the last of all `cycle_count`, if there is any.
    `restarts` are the starts of cycles that begin at their top. `cycle_ends` are the epochs nearest
    to the end of the run, up to two on either side, at which a cycle ends: a run that ends there
    ends at its least rate.
    """

    extremes: Extremes
    phases: list[Span]
    cycles: list[Cycle]
    cycle_count: int
    last_cycle: Cycle | None
    cycle_ends: list[float]
    restarts: list[float]


def find_facts(schedule: Schedule, grid: Run) -> Facts:
    """The facts of a schedule over a run; a budget beyond float64 is infinite."""
    end = min(grid.end, schedule.end)
    cyclic = [(part, min(over, end)) for part, over in schedule.spans if part.cyclic]
    there = [(part, part.numbers(over), over) for part, over in cyclic if part.start < end]
    each = (_cycle(part, n, over) for part, numbers, over in there for n in numbers)
    return Facts(
        extremes=_extremes(schedule, grid),
        phases=_phases(schedule, end),
        cycles=list(islice(each, MOST)),
        cycle_count=sum(len(numbers) for _, numbers, _ in there),
        last_cycle=_cycle(there[-1][0], there[-1][1][-1], there[-1][2]) if there else None,
        cycle_ends=_cycle_ends(schedule, grid.end),
        restarts=[
            part.start_of(n) for part, numbers, _ in there if part.restarts for n in numbers[:MOST]
        ],
    )


def _extremes(schedule: Schedule, grid: Run) -> Extremes:
    peak, least, total = (-1.0, 0.0), (float("inf"), 0.0), np.longdouble(0)
    for epochs in grid.all_blocks():
        rates = schedule.rates_in_order(epochs)
        high, low = rates.argmax(), rates.argmin()
        peak = max(peak, (float(rates[high]), float(epochs[high])), key=lambda found: found[0])
        least = min(least, (float(rates[low]), float(epochs[low])), key=lambda found: found[0])
        total += rates.sum(dtype=np.longdouble)
    with np.errstate(over="ignore"):
        budget = float(total * grid.over / grid.under)
    final = float(rates[-1])
    return Extremes(*peak, *least, final, float(total / grid.size), budget)


def _phases(schedule: Schedule, end: float) -> list[Span]:
    return [
        Span(part.plural, part.start, min(over, end))
        for part, over in schedule.spans
        if part.start < end
    ]


def _cycle(part: Part, number: int, end: float) -> Cycle:
    times = part.times
    return Cycle(part.start_of(number), times.length(number), times.start(number + 1) <= end)


def _cycle_ends(schedule: Schedule, end: float) -> list[float]:
    """Of the cycles that go on for good, the ends that are nearest to that of the run."""
    *before, last = schedule.parts
    if not last.cyclic:
        return []
    decays = any(part.decays for part in before)  # it ends as a cycle does
    count = len(last.numbers(min(end, last.times.pile_up))) if last.start < end else 0
    first = last.number
    near = [
        last.start_of(i)
        for i in range(first + max(0 if decays else 1, count - 2), first + count + 3)
    ]
    over = [time for time in near if time <= end]
    return [*over[-2:], *[time for time in near if end < time < float("inf")][:2]]


class Difference(NamedTuple):
    """Ratios to another schedule, and the greatest |lr - other lr| with its first epoch."""

    mean_ratio: float | None
    budget_ratio: float | None
    greatest_difference: float
    greatest_difference_at: float


def compare(schedule: Schedule, other: Schedule, grid: Run) -> Difference:
    """A schedule against another. A ratio to 0 is None."""
    own, others, greatest = np.longdouble(0), np.longdouble(0), (-1.0, 0.0)
    for epochs in grid.all_blocks():
        rates, reference = schedule.rates_in_order(epochs), other.rates_in_order(epochs)
        own += rates.sum(dtype=np.longdouble)
        others += reference.sum(dtype=np.longdouble)
        apart = np.abs(rates - reference)
        most = apart.argmax()
        greatest = max(greatest, (float(apart[most]), float(epochs[most])), key=lambda one: one[0])
    ratio = float(own / others) if others > 0 else None
    return Difference(ratio, ratio, *greatest)
