"""What a plot shows, whatever draws it: traces over time, restarts, phases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from logsched.base.errors import LogschedError
from logsched.base.lazy import Floats, np
from logsched.base.words import unknown
from logsched.schedule.trace import SEAMS, Span, Trace, measured, trace
from logsched.schedule.units import UNITS

if TYPE_CHECKING:
    from logsched.plan.plan import Plan, Swept
    from logsched.schedule.schedule import Schedule
    from logsched.schedule.series import Series

Above = tuple[str, float]
"""An upper axis: a unit, and how many of it one of the lower axis's has."""

LAYOUTS = ("overlay", "stack")
PHASES = 100  # cycles up to which they are shaded and named


@dataclass(frozen=True)
class Picture:
    """Everything that a plot shows; `stack` is one panel a trace on one time axis."""

    traces: tuple[Trace, ...]
    restarts: tuple[float, ...]
    phases: tuple[tuple[str, float, float], ...]
    end: float
    title: str = ""
    x_label: str = "epoch"
    y_label: str = "learning rate"
    log_y: bool = False
    limits: tuple[float, float] | None = None
    layout: str = "overlay"
    swept: Swept | None = None

    @property
    def phase_times(self) -> Floats:
        """`(n, 2)`: when each phase begins, and when it ends."""
        times = [times for _, *times in self.phases]
        return np.array(times, dtype=np.float64).reshape(-1, 2)


def picture(
    plan: Plan,
    unit: str | None = None,
    title: str = "",
    log_y: bool = False,
    limits: tuple[float, float] | None = None,
    layout: str = "overlay",
    logs: Mapping[str, Series] | None = None,
) -> Picture:
    """The picture of a run, every schedule from its start to its end, its time in epochs or steps.

    Over the schedules come `logs`, what runs really did. Raises LogschedError for another unit, and
    for limits outside the run.
    """
    unit = unit or plan.grid.unit
    if unit not in UNITS:
        raise unknown("unit", unit, UNITS)
    if layout not in LAYOUTS:
        raise unknown("layout", layout, LAYOUTS)
    scale, run = plan.grid.in_unit(unit), plan.grid
    begin, end = limits or (0.0, run.end * scale)
    if begin >= run.end * scale:
        raise LogschedError(
            f"xlim begins at {unit} {begin:.6g}, but the run ends at {unit} {run.end * scale:.12g}"
        )
    span = (begin / scale, min(end / scale, run.end))
    whole = Picture(
        traces=(
            *(trace(label, its, plan.grid, span) for label, its in plan.schedules.items()),
            *(measured(label, series) for label, series in (logs or {}).items()),
        ),
        restarts=_restarts(plan, span),
        phases=_phases(plan.schedules, span),
        end=run.end,
        title=title,
        log_y=log_y,
        limits=limits,
        layout=layout,
        swept=plan.swept,
        x_label=unit,
    )
    return whole if unit == run.unit else _in_unit(whole, unit, scale)


def _in_unit(whole: Picture, unit: str, scale: float) -> Picture:
    """The same picture with its times in another unit."""
    sides = np.array([scale, 1.0])
    return replace(
        whole,
        traces=tuple(
            Trace(its.label, its.epoch * scale, its.rate, its.points * sides)
            for its in whole.traces
        ),
        restarts=tuple(start * scale for start in whole.restarts),
        phases=tuple((name, start * scale, end * scale) for name, start, end in whole.phases),
        end=whole.end * scale,
        x_label=unit,
    )


def _restarts(plan: Plan, span: Span) -> tuple[float, ...]:
    """The epochs at which a restart cycle of any schedule starts."""
    starts = {
        part.start_of(piece.number)
        for schedule in plan.schedules.values()
        for part, piece in schedule.pieces(span[0], min(span[1], schedule.end), SEAMS)
        if part.restarts
    }
    return tuple(sorted(starts))


def _phases(schedules: Mapping[str, Schedule], span: Span) -> tuple[tuple[str, float, float], ...]:
    """The phases that all schedules with a decay share; none where they differ."""
    each = [_named(its, span) for its in schedules.values() if _decays(its)]
    return tuple(each[0]) if each and all(named == each[0] for named in each) else ()


def _decays(schedule: Schedule) -> bool:
    return any(part.decays for part in schedule.parts)


def _named(schedule: Schedule, span: Span) -> list[tuple[str, float, float]]:
    end = min(span[1], schedule.end)
    named = []
    for part, piece in schedule.pieces(span[0], end, PHASES + 1):
        over = min(piece.start + piece.length, end)
        named.append((part.name_of(piece.number), part.start_of(piece.number), over))
    return named if len(named) <= PHASES else []
