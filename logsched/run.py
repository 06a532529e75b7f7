"""A run: labelled schedules on one grid, which is what commands work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from logsched.grid import Grid
    from logsched.schedule import Schedule


class Swept(NamedTuple):
    """The one parameter in which all schedules of a run differ: its value by label."""

    name: str
    values: Mapping[str, float]
    logarithmic: bool


@dataclass(frozen=True)
class Run:
    """Labelled schedules, the grid, what there is to warn of, and to tell.

    `unused` are the given settings that no schedule uses, `unused_by` those of a schedule's own
    text that this schedule does not use.
    """

    schedules: Mapping[str, Schedule]
    grid: Grid
    warnings: Sequence[str] = ()
    notes: Sequence[str] = ()
    unused: Sequence[str] = ()
    unused_by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    swept: Swept | None = None

    def apart(self) -> dict[str, Run]:
        """Every schedule as a run of its own, by label."""
        return {
            label: Run({label: schedule}, self.grid) for label, schedule in self.schedules.items()
        }
