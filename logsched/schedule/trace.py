"""Curves as functions of time, whatever shows them: of a schedule, or of what a run logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logsched.base.lazy import Floats, np

if TYPE_CHECKING:
    from logsched.schedule.run import Run
    from logsched.schedule.schedule import Schedule
    from logsched.schedule.series import Series

Span = tuple[float, float]
"""Two epochs and the time between them."""

POINTS = 4000  # of a curve's fine grid
SEAMS = 2000  # cycles of a curve whose both ends are drawn; of more, so many chosen evenly
FEW = 30  # grid points up to which they are drawn as dots
FEW_LOGGED = 100  # logged ones


@dataclass(frozen=True)
class Trace:
    """One labelled line: `(n,)` epochs, none before the one ahead, and rates; `(m, 2)` grid points.

    At a seam there are two points, the last moment before it and the seam itself. The band around a
    mean has a lower and an upper edge, `(n,)` each.
    """

    label: str
    epoch: Floats
    rate: Floats
    points: Floats
    band: tuple[Floats, ...] = ()


def trace(label: str, schedule: Schedule, grid: Run, span: Span) -> Trace:
    """A schedule as a function of time, on a grid of its own with both sides of every turn."""
    begin, end = span[0], min(span[1], schedule.end)
    pieces = schedule.pieces(begin, end, SEAMS)
    found = [turn for part, piece in pieces for turn in part.turns(piece)]
    turns = np.array([turn for turn in found if begin <= turn < end])
    even = np.linspace(begin, np.nextafter(end, 0.0), POINTS)
    epochs = np.sort(np.concatenate([even, turns, np.nextafter(turns, 0.0)]))
    return Trace(label, epochs, schedule(epochs), _grid_points(schedule, grid, span))


def measured(label: str, series: Series) -> Trace:
    """What a run logged: as dots too where it is little, at most 4 * POINTS of more."""
    epoch, rate = series
    if epoch.size > 4 * POINTS:
        first = np.linspace(0, epoch.size, POINTS, endpoint=False).astype(np.int64)
        last = np.append(first[1:], epoch.size) - 1
        ends = np.column_stack([epoch[first], epoch[first], epoch[last], epoch[last]])
        least, most = np.minimum.reduceat(rate, first), np.maximum.reduceat(rate, first)
        epoch, rate = ends.ravel(), np.column_stack([rate[first], least, most, rate[last]]).ravel()
    points = np.column_stack([epoch, rate]) if epoch.size <= FEW_LOGGED else np.empty((0, 2))
    return Trace(label, epoch, rate, points)


def _grid_points(schedule: Schedule, grid: Run, span: Span) -> Floats:
    """The grid's points in a span, `(m, 2)`, where they are few."""
    first, last = map(grid.index, span)
    few = last - first <= FEW
    points = grid.slice(first, min(last, grid.size)) if few else np.empty(0)
    return np.column_stack([points, schedule(points)])
