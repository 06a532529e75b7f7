"""The command `plot`."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import chain, count
from typing import TYPE_CHECKING

from logsched.base.errors import LogschedError
from logsched.base.words import listed
from logsched.plan.plan import Plan

if TYPE_CHECKING:
    from logsched.schedule.series import Series


def with_logs(plan: Plan, sources: Sequence[str]) -> tuple[Plan, dict[str, Series], list[str]]:
    """What runs logged, by label; the run, long enough for it; and what is odd about the logs."""
    if not sources:
        return plan, {}, []
    from logsched.logs.log import read_logs
    from logsched.logs.times import Counting, read_times

    counting, notes = Counting(plan.grid.steps_per_epoch), list[str]()
    found: dict[str, Series] = {}
    for log in (log for source in sources for log in read_logs(source)):
        reading = read_times(log, counting)[-1]  # the finest
        notes += [f"Note: {log.label}: {note}" for note in (*log.notes, *reading.notes())]
        if reading.series.epoch.size:
            found[_new_label(log.label, {*plan.schedules, *found})] = reading.series
    if not found:
        raise LogschedError(f"{listed(sources)} has no rate to draw")
    return plan.reaching(max(float(one.epoch[-1]) for one in found.values())), found, notes


def _new_label(label: str, taken: Container[str]) -> str:
    """The label, or where another curve has it, one that tells it apart."""
    names = chain([label, f"{label} (logged)"], (f"{label} ({n})" for n in count(2)))
    return next(name for name in names if name not in taken)
