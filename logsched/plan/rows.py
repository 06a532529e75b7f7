"""What outputs get: the chosen rows of a run, epochs and the rates of each schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from logsched.base.declare import NOT_NEGATIVE, WHOLE
from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.schedule.grid import Grid

if TYPE_CHECKING:
    from logsched.plan.plan import Plan
    from logsched.schedule.schedule import Schedule

EPOCHS = NOT_NEGATIVE._replace(says="finite numbers, 0 or more, with commas, as in 0,5,30")


@dataclass(frozen=True)
class Rows:
    """Schedules by label at the points of a grid: every N-th one, or those of given epochs."""

    schedules: Mapping[str, Schedule]
    grid: Grid
    every: int = 1
    at: tuple[float, ...] | None = None
    watch: Callable[[int], None] | None = None  # told how many rows of every pass are done

    def __post_init__(self) -> None:
        for epoch in self.at or ():
            if not 0 <= epoch < self.grid.epochs:
                raise LogschedError(
                    f"at is {epoch:.15g}, but it must lie in the run, from 0 to below epochs "
                    f"{self.grid.epochs}"
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

    def columns(self) -> Iterator[list[Floats]]:
        """The epochs and each schedule's rates, `(n,)` at a time."""
        for epochs in self.blocks():
            yield [epochs, *(self._rates(one, epochs) for one in self.schedules.values())]


def choose_rows(plan: Plan, at: str | None, every: str | None) -> Rows:
    """The rows that the options --at and --every ask for. Raises LogschedError for bad ones."""
    if at is not None and every is not None:
        raise LogschedError(f"at is {at} and every {every}, but only one can choose the rows")
    if every is not None:
        return Rows(plan.schedules, plan.grid, every=int(WHOLE.parse("every", every)))
    if at is not None:
        epochs = [float(EPOCHS.parse("at", item)) for item in at.split(",")]
        return Rows(plan.schedules, plan.grid, at=tuple(epochs))
    return Rows(plan.schedules, plan.grid)
