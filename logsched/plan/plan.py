"""A run: labelled schedules on one grid, which is what commands work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import floor
from typing import TYPE_CHECKING, NamedTuple

from logsched.base.errors import LogschedError
from logsched.base.words import unknown
from logsched.schedule.run import Run

if TYPE_CHECKING:
    from logsched.schedule.schedule import Schedule


class Swept(NamedTuple):
    """The one number that is swept: by label which schedule took which value."""

    name: str
    origins: Mapping[str, tuple[str, float]]
    logarithmic: bool


@dataclass(frozen=True)
class Plan:
    """Labelled schedules, the grid, what there is to warn of, and to tell.

    `unused` are the given settings that no schedule uses, `unused_by` those of a schedule's own
    text that this schedule does not use.
    """

    schedules: Mapping[str, Schedule]
    grid: Run
    warnings: Sequence[str] = ()
    notes: Sequence[str] = ()
    unused: Sequence[str] = ()
    unused_by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    swept: Swept | None = None
    bounded: bool = True  # whether somebody said where it ends

    def reaching(self, time: float) -> Plan:
        """The plan, where nobody said where it ends, up to after a time at least."""
        if self.bounded or time < self.grid.end:
            return self
        grid = self.grid.longer(floor(time) + 1)
        for schedule in self.schedules.values():
            schedule.check(grid)
        return replace(self, grid=grid)

    def require(self, label: str) -> None:
        """Raise LogschedError where no schedule has a label; it may be a shape that has none."""
        if label in self.schedules:
            return
        from logsched.schedule.shapes import SHAPES

        if label in SHAPES:
            way_out = f"name {label} among the schedules as well"
            raise LogschedError(f"there is no label '{label}': {way_out}")
        raise unknown("label", label, self.schedules)

    def only(self, command: str, file: str) -> tuple[str, Schedule]:
        """The label and the schedule, where there is one. Raises LogschedError otherwise."""
        if len(self.schedules) != 1:
            raise LogschedError(
                f"{command} takes one schedule, but there are {len(self.schedules)}: name one, as "
                f"in logsched {command} {file} cosine"
            )
        return next(iter(self.schedules.items()))

    def apart(self) -> dict[str, Plan]:
        """Every schedule as a run of its own, by label."""
        return {
            label: Plan({label: schedule}, self.grid) for label, schedule in self.schedules.items()
        }
