"""A run: labelled schedules on one grid, which is what commands work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logsched.grid import Grid
    from logsched.schedule import Schedule


@dataclass(frozen=True)
class Run:
    """Labelled schedules, the grid, and what there is to warn of.

    `unused` are the given settings that no schedule uses, `unused_by` those of a schedule's own
    text that this schedule does not use.
    """

    schedules: Mapping[str, Schedule]
    grid: Grid
    warnings: Sequence[str] = ()
    unused: Sequence[str] = ()
    unused_by: Mapping[str, Sequence[str]] = field(default_factory=dict)
