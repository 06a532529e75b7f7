"""What outputs get: the chosen rows of a run, epochs and the rates of each schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from logsched.base.declare import WHOLE
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.base.words import shown, time, unknown
from logsched.schedule.parameters import resolve
from logsched.schedule.run import Run
from logsched.schedule.units import UNITS, LengthRule

if TYPE_CHECKING:
    from logsched.plan.plan import Plan
    from logsched.schedule.schedule import Schedule

AT = LengthRule("times of 0 or more, with commas, as in 0,5,30 or 3%", lambda time: time >= 0)


@dataclass(frozen=True)
class Rows:
    """Schedules by label at the points of a grid: every N-th one, or those of given epochs."""

    schedules: Mapping[str, Schedule]
    grid: Run
    every: int = 1
    at: tuple[float, ...] | None = None
    units: tuple[str, ...] = ()  # in which times are told; the run's own if none is named
    watch: Callable[[int], None] | None = None  # told how many rows of every pass are done

    def __post_init__(self) -> None:
        for epoch in self.at or ():
            if not 0 <= epoch < self.grid.end:
                raise LogschedError(
                    f"at is {epoch:.15g}, but it must lie in the run, from 0 to below "
                    f"{self.grid.unit}s {time(self.grid.end)}"
                )

    @property
    def labels(self) -> list[str]:
        """The schedules' labels, in their order."""
        return list(self.schedules)

    @property
    def chosen(self) -> bool:
        """Whether the user chose the rows."""
        return self.every != 1 or self.at is not None

    @property
    def rows(self) -> int:
        """The number of epochs."""
        return -(-self.grid.size // self.every) if self.at is None else len(self.at)

    def blocks(self) -> Iterator[Floats]:
        """The epochs, `(n,)` at a time."""
        chosen = None if self.at is None else iter([np.array(self.at, dtype=np.float64)])
        for epochs in chosen or self.grid.blocks(self.every):
            yield epochs
            if self.watch is not None:
                self.watch(epochs.size)

    def rates(self, label: str) -> Iterator[Floats]:
        """One schedule's rates, a block at a time."""
        return (self._rates(self.schedules[label], epochs) for epochs in self.blocks())

    def _rates(self, schedule: Schedule, epochs: Floats) -> Floats:
        return schedule.rates_in_order(epochs) if self.at is None else schedule.rates(epochs)

    @property
    def told(self) -> tuple[str, ...]:
        """The units in which times are told."""
        return self.units or (self.grid.unit,)

    def times(self, unit: str) -> Iterator[Floats]:
        """The times in a unit, a block at a time."""
        return (self._in_unit(times, unit) for times in self.blocks())

    def _in_unit(self, times: Floats, unit: str) -> Floats:
        """Times in another unit, one true division of whole numbers each where they are points."""
        size = self.grid.size_of(unit, "unit", unit)
        if size == 1:
            return times
        if size.numerator > 1:
            return times * size.denominator / size.numerator
        return times * size.denominator

    def columns(self) -> Iterator[list[Floats]]:
        """The times, a column a unit, and each schedule's rates, `(n,)` at a time."""
        for _, told, rates in self.timed():
            yield [*told, *rates]

    def timed(self) -> Iterator[tuple[Floats, list[Floats], list[Floats]]]:
        """The times, how they are told, and each schedule's rates, `(n,)` at a time."""
        for times in self.blocks():
            told = [self._in_unit(times, unit) for unit in self.told]
            yield times, told, [self._rates(one, times) for one in self.schedules.values()]


def read_time(
    name: str, text: str, run: Run, rule: LengthRule = AT, unit: str | None = None
) -> float:
    """A time of a run, written as a length from its start, a bare number in a unit of its own.

    Raises LogschedError for another text.
    """
    value = rule.parse(name, text)
    if isinstance(value, str):
        return float(resolve(name, value, run))
    return float(value) / run.in_unit(unit or run.unit)


def read_units(run: Run, text: str | None) -> tuple[str, ...]:
    """The units that --unit names, the run's own where it names none.

    Raises LogschedError for a word that is none, and where nothing connects it to the run's.
    """
    units = tuple(part.strip() for part in (text or run.unit).split(","))
    for unit in units:
        if unit not in UNITS:
            raise unknown("unit", unit, UNITS)
        run.size_of(unit, "unit", unit)
    if len(set(units)) < len(units) or len(units) > 2:
        raise LogschedError(
            f"unit is {shown(text)}, but it must be one unit, or two, as epoch,step"
        )
    return units


def choose_rows(plan: Plan, at: str | None, every: str | None, unit: str | None = None) -> Rows:
    """The rows that the options --at, --every and --unit ask for.

    Raises LogschedError for bad ones.
    """
    if at is not None and every is not None:
        raise LogschedError(f"at is {at} and every {every}, but only one can choose the rows")
    units = read_units(plan.grid, unit)
    rows = Rows(plan.schedules, plan.grid, units=units)
    if every is not None:
        return replace(rows, every=int(WHOLE.parse("every", every)))
    if at is not None:
        times = [read_time("at", item, plan.grid, unit=units[0]) for item in at.split(",")]
        return replace(rows, at=tuple(times))
    return rows
